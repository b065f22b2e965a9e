"""Why a delivery stands where it stands, what would change that, and what was tried."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from smm_cli.cli import output
from smm_cli.cli.overdue import looked_at, overdue
from smm_cli.cli.shapes import delivery_shape, iso
from smm_cli.delivery.freeze import payload_from
from smm_cli.delivery.runner import Runner
from smm_cli.ledger.corrections import REPLY, on_its_way
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import FAILED, HELD, PUBLISHED, RETRY, SENDING, SKIPPED, UNKNOWN, WAITING, Delivery

NEXT = {
    UNKNOWN: ("smm queue resolve {0} --published URL", "smm queue resolve {0} --not-published"),
    FAILED: ("smm queue retry {0}", "smm queue cancel {0}"),
    WAITING: ("smm queue resolve {0} --published URL", "smm queue cancel {0}"),
    PUBLISHED: ("smm post withdraw {0}",),
    "cancelled": ("smm queue release {0}",),
    RETRY: ("smm queue retry {0}", "smm queue cancel {0}"),
    SKIPPED: ("smm queue release {0}",),
    SENDING: ("smm runner list", "smm publish     (goes on with it, if its runner is dead)"),
    "planned": ("smm queue hold {0}", "smm queue cancel {0}"),
}


def show_delivery(runner: Runner, delivery: Delivery, *, as_json: bool) -> int:
    """Print one delivery; 0."""
    if late := overdue([delivery], runner.clock.now()):
        delivery = looked_at(runner, late, runner.index.posts(runner.source).posts)[0]
    record = runner.ledger.record(delivery.name)
    attempts = runner.ledger.attempts(delivery.name)
    if as_json:
        shape = delivery_shape(delivery)
        shape["attempts"] = [{"at": iso(a.at), "slug": a.slug, "note": a.note, "runner": a.runner.split("#")[0]} for a in attempts]
        shape["hint"] = delivery.hint or None
        shape["ends_at"] = iso(delivery.wake) if _ends(delivery, runner.clock.now()) else None
        shape["note"] = record.note if record else None
        output.as_json(shape)
        return 0
    zone = ZoneInfo(runner.calendar.timezone)
    rows = [
        ("state", f"{delivery.state} ({delivery.reason})" if delivery.reason else delivery.state),
        ("due", say_moment(delivery.due, zone) if delivery.due else "no time yet"),
        ("account", f"{delivery.handle or '-'} on {delivery.network}"),
        ("file", delivery.path),
        ("address", delivery.url),
        ("why", delivery.why),
        ("ends", f"by itself, {say_moment(delivery.wake, zone)}" if _ends(delivery, runner.clock.now()) and delivery.wake else ""),
        ("note", record.note if record and record.note != delivery.why else ""),
    ]
    output.out(output.paint(delivery.name, "bold"))
    output.table([("  " + name, value) for name, value in rows if value])
    _show_text(runner, delivery)
    for attempt in attempts[-8:]:
        output.out(f"  {say_moment(attempt.at, zone)}  {attempt.slug or 'tried'}  {output.clean(attempt.note)}".rstrip())
    _show_next(delivery)
    if reply := on_its_way(runner.ledger, delivery.name, REPLY):
        output.tell(f"  a reply to it was begun, and its end is not known: {' '.join(payload_from(reply[1]).parts[0].text.split())[:80]}")
        output.tell(f"  smm queue resolve {delivery.name} --published URL")
        output.tell(f"  smm queue resolve {delivery.name} --not-published")
    return 0


def _ends(delivery: Delivery, now: datetime) -> bool:
    """Whether its hold ends, or is looked at anew, at a time that is known."""
    return delivery.state in (HELD, RETRY) and delivery.wake is not None and delivery.wake > now and delivery.reason != "draft"


def _show_next(delivery: Delivery) -> None:
    lines = delivery.hint.splitlines() if delivery.state == HELD and delivery.hint else []
    for line in lines or [form.format(delivery.name) for form in NEXT.get(delivery.state, ())]:
        output.tell(f"  {line.strip()}")


def _show_text(runner: Runner, delivery: Delivery) -> None:
    """What a person needs to post by hand: the text, the pictures, a prefilled address."""
    if delivery.state != WAITING and not delivery.by_hand:
        return
    post = next((p for p in runner.index.posts(runner.source).posts if p.id == delivery.post), None)
    channel = runner.calendar.channels.get(delivery.channel)
    if post is None or channel is None or delivery.at is None:
        return
    prepared = runner.composer.prepare(post, channel, delivery.name, delivery.at, runner.ledger.account(channel.name))
    if prepared.payload is None:
        return
    if title := prepared.payload.parts[0].fields.get("title") if prepared.payload.parts else None:
        output.out("  -- title")
        output.out(f"  {output.clean(str(title))}")
    for number, part in enumerate(prepared.payload.parts, 1):
        output.out(f"  -- text{f' {number}' if len(prepared.payload.parts) > 1 else ''}")
        for line in part.text.splitlines() or [""]:
            output.out(f"  {output.clean(line)}")
        for medium in part.media:
            output.out(f"  -- picture {medium.path}  ({medium.alt})")
    if share := prepared.network.share_link(prepared.payload) if prepared.network.share_link is not None else "":
        output.out(f"  -- open {share}")
