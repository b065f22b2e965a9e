"""What a server of the Mastodon API allows, and how it counts: written from the servers' rules, apart from smm's own rulers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import regex

from smm_cli.sandbox.base import Refused

GRAPHEME = regex.compile(r"\X")
ADDRESS = regex.compile(
    r"(?<![\w@$#./-])https?://(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?::\d+)?(?:[/?#][^\s<>\"]*)?", regex.I
)
REMOTE_MENTION = regex.compile(r"(?<![=/\w])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@[\p{L}\p{N}.-]*[\p{L}\p{N}]", regex.I)
TAIL = ".,:;!?'\")]}"

MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (8, b"WAVE", "audio/wav"),
)
"""Beginnings of files. Mastodon looks at the bytes, not at the name or the declared type (config/initializers/paperclip.rb, 4.5)."""


@dataclass(frozen=True)
class Rules:
    """A server: its software, limits and habits. The defaults are Mastodon 4.5's (GET /api/v2/instance, 2026-07-02).

    `keeps_keys`: seconds for which a repeated Idempotency-Key gives the first post again (0: ignored). `twice`: what a repeated key
    is answered with: "same" or "refused" (Pixelfed). `errors`: json, text, html or empty. `invalid`: the status of a refused post.
    `markdown`: the account's habit is text/markdown, which text/plain in `content_type` overrules. `second_media`: it has /api/v2/media.
    `warning`: longest content warning (0: any, and it counts with the text). `ruler`: how texts are counted.
    `slow_media`: how often a picture's state is asked until it is ready; None: it never gets ready, -1: it fails.
    """

    software: str = "mastodon"
    version: str = "4.5.2"
    compatible: str = ""
    characters: int = 500
    media: int = 4
    url_length: int = 23
    alt: int = 1500
    image_bytes: int = 16_777_216
    image_pixels: int = 33_177_600
    video_bytes: int = 103_809_024
    poll_options: int = 4
    poll_option: int = 50
    keeps_keys: float = 3600.0
    twice: str = "same"
    errors: str = "json"
    invalid: int = 422
    has_v2: bool = True
    has_nodeinfo: bool = True
    needs_media: bool = False
    mixes_media: bool = False
    quotes: bool = True
    letters_in_ids: bool = False
    slow_media: int | None = 0
    throttles: bool = True
    quote_key: str = "quoted_status_id"
    markdown: bool = False
    second_media: bool = True
    polls: bool = True
    warning: int = 0
    ruler: str = "mastodon"
    visibilities: tuple[str, ...] = ("public", "unlisted", "private", "direct")


RELATIVES: Mapping[str, Rules] = {
    "mastodon": Rules(),
    # superseriousbusiness/gotosocial, code of 2025-10-03: limits, 400 for what it refuses, no idempotency (issue 2723), ULIDs
    "gotosocial": Rules(
        "gotosocial", "0.19.1", characters=5000, media=6, alt=5000, image_bytes=41_943_040, poll_options=6, keeps_keys=0.0, invalid=400,
        mixes_media=True, quotes=False, letters_in_ids=True, quote_key="", markdown=True, ruler="code_points",
        visibilities=("public", "unlisted", "private", "direct", "mutuals_only"),
    ),
    # docs.pleroma.social, differences in the Mastodon API: no v2 instance on older ones, flake ids, a cached answer for a known key
    "pleroma": Rules(
        "pleroma", "2.6.0", "2.7.2 (compatible; Pleroma 2.6.0)", characters=5000, media=1000, keeps_keys=21_600.0, has_v2=False,
        mixes_media=True, quotes=False, letters_in_ids=True, quote_key="", markdown=True, ruler="graphemes",
        visibilities=("public", "unlisted", "private", "direct", "local"),
    ),
    # akkoma docs, differences in the Mastodon API: as Pleroma
    "akkoma": Rules(
        "akkoma", "3.10.4", "2.7.2 (compatible; Akkoma 3.10.4)", characters=5000, media=1000, keeps_keys=21_600.0, has_v2=False,
        mixes_media=True, quotes=False, letters_in_ids=True, quote_key="", markdown=True, ruler="graphemes",
        visibilities=("public", "unlisted", "private", "direct", "local"),
    ),
    # friendica/friendica src/Module/Api/Mastodon/Statuses.php (2024-10): a title, quote_id, no polls, practically no limit of text
    "friendica": Rules(
        "friendica", "2024.08", "2.8.0 (compatible; Friendica 2024.08)", characters=200_000, media=32, keeps_keys=0.0, quotes=False,
        quote_key="quote_id", second_media=False, polls=False,
    ),
    # pixelfed/pixelfed app/Http/Controllers/Api/ApiV1Controller.php (2024-03)
    "pixelfed": Rules(
        "pixelfed", "0.11.13", "2.7.2 (compatible; Pixelfed 0.11.13)", alt=1000, image_bytes=15_728_640, keeps_keys=86_400.0,
        twice="refused", needs_media=True, quotes=False, has_v2=False, quote_key="", polls=False, warning=140, ruler="code_points",
        visibilities=("public", "unlisted", "private"),
    ),
    # a server behind a proxy that answers everything unusual with a page
    "pages": Rules("unheard-of", "1.0", keeps_keys=0.0, errors="html", invalid=400, has_v2=False, has_nodeinfo=False),
    # real-servers.md: text/plain 400 for what it does not like, 401 without a body
    "terse": Rules("takahe", "0.10.0", "takahe/0.10.0", keeps_keys=0.0, errors="text", invalid=400, has_nodeinfo=False),
}  # fmt: skip


def length_of(text: str, warning: str, rules: Rules) -> int:
    """The length of a status as the server counts it.

    Sources, read 2026-11-23: GoToSocial statuscreate.go ([]rune of status and spoiler_text); Pleroma common_api/utils.ex (String.length
    of both); Pixelfed statusCreate (max: of status alone).
    """
    beside = "" if rules.warning else warning
    if rules.ruler == "mastodon":
        return counted(text, beside, rules.url_length)
    return len(text + beside) if rules.ruler == "code_points" else len(GRAPHEME.findall(text + beside))


def counted(text: str, warning: str, url_length: int) -> int:
    """Graphemes of the warning and of the text, each address as `url_length`, each mention without its domain.

    Source: app/validators/status_length_validator.rb (4.5): the warning counts as it is, only the text is rewritten.
    """

    def short(match: Any) -> str:
        address = str(match[0])
        kept = address.rstrip(TAIL)
        while kept.count("(") > kept.count(")") and len(kept) < len(address) and address[len(kept)] == ")":
            kept += ")"
        return "x" * url_length + address[len(kept) :]

    rewritten = REMOTE_MENTION.sub(r"@\1", ADDRESS.sub(short, text))
    return len(GRAPHEME.findall(warning + rewritten))


def kind_of(content: bytes) -> str:
    """The MIME type by the first bytes, or empty."""
    return next((kind for at, start, kind in MAGIC if content[at : at + len(start)] == start), "")


def pixels_of(content: bytes) -> int:
    """Width times height of a PNG or GIF by its header; 0 where it is not read."""
    if content.startswith(b"\x89PNG"):
        return int.from_bytes(content[16:20]) * int.from_bytes(content[20:24])
    if content.startswith(b"GIF8"):
        return int.from_bytes(content[6:8], "little") * int.from_bytes(content[8:10], "little")
    return 0


def check_poll(poll: Any, rules: Rules) -> None:
    """Refuses as app/validators/poll_options_validator.rb and poll_expiration_validator.rb do (4.5)."""
    options = [str(option) for option in poll.get("options", ())]
    seconds = int(poll.get("expires_in") or 0)
    said = ""
    if len(options) < 2:
        said = "Options must have more than one item"
    elif len(options) > rules.poll_options:
        said = f"Options can't contain more than {rules.poll_options} items"
    elif any(len(GRAPHEME.findall(option)) > rules.poll_option for option in options):
        said = f"Options can't be longer than {rules.poll_option} characters each"
    elif any(not option.strip() for option in options) or len(set(options)) < len(options):
        said = "Options contain duplicate items" if all(options) else "Options can't be blank"
    elif seconds < 300:
        said = "Expires at is too soon"
    elif seconds > 2_629_746:
        said = "Expires at is too far into the future"
    if said:
        raise Refused(rules.invalid, {"error": f"Validation failed: {said}"})
