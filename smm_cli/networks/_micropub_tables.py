"""What Micropub reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from smm_cli.networks._article_tables import ArticleOptions, checked_address
from smm_cli.networks._table import Table


class Settings(Table):
    """`url`: the site that is you. It names its endpoints itself; one on another host must stand here too, since it gets the token.

    `alt`: how descriptions of pictures are sent: inside of `photo` (Micropub, 3.3.2) or, where the site refuses that, by the extension
    mp-photo-alt. `content`: how the text is sent. `syndicate_to`: uids of places to which the site passes posts on. `client_id`: an
    address of yours that describes the app, where the site does not take smm on this machine; `redirect_uri` as that page names it.
    """

    url: str
    endpoint: str = ""
    media_endpoint: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    content: Literal["html", "markdown", "text"] = "html"
    alt: Literal["photo", "mp-photo-alt"] = "photo"
    syndicate_to: tuple[str, ...] = ()
    client_id: str = ""
    redirect_uri: str = ""

    @field_validator("url")
    @classmethod
    def _a_site(cls, value: str) -> str:
        return checked_address(value, "https://ada.example/") + "/"

    @field_validator("endpoint", "media_endpoint", "authorization_endpoint", "token_endpoint")
    @classmethod
    def _an_endpoint(cls, value: str) -> str:
        if value:
            checked_address(value.partition("?")[0], "https://ada.example/micropub")
        return value


class Options(ArticleOptions):
    """`status`: draft, where the site knows drafts. `syndicate_to` as in the settings. `bookmark`: the post is about its `link`."""

    status: Literal["", "published", "draft"] = ""
    syndicate_to: tuple[str, ...] = ()
    bookmark: bool = False
