"""What Raindrop.io reads in channels.toml."""

from __future__ import annotations

from smm_cli.networks import _bookmark_tables


class Settings(_bookmark_tables.Central):
    """`collection`: the number in the address of a collection; -1 is "Unsorted". `parse`: Raindrop.io reads the page for its cover.

    `client_id`, `redirect_uri`: of an app of your own, in [networks.raindrop]; not needed with a test token.
    """

    collection: int = -1
    parse: bool = True
    client_id: str = ""
    redirect_uri: str = ""
    api_version: str = "v1"
