"""What Slack reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

import re

from pydantic import field_validator, model_validator

from smm_cli.networks._table import Table


class Settings(Table):
    """`channel` (its id) is written to by a bot, or `webhook` (T…/B…, the middle of its address) without one; one of them.

    `username` and `icon` (an address, or :emoji:) of a bot that may customise; `unfurl`: links and media are shown below the text;
    `broadcast`: what answers in a thread is shown in the channel too.
    """

    channel: str = ""
    webhook: str = ""
    username: str = ""
    icon: str = ""
    unfurl: bool = True
    broadcast: bool = False

    @field_validator("channel")
    @classmethod
    def _an_id(cls, value: str) -> str:
        if value and not re.fullmatch(r"[CGD][A-Z0-9]{5,20}", value):
            raise ValueError('must be the id of a channel, like "C0123ABCD" (at the end of what “View channel details” shows)')
        return value

    @field_validator("webhook")
    @classmethod
    def _a_hook(cls, value: str) -> str:
        if value and not re.fullmatch(r"T[A-Z0-9]+/B[A-Z0-9]+", value):
            raise ValueError('must be "T…/B…" of https://hooks.slack.com/services/T…/B…/SECRET; the last piece is the secret')
        return value

    @model_validator(mode="after")
    def _one_of_them(self) -> Settings:
        if bool(self.channel) == bool(self.webhook):
            raise ValueError("needs channel (with a bot's token) or webhook (with the end of its address as token)")
        return self


class Options(Table):
    """`unfurl` and `broadcast` for this post."""

    unfurl: bool | None = None
    broadcast: bool | None = None
