"""What linkding reads in channels.toml."""

from __future__ import annotations

from smm_cli.networks import _bookmark_tables


class Settings(_bookmark_tables.Settings):
    """`unread`: new bookmarks are to be read."""

    unread: bool = False
