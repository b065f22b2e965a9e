"""What is public taken down and published anew: where it cannot be edited, or a person wants it so."""

from __future__ import annotations

from collections.abc import Awaitable

from smm_cli.delivery.correct import Corrected, heed_pause
from smm_cli.delivery.corrections import Correction
from smm_cli.delivery.held_channel import held_channel
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.sending import Later, Lost
from smm_cli.delivery.tick import tick
from smm_cli.delivery.withdraw import logged_in, receipts_of, withdraw, withdrawn_at
from smm_cli.errors import DeliveryError, LedgerError, Retriable, SmmError
from smm_cli.ledger.claims import LEASE
from smm_cli.ledger.corrections import REPLY, begin_replacing, on_its_way, send_anew
from smm_cli.ledger.intake import refuse_foreign, write_out
from smm_cli.words.delivery import PUBLISHED


async def replaced(runner: Runner, correction: Correction) -> Corrected:
    """Take all of it down; then it is a delivery to be sent, which is tried at once, and else at each tick as any other.

    Broken off before it is down, or after, it can be said again; nothing is public twice. Errors of section 9 are in the answer.
    """
    receipt, ledger, name = correction.receipt, runner.ledger, correction.receipt.delivery
    try:
        if runner.shared is None:
            refuse_foreign(ledger)
        if on_its_way(ledger, name, REPLY):
            hint = f"smm queue resolve {name} --published URL   or   --not-published"
            raise DeliveryError("a reply to it was begun, and its end is not known", where=name, hint=hint, slug="earlier-reply")
        network = await logged_in(runner, receipt, correction.channel, "replaced")
        async with held_channel(runner, receipt, correction.channel, network, correction.post) as held:
            heed_pause(runner, correction)
            await ledger.commit(lambda c: begin_replacing(c, ledger.calendar, receipt))
            if runner.shared is not None:  # before anything is gone, the remote shows that it is to be sent again
                await _shown(runner.shared.sending(held.claim, 0, LEASE))
            if not withdrawn_at(receipt):
                gone = await withdraw(runner, receipt)
                if gone.error is not None:
                    return Corrected(gone.receipt, (), gone.error)
                receipt = gone.receipt
            await ledger.commit(lambda c: send_anew(c, ledger.calendar, receipt, runner.clock.now()))
            write_out(ledger, runner.calendar.receipts)
        ticked = await tick(runner, only=(name,), at_once=True)
    except LedgerError:
        raise
    except SmmError as error:
        return Corrected(receipt, (), error)
    outcome = next((one for one in ticked.outcomes if one.delivery == name), None)
    if outcome is None or outcome.state != PUBLISHED:
        note = outcome.note if outcome else "it was not tried"
        why = (outcome and outcome.error) or Retriable(f"it is down, and not yet public again: {note}", hint=f"smm queue show {name}")
        return Corrected(receipt, (), why)
    after = next(one for one in receipts_of(runner, receipt.post) if one.delivery == name)
    return Corrected(after, tuple(range(1, len(after.parts) + 1)))


async def _shown(act: Awaitable[None]) -> None:
    try:
        await act
    except (Later, Lost) as failed:
        raise Retriable(str(failed), hint="try again in a while") from failed
