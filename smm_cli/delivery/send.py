"""One claimed delivery, sent: all parts up to their gates, then part after part; and how the attempt ended, written down once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from smm_cli.delivery.conversation import PartRun
from smm_cli.delivery.judge import MOST_ATTEMPTS, backoff
from smm_cli.delivery.sending import PAUSED, Later, Lost, Sending
from smm_cli.delivery.settle import Undecided, settle
from smm_cli.errors import AuthFailed, DeliveryError, LedgerError, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.ledger.claims import close_gate, stop_channel
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.journal import PartState
from smm_cli.ledger.outcomes import ended, keep_receipt, log_attempt, published
from smm_cli.ledger.receipts import receipt_text
from smm_cli.words.delivery import FAILED, HELD, PLANNED, PUBLISHED, RETRY, UNKNOWN, PartReceipt, Receipt
from smm_cli.words.frozen import dataclass

File = Callable[[Receipt, str], None]
"""Is told of a receipt, and what it says as TOML."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery in this tick. `error` says why it is not published; `next_at` when it is tried again."""

    delivery: str
    state: str
    url: str = ""
    error: SmmError | None = None
    next_at: datetime | None = None
    note: str = ""


async def send(sending: Sending, receipt: Receipt, mask: Callable[[str], str], file: File) -> Outcome:
    """Send what is left of a delivery. `receipt` is filled with its parts, `file` told of it and its text; every end is one transaction.

    Never raises for what a network does; LedgerError where the ledger cannot be written.
    """
    runs: list[PartRun] = []
    try:
        states = {} if sending.claim.first else sending.ledger.journal.load(sending.claim.delivery, sending.act)
        runs.extend(PartRun(sending, n, states.get(n, PartState())) for n in range(len(sending.payload.parts)))
        await _all_parts(sending, runs)
    except Later as later:
        if later.slug == PAUSED and not sending.frozen:
            return await _ended(sending, runs, PLANNED, later.why, mask, shown=HELD)
        return await _ended(sending, runs, RETRY, later.why, mask, slug=later.slug, next_at=later.at)
    except Lost as lost:
        return Outcome(sending.claim.delivery, RETRY, note=str(lost))
    except Undecided as undecided:
        return await _unknown(sending, runs, receipt, undecided.where, mask)
    except LedgerError:
        raise
    except SmmError as error:
        return await _failed(sending, runs, receipt, error, mask)
    except Exception as error:
        return await _bug(sending, runs, receipt, error, mask)
    note = f"published, but: {mask('; '.join(sending.troubles))}" if sending.troubles else ""
    return await _published(sending, runs, receipt, file, note)


async def _all_parts(sending: Sending, runs: list[PartRun]) -> None:
    for run in runs:
        if not (run.done or run.public or run.state.intent):
            await run.prepare()
    earlier: PartReceipt | None = None
    for run in runs:
        await _flush(sending)
        if not run.done and run.state.intent:
            await settle(run, earlier)
        if not run.done:
            await _finish(sending, run, earlier)
        earlier = run.receipt or PartReceipt(id="")


async def _finish(sending: Sending, run: PartRun, earlier: PartReceipt | None) -> None:
    """Finish a part. What fails for good after it was public is told, and keeps no other part from going out."""
    try:
        await run.finish(earlier)
    except SmmError as error:
        tried = isinstance(error, Retriable) and sending.claim.attempts + 1 >= MOST_ATTEMPTS
        if not (run.public and run.receipt and (tried or isinstance(error, Rejected))):
            raise
        sending.troubles.append(error.what)
        run.leave()


async def _flush(sending: Sending) -> None:
    """Make durable what an earlier part left to be written, before the next one is public."""
    writes = list(sending.closing)
    sending.closing.clear()
    if writes:
        await sending.ledger.commit(lambda c: [write(c) for write in writes])


async def _published(
    sending: Sending, runs: list[PartRun], receipt: Receipt, file: File = lambda _receipt, _text: None, note: str = ""
) -> Outcome:
    now = sending.clock.now()
    parts = tuple(replace(run.receipt or PartReceipt(id=""), at=run.state.public_at or now) for run in runs)
    whole = replace(receipt, state=PUBLISHED, at=parts[0].at or now, parts=parts, note=note)
    text = receipt_text(whole)

    def act(c: Connection) -> None:
        for write in sending.closing:
            write(c)
        published(c, sending.claim, whole, len(parts), note, text)
        log_attempt(c, sending.claim, now, len(parts), "published", whole.url)

    await sending.ledger.commit(act)
    file(whole, text)
    return Outcome(sending.claim.delivery, PUBLISHED, whole.url, note=note)


