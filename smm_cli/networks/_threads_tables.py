"""What Threads reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from smm_cli.networks._table import Table

Who = Literal["", "everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"]


class Settings(Table):
    """Its table in channels.toml; `client_id` and `redirect_uri` stand once in [networks.threads]."""

    reply_control: Who = Field("", description="who may answer posts that do not say it: everyone, accounts_you_follow, …")
    numbering: str = Field("", description="how parts of a split text are numbered")
    api_version: str = Field("v1.0", pattern=r"^v\d+\.\d+$", description="the version of the Threads API")
    client_id: str = Field("", description="the Threads app id of your app, which is not its Facebook app id")
    redirect_uri: str = Field("", description="the redirect address registered with the app, https")


class Options(Table):
    """Its keys in a post."""

    reply_control: Who = Field("", description="who may answer")
    topic_tag: str = Field("", max_length=50, pattern=r"^[^.&]*$", description="the topic; by itself the first hashtag of the text")
    spoiler: bool = Field(False, description="hide pictures and films behind a tap")
