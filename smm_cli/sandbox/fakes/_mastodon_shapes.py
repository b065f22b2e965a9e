"""The JSON and HTML that a server of the Mastodon API answers with. Source: docs.joinmastodon.org/entities (2026-07-02)."""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from typing import Any
from zlib import crc32

from smm_cli.sandbox.fakes._mastodon_rules import Rules

URL = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,:;!?')\]]")
WORD = re.compile(r"(?<![\w/])(@[\w.-]+@[\w.-]*\w|@\w+|#\w+)")


def stamp(moment: datetime) -> str:
    """2026-11-24T12:00:00.000Z"""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def account_id(name: str) -> str:
    """A number for a name, the same in every process."""
    return str(100_000 + crc32(name.encode()))


def html_of(text: str) -> str:
    """A text as Mastodon shows it: paragraphs, breaks, addresses cut by invisible spans, mentions without their domain."""
    paragraphs = [part for part in re.split(r"\n{2,}", text.strip()) if part]
    return "".join(f"<p>{'<br />'.join(_line(line) for line in part.split(chr(10)))}</p>" for part in paragraphs)


def _line(line: str) -> str:
    done, at = "", 0
    for match in URL.finditer(line):
        done += _words(line[at : match.start()]) + _address(match[0])
        at = match.end()
    return done + _words(line[at:])


def _address(url: str) -> str:
    scheme, rest = re.match(r"(https?://(?:www\.)?)(.*)", url).groups()  # type: ignore[union-attr]
    shown, hidden = escape(rest[:30]), escape(rest[30:])
    spans = f'<span class="invisible">{scheme}</span><span class="ellipsis">{shown}</span><span class="invisible">{hidden}</span>'
    return f'<a href="{escape(url)}" rel="nofollow noopener" target="_blank">{spans}</a>'


def _words(text: str) -> str:
    def linked(match: re.Match[str]) -> str:
        sign, name = match[0][0], match[0][1:].partition("@")[0]
        return f'<a href="#" class="{"mention hashtag" if sign == "#" else "u-url mention"}">{sign}<span>{name}</span></a>'

    return WORD.sub(linked, escape(text, quote=False))


def account(name: str, base: str) -> dict[str, Any]:
    """An account as statuses and verify_credentials show it."""
    return {"id": account_id(name), "username": name, "acct": name, "display_name": name.title(), "url": f"{base}/@{name}"}


def medium(found: dict[str, Any], base: str) -> dict[str, Any]:
    """A media attachment: `url` is null while it is processed."""
    address = f"{base}/media/{found['id']}" if found["left"] == 0 else None
    return {
        "id": found["id"],
        "type": "gifv" if found["type"] == "image/gif" else found["type"].split("/")[0],
        "url": address,
        "preview_url": address,
        "description": found["description"],
        "meta": {"focus": found["focus"]},
    }


def configuration(rules: Rules) -> dict[str, Any]:
    """The limits, as v1 and v2 of the instance endpoint give them."""
    return {
        "statuses": {
            "max_characters": rules.characters,
            "max_media_attachments": rules.media,
            "characters_reserved_per_url": rules.url_length,
        },
        "media_attachments": {
            "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg"],
            "description_limit": rules.alt,
            "image_size_limit": rules.image_bytes,
            "image_matrix_limit": rules.image_pixels,
            "video_size_limit": rules.video_bytes,
            "video_matrix_limit": 8_294_400,
        },
        "polls": {
            "max_options": rules.poll_options,
            "max_characters_per_option": rules.poll_option,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
    }


def instance(rules: Rules, host: str, *, second: bool) -> dict[str, Any]:
    """/api/v2/instance, or /api/v1/instance."""
    version = rules.compatible or rules.version
    shared = {"title": "A sandbox", "version": version, "configuration": configuration(rules)}
    if second:
        return {"domain": host, **shared, "api_versions": {"mastodon": 7} if rules.quotes else {}}
    return {"uri": host, **shared, "max_toot_chars": rules.characters}
