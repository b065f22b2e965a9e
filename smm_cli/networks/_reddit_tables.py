"""What Reddit reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from smm_cli.networks._table import Table

SUBREDDIT = r"^[A-Za-z0-9][A-Za-z0-9_]{1,23}$"
Subreddit = Annotated[str, Field(pattern=SUBREDDIT, description='without r/; "u_name" is a profile')]


class Settings(Table):
    """`subreddit` to post to; `user` who posts (stands in the user agent, which Reddit demands). `client_id`, `redirect_uri`: of the app.

    `flair_id`, `flair_text`: of posts without their own. `nsfw`: all posts are. `replies`: whether answers come to the inbox.
    `text_beside`: send the text of link and picture posts too (newer Reddit shows it; unverified for the API); else it is left out.
    """

    subreddit: Subreddit
    user: str = ""
    client_id: str = ""
    redirect_uri: str = "http://127.0.0.1:8737/callback"
    flair_id: str = ""
    flair_text: str = ""
    nsfw: bool = False
    replies: bool = True
    text_beside: bool = False


class Options(Table):
    """`subreddit` other than the channel's; `kind`: self (text), link, image (else: image with media, link where only a link is).

    `flair_id`, `flair_text`, `nsfw`, `spoiler` of this post.
    """

    subreddit: Annotated[str, Field(pattern=rf"^$|{SUBREDDIT}")] = ""
    kind: Literal["", "self", "link", "image"] = ""
    flair_id: str = ""
    flair_text: str = ""
    nsfw: bool = False
    spoiler: bool = False
