"""What Google Business reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from pydantic import field_validator, model_validator

from smm_cli.networks._google_tables import GoogleSettings
from smm_cli.networks._table import Table

Action = Literal["BOOK", "ORDER", "SHOP", "LEARN_MORE", "SIGN_UP", "CALL"]
"""What the button under a post says. Source: LocalPost, ActionType (2026-11-22)."""


class Settings(GoogleSettings):
    """`location`: its full name, "accounts/1/locations/2". `action`: the button of posts with a link. `language` of posts that have
    none. `version` of the API.
    """

    location: str
    action: Action = "LEARN_MORE"
    language: str = ""
    version: str = "v4"

    @field_validator("location")
    @classmethod
    def _a_location(cls, value: str) -> str:
        if not re.fullmatch(r"accounts/[\w-]+/locations/[\w-]+", value):
            raise ValueError('must be the name of a location, like "accounts/1/locations/2"')
        return value


class Options(Table):
    """`topic` event or offer want `starts` and `ends` (wall time there: "2026-12-01" or "2026-12-01 18:00") and take `event`, a title
    other than the post's. An offer takes `coupon`, `redeem` (an address), `terms`. `action`: another button; CALL dials the business.
    """

    topic: Literal["standard", "event", "offer"] = "standard"
    event: str = ""
    starts: str = ""
    ends: str = ""
    coupon: str = ""
    redeem: str = ""
    terms: str = ""
    action: Action | Literal[""] = ""

    @field_validator("starts", "ends")
    @classmethod
    def _a_time(cls, value: str) -> str:
        if value and datetime.fromisoformat(value).tzinfo:
            raise ValueError("is the time on the wall of the business, without a zone")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Options:
        if self.topic != "standard" and not (self.starts and self.ends):
            raise ValueError(f"an {self.topic} needs starts and ends")
        if self.topic != "standard" and datetime.fromisoformat(self.ends) < datetime.fromisoformat(self.starts):
            raise ValueError("ends before it starts")
        return self
