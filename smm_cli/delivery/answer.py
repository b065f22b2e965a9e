"""A correction said beside what is public: a reply to it by the same channel, sent once, whatever breaks off."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from smm_cli.delivery.conversation import PartRun
from smm_cli.delivery.correct import Corrected, finish_part, heed_pause, load_states, sending_of, told
from smm_cli.delivery.corrections import Correction
from smm_cli.delivery.freeze import keyed, payload_from, payload_text
from smm_cli.delivery.heartbeat import alive
from smm_cli.delivery.held_channel import held_channel
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.sending import Sending
from smm_cli.delivery.withdraw import logged_in
from smm_cli.errors import DeliveryError, LedgerError, OutcomeUnknown, PostError, SmmError
from smm_cli.ledger.corrections import ANSWERED, REPLY, begin, end, ended_with, on_its_way
from smm_cli.ledger.intake import write_out
from smm_cli.ledger.journal import PartState
from smm_cli.plan.approval import is_needed
from smm_cli.words.delivery import Change, PartReceipt, Payload
from smm_cli.words.post import Post


async def answer(runner: Runner, correction: Correction) -> Corrected:
    """Reply with `correction.text` (Markdown). Errors of section 9 are in the answer; raises LedgerError where it cannot be recorded."""
    receipt, channel = correction.receipt, correction.channel
    try:
        if ended_with(runner.ledger, receipt.delivery, REPLY) == _digest(correction.text):  # a crash may have kept that from being seen
            return Corrected(receipt, (1,))
        network = await logged_in(runner, receipt, channel, "said")
        payload = answering(runner, correction)
        async with held_channel(runner, receipt, channel, network, correction.post) as held:
            heed_pause(runner, correction)
            sending = sending_of(held, payload, REPLY)
            async with alive(runner.ledger, held.claim, runner.clock):
                return await told(_sent(runner, correction, sending), sending)
    except LedgerError:
        raise
    except OutcomeUnknown as error:
        look = f"queue resolve {receipt.delivery} --published URL   or   --not-published"
        error.hint = f"{error.hint}\nlook there, then: smm {look}".lstrip("\n")
        return Corrected(receipt, (), error)
    except SmmError as error:
        return Corrected(receipt, (), error)


def answering(runner: Runner, correction: Correction) -> Payload:
    """The reply as its network will get it; the same one again after a crash. Raises SmmError for what cannot be sent."""
    receipt, channel, ledger, text = correction.receipt, correction.channel, runner.ledger, correction.text
    if "reply_to" not in correction.network.takes:
        raise DeliveryError(f"{correction.network.title} has no replies that smm can write", where=receipt.delivery, slug="no-replies")
    if correction.taken:
        raise DeliveryError("it was taken down: there is nothing to reply to", where=receipt.delivery, slug="withdrawn")
    if is_needed(runner.calendar, correction.post, channel):  # also where merging approves: these words were not merged
        hint = f"write it as a post of its own with  reply_to: {receipt.post}  and have that approved"
        raise DeliveryError("a text that nobody approved may not be sent here", where=receipt.delivery, hint=hint, slug="approval")
    kept = on_its_way(ledger, receipt.delivery, REPLY)
    if kept and kept[0] == _digest(text):
        return payload_from(kept[1])
    post = Post(receipt.post, correction.post.path, text, channels=(channel.name,), reply_to=receipt.post)
    post = replace(post, language=correction.post.language)
    made = runner.composer.prepare(post, channel, receipt.delivery, runner.clock.now(), ledger.account(channel.name))
    if made.errors or made.payload is None or len(made.payload.parts) != 1:
        first = made.errors[0] if made.errors else None
        raise PostError(first.what if first else "a reply is one message", where=receipt.delivery, slug="too-long")
    before = sum(change.what == ANSWERED for change in receipt.changes)
    return keyed(made.payload, f"{REPLY} {before}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def _sent(runner: Runner, correction: Correction, sending: Sending) -> Corrected:
    ledger, receipt, key = runner.ledger, correction.receipt, sending.key(0)
    said, kept = payload_text(sending.payload), on_its_way(runner.ledger, receipt.delivery, REPLY)
    if kept and kept[1] != said:
        return await _other_first(runner, correction, sending, kept[1])
    digest = kept[0] if kept else _digest(correction.text)
    await ledger.commit(lambda c: begin(c, key, digest, said))
    found = await _run(sending, load_states(ledger, receipt.delivery, REPLY).get(0, PartState()))
    changes = (*receipt.changes, Change(ANSWERED, runner.clock.now(), found.url or found.id))
    after = replace(receipt, changes=changes)
    await ledger.commit(lambda c: end(c, key, after, digest))
    write_out(ledger, runner.calendar.receipts)
    return Corrected(after, (1,))


async def _run(sending: Sending, state: PartState) -> PartReceipt:
    run = PartRun(sending, 0, state)
    await finish_part(sending, run, None)
    return run.receipt or PartReceipt(id="")


async def _other_first(runner: Runner, correction: Correction, sending: Sending, kept: str) -> Corrected:
    """Another reply was broken off: it is ended first, with its own text."""
    earlier = replace(sending, payload=payload_from(kept), closing=[])
    done = await _sent(runner, correction, earlier)
    what = f"an earlier reply was broken off; it is public now: {done.receipt.changes[-1].why}"
    return Corrected(done.receipt, (), DeliveryError(what, hint="say it again, if this one is still wanted", slug="earlier-reply"))
