"""What LinkedIn reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from smm_cli.networks._table import Table


class Settings(Table):
    """`author`: "urn:li:organization:123" for a page; empty for the person who logs in. `client_id`, `redirect_uri`: of your app.

    `api_version`: the month of LinkedIn's API, YYYYMM; each lives for a year, then LinkedIn answers 426. `visibility`: of a person's
    posts where a post does not say: public, or private (connections only). `waits`: seconds that LinkedIn gets to work on a picture
    of a person, whose state cannot be asked (unverified: 5 to 20 are reported).
    """

    author: Annotated[str, Field(pattern=r"^(urn:li:(organization|person):[\w-]+)?$")] = ""
    client_id: str = ""
    redirect_uri: str = "http://127.0.0.1:8737/callback"
    api_version: Annotated[str, Field(pattern=r"^20\d\d(0[1-9]|1[0-2])$")] = "202609"
    visibility: Literal["public", "private"] = "public"
    waits: float = 8.0


class Options(Table):
    """`card`: show `link` as a card, with the post's title (LinkedIn reads no page itself), instead of an address in the text;
    `description` stands on it. `question`: of a poll, where it is not the title."""

    card: bool = True
    description: str = ""
    question: str = ""
