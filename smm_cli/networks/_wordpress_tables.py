"""What WordPress, on a server of one's own or at WordPress.com, reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from smm_cli.networks._article_tables import ArticleOptions, checked_address
from smm_cli.networks._table import Table

Status = Literal["publish", "draft", "pending", "private"]


class Shared(Table):
    """`status` of new posts, names of `categories`, `comments` open or closed (empty: as the site does).

    `blocks`: write the text as blocks of the editor, not as one piece of HTML. `featured`: the first picture is the post's own, above
    or beside the text as the theme likes. `canonical_meta`: the name of a field that a plugin opens to the REST API for the canonical
    address (WordPress itself has none).
    """

    status: Status = "publish"
    categories: tuple[str, ...] = ()
    comments: Literal["", "open", "closed"] = ""
    blocks: bool = True
    featured: bool = True
    canonical_meta: str = ""


class Settings(Shared):
    """`url` of the site, and below it `api` (a site without pretty addresses has it at `/?rest_route=`)."""

    url: str
    api: str = "/wp-json"

    @field_validator("url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return checked_address(value, "https://blog.example")


class ComSettings(Shared):
    """`site`: its domain or number. `client_id` of your app, `redirect_uri` as registered with it. `publicize`: let WordPress.com
    share the post on the networks that the site is connected with, beside what smm does.
    """

    site: str
    client_id: str = ""
    redirect_uri: str = ""
    publicize: bool = False

    @field_validator("site")
    @classmethod
    def _a_site(cls, value: str) -> str:
        name = value.strip().lower().removeprefix("https://").rstrip("/")
        if not name or not all(sign.isalnum() or sign in ".-" for sign in name):
            raise ValueError('must be the domain or the number of the site, like "blog.example"')
        return name


class Options(ArticleOptions):
    """`status`, `categories`, `comments` as in the settings; `sticky` keeps the post on top."""

    status: Literal["", "publish", "draft", "pending", "private"] = ""
    categories: tuple[str, ...] = ()
    comments: Literal["", "open", "closed"] = ""
    sticky: bool = False
