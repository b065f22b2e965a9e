"""Changing what is public to what its file says now: part by part, each step journaled, so that it can be broken off and said again."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from smm_cli.accounts.masks import masked
from smm_cli.delivery.conversation import PartRun
from smm_cli.delivery.corrections import PARTLY_CORRECTED, Correction
from smm_cli.delivery.freeze import content_digest, keyed
from smm_cli.delivery.heartbeat import alive
from smm_cli.delivery.held_channel import Held, held_channel
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.sending import Later, Lost, Sending
from smm_cli.delivery.settle import Undecided, settle
from smm_cli.delivery.withdraw import logged_in
from smm_cli.errors import LedgerError, OutcomeUnknown, Retriable, SmmError
from smm_cli.ledger.corrections import MARK, begin, finish, forget
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.intake import write_out
from smm_cli.ledger.journal import EDIT, PartState, publish_part
from smm_cli.ledger.store import Ledger
from smm_cli.ledger.vault import Vault
from smm_cli.words.delivery import Change, PartReceipt, Payload, Receipt
from smm_cli.words.frozen import dataclass

T = TypeVar("T")
CORRECTED, PARTLY = "corrected", PARTLY_CORRECTED
"""What a receipt's `[[changes]]` say."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """How correcting one delivery ended. `done`: numbers (from 1) of the parts that say the new text; `error`: why others do not."""

    receipt: Receipt
    done: tuple[int, ...] = ()
    error: SmmError | None = None


class EditRun(PartRun):
    """One public part on its way to another text."""

    def __init__(self, sending: Sending, number: int, state: PartState, receipt: PartReceipt) -> None:
        super().__init__(sending, number, state)
        self.before = receipt

    def _open(self) -> Any:
        edit = self.sending.network.edit
        assert edit is not None
        return edit(self.sending.payload, self.number, self.before)


async def correct(runner: Runner, correction: Correction) -> Corrected:
    """Edit what differs. Errors of section 9 are in the answer; raises LedgerError where it cannot be recorded.

    Close the runner's transport after it.
    """
    receipt = correction.receipt
    payload = _numbered(correction)
    try:
        network = await logged_in(runner, receipt, correction.channel, "changed")
        async with held_channel(runner, receipt, correction.channel, network, correction.post) as held:
            sending = sending_of(held, payload, EDIT)
            async with alive(runner.ledger, held.claim, runner.clock):
                return await _all_parts(runner, correction, sending)
    except LedgerError:
        raise
    except SmmError as error:
        return Corrected(receipt, (), error)


def _numbered(correction: Correction) -> Payload:
    """The payload under a key of this correction alone: a text that stood there before, put back, is no repetition of then."""
    payload = correction.payload
    assert payload is not None
    before = sum(change.what == CORRECTED for change in correction.receipt.changes)
    return keyed(payload, str(before)) if before else payload


def sending_of(held: Held, payload: Payload, act: str) -> Sending:
    """What an act on a public delivery is done with."""
    runner = held.runner
    return Sending(
        network=held.network,
        claim=held.claim,
        payload=payload,
        ledger=runner.ledger,
        wire=runner.transport,
        clock=runner.clock,
        vault=Vault(runner.ledger, held.claim.delivery),
        credential=held.credential,
        act=act,
        waits=[],
        frozen=True,
        shared=runner.shared,
    )


async def _all_parts(runner: Runner, correction: Correction, sending: Sending) -> Corrected:
    receipt, ledger, parts, done = correction.receipt, runner.ledger, list(correction.receipt.parts), list[int]()
    error: SmmError | None = None
    try:
        await told(_begin(correction, sending), sending)
        states = load_states(ledger, receipt.delivery, EDIT)
        for number in correction.numbers:
            earlier = parts[number - 1] if number else None
            run = EditRun(sending, number, states.get(number, PartState()), receipt.parts[number])
            if not run.done:
                heed_pause(runner, correction)
                await told(finish_part(sending, run, earlier), sending)
            parts[number] = _kept(receipt.parts[number], run.receipt)
            done.append(number + 1)
    except LedgerError:
        raise
    except SmmError as failed:
        error = failed
    after = _after(receipt, correction, parts, done, runner)
    if done:
        await ledger.commit(lambda c: finish(c, ledger.calendar, after, whole=error is None))
        write_out(ledger, runner.calendar.receipts)
    return Corrected(after, tuple(done), error)


