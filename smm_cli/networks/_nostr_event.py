"""Events of Nostr as smm makes them: content, tags, and what a post points to.

Source: github.com/nostr-protocol/nips 01, 10 (threads), 18 (quotes), 23 (articles), 27 (mentions), 36 (warnings), 92 (imeta), 2026-07-22.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smm_cli.text.commonmark import commonmark
from smm_cli.text.lines import lines_of
from smm_cli.text.nostr import clean, encode, event_of, pointer, profile_of
from smm_cli.words.post import Media
from smm_cli.words.tree import Block, Mention

NOTE, DELETION, ARTICLE = 1, 5, 30_023
Written = Callable[[Mention], str]


def calling(mention: Written, called: list[str]) -> Written:
    """As `mention`, but people with an npub as `nostr:npub1…` (NIP-27); their keys are added to `called`."""

    def written(one: Mention) -> str:
        text = mention(one)
        key = profile_of(text)
        if not key:
            return text.removeprefix("@")
        if key not in called:
            called.append(key)
        return f"nostr:{encode('npub', bytes.fromhex(key))}"

    return written


def note(blocks: Sequence[Block], mention: Written) -> tuple[str, list[list[str]]]:
    """Content and tags of a note: plain text, its hashtags, its people."""
    called: list[str] = []
    lines = lines_of(blocks, calling(mention, called), "after")
    text = "\n".join("".join(piece.text for piece in line) for line in lines).strip("\n")
    return clean(text), [*_hashtags(lines), *(["p", key] for key in called)]


def article(blocks: Sequence[Block], mention: Written) -> tuple[str, list[list[str]]]:
    """Content and tags of an article: CommonMark without HTML."""
    called: list[str] = []
    written = calling(mention, called)
    return clean(commonmark(blocks, written)), [*_hashtags(lines_of(blocks, written, "after")), *(["p", key] for key in called)]


def _hashtags(lines: Sequence[Sequence[Any]]) -> list[list[str]]:
    tags = dict.fromkeys(piece.value.lower() for line in lines for piece in line if piece.kind == "tag")
    return [["t", tag] for tag in tags]


def with_media(content: str, tags: list[list[str]], media: Sequence[tuple[Media, str]]) -> tuple[str, list[list[str]]]:
    """The addresses of files below the text, and what they are (NIP-92)."""
    if not media:
        return content, tags
    shown = "\n".join(url for _, url in media)
    return f"{content}\n\n{shown}".lstrip(), [*tags, *(_imeta(medium, url) for medium, url in media)]


def _imeta(medium: Media, url: str) -> list[str]:
    found = ["imeta", f"url {url}"]
    if medium.blob:
        found += [f"m {medium.blob.type}", f"x {medium.blob.sha256}", f"size {medium.blob.size}"]
    found += [f"dim {medium.width}x{medium.height}"] if medium.width and medium.height else []
    return found + ([f"alt {' '.join(clean(medium.alt).split())}"] if medium.alt else [])


def pointed(target: str, found: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a post answers or quotes: {id, relay, author, root} as far as it is known; {"unknown": …} for no note.

    `found`: what a receipt of ours tells.
    """
    told = dict(found) if found else event_of(target)
    return told if told.get("id") else {"unknown": target}


def thread_tags(parent: Mapping[str, Any]) -> list[list[str]]:
    """Which note is answered, and where its thread begins (NIP-10), with whom to tell."""
    root, id, relay = str(parent.get("root") or parent["id"]), str(parent["id"]), str(parent.get("relay") or "")
    tags = [["e", root, relay, "root"]]
    tags += [["e", id, relay, "reply"]] if id != root else []
    return tags + ([["p", str(parent["author"])]] if parent.get("author") and not parent.get("own") else [])


def root_of(event: Mapping[str, Any]) -> str:
    """Where the thread of a note begins: the note itself, if it answers none."""
    marked = [tag for tag in event.get("tags", ()) if isinstance(tag, list) and len(tag) > 1 and tag[0] == "e"]
    return str(next((tag[1] for tag in marked if len(tag) > 3 and tag[3] == "root"), marked[0][1] if marked else event.get("id", "")))


def name_of(event: Mapping[str, Any], relays: Sequence[str]) -> str:
    """nevent of a note or naddr of an article, with the first relay that has it."""
    kind, author = int(event["kind"]), str(event["pubkey"])
    if kind == ARTICLE:
        return pointer("naddr", tag_of(event, "d").encode(), relays[:1], author, kind)
    return pointer("nevent", bytes.fromhex(event["id"]), relays[:1], author, kind)


def tag_of(event: Mapping[str, Any], name: str) -> str:
    """The first value of a tag, or empty."""
    return next((str(tag[1]) for tag in event.get("tags", ()) if len(tag) > 1 and tag[0] == name), "")
