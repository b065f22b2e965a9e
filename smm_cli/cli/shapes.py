"""How things look as JSON: stable, documented keys."""

from __future__ import annotations

from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any

from smm_cli.words.delivery import Delivery, Receipt
from smm_cli.words.problem import Problem

if TYPE_CHECKING:
    from smm_cli.sandbox.recording import Recorded
    from smm_cli.sandbox.rehearsal import Scene

if TYPE_CHECKING:
    from smm_cli.cli.preview_post import Count, Message, View
    from smm_cli.delivery.send import Outcome


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, whole seconds; null where there is none."""
    if moment is None:
        return None
    return f"{(moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat()[:19]}Z"


def delivery_shape(delivery: Delivery) -> dict[str, Any]:
    """A delivery: `name`, `post`, `channel`, `network`, `occurrence`, `due`, `state`, `reason`, `why`, `by_hand`, `account`,
    `title`, `campaign`, `path`, `url`."""
    return {
        "name": delivery.name,
        "post": delivery.post,
        "channel": delivery.channel,
        "network": delivery.network,
        "occurrence": delivery.occurrence or None,
        "due": iso(delivery.due),
        "state": delivery.state,
        "reason": delivery.reason or None,
        "why": delivery.why or None,
        "by_hand": delivery.by_hand,
        "account": delivery.handle or None,
        "title": delivery.title or None,
        "campaign": delivery.campaign or None,
        "path": delivery.path or None,
        "url": delivery.url or None,
    }


def delivery_json(delivery: Delivery) -> str:
    """The JSON of delivery_shape, to the letter as json.dumps(…, ensure_ascii=False) writes it: for 10,000 of them that takes too long."""
    found = delivery
    due = iso(found.due)
    return (
        f'{{"name": {quoted(found.name)}, "post": {quoted(found.post)}, "channel": {quoted(found.channel)}, '
        f'"network": {quoted(found.network)}, "occurrence": {quoted(found.occurrence) if found.occurrence else "null"}, '
        f'"due": {quoted(due) if due else "null"}, "state": {quoted(found.state)}, '
        f'"reason": {quoted(found.reason) if found.reason else "null"}, "why": {quoted(found.why) if found.why else "null"}, '
        f'"by_hand": {"true" if found.by_hand else "false"}, "account": {quoted(found.handle) if found.handle else "null"}, '
        f'"title": {quoted(found.title) if found.title else "null"}, "campaign": {quoted(found.campaign) if found.campaign else "null"}, '
        f'"path": {quoted(found.path) if found.path else "null"}, "url": {quoted(found.url) if found.url else "null"}}}'
    )


def outcome_shape(outcome: Outcome) -> dict[str, Any]:
    """An outcome of a tick: `name`, `state`, `url`, `error`, `slug`, `hint`, `next_at`, `note`."""
    return {
        "name": outcome.delivery,
        "state": outcome.state,
        "url": outcome.url or None,
        "error": outcome.error.what if outcome.error else None,
        "slug": outcome.error.slug if outcome.error else None,
        "hint": outcome.error.hint if outcome.error else None,
        "next_at": iso(outcome.next_at),
        "note": outcome.note or None,
    }


def problem_shape(problem: Problem) -> dict[str, Any]:
    """A problem: `slug`, `severity`, `what`, `hint`, `file`, `line`, `column`, `channel`."""
    place = problem.place
    return {
        "slug": problem.slug,
        "severity": problem.severity,
        "what": problem.what,
        "hint": problem.hint or None,
        "file": place.file or None,
        "line": place.line or None,
        "column": place.column or None,
        "channel": place.channel or None,
    }


RECEIPT_KEYS = (
    "at",
    "name",
    "post",
    "channel",
    "network",
    "occurrence",
    "state",
    "account",
    "url",
    "urls",
    "author",
    "approved_by",
    "campaign",
    "cost",
    "runner",
    "due",
    "changes",
    "note",
)
"""The keys of a receipt, and the columns of `smm log --csv`."""


def receipt_shape(receipt: Receipt) -> dict[str, Any]:
    """What went out: the keys of RECEIPT_KEYS. `at` and `due` in UTC; `url` of the first part, `urls` of all; `changes` like
    `corrected 2026-11-24T08:00:00Z`."""
    values = (
        iso(receipt.at),
        receipt.delivery,
        receipt.post,
        receipt.channel,
        receipt.network or None,
        receipt.occurrence or None,
        receipt.state,
        receipt.account or None,
        receipt.url or None,
        [part.url for part in receipt.parts if part.url],
        receipt.author or None,
        list(receipt.approved_by),
        receipt.campaign or None,
        receipt.cost or None,
        receipt.runner.split("#")[0] or None,
        iso(receipt.due),
        [f"{change.what} {iso(change.at)}" for change in receipt.changes],
        receipt.note or None,
    )
    return dict(zip(RECEIPT_KEYS, values, strict=True))


def scene_shape(scene: Scene) -> dict[str, Any]:
    """What a rehearsal came to: `at`, then the keys of an outcome, and `post`, `channel`, `network`, `account`, `title`, `reason` (of
    what is held), `texts` (each part as it would stand there), `media` (descriptions)."""
    return {
        "at": iso(scene.at),
        **outcome_shape(scene.outcome),
        "post": scene.post,
        "channel": scene.channel,
        "network": scene.network,
        "account": scene.account or None,
        "title": scene.title or None,
        "reason": scene.reason or None,
        "texts": list(scene.texts),
        "media": list(scene.media),
    }


def request_shape(request: Recorded) -> dict[str, Any]:
    """A request of a dry run: `channel`, `network`, `method`, `address`, `headers`, `body` (JSON as it is; forms as pairs; files by name
    and size), `publishes`, `signed` (a credential is added), `foreign` (a page that the post links to)."""
    names = ("channel", "network", "method", "address", "headers", "body", "publishes", "signed", "foreign")
    return {name: getattr(request, name) for name in names}


def view_shape(view: View) -> dict[str, Any]:
    """A post on one channel: `name`, `channel`, `network`, `account`, `due`, `state`, `reason`, `by_hand`, `share_link`, `fields`
    (what else the network gets), `problems`, and `parts`: each with `text`, `counts` (`name`, `used`, `maximum`, `unit`), `card`
    (address of a link card), `fields`, `media` (`path`, `alt`, `decorative`, `type`, `bytes`, `width`, `height`, `seconds`)."""
    found = view.delivery
    return {
        "name": view.name,
        "channel": view.channel.name,
        "network": view.channel.network,
        "account": view.account or None,
        "due": iso(found.due) if found else None,
        "state": found.state if found else None,
        "reason": (found.reason or None) if found else None,
        "by_hand": view.by_hand,
        "share_link": view.share or None,
        "fields": dict(view.extras),
        "problems": [problem_shape(problem) for problem in view.problems],
        "parts": [_message_shape(message) for message in view.messages],
    }


def _message_shape(message: Message) -> dict[str, Any]:
    return {
        "text": message.text,
        "counts": [_count_shape(count) for count in message.counts],
        "card": message.card or None,
        "fields": dict(message.extras),
        "media": [
            {
                "path": shown.medium.path,
                "alt": shown.medium.alt,
                "decorative": shown.medium.decorative,
                "type": shown.medium.blob.type if shown.medium.blob else None,
                "bytes": shown.medium.blob.size if shown.medium.blob else None,
                "width": shown.medium.width,
                "height": shown.medium.height,
                "seconds": shown.medium.seconds,
            }
            for shown in message.media
        ],
    }


def _count_shape(count: Count) -> dict[str, Any]:
    return {"name": count.name, "used": count.used, "maximum": count.most, "unit": count.unit}
