"""What NodeBB reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from smm_cli.networks._forum_tables import Forum
from smm_cli.networks._table import Table


class Settings(Forum):
    """`category`: the number of a category (it stands in the category's address). `uid`: for whom a master token posts."""

    category: int
    uid: int | None = None


class Options(Table):
    """`category` of this post."""

    category: int | None = None
