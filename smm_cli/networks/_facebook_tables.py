"""What Facebook reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from smm_cli.networks._table import Table


class Settings(Table):
    """Its table in channels.toml; `client_id` and `redirect_uri` stand once in [networks.facebook]."""

    page: str = Field("", pattern=r"^\d*$", description="the id of the Page; needed where you have more than one")
    api_version: str = Field("v25.0", pattern=r"^v\d+\.\d+$", description="the version of the Graph API")
    client_id: str = Field("", description="the id of your app at developers.facebook.com")
    redirect_uri: str = Field("", description="the redirect address registered with the app")
    # That a post made with published=false is shown by is_published=true is in Meta's SDK (Post.api_update, v25); that it then stands
    # in the feed like any other was not tried by us.
    draft_first: bool = Field(
        True, description="make the post unseen, then show it: a lost answer can be cleared up; false: one request, as most programs do"
    )


class Options(Table):
    """Its keys in a post."""

    video_as: Literal["", "reel", "video"] = Field(
        "", description="how a film goes out; by itself a reel where it is upright and runs 3 to 90 seconds"
    )
