"""Unknown outcomes: an intent without an answer is never blindly repeated. First settle, then repeat where that is proven, else look."""

from __future__ import annotations

from datetime import timedelta

from smm_cli.delivery.conversation import PartRun
from smm_cli.delivery.converse import converse
from smm_cli.delivery.freeze import request_from
from smm_cli.delivery.judge import Silence
from smm_cli.delivery.sending import Later
from smm_cli.errors import RateLimited, Rejected, Retriable
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.journal import close_intent, drop_from, open_intent, publish_part
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.delivery import PartReceipt


class Undecided(Exception):
    """Neither published nor not published can be shown; a person must look, `where`."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


async def settle(run: PartRun, earlier: PartReceipt | None) -> None:
    """Decide what became of the open intent of `run`: on return the part is public, or free to run again from its start.

    Raises Later before the network's `settles` has passed, Undecided when nobody can tell, and the errors of looking.
    """
    sending, state = run.sending, run.state
    repeat = sending.network.repeat()
    for_ever = repeat is not None and repeat.seconds is None
    now = sending.clock.now()
    assert state.intent_at is not None
    first = state.first_intent_at or state.intent_at
    settled = state.intent_at + timedelta(seconds=sending.network.settles)
    later = Later(settled, f"{sending.network.title} did not say whether it published; asking when that has settled", "settling")
    if not for_ever and now < settled:
        raise later
    covered = repeat is not None and (repeat.seconds is None or (now - first).total_seconds() < 0.9 * repeat.seconds)
    if covered and state.credential == sending.credential and await _repeat(run):
        return
    if now < settled:  # also a refused repetition tells nothing of the first request, which may still be under way
        raise later
    await _look(run, earlier)


async def _repeat(run: PartRun) -> bool:
    """Send the stored request again. False: it was refused, which does not tell what became of the first."""
    sending, state = run.sending, run.state
    request, n, text, now = request_from(state.intent), state.intent_n, state.intent, sending.clock.now()
    await sending.keep_claim(request, run.number, lambda c: open_intent(c, run.key, n, text, now, state.credential), undo=False)
    try:
        answer = await run.send_commit(request, repeated=True)
    except Rejected:
        return False
    except Retriable as error:  # such as: the uploads that it names are gone by now
        if isinstance(error, RateLimited) or isinstance(error.__cause__, Silence):
            raise
        return False
    await run.is_public(request, answer, n)
    state.intent = ""
    return True


async def _look(run: PartRun, earlier: PartReceipt | None) -> None:
    sending, state = run.sending, run.state
    assert state.intent_at is not None
    intent = Intent(run.number, request_from(state.intent), state.first_intent_at or state.intent_at)
    answers = tuple(state.entries[n].answer for n in sorted(state.entries))
    look = sending.network.lookup(sending.payload, intent, answers, earlier)
    found = await converse(look, sending.network, sending.wire, sending.clock, sending.vault)
    state.intent = ""
    if isinstance(found, Found):
        receipt = found.receipt
        run.receipt, run.done, state.public_at = receipt, True, sending.clock.now()
        at = state.public_at
        await sending.ledger.commit(lambda c: publish_part(c, run.key, at, receipt, done=True))
    elif isinstance(found, Absent):
        await sending.ledger.commit(lambda c: _start_again(c, run))
        state.entries.clear()
        state.intent_at = state.first_intent_at = state.wait_step = None
    else:
        raise Undecided(found.where)


def _start_again(c: Connection, run: PartRun) -> None:
    close_intent(c, run.key)
    drop_from(c, run.key, 0)
