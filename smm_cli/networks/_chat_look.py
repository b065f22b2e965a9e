"""Looking for a message after its answer was lost, in a list that goes back far enough or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smm_cli.words.conversation import Absent, CannotTell, Found
from smm_cli.words.delivery import PartReceipt


def among(
    items: Any, ours: Callable[[Mapping[str, Any]], bool], receipt: Callable[[Mapping[str, Any]], PartReceipt], most: int, where: str
) -> Found | Absent | CannotTell:
    """The message that is `ours` among `items`; absent where they are fewer than the `most` that a server lists. `where` to look."""
    if not isinstance(items, list):
        return CannotTell(where)
    found = next((item for item in items if ours(item)), None)
    if found is not None:
        return Found(receipt(found))
    return Absent() if len(items) < most else CannotTell(where)
