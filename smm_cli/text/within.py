"""The walk over a tree of rich text for those who change one kind of node in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any


def within(node: Any, change: Callable[[Any], Any]) -> Any:
    """`node` with `change` done to what stands in it: to each of a tuple, to whatever tuples a block or an inline holds."""
    if isinstance(node, tuple):
        return tuple(change(one) for one in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    changed = {f.name: change(value) for f in fields(node) if isinstance(value := getattr(node, f.name), tuple)}
    return replace(node, **changed) if changed else node
