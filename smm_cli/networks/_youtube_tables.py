"""What YouTube reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from smm_cli.networks._google_tables import GoogleSettings
from smm_cli.networks._table import Table

Privacy = Literal["public", "unlisted", "private"]


class Settings(GoogleSettings):
    """Defaults for all films of this channel. `made_for_kids` must be true of what you upload (COPPA). `category`: 22 is
    *People & Blogs*. `version` of the API.
    """

    visibility: Privacy = "public"
    category: str = "22"
    made_for_kids: bool = False
    license: Literal["youtube", "creativeCommon"] = "youtube"
    embeddable: bool = True
    notify: bool = True
    version: str = "v3"


class Options(Table):
    """For one film: `category`; `synthetic`: altered or made by a machine so that it looks real, which YouTube wants to be told."""

    category: str = ""
    synthetic: bool = False
