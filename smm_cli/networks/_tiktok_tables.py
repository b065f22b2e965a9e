"""What TikTok reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from smm_cli.networks._table import Table


class Settings(Table):
    """`client_id` is your app's *client key*, once for all channels in `[networks.tiktok]`; its `client_secret` is a secret there.

    `privacy` has no default: TikTok wants it chosen. An app that TikTok has not audited may post privately only. `mode` inbox: films and
    photos wait in the app for a person to post them. `challenge`: how the login is proven; hex for apps of the kind Desktop, base64url
    for others (unverified). `version` of the API.
    """

    privacy: Literal["public", "friends", "followers", "private"]
    client_id: str = ""
    redirect_uri: str = ""
    mode: Literal["direct", "inbox"] = "direct"
    challenge: Literal["hex", "base64url"] = "hex"
    version: str = "v2"


class Options(Table):
    """Who may comment, make duets, stitch; `ai`: made by a machine; `branded`: paid for by somebody else; `own_brand`: advertises your
    own; `cover_at`: which moment of a film is its cover, in seconds; `music`: TikTok adds some to photos.
    """

    comments: bool = True
    duet: bool = True
    stitch: bool = True
    ai: bool = False
    branded: bool = False
    own_brand: bool = False
    cover_at: float = 0.0
    music: bool = False
