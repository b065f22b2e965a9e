"""What Discord reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

import re

from pydantic import field_validator, model_validator

from smm_cli.networks._table import Table


class Settings(Table):
    """`channel` (its number) is written to by a bot, or `webhook` (its number, the first in its address) without one; one of them.

    `thread`: a thread of it. `forum`: the channel is a forum, where each post opens a thread with its title, and with `tags` (numbers).
    `username` and `avatar` of a webhook's messages; `embeds`: links are shown with a card; `silent`: without a sound (a bot alone);
    `crosspost`: an announcement goes on to the servers that follow (a bot alone); `api`: the version spoken.
    """

    channel: str = ""
    webhook: str = ""
    thread: str = ""
    forum: bool = False
    tags: tuple[str, ...] = ()
    username: str = ""
    avatar: str = ""
    embeds: bool = True
    silent: bool = False
    crosspost: bool = False
    api: int = 10

    @field_validator("channel", "webhook", "thread")
    @classmethod
    def _a_number(cls, value: str) -> str:
        if value and not re.fullmatch(r"\d{5,20}", value):
            raise ValueError('must be a number in quotes, like "1200000000000000000" (turn on Developer Mode to copy it)')
        return value

    @field_validator("tags")
    @classmethod
    def _a_few(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) > 5 or not all(re.fullmatch(r"\d{1,20}", tag) for tag in value):
            raise ValueError("must be at most five numbers of tags in quotes")
        return value

    @field_validator("username")
    @classmethod
    def _a_name(cls, value: str) -> str:
        """Source: discord-api-docs, Usernames and Nicknames (2026-08-06)."""
        if len(value) > 80 or re.search(r"clyde|discord", value, re.I):
            raise ValueError("must be at most 80 characters long, and not name Discord or Clyde")
        return value

    @model_validator(mode="after")
    def _one_of_them(self) -> Settings:
        if bool(self.channel) == bool(self.webhook):
            raise ValueError("needs channel (with a bot's token) or webhook (with the rest of its address as token)")
        return self


class Options(Table):
    """`silent` and `embeds` for this post."""

    silent: bool | None = None
    embeds: bool | None = None
