"""How a request of TikTok's API is made."""

from __future__ import annotations

from typing import Any

from smm_cli.words.exchange import Json, Request


def ask(api: str, path: str, body: Any, *, commits: bool = False, keeps_for: float | None = None, secret: tuple[str, ...] = ()) -> Request:
    """A request that tells `body`, in the form that TikTok wants."""
    headers = {"content-type": "application/json; charset=UTF-8"}
    return Request("POST", f"{api}/{path}", Json(body), headers, commits=commits, keeps_for=keeps_for, secret=secret)
