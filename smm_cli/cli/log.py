"""smm log: what went out, from the receipts alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.model import Calendar
from smm_cli.cli import output
from smm_cli.cli.listing import no_such, read_end
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import RECEIPT_KEYS, receipt_shape
from smm_cli.errors import UsageError
from smm_cli.ledger.receipts import read_receipts
from smm_cli.plan.groups import in_scope
from smm_cli.plan.say import say_moment
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import PUBLISHED, UNKNOWN, Receipt

app = typer.Typer(rich_markup_mode=None)
OUT = frozenset({PUBLISHED, UNKNOWN})
"""States of what is, or may be, public."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a cell of a table a formula for spreadsheets: such texts get an apostrophe before them."""


@app.command("log")
def log_command(
    ctx: typer.Context,
    since: Annotated[str, typer.Option(help="Only what went out from then on: 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Only what went out before then.")] = "",
    channel: Annotated[str, typer.Option(help="Only this channel, group or network.")] = "",
    campaign: Annotated[str, typer.Option(help="Only this campaign.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the last so many.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One array of receipts.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="A table for a spreadsheet.")] = False,
) -> int:
    """What went out, oldest first, from the receipts alone: no network, no ledger.

    Example: smm log --since 2026-11-01 --campaign autumn --csv
    """
    if json and as_csv:
        raise UsageError("--json or --csv, not both", hint="smm log --csv")
    form = "json" if json else "csv" if as_csv else ""
    return show_log(ctx.obj, since=since, until=until, channel=channel, campaign=campaign, limit=limit, form=form)


def show_log(
    session: Session,
    *,
    since: str = "",
    until: str = "",
    channel: str = "",
    campaign: str = "",
    limit: int | None = None,
    form: str = "",
) -> int:
    """Print what went out; 0. `form`: json, csv, or for people. Raises UsageError; LedgerError where a receipt cannot be read."""
    calendar, now = load_calendar(session.root), session.clock.now()
    zone = ZoneInfo(calendar.timezone)
    start = read_end(since, now, zone) if since else None
    end = read_end(until, now, zone) if until else None
    if start and end and start >= end:
        raise UsageError(f"--since {since} lies after --until {until}", hint="smm log --since 2026-11-01 --until 2026-12-01")
    receipts = [receipt for receipt in read_receipts(calendar.receipts) if receipt.state in OUT]
    found = _chosen(receipts, calendar, channel, campaign)
    shown = sorted((r for r in found if (not start or r.at >= start) and (not end or r.at < end)), key=lambda r: (r.at, r.delivery))
    shown = shown[-limit:] if limit else shown
    if form == "json":
        output.as_json([receipt_shape(receipt) for receipt in shown])
    elif form == "csv":
        output.out(_csv(shown).removesuffix("\n"))
    elif shown:
        head = ("when", "post", "channel", "account", "address", "author", "approved by", "cost", "")
        output.table(_columns([head, *(_row(receipt, zone) for receipt in shown)]))
    else:
        output.tell("Nothing went out yet." if not receipts else "Nothing went out that fits.")
    return 0


def _chosen(receipts: Sequence[Receipt], calendar: Calendar, channel: str, campaign: str) -> list[Receipt]:
    """Names are those of today, earlier ones, and those that only receipts know."""
    past = {receipt.channel for receipt in receipts}
    networks = {one.network for one in calendar.channels.values()}
    former = {old for one in calendar.channels.values() for old in one.formerly}
    names = past | set(calendar.channels) | set(calendar.groups) | networks | former
    if channel and channel not in names:
        raise no_such("channel or group", channel, sorted(names))
    campaigns = {receipt.campaign for receipt in receipts} | set(calendar.campaigns)
    if campaign and campaign not in campaigns:
        raise no_such("campaign", campaign, sorted(campaigns - {""}))
    return [
        receipt
        for receipt in receipts
        if (not campaign or receipt.campaign == campaign) and (not channel or _is_on(receipt, channel, calendar))
    ]


def _is_on(receipt: Receipt, name: str, calendar: Calendar) -> bool:
    now_called: dict[str, Channel] = {old: one for one in calendar.channels.values() for old in one.formerly}
    channel = calendar.channels.get(receipt.channel) or now_called.get(receipt.channel)
    return name == receipt.channel or (channel is not None and in_scope(name, channel, calendar))


def _row(receipt: Receipt, zone: ZoneInfo) -> tuple[str, ...]:
    post = f"{receipt.post} ({receipt.occurrence})" if receipt.occurrence else receipt.post
    people = ", ".join(receipt.approved_by)
    facts = (post, receipt.channel, receipt.account, receipt.url, receipt.author, people, receipt.cost)
    return (say_moment(receipt.at, zone), *facts, remark(receipt, zone))


def remark(receipt: Receipt, zone: ZoneInfo) -> str:
    """What is not simply published: perhaps published, or corrected or withdrawn later."""
    said = ["perhaps published: look there"] if receipt.state == UNKNOWN else []
    said += [f"{change.what} {say_moment(change.at, zone)}" for change in receipt.changes]
    return ", ".join(said)


def _columns(rows: Iterable[Sequence[str]]) -> list[Sequence[str]]:
    """Without columns that hold nothing but their heading."""
    listed = list(rows)
    used = [number for number in range(len(listed[0])) if any(row[number] for row in listed[1:])]
    return [[row[number] for number in used] for row in listed]


def _csv(receipts: Sequence[Receipt]) -> str:
    """RFC 4180 with a heading; times ISO 8601 in UTC; lists joined by spaces."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(RECEIPT_KEYS)
    for receipt in receipts:
        table.writerow([_cell(value) for value in receipt_shape(receipt).values()])
    return written.getvalue()


def _cell(value: object) -> str:
    text = " ".join(str(item) for item in value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
