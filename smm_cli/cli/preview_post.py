"""What a post will be on each of its channels: texts as sent, counted against every limit, media, what a reader will see beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smm_cli.calendar.targets import channels_of
from smm_cli.cli.check_findings import in_order
from smm_cli.cli.planned import Planned
from smm_cli.delivery.prepare import Prepared
from smm_cli.delivery.runner import Runner
from smm_cli.networks.base import Network
from smm_cli.text.rulers import measure
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import FINAL, Delivery, PayloadPart, delivery_name
from smm_cli.words.limit import Limit
from smm_cli.words.post import Media, Post
from smm_cli.words.problem import Problem

UNITS = {"utf8": "bytes", "utf16": "UTF-16 units", "graphemes": "graphemes"}
"""What a ruler counts, where it is not simply characters."""
TEXTS = ("text", "bytes")


@dataclass(frozen=True, slots=True)
class Count:
    """So much of a limit is used: `212 of 500 graphemes`."""

    name: str
    used: int
    most: int
    unit: str

    def __str__(self) -> str:
        what = "" if self.name in TEXTS else f"{self.name.replace('_', ' ')}: "
        return f"{what}{self.used} of {self.most} {self.unit}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, film or sound as it will be sent; `count` measures its description."""

    medium: Media
    count: Count | None


@dataclass(frozen=True, slots=True)
class Message:
    """One part as it will be sent. `card`: the address whose card will be shown."""

    text: str
    counts: tuple[Count, ...]
    media: tuple[Shown, ...]
    card: str
    extras: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """A post on one channel. `delivery` is None where none is planned; `share` the prefilled address of a handoff."""

    channel: Channel
    title: str
    name: str
    account: str
    delivery: Delivery | None
    messages: tuple[Message, ...]
    extras: Mapping[str, str]
    share: str
    by_hand: bool
    problems: tuple[Problem, ...]


def views_of(post: Post, planned: Planned, runner: Runner) -> Iterator[View]:
    """The post on each of its channels, in the order written. Pure of the network: nothing is asked."""
    for target in channels_of(post, runner.calendar):
        yield view_of(post, target.channel, planned, runner)


def view_of(post: Post, channel: Channel, planned: Planned, runner: Runner) -> View:
    """The post on one of its channels."""
    mine = planned.deliveries.get((post.id, channel.name), [])
    delivery = next((one for one in mine if one.state not in FINAL), mine[-1] if mine else None)
    name = delivery.name if delivery else delivery_name(post.id or "draft", channel.name)
    at: datetime = (delivery and (delivery.at or delivery.due)) or runner.clock.now()
    account = runner.ledger.account(channel.name)
    prepared = runner.composer.prepare(post, channel, name, at, account)
    network, payload = prepared.network, prepared.payload
    by_hand = channel.by_hand or network.handoff
    share = network.share_link(payload) if by_hand and payload and network.share_link is not None else ""
    return View(
        channel=channel,
        title=network.title,
        name=name,
        account=account.handle if account else channel.account,
        delivery=delivery,
        messages=tuple(_message(network, prepared, number) for number in range(len(payload.parts))) if payload else (),
        extras=_extras(payload.fields) if payload else {},
        share=share,
        by_hand=by_hand,
        problems=tuple(in_order(prepared.problems)),
    )


def _message(network: Network, prepared: Prepared, number: int) -> Message:
    assert prepared.payload is not None
    part = prepared.payload.parts[number]
    counts = tuple(_counts(network, part, prepared.payload.fields if number == 0 else {}))
    alt = next((limit for limit in network.text_limits if limit.name == "alt"), None)
    media = tuple(Shown(medium, _described(medium, alt)) for medium in part.media)
    card = part.fields.get("card")
    return Message(part.text, counts, media, card if isinstance(card, str) else "", _extras(part.fields))


def _counts(network: Network, part: PayloadPart, fields: Mapping[str, Any]) -> Iterator[Count]:
    from dataclasses import replace

    whole = replace(part, fields={**fields, **part.fields})
    for limit in network.text_limits:
        if limit.name != "alt" and (limit.name in TEXTS or whole.fields.get(limit.name)):
            yield Count(limit.name, network.measured(whole, limit), limit.maximum, unit_of(limit))


def _described(medium: Media, limit: Limit | None) -> Count | None:
    return Count("alt", measure(medium.alt, limit.ruler), limit.maximum, unit_of(limit)) if limit and medium.alt else None


def unit_of(limit: Limit) -> str:
    """What `limit` counts, for people."""
    return UNITS.get(limit.ruler, "characters")


def _extras(fields: Mapping[str, Any]) -> dict[str, str]:
    """What else the network gets that a reader may see: short texts and lists of them, but what a machine made of the text."""
    found: dict[str, str] = {}
    for name, value in fields.items():
        listed: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
        said = all(isinstance(one, str | int) for one in listed) and ", ".join(str(one) for one in listed)
        if said and name not in ("card", "html", "markdown", "post", "channel") and "\n" not in said:
            found[name] = said
    return found
