"""What Discourse reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from smm_cli.networks._forum_tables import Forum
from smm_cli.networks._table import Table


class Settings(Forum):
    """`username`: who posts with the key; `category`: the number of a category (it stands in the category's address).

    `tags_as`: newer servers want tags as objects instead of names (announced for 2026.07; which of them refuse names is not verified).
    """

    username: str
    category: int | None = None
    tags_as: Literal["names", "objects"] = "names"


class Options(Table):
    """`category` of this post; `unlisted`: in no list of topics (staff only)."""

    category: int | None = None
    unlisted: bool = False
