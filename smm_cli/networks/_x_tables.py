"""What X reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from smm_cli.networks._table import Table


class Settings(Table):
    """`auth`: oauth2 (smm channel login; an app of your own with `client_id`) or keys (the four of OAuth 1.0a from the console).

    `client`: whether the app has a secret (confidential) or not (public: "Native App" in the console). `redirect_uri` must stand in
    the console exactly so. `native_quotes`: quote by the API, which self-serve plans may not since 2026-04-20; else the quoted
    post's address is added to the text. `price_post`, `price_link`, `price_alt`: what X charges, in US dollars; they change.
    """

    auth: Literal["oauth2", "keys"] = "oauth2"
    client: Literal["public", "confidential"] = "public"
    client_id: str = ""
    redirect_uri: str = "http://127.0.0.1:8737/callback"
    reply_settings: Literal["", "following", "mentionedUsers", "subscribers", "verified"] = ""
    native_quotes: bool = False
    numbering: str = ""
    price_post: float = 0.015
    price_link: float = 0.20
    price_alt: float = 0.005


class Options(Table):
    """`reply_settings`: who may answer (empty: as the channel says, everybody by default). `community`: the id of one to post to.
    `made_with_ai`, `paid_partnership`: labels."""

    reply_settings: Literal["", "following", "mentionedUsers", "subscribers", "verified"] = ""
    community: str = ""
    made_with_ai: bool = False
    paid_partnership: bool = False
