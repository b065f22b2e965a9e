"""What Bluesky reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, field_validator

from smm_cli.networks._bluesky_text import LANGUAGE
from smm_cli.networks._table import Table

LIST = re.compile(r"list:at://[^/\s]+/app\.bsky\.graph\.list/[A-Za-z0-9._:~-]+")
RULES = ("mention", "follower", "following")
RULES_MOST = 5
"""Source: lexicon app.bsky.feed.threadgate, 2026-08-20."""


class Settings(Table):
    """Its table in channels.toml. `identifier` is the handle (or DID, or mail address) to log in with; else the pinned account."""

    server: str = Field("https://bsky.social", pattern=r"^https?://[^/\s]+$", description="where to log in: your provider")
    identifier: str = Field("", description="the handle to log in with, such as ada.bsky.social; the channel's account where empty")
    languages: tuple[str, ...] = Field((), max_length=3, description="languages of posts that name none, such as de or en-GB")
    link_cards: bool = Field(True, description="fetch the page that a post links to and show a card of it")
    shorten_links: bool = Field(True, description="show long addresses cut, as the app does; the link stays whole")
    app: str = Field("https://bsky.app", pattern=r"^https?://[^/\s]+$", description="the web client that addresses of posts name")
    video_service: str = Field(
        "https://video.bsky.app", pattern=r"^(https?://[^/\s]+)?$", description="prepares films; empty: films go straight to the server"
    )

    @field_validator("server", "app", "video_service", mode="before")
    @classmethod
    def _without_slash(cls, value: Any) -> Any:
        return value.rstrip("/") if isinstance(value, str) else value

    @field_validator("languages")
    @classmethod
    def _are_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not LANGUAGE.fullmatch(one):
                raise ValueError(f"{one} is no language code (de, en, pt-BR)")
        return value


class Options(Table):
    """Its keys in a post. `threadgate`: who may answer, any of mention, follower, following, list:at://…, or `nobody` alone."""

    threadgate: tuple[str, ...] | None = Field(None, description="who may answer: mention, follower, following, list:at://…, or nobody")
    quotes: bool = Field(True, description="false: nobody may quote it")
    labels: tuple[Literal["sexual", "nudity", "porn", "graphic-media"], ...] = Field((), description="what its pictures show")
    link_card: bool | None = Field(None, description="a card of its link, whatever the channel's link_cards says")

    @field_validator("threadgate", "labels", mode="before")
    @classmethod
    def _as_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("threadgate")
    @classmethod
    def _are_rules(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is None or value == ("nobody",):
            return value
        for rule in value:
            if rule not in RULES and not LIST.fullmatch(rule):
                raise ValueError(f"{rule} is none of {', '.join(RULES)}, list:at://…/app.bsky.graph.list/…; nobody stands alone")
        if len(value) > RULES_MOST:
            raise ValueError(f"at most {RULES_MOST} rules")
        return value
