"""Tables of channels.toml and of posts as pydantic models. Imported when one is validated or asked for its keys, not to send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

SIMPLE = (str, int, float, bool, type(None))


class Table(BaseModel):
    """A table of channels.toml or of a post: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Settings(Table):
    """Its table in channels.toml."""


class Options(Table):
    """Its keys inside `for:` of a post."""


def kept_of(model: type[Table], said: Mapping[str, Any]) -> dict[str, Any] | None:
    """What `model` makes of `said`, with defaults, for networks.base.Kept; None where that could not stand for it.

    Raises ValidationError.
    """
    made = model.model_validate(dict(said))
    own = {name for name in dir(model) if not name.startswith("_")} - set(dir(Table))
    values = {name: getattr(made, name) for name in model.model_fields}
    if own - set(values) or not all(_is_simple(value) for value in values.values()):
        return None
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _is_simple(value: Any) -> bool:
    return type(value) in SIMPLE or (type(value) is tuple and all(type(one) in SIMPLE for one in value))
