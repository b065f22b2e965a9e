"""A post as messages of Matrix: text twice, plain and as HTML; of a file its description; who is called; what is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from smm_cli.networks._matrix_event import event_in, file_name
from smm_cli.networks._pointer import id_in
from smm_cli.networks._short import described
from smm_cli.networks.base import Facts
from smm_cli.text.dialects import plain
from smm_cli.text.matrix import formatted
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.post import Part
from smm_cli.words.tree import Mention

Written = Callable[[Mention], str]


def message_of(part: Part, fields: Mapping[str, Any], mention: Written, user: Written, *, notice: bool) -> PayloadPart:
    """Text twice, plain and as HTML; of a file its description, or its name where it has none. `fields` is what it has beside."""
    media = described(part.media, mention)
    if media and not part.blocks:
        kind = f"m.{media[0].kind or 'file'}"
        return PayloadPart(media[0].alt or file_name(media[0]), {**fields, "msgtype": kind}, media, part.line)
    called: dict[str, None] = {}

    def calling(who: Mention) -> str:
        found = user(who)
        called.update({found: None} if found else {})
        return found

    html = formatted(part.blocks, mention, calling)
    said = {**fields, "msgtype": "m.notice" if notice else "m.text", "formatted_body": html} | ({"people": list(called)} if called else {})
    return PayloadPart(plain(part.blocks, mention, links="after"), said, media, part.line)


def user_of(facts: Facts, channel: Channel, network: str) -> Written:
    """The user id of whom a post mentions, which calls her; empty where she has none."""

    def found(who: Mention) -> str:
        person = facts.people.get(who.person)
        name = person.handle(channel.name, network) if person else ""
        return f"@{name}" if ":" in name else ""

    return found


def answered_by(message: PayloadPart) -> str:
    """The id of the event that a message answers: one of ours, or what a matrix.to address names; empty for none."""
    target = message.fields.get("reply_to")
    return event_in(target["url"]) if target and "url" in target else id_in(target, "reply_to")
