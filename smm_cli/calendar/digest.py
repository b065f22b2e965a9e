"""What an approval is bound to: what a person wrote, never what smm makes of it, so that an upgrade lapses nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from smm_cli.calendar.media_files import find_media, paths_of
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.posts import digest_of_texts
from smm_cli.calendar.source import Source
from smm_cli.calendar.targets import aim, channels_of
from smm_cli.words.channel import Channel
from smm_cli.words.post import Media, Post

VERSION = "v1"
MENTION = re.compile(r"@\{([^{}\n]+)\}")
SENT = ("title", "link", "canonical", "tags", "language", "author", "date", "content_warning", "visibility", "reply_to", "quote")
SENT_TOO = ("first_comment", "split", "numbering")
WORDS = {"pictures": "media", "handles": "handles of people"}
"""What a person calls a key of `said_by_channel`, where she would not know it."""
Said = dict[str, dict[str, Any]]
TIMES = ("publish_at", "timezone", "slot", "not_before", "not_after", "repeat", "until", "max_late", "urgent")


def approval_digest(post: Post, calendar: Calendar, source: Source) -> str:
    """`v1:` and the hex SHA-256 of all that would be sent and when, as written, for each channel.

    Covers, per channel: text before splitting, keys that are sent, media (SHA-256 of the original bytes, description, focus), handles
    of people mentioned, times or `slot: next` as written. Never notes, comments, approvals, status, path, order, campaign, pillar.
    A file that is missing, or cannot be read, counts as missing: to add it changes the digest.
    """
    return digest_of(post.id, said_by_channel(post, calendar, source))


def said_by_channel(post: Post, calendar: Calendar, source: Source) -> Said:
    """What an approval covers, by channel: plain JSON, without keys that say nothing."""
    read: dict[str, str] = {}
    return {
        target.channel.name: _said(aim(post, target.channel, calendar), target.channel, calendar, source, read)
        for target in channels_of(post, calendar)
    }


def digest_of(post_id: str, said: Said) -> str:
    """The digest of what `said_by_channel` gave."""
    whole = json.dumps([post_id, said], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{VERSION}:{hashlib.sha256(whole.encode()).hexdigest()}"


def differences(before: Said, after: Said) -> str:
    """What differs between two contents of one post, in words: keys, each with its channels where it is not all of them."""
    told = [f"+{name}" for name in after if name not in before] + [f"-{name}" for name in before if name not in after]
    both = [name for name in before if name in after]
    found: dict[str, list[str]] = {}
    for name in both:
        for key in {**before[name], **after[name]}:
            if before[name].get(key) != after[name].get(key):
                found.setdefault(WORDS.get(key, key), []).append(name)
    changed = {key: list(dict.fromkeys(names)) for key, names in found.items()}
    keys = [key if len(names) == len(both) else f"{key} on {', '.join(names)}" for key, names in changed.items()]
    return "; ".join([*keys, *([f"channels {' '.join(told)}"] if told else [])])


def text_digest(post: Post) -> str:
    """Hex SHA-256 of text, title, link and the texts of targets: equal for a renamed copy."""
    return post.text_digest or digest_of_texts(post)


def _said(post: Post, channel: Channel, calendar: Calendar, source: Source, read: dict[str, str]) -> dict[str, Any]:
    """What one channel gets, without keys that say nothing, so that a new key of a later version changes no digest."""
    said: dict[str, Any] = {key: getattr(post, key) for key in (*SENT, *SENT_TOO, *TIMES)}
    for key in ("publish_at", "not_before", "not_after", "until"):
        said[key] = said[key].replace("T", " ")
    said["text"] = post.body.replace("\r\n", "\n").strip("\n")
    said["options"] = dict(post.options)
    said["poll"] = _filled(asdict(post.poll)) if post.poll else None
    said["wait_for"] = _filled(asdict(post.wait_for)) if post.wait_for else None
    said["media"] = [_medium(item, post, source, read) for item in post.media]
    said["pictures"] = {path: _sum(path, post, source, read) for path in paths_of(post.body)}
    texts = [said["text"], post.title, post.content_warning, post.first_comment, *(item.alt for item in post.media)]
    said["handles"] = _handles(texts, channel, calendar)
    return _filled(said)


def _filled(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value not in ("", False, None, [], {}, ())}


def _medium(item: Media, post: Post, source: Source, read: dict[str, str]) -> dict[str, Any]:
    thumbnail = _sum(item.thumbnail, post, source, read) if item.thumbnail else ""
    said = {"file": _sum(item.path, post, source, read), "name": _name(item.path), "alt": item.alt, "focus": item.focus}
    return _filled({**said, "decorative": item.decorative, "thumbnail": thumbnail, "thumbnail_name": _name(item.thumbnail)})


def _name(path: str) -> str:
    """The file's own name, which sites show in addresses; a moved folder changes nothing."""
    return path.replace("\\", "/").rpartition("/")[2]


def _sum(path: str, post: Post, source: Source, read: dict[str, str]) -> str:
    if path not in read:
        found = find_media(path, post.path, source)
        try:
            read[path] = hashlib.sha256(source.read(found)).hexdigest() if found else "missing"
        except OSError:
            read[path] = "missing"
    return read[path]


def _handles(texts: Iterable[str], channel: Channel, calendar: Calendar) -> dict[str, str]:
    named = {name for text in texts for name in MENTION.findall(text)}
    people = {name: calendar.people[name] for name in sorted(named) if name in calendar.people}
    return {name: person.handle(channel.name, channel.network) or person.title for name, person in people.items()}