def load_states(ledger: Ledger, delivery: str, act: str) -> dict[int, PartState]:
    """What the journal has of each part, without the mark that names the content."""
    states = ledger.journal.load(delivery, act)
    for state in states.values():
        state.entries.pop(MARK, None)
    return states


async def told(act: Awaitable[T], sending: Sending) -> T:
    """What `act` gives. Doubt, waiting, a lost claim and an adapter that breaks down are errors of section 9; what they leave is kept."""
    title, name = sending.network.title, sending.claim.delivery
    try:
        return await act
    except SmmError:
        await flush(sending)
        raise
    except (Later, Lost) as failed:
        await flush(sending)
        raise Retriable(str(failed), where=name, hint="try again in a while") from failed
    except Undecided as failed:
        await flush(sending)
        raise OutcomeUnknown(f"{title} does not tell what became of it", where=name, hint=failed.where) from failed
    except Exception as failed:
        await flush(sending)
        raise SmmError(masked(f"smm failed in {sending.network.name}: {type(failed).__name__}: {failed}"), slug="bug") from failed


async def _begin(correction: Correction, sending: Sending) -> None:
    """Note what is on its way. What an earlier correction with another text left open is decided first, and then overwritten."""
    ledger, content, key = sending.ledger, content_digest(sending.payload), sending.key(0)
    if await ledger.commit(lambda c: begin(c, key, content)):
        return
    for number, state in load_states(ledger, key.delivery, EDIT).items():
        if state.intent:
            await settle(EditRun(sending, number, state, correction.receipt.parts[number]), None)
    await flush(sending)

    def anew(c: Connection) -> None:
        forget(c, key.calendar, key.delivery, EDIT)
        begin(c, key, content)

    await ledger.commit(anew)


async def finish_part(sending: Sending, run: PartRun, earlier: PartReceipt | None) -> None:
    """One part, to its end; durable when this returns."""
    if run.state.intent:
        await settle(run, earlier)
    if not run.done:
        await run.finish(earlier)
    at, receipt = run.state.public_at or sending.clock.now(), run.receipt
    sending.closing.append(lambda c: publish_part(c, run.key, at, receipt, done=True))
    await flush(sending)


async def flush(sending: Sending) -> None:
    """Make durable what is waiting to be written."""
    writes = list(sending.closing)
    sending.closing.clear()

    def act(c: Connection) -> None:
        for write in writes:
            write(c)

    await sending.ledger.commit(act)


def heed_pause(runner: Runner, correction: Correction) -> None:
    """Raise Retriable where somebody paused meanwhile."""
    pause = runner.pause_over(correction.post, correction.channel)
    if pause is not None:
        raise Retriable(f"paused{': ' + pause.reason if pause.reason else ''}", hint="smm resume", slug="paused")


def _kept(before: PartReceipt, after: PartReceipt | None) -> PartReceipt:
    """The part's receipt: an edit may not tell all that publishing told."""
    if after is None:
        return before
    return replace(after, id=after.id or before.id, url=after.url or before.url, at=before.at)


def _after(receipt: Receipt, correction: Correction, parts: Sequence[PartReceipt], done: Sequence[int], runner: Runner) -> Receipt:
    whole = len(done) == len(correction.numbers)
    numbers = ", ".join(map(str, done))
    why = "" if whole and len(done) == len(parts) else f"part {numbers} of {len(parts)}"
    changes = (*receipt.changes, Change(CORRECTED if whole else PARTLY, runner.clock.now(), why))
    people = runner.approved_by(correction.post)
    if not whole:
        return replace(receipt, parts=tuple(parts), changes=changes)
    return replace(receipt, parts=tuple(parts), changes=changes, digest=correction.post.text_digest, approved_by=people)
