"""Settings and Options without pydantic: imported when asked for, or as they were validated before."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any


class Later:
    """Settings or Options that stand in a module of their own: imported when they are asked for, with pydantic."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    def __get__(self, network: object, kind: type) -> Any:
        return getattr(import_module(self.module), self.name)


class Kept:
    """Settings or Options as they were validated before, read without pydantic."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        vars(self).update({name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} is read, not set")
