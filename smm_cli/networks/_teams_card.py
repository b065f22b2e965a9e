"""The Adaptive Card that a workflow posts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from smm_cli.words.channel import Person
from smm_cli.words.delivery import PayloadPart

CARD = "application/vnd.microsoft.card.adaptive"
OLD = frozenset({"1.0", "1.1", "1.2", "1.3", "1.4"})
"""Versions whose headings are told by size and weight alone. Source: adaptivecards.io/explorer/TextBlock.html (2026-08)."""


def called(person: Person) -> str:
    """What calls a person: the name that stands in the card's `entities` too."""
    return f"<at>{person.title or person.name}</at>"


def called_in(text: str, people: Mapping[str, Person], handle: Callable[[Person], str]) -> list[dict[str, str]]:
    """Who is called in `text`: name, and the address or object id that Teams knows her by."""
    known = ((person, handle(person)) for person in people.values())
    return [{"name": person.title or person.name, "id": own} for person, own in known if own and called(person) in text]


def card_of(message: PayloadPart, id: str, addresses: Sequence[str], version: str, *, wide: bool) -> dict[str, Any]:
    """The body of the request; its first element bears `id`, the pictures at `addresses` stand below the text."""
    body = [_known(element, version) for element in message.fields["body"]]
    for medium, address in zip(message.media, addresses, strict=True):
        body.append({"type": "Image", "url": address, "altText": medium.alt})
    if body:
        body[0] |= {"id": id}
    card: dict[str, Any] = {"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard"}
    card |= {"version": version, "body": body}
    if link := message.fields.get("link"):
        card["actions"] = [{"type": "Action.OpenUrl", "title": urlsplit(link).hostname or link, "url": link}]
    teams: dict[str, Any] = {"width": "Full"} if wide else {}
    if people := message.fields.get("people"):
        teams["entities"] = [{"type": "mention", "text": f"<at>{one['name']}</at>", "mentioned": dict(one)} for one in people]
    card |= {"msteams": teams} if teams else {}
    return {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": card}]}


def _known(element: Mapping[str, Any], version: str) -> dict[str, Any]:
    """An element without what the card's version does not know: a TextBlock has a style since 1.5."""
    styled = element["type"] != "TextBlock" or version not in OLD
    kept = {name: value for name, value in element.items() if name != "style" or styled}
    return kept | ({"items": [_known(inner, version) for inner in kept["items"]]} if "items" in kept else {})
