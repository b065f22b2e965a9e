"""JSON Schemas of what people write: the front matter of a post, and channels.toml."""

from __future__ import annotations

from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """`post` and `channels`, made from the models that read the files."""
    return {"post": post_schema(), "channels": channels_schema()}


def post_schema() -> dict[str, Any]:
    """The front matter of a post. Keys of a network are allowed below `for:`, since they depend on the channel."""
    from smm_cli.calendar.post_model import PostTable

    return {"$schema": DIALECT, **PostTable.model_json_schema(by_alias=True), "title": "Front matter of a post"}


def channels_schema() -> dict[str, Any]:
    """channels.toml."""
    from smm_cli.calendar.config_model import ChannelsFile

    return {"$schema": DIALECT, **ChannelsFile.model_json_schema(by_alias=True), "title": "channels.toml"}
