"""What wallabag reads in channels.toml."""

from __future__ import annotations

from typing import Literal

from smm_cli.networks import _bookmark_tables


class Settings(_bookmark_tables.Settings):
    """`identifier`: your user name; `client_id`: of the API client that you made. `content`: "note" keeps the post's text as the
    entry's article; with "article" wallabag fetches the linked page instead, and the text of the post is not sent.
    """

    identifier: str
    client_id: str
    content: Literal["note", "article"] = "note"
