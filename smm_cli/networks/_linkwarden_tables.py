"""What Linkwarden reads in channels.toml."""

from __future__ import annotations

from smm_cli.networks import _bookmark_tables


class Settings(_bookmark_tables.Settings):
    """`collection`: the number of the collection that bookmarks go to; 0 leaves it to the server ("Unorganized")."""

    collection: int = 0
