"""What Flarum reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from smm_cli.networks._forum_tables import Forum
from smm_cli.networks._table import Table


class Settings(Forum):
    """`tags`: slugs of the forum's tags, for every discussion; many forums demand one."""


class Options(Table):
    """`tags`: slugs of the forum's tags, for this discussion beside those of the channel."""

    tags: tuple[str, ...] = ()
