"""Files at a public address, for networks that fetch them themselves (Instagram, Threads, TikTok's photos, dev.to, Google)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.words.exchange import Request, Slice
from smm_cli.words.post import Blob

ENDINGS = {"image/jpeg": "jpg", "video/quicktime": "mov", "audio/mpeg": "mp3"}
"""File endings that are not the subtype itself."""


def public_address(blob: Blob) -> Generator[Request, Any, str]:
    """Where anybody can fetch `blob`: `[media] host` in channels.toml says who keeps it. The same file has the same address."""
    ending = ENDINGS.get(blob.type, blob.type.partition("/")[2])
    answer = yield Request("PUT", f"media:{blob.sha256[:32]}.{ending}", Slice(blob), auth="")
    return str(answer.get("url"))
