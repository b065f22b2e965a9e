"""One part's conversation: its generator is run from its start, answered from the journal until it asks something new."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from smm_cli.delivery.freeze import payload_text, request_text
from smm_cli.delivery.judge import Silence, judge
from smm_cli.delivery.sending import Later, Sending, ask, expired
from smm_cli.errors import OutcomeUnknown, Retriable, SmmError
from smm_cli.ledger.claims import holds, renew
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.journal import Entry, PartState, close_intent, drop_from, open_intent, publish_part, record_answer, record_wait
from smm_cli.ledger.outcomes import freeze
from smm_cli.words.conversation import Earlier, Wait
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Request

SHORT_WAIT, WAITS_IN_A_TICK = 10.0, 60.0
"""Seconds that are slept at once, and at most in one tick; a longer wait gives the claim back."""


class PartRun:
    """One part on its way. After `finish` its receipt stands in `receipt`."""

    def __init__(self, sending: Sending, number: int, state: PartState) -> None:
        self.sending = sending
        self.number = number
        self.state = state
        self.key = sending.key(number)
        self.receipt: PartReceipt | None = state.receipt
        self.done = state.done
        self._n = 0
        self._step = 0
        self._told: set[int] = set()
        self._pending: Any = None
        self._conversation: Any = None

    @property
    def public(self) -> bool:
        return self.state.public_at is not None

    async def prepare(self) -> None:
        """Bring the part up to its gate: all that depends on nothing outside it, before anything is public."""
        self._start()
        while not self.done and not self._at_gate():
            await self._go_on(None)

    async def finish(self, earlier: PartReceipt | None) -> None:
        """Publish the part and finish what follows. The last writes wait in `sending.closing` when the part is done."""
        if self._conversation is None:
            self._start()
        while not self.done:
            await self._go_on(earlier)

    def _start(self) -> None:
        self._conversation = self._open()
        self._n = self._step = 0
        self._told = set()
        self._tell(None)

    def _open(self) -> Any:
        """The conversation that this part is about."""
        return self.sending.network.publish(self.sending.payload, self.number)

    def _at_gate(self) -> bool:
        return isinstance(self._pending, Earlier) or (isinstance(self._pending, Request) and self._pending.commits)

    def _tell(self, told: Any) -> None:
        try:
            self._pending = self._conversation.send(told)
            while isinstance(self._pending, PartReceipt):
                self.receipt = self._pending
                self._pending = self._conversation.send(None)
        except StopIteration as stop:
            self.receipt, self.done, self._pending = stop.value or self.receipt, True, None

    async def _go_on(self, earlier: PartReceipt | None) -> None:
        step = self._pending
        self._step += 1
        if isinstance(step, Earlier):
            self._tell(earlier)
        elif isinstance(step, Wait):
            await self._wait(step.seconds)
            self._tell(None)
        elif isinstance(step, Request):
            await self._ask(step)
        else:
            raise TypeError(f"{self.sending.network.name}: a conversation yielded {type(step).__name__}")

    # -- requests ---------------------------------------------------------------------------------------------------------

    async def _ask(self, request: Request) -> None:
        kept = self._kept(request)
        if kept is not None and not self._still_good(kept, request):
            await self._forget_from(self._n)
            kept = None
        if kept is not None:
            self._n += 1
            self._told.add(kept.n)
            self._tell(kept.answer)
        elif request.commits and self.public:
            self.done = True  # public already, by an adapter that asked otherwise: its receipt is what the ledger has
        elif request.commits:
            await self._commit(request)
        else:
            sending = self.sending
            answer = await ask(request, sending.network, sending.wire, sending.vault, f"{self.number}.{self._n}")
            self._told.add(await self._keep(self._entry(request, answer)))
            self._n += 1
            self._tell(answer)
            await self._note_done()

    def _kept(self, request: Request) -> Entry | None:
        """What the journal has for `request`. Of a public part the commit's answer stands for the commit, whatever an adapter of
        another version asks by now, and others are known by what they ask, wherever it asks them; each answers once (polls)."""
        entries = self.state.entries
        if not self.public:
            return entries.get(self._n)
        if request.commits:
            return entries.get(self.state.intent_n)
        asked = request.fingerprint()
        here = [entries[self._n]] if self._n in entries else []
        left = (entry for entry in (*here, *entries.values()) if entry.n not in self._told)
        return next((entry for entry in left if entry.fingerprint == asked), None)

    async def _keep(self, entry: Entry) -> int:
        """Write down an answer, and that this runner lives; under which number."""
        if self.public:
            entry = replace(entry, n=max((*self.state.entries, self._n - 1)) + 1)
        self.state.entries[entry.n] = entry
        sending, now = self.sending, self.sending.clock.now()

        def act(c: Connection) -> None:
            record_answer(c, self.key, entry)
            renew(c, sending.claim, now, timedelta())

        await sending.ledger.commit(act)
        return entry.n

    def _still_good(self, kept: Entry, request: Request) -> bool:
        if self.public and kept.n <= self.state.intent_n:
            return True  # what led up to the commit, and the commit itself, are never asked again
        if kept.keeps_until is not None and kept.keeps_until <= self.sending.clock.now():
            return False
        return kept.fingerprint == request.fingerprint()

    async def _forget_from(self, n: int) -> None:
        for late in [k for k in self.state.entries if k >= n]:
            del self.state.entries[late]
        self.state.wait_step = self.state.wait_until = None
        await self.sending.ledger.commit(lambda c: drop_from(c, self.key, n))

    def _entry(self, request: Request, answer: Answer) -> Entry:
        until = None if request.keeps_for is None else self.sending.clock.now() + timedelta(seconds=request.keeps_for)
        return Entry(self._n, request.fingerprint(), answer, until)

    async def _note_done(self) -> None:
        if self.done and self.public:
            at, receipt = self.state.public_at, self.receipt
            assert at is not None
            self.sending.closing.append(lambda c: publish_part(c, self.key, at, receipt, done=True))

    # -- the one request that publishes -------------------------------------------------------------------------------------

    async def _commit(self, request: Request) -> None:
        sending = self.sending
        if (later := sending.hindered(sending.frozen)) is not None:
            raise later
        text, now = request_text(request), sending.clock.now()

        def mark(c: Connection) -> None:
            open_intent(c, self.key, self._n, text, now, sending.credential)
            if not sending.frozen:
                freeze(c, sending.claim, payload_text(sending.payload))

        await sending.keep_claim(request, self.number, mark)
        sending.frozen = True
        state = self.state
        state.intent, state.intent_n, state.intent_at, state.credential = text, self._n, now, sending.credential
        state.first_intent_at = state.first_intent_at or now
        answer = await self.send_commit(request)
        await self.is_public(request, answer, self._n)

    async def send_commit(self, request: Request, *, repeated: bool = False) -> Answer:
        """Send the committing request. A refusal closes the intent with the attempt, unless the request is `repeated`:
        then the first may have succeeded. Raises OutcomeUnknown where nobody can say."""
        sending = self.sending
        try:
            for renewed in (False, True):
                answer = await self._once(request)
                error = judge(sending.network, request, answer)
                if error is None:
                    return answer
                if renewed or not expired(error):
                    raise error
                await sending.wire.renew(sending.network)
                await sending.keep_claim(request, self.number, undo=False)
            raise AssertionError
        except OutcomeUnknown:
            raise
        except SmmError:
            if not repeated:
                sending.closing.append(lambda c: close_intent(c, self.key) if holds(c, sending.claim) else None)
                self.state.intent = ""
            raise

    async def _once(self, request: Request) -> Answer:
        try:
            return await self.sending.wire.send(self.sending.network, request, self.sending.vault, f"{self.number}.{self._n}")
        except Silence as silence:
            if silence.reached:
                raise OutcomeUnknown(f"{self.sending.network.title} did not answer: {silence.what}") from silence
            raise Retriable(silence.what) from silence

    async def is_public(self, request: Request, answer: Answer, n: int) -> None:
        """The answer to the commit and the state *published* of the part: one transaction, whatever the adapter does with it."""
        sending, now = self.sending, self.sending.clock.now()
        self.state.public_at, self.state.intent, self.state.intent_n = now, "", n
        self._n = n
        trouble: Exception | None = None
        try:
            if self._conversation is not None:
                self._n += 1
                self._tell(answer)
        except Exception as error:  # a bug in an adapter must not make a public part look unpublished
            trouble = error
        receipt, done = self.receipt, self.done
        if done:  # no step is left that would ask for the answer again
            sending.closing.append(lambda c: publish_part(c, self.key, now, receipt, done))
        else:
            entry = self.state.entries[n] = replace(self._entry(request, answer), n=n)

            def act(c: Connection) -> None:
                record_answer(c, self.key, entry)
                publish_part(c, self.key, now, receipt, done)

            await sending.ledger.commit(act)
        if trouble is not None:
            raise trouble

    def leave(self) -> None:
        """Let be what could not be done after the part was public: it stays so."""
        self.done, at, receipt = True, self.state.public_at, self.receipt
        assert at is not None
        self.sending.closing.append(lambda c: publish_part(c, self.key, at, receipt, done=True))

    # -- waiting ------------------------------------------------------------------------------------------------------------

    async def _wait(self, seconds: float) -> None:
        now = self.sending.clock.now()
        if self._n in self.state.entries:
            return
        if self.state.wait_step == self._step and self.state.wait_until is not None:
            if self.state.wait_until > now:
                raise Later(self.state.wait_until, f"{self.sending.network.title} is still working on it")
            return
        if seconds <= SHORT_WAIT and sum(self.sending.waits) + seconds <= WAITS_IN_A_TICK:
            self.sending.waits.append(seconds)
            await self.sending.clock.sleep(seconds)
            return
        until = now + timedelta(seconds=seconds)
        step = self._step
        await self.sending.ledger.commit(lambda c: record_wait(c, self.key, step, until))
        raise Later(until, f"{self.sending.network.title} is still working on it")