async def _failed(sending: Sending, runs: list[PartRun], receipt: Receipt, error: SmmError, mask: Callable[[str], str]) -> Outcome:
    now, attempts = sending.clock.now(), sending.claim.attempts + 1
    name = sending.claim.delivery
    if isinstance(error, OutcomeUnknown):
        settles = 0.0 if _repeats_for_ever(sending) else sending.network.settles
        if attempts >= MOST_ATTEMPTS:
            return await _unknown(sending, runs, receipt, error.what, mask)
        at = now + max(timedelta(seconds=settles), backoff(name, attempts) if settles == 0.0 else timedelta())
        return await _ended(sending, runs, RETRY, error.what, mask, slug="settling", next_at=at, counted=True, error=error)
    if isinstance(error, RateLimited) and error.after is not None:
        at = now + timedelta(seconds=max(1.0, error.after))
        sending.closing.append(lambda c: close_gate(c, sending.claim, at))
        return await _ended(sending, runs, RETRY, error.what, mask, slug=error.slug, next_at=at, error=error)
    if isinstance(error, AuthFailed):
        claim, why = sending.claim, mask(error.what)
        error.hint = error.hint or f"smm channel login {claim.channel}"
        sending.closing.append(lambda c: stop_channel(c, claim.calendar, claim.channel, why, sending.credential))
        return await _ended(sending, runs, RETRY, error.what, mask, slug=error.slug, error=error, shown=HELD)
    open_intent = any(run.state.intent and not run.public for run in runs)
    if isinstance(error, Retriable) and attempts < MOST_ATTEMPTS:
        at = now + backoff(name, attempts)
        return await _ended(sending, runs, RETRY, error.what, mask, slug=error.slug, next_at=at, counted=True, error=error)
    if open_intent:
        return await _unknown(sending, runs, receipt, error.what, mask)
    if all(run.public for run in runs):
        return await _published(sending, runs, receipt, note=f"published, but: {mask(error.what)}")
    return await _ended(sending, runs, FAILED, error.what, mask, slug=error.slug, counted=True, error=error)


def _repeats_for_ever(sending: Sending) -> bool:
    repeat = sending.network.repeat()
    return repeat is not None and repeat.seconds is None


async def _unknown(sending: Sending, runs: list[PartRun], receipt: Receipt, where: str, mask: Callable[[str], str]) -> Outcome:
    """Perhaps published, and nobody can tell but a person. A file says so, so that no other clone repeats it."""
    public = tuple(replace(run.receipt or PartReceipt(id=""), at=run.state.public_at) for run in runs if run.public)
    whole = replace(receipt, state=UNKNOWN, at=sending.clock.now(), parts=public, note=mask(where))
    sending.closing.append(lambda c: keep_receipt(c, sending.claim.calendar, whole))
    name = sending.claim.delivery
    error = OutcomeUnknown(
        f"perhaps published, perhaps not: {mask(where)}",
        where=name,
        hint=f"look there, then: smm queue resolve {name} --published URL   or   --not-published",
    )
    return await _ended(sending, runs, UNKNOWN, where, mask, slug="outcome-unknown", counted=True, error=error)


async def _bug(sending: Sending, runs: list[PartRun], receipt: Receipt, error: Exception, mask: Callable[[str], str]) -> Outcome:
    """An adapter broke down. What is public stays so; the rest is not tried again by itself."""
    what = f"smm failed in {sending.network.name}: {type(error).__name__}: {error}"
    if any(run.state.intent and not run.public for run in runs):
        return await _failed(sending, runs, receipt, OutcomeUnknown(what), mask)
    again = any(run.public for run in runs) and sending.claim.attempts + 1 < MOST_ATTEMPTS
    if not again and runs and all(run.public for run in runs):
        return await _published(sending, runs, receipt, note=f"published, but: {mask(what)}")
    state = RETRY if again else FAILED
    wrapped = SmmError(mask(what), where=sending.claim.delivery, hint="please report it: smm doctor writes a report", slug="bug")
    wrapped.__cause__ = error
    return await _ended(sending, runs, state, what, mask, slug="bug", counted=True, error=wrapped)


async def _ended(
    sending: Sending,
    runs: list[PartRun],
    state: str,
    note: str,
    mask: Callable[[str], str],
    *,
    slug: str = "",
    next_at: datetime | None = None,
    counted: bool = False,
    error: SmmError | None = None,
    shown: str = "",
) -> Outcome:
    now, said = sending.clock.now(), mask(note)
    public, total = sum(run.public for run in runs), len(runs)
    if public and total > 1 and public < total:
        said = f"{public} of {total} parts are public; {said}"

    def act(c: Connection) -> None:
        for write in sending.closing:
            write(c)
        ended(c, sending.claim, state, next_at=next_at, counted=counted, slug=slug, note=said, public=public, total=total)
        log_attempt(c, sending.claim, now, public, slug, said)

    await sending.ledger.commit(act)
    if isinstance(error, DeliveryError) and not error.where:
        error.where = sending.claim.delivery
    return Outcome(sending.claim.delivery, shown or state, error=error, next_at=next_at, note=said)
