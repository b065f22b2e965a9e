"""smm post withdraw: take down what is public, last part first; the receipt keeps that it was there and that it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from smm_cli.accounts.masks import masked
from smm_cli.calendar.near import did_you_mean
from smm_cli.cli import output
from smm_cli.cli.listing import whole_plan
from smm_cli.cli.session import Session
from smm_cli.cli.shared_claims import hear
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.withdraw import Withdrawn, receipts_of, record, why_by_hand, withdraw, withdrawn_at
from smm_cli.errors import Rejected, SmmError, UsageError, gravest
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import CANCELLED, FINAL, PUBLISHED, UNKNOWN, Receipt, Record, delivery_name

LOST = "What is deleted there is gone, with its likes and replies."


def take_down(session: Session, name: str, *, yes: bool = False, dry_run: bool = False, gone: bool = False, as_json: bool = False) -> int:
    """Show what is public, ask, take it down. `gone`: a person did it already; it is only written down.

    0 where nothing is public any more; else the gravest of what went wrong. Raises UsageError where nothing of it ever was.
    """
    with session.runner() as runner:
        hear(runner)
        public = _public(runner, name)
        over = [receipt for receipt in public if withdrawn_at(receipt)]
        todo = [receipt for receipt in public if not withdrawn_at(receipt)]
        for receipt in over:
            change = withdrawn_at(receipt)
            assert change is not None
            output.tell(f"{receipt.delivery} is withdrawn already, since {say_moment(change.at, ZoneInfo(runner.calendar.timezone))}.")
        _show(runner, todo, gone)
        if dry_run or not todo:
            return _end([], over, as_json)
        question = f"Write down that {'these are' if len(todo) > 1 else 'this is'} gone?" if gone else f"{LOST} Take down?"
        if not output.confirm(question, yes=yes):
            return 0
        done = [Withdrawn(record(runner, one, why="by hand"), _all(one)) for one in todo] if gone else _withdraw(runner, todo)
        for outcome in done:
            _say(outcome)
        _say_to_come(runner, name)
    return _end(done, over, as_json)


def _withdraw(runner: Runner, todo: Sequence[Receipt]) -> list[Withdrawn]:
    async def all_of_them() -> list[Withdrawn]:
        try:
            return [await withdraw(runner, receipt) for receipt in todo]
        finally:
            await runner.end()

    return asyncio.run(all_of_them())


def _all(receipt: Receipt) -> tuple[int, ...]:
    return tuple(range(1, len(receipt.parts) + 1))


# -- which --------------------------------------------------------------------------------------------------------------------


def _public(runner: Runner, name: str) -> list[Receipt]:
    post, _, rest = name.partition("@")
    found = receipts_of(runner, post)
    called = {old: one.name for one in runner.calendar.channels.values() for old in one.formerly}
    public = [one for one in found if not rest or rest in (one.delivery.partition("@")[2], one.channel, called.get(one.channel))]
    public = public or [one for one in found if name == delivery_name(one.post, called.get(one.channel, one.channel), one.occurrence)]
    records = [one for one in runner.ledger.records() if one.post == post and (not rest or name in (one.delivery, f"{post}@{one.channel}"))]
    _refuse_open(records)
    if not public:
        raise _nothing(runner, name, records, found)
    return public


def _refuse_open(records: Sequence[Record]) -> None:
    """Raise UsageError for what is half-sent, or perhaps public: what it is must be settled first, or it would go on being sent."""
    for one in records:
        if one.state == UNKNOWN:
            hint = f"smm queue show {one.delivery} says where to look; then smm queue resolve {one.delivery} --published URL"
            raise UsageError(f"nobody knows whether {one.delivery} is public", hint=hint, slug="unknown-outcome")
        if one.state not in (PUBLISHED, CANCELLED) and one.parts_public:
            what = f"{one.delivery} is half-sent: {one.parts_public} of {one.parts_total} parts are public, the others would follow"
            raise UsageError(what, hint=f"first: smm queue cancel {one.delivery}", slug="half-sent")


def _nothing(runner: Runner, name: str, records: Sequence[Record], found: Sequence[Receipt]) -> UsageError:
    post = name.partition("@")[0]
    lost = next((one for one in records if one.state == PUBLISHED), None)
    if lost is not None:
        hint = f"delete it there{f': {lost.url}' if lost.url else ''}; receipts/ in git may have its receipt"
        return UsageError(f"{lost.delivery} is published, but no receipt says as what", hint=hint, slug="no-receipt")
    if found:
        return UsageError(f"{name} is not public", hint="public: " + ", ".join(one.delivery for one in found), slug="not-public")
    posts = runner.index.posts(runner.source).posts
    if any(one.id == post for one in posts) or records:
        hint = f"smm queue cancel {name} keeps it from going out; smm post show {post} tells its state"
        return UsageError(f"{name} is not public: there is nothing to take down", hint=hint, slug="not-public")
    known = [one.id for one in posts if one.id]
    return UsageError(f"there is no post {post}", hint=did_you_mean(post, known, "smm log shows what went out"), slug="unknown-post")


# -- what is said -------------------------------------------------------------------------------------------------------------


def _show(runner: Runner, todo: Sequence[Receipt], gone: bool) -> None:
    for receipt in todo:
        count = f"  {len(receipt.parts)} parts" if len(receipt.parts) > 1 else ""
        output.tell(f"  {receipt.delivery}  {receipt.account or receipt.network}  {receipt.url}{count}".rstrip())
        why = "" if gone else why_by_hand(runner, receipt)
        if why:
            output.tell(f"    by hand: {why}")


def _say(outcome: Withdrawn) -> None:
    receipt, error = outcome.receipt, outcome.error
    if error is None:
        output.out(f"withdrawn  {receipt.delivery}")
        if receipt.note == "said by a person":
            output.tell(f"  Its address was typed by a person: look whether it is gone there. {receipt.url}".rstrip())
        return
    output.out(f"{output.paint('still public', 'red')}  {receipt.delivery}")
    if outcome.gone:
        left = [f"part {number} {receipt.parts[number - 1].url}".rstrip() for number in outcome.left]
        output.tell(f"  part {', '.join(map(str, outcome.gone))} of {len(receipt.parts)} is gone; still public: {'; '.join(left)}")
    output.tell(f"  {masked(error.what)}")
    for line in (error.hint, _way_out(receipt, error)):
        if line:
            output.tell(f"  {line}")


def _way_out(receipt: Receipt, error: SmmError) -> str:
    if isinstance(error, Rejected):
        return f"when it is gone: smm post withdraw {receipt.delivery} --gone"
    return f"then again: smm post withdraw {receipt.delivery}"


def _say_to_come(runner: Runner, name: str) -> None:
    """What else of the post would go out later, which a withdrawal does not stop."""
    post, _, rest = name.partition("@")
    coming = [one.name for one in whole_plan(runner).deliveries if one.post == post and one.state not in FINAL]
    if coming and not rest:
        output.tell(f"Still to come: {', '.join(coming[:5])}{' …' if len(coming) > 5 else ''}. Stop it: smm queue cancel {post}")


def _end(done: Sequence[Withdrawn], over: Sequence[Receipt], as_json: bool) -> int:
    if as_json:
        output.as_json([*(withdrawn_shape(Withdrawn(one, _all(one))) for one in over), *map(withdrawn_shape, done)])
    return gravest(outcome.error.exit_code for outcome in done if outcome.error)


def withdrawn_shape(outcome: Withdrawn) -> dict[str, Any]:
    """A withdrawal: `name`, `state` (withdrawn, partly, public), `url`, `gone` and `left` (numbers of parts), `error`, `slug`, `hint`."""
    error = outcome.error
    return {
        "name": outcome.receipt.delivery,
        "state": "withdrawn" if error is None else "partly" if outcome.gone else "public",
        "url": outcome.receipt.url or None,
        "gone": list(outcome.gone),
        "left": list(outcome.left),
        "error": masked(error.what) if error else None,
        "slug": error.slug if error else None,
        "hint": error.hint or None if error else None,
    }
