"""What Instagram reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from smm_cli.networks._table import Table


class Settings(Table):
    """Its table in channels.toml; `client_id` and `redirect_uri` stand once in [networks.instagram]."""

    login: Literal["instagram", "facebook"] = Field(
        "instagram", description="instagram: the account's own login; facebook: by the Page that it hangs on (can delete posts)"
    )
    account_id: str = Field("", pattern=r"^\d*$", description="with Facebook login: the id of the professional account; asked for if empty")
    page: str = Field("", pattern=r"^\d*$", description="with Facebook login: the id of the Page; needed where you have more than one")
    api_version: str = Field("v25.0", pattern=r"^v\d+\.\d+$", description="the version of the Graph API")
    client_id: str = Field("", description="the id of your app: with Instagram login the Instagram app id, not the Facebook one")
    redirect_uri: str = Field("", description="the redirect address registered with the app, https")


class Options(Table):
    """Its keys in a post."""

    story: bool = Field(False, description="for a day, as a story: one picture or film, without text")
    share_to_feed: bool = Field(True, description="false: a reel stands under Reels alone")
    thumb_offset: int = Field(0, ge=0, description="which moment of a reel is its cover, in milliseconds")
    collaborators: tuple[str, ...] = Field((), max_length=3, description="user names of those who are asked to be authors too")
