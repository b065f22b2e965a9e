"""Where YouTube's API is, and how a film is changed there. Source: developers.google.com/youtube/v3/docs (2026-11-22)."""

from __future__ import annotations

from typing import Any

from smm_cli.words.exchange import Json, Request

HOST = "www.googleapis.com"


def url_of(version: str, path: str, *, upload: bool = False) -> str:
    """The address of `path`; bytes go to one of their own (`upload`)."""
    return f"https://{HOST}/{'upload/' if upload else ''}youtube/{version}/{path}"


def update_of(version: str, parts: str, id: str, *, commits: bool = False, may_fail: bool = False, **said: Any) -> Request:
    """The request that replaces `parts` of a film by what is said."""
    body = Json({"id": id, **said})
    return Request("PUT", url_of(version, "videos"), body, query=(("part", parts),), commits=commits, may_fail=may_fail)
