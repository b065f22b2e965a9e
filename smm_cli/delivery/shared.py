"""Claims through git: what runners share that have nothing in common but a remote.

Nothing is sent without a claim that the remote shows as ours, nor without the word "sending" there first: with it stands all that
another runner needs to go on if this one dies. What is asked in one moment goes in one push. The ledger of this machine remains the
journal; the branch of receipts is what all runners know.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from smm_cli.calendar.git_refs import Move, Unreachable, make_commits
from smm_cli.calendar.git_shared import PAUSE, Remote
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import keep
from smm_cli.clock import Clock
from smm_cli.delivery import shared_claims
from smm_cli.delivery.sending import Later, Lost
from smm_cli.delivery.shared_claims import Note
from smm_cli.delivery.shared_merge import resolver
from smm_cli.errors import ConfigError, LedgerError
from smm_cli.ledger.alive import try_lock
from smm_cli.ledger.claims import BUSY, RESERVE, Claim, Gate
from smm_cli.ledger.corrected import CORRECTIONS, take_corrections, write_corrections
from smm_cli.ledger.gates import FOLDER as CHANNELS
from smm_cli.ledger.gates import take_gates, write_gates
from smm_cli.ledger.intake import accept_all, foreign, take_in, write_out
from smm_cli.ledger.progress import FOLDER, adopt, progress_of, take_progress, write_progress
from smm_cli.ledger.receipts import read_receipt, receipt_files
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import PUBLISHED, Delivery
from smm_cli.words.frozen import dataclass

GATHER = 0.03
"""Seconds in which what channels ask for comes together into one push."""
AGAIN = timedelta(seconds=60)
MOVED = "the calendar changed at the remote a moment ago: it is read anew"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish of one channel: its claim is to say `text` instead of the object `old`, or (no text) to end."""

    channel: str
    text: str
    old: str
    done: asyncio.Future[str]


class Shared:
    """One process's part in it. `why`: why nothing may be sent now. `moved`: what was planned from is no longer what is published."""

    def __init__(self, calendar: Calendar, ledger: Ledger, clock: Clock) -> None:
        self.calendar = calendar
        self.ledger = ledger
        self.clock = clock
        self.folder = calendar.receipts.parent
        self.remote = Remote(calendar, resolver(self.folder))
        self.why: ConfigError | None = None
        self.moved = False
        self.claims: dict[str, Note] = {}
        self._planned: tuple[str, str] = ("", "")
        self._held: dict[str, str] = {}
        self._asked: list[Asked] = []
        self._task: asyncio.Task[None] | None = None

    # -- the course of a tick -------------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Ask the remote; take in what others did; end what dead runners left. `why` is set where it cannot be asked.

        Raises ConfigError for what a person must mend, LedgerError.
        """
        self.why, self.moved = None, False
        try:
            await self._bring_old_receipts()
            await self._exchange([])
            if left := [self.remote.claims + note.channel for note in self.claims.values() if self._left_behind(note)]:
                await self._exchange([], left)
        except Unreachable as error:
            self.why = error
        self._planned = self._published()

    def _left_behind(self, note: Note) -> bool:
        """Whether a claim's runner is gone: what it was about to send becomes progress, which any runner goes on with."""
        mine = note.owner == self.ledger.alive.owner
        if self._held.get(note.channel) == note.oid or not (mine or note.over(self.clock.now(), self.ledger.alive)):
            return False
        if note.progress is not None and note.runner != self.ledger.runner:
            adopt(self.ledger, note.progress, self.calendar.receipts)
        self.remote.objects.add(note.oid)
        return True

    def _published(self) -> tuple[str, str]:
        return self.remote.seen.get(self.remote.published, ""), self.remote.seen.get(PAUSE, "")

    def has_news(self) -> bool:
        """Whether this machine knows something that the others do not yet."""
        with (self.calendar.state / "shared.lock").open("wb") as file:
            if not try_lock(file):
                return True  # another process brings in what others did: to be told once it has
            self._write()
            return bool(self.remote.mirror.news())

    def tell_now(self) -> None:
        """Push what a person decided here, outside of a tick. Raises ConfigError where others cannot hear of it."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            return  # in a daemon: its next tick tells
        try:
            asyncio.run(self._exchange([]))
        except Unreachable as error:
            what = f"done here; other runners do not know of it yet: {error.what}"
            raise Unreachable(what, hint="smm publish tells them, once that is mended", slug=error.slug) from error

    def hear(self) -> str:
        """Take in what others did, outside of a tick; why not, where the remote cannot be asked."""
        try:
            asyncio.run(self._exchange([]))
        except Unreachable as error:
            return error.what
        return ""

    @property
    def held(self) -> str:
        """What to say of what is due while nothing can be claimed."""
        return f"cannot claim: {self.why.what}" if self.why else ""

    # -- one delivery -----------------------------------------------------------------------------------------------------------

    async def claim(self, delivery: Delivery, digest: str) -> Gate | None:
        """Claim the delivery's channel for it; None: it is ours, and nothing has changed since the plan. A Gate: not now."""
        channel, now = delivery.channel, self.clock.now()
        there = self.claims.get(channel)
        if there is not None and (there.state != shared_claims.CLAIMED or not there.over(now, self.ledger.alive)):
            return self._gate(there)  # one that ended while sending is ended by the next look, which keeps its progress
        more = {"digest": digest, "commit": self._planned[0]}
        text = shared_claims.written(self.ledger.alive.owner, delivery.name, now, shared_claims.until_of(now), more)
        try:
            oid = await self._ask(channel, text, there.oid if there else "")
        except ConfigError as error:
            return Gate(f"cannot claim: {error.what}", None, BUSY)
        if not oid:
            there = self.claims.get(channel)
            return self._gate(there) if there else Gate("another runner was quicker", None, BUSY)
        self._held[channel] = oid
        if self._published() != self._planned:
            self.moved = True
            await self.free(channel)
            return Gate(MOVED, None, BUSY)
        return None

    def _gate(self, note: Note) -> Gate:
        return note.gate(self.remote.name, self.remote.claims + note.channel)

    async def sending(self, claim: Claim, part: int, needs: timedelta) -> None:
        """Say at the remote that `part` is being sent, by compare-and-swap, and see that it stands there: only then it may be.

        Raises Lost where the claim is another's by now, Later where the remote cannot be asked or git fails here.
        """
        now, before = self.clock.now(), self.clock.elapsed()
        until, progress = shared_claims.until_of(now, needs), progress_of(self.ledger, claim.delivery)
        text = shared_claims.written(claim.owner, claim.delivery, now, until, {}, part, progress)
        try:
            oid = await self._ask(claim.channel, text, self._held.get(claim.channel, ""))
        except ConfigError as error:
            raise Later(self.clock.now() + AGAIN, f"cannot claim: {error.what}", "cannot-claim") from error
        if not oid:
            self._held.pop(claim.channel, None)
            raise Lost(f"{claim.delivery} is no longer this runner's")
        self._held[claim.channel] = oid
        if now + timedelta(seconds=self.clock.elapsed() - before) + needs + RESERVE > until:
            raise Later(self.clock.now(), "the remote took so long that the claim would end too soon", "cannot-claim")

    async def free(self, channel: str) -> str:
        """Let the channel go, together with what is new of its delivery. What to tell where that is not at the remote yet.

        What fails here keeps no other channel from ending what it sends: the next look raises it.
        """
        self._held.pop(channel, None)
        try:
            await self._ask(channel, "", "")
        except ConfigError as error:
            self.why = error
            return f"other runners do not know yet ({error.what}): the next tick tells them"
        return ""

    # -- asking the remote ------------------------------------------------------------------------------------------------------

    async def _ask(self, channel: str, text: str, old: str) -> str:
        """The object that the channel's claim is now, if it is ours; else empty."""
        asked = Asked(channel, text, old, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await asked.done

    async def _work(self) -> None:
        while self._asked:
            await asyncio.sleep(GATHER)
            batch, self._asked = self._asked, []
            try:
                claims, ends = [one for one in batch if one.text], [one for one in batch if not one.text]
                await self._exchange(claims, [self.remote.claims + one.channel for one in ends])
                for one in ends:
                    _answer(one, "")
            except BaseException as error:  # whoever waits must hear of it, however this ended
                for one in (*batch, *self._asked):
                    if not one.done.done():
                        one.done.set_exception(error)
                self._asked = []
                if not isinstance(error, Exception):
                    raise

    async def _exchange(self, asked: list[Asked], releases: list[str] | None = None) -> None:
        remote = self.remote
        async with self._alone():
            self._write()
            made = await asyncio.to_thread(make_commits, remote.root, [one.text for one in asked], self.clock.now()) if asked else []
            moves = [Move(remote.claims + one.channel, one.old, oid) for one, oid in zip(asked, made, strict=True)]
            before = remote.mirror.tip
            try:
                await asyncio.to_thread(remote.exchange, moves, releases or [], f"smm: {self.ledger.runner.split('#')[0]}")
            finally:
                if remote.mirror.tip != before:
                    self._take()
        notes = {ref.removeprefix(remote.claims): told for ref, told in remote.notes.items()}
        self.claims = {channel: shared_claims.read(oid, channel, said) for channel, (oid, said) in notes.items()}
        for one, move in zip(asked, moves, strict=True):
            _answer(one, move.new if remote.seen.get(move.ref) == move.new else "")

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """While no other process of this machine works on the copy of the branch."""
        with (self.calendar.state / "shared.lock").open("wb") as file:
            for _ in range(3600):
                if try_lock(file):
                    break
                await asyncio.sleep(0.05)
            else:
                raise LedgerError("another smm on this machine talks to the remote for minutes", hint="is it stuck? ps ax | grep smm")
            yield

    # -- ledger and files -------------------------------------------------------------------------------------------------------

    def _take(self) -> None:
        """What others did, into the ledger."""
        take_corrections(self.ledger, self.folder / CORRECTIONS)  # first: what was replaced is not what its receipt was
        take_in(self.ledger, self.calendar.receipts)
        take_progress(self.ledger, self.folder / FOLDER)
        take_gates(self.ledger, self.folder / CHANNELS, self.clock.now())
        if foreign(self.ledger):
            accept_all(self.ledger)

    def _write(self) -> None:
        """What the ledger knows, into the files; what others did comes first, so that it is not written over."""
        self._take()
        write_out(self.ledger, self.calendar.receipts)
        write_progress(self.ledger, self.folder / FOLDER, _put)
        write_corrections(self.ledger, self.folder / CORRECTIONS, _put)
        write_gates(self.ledger, self.folder / CHANNELS, self.clock.now(), _put)

    async def _bring_old_receipts(self) -> None:
        """Receipts that lie in the work tree, from before claims went through git, go onto the branch too; not what was undone since."""
        old, mirror = self.calendar.root / "receipts", self.remote.mirror
        there = (path for path, _ in receipt_files(old) if f"receipts/{path}" not in mirror.base)
        found = [path for path in there if not (self.calendar.receipts / path).exists()]
        if found and not mirror.tip:  # what the branch knows of them comes first
            async with self._alone():
                await asyncio.to_thread(self.remote.look)
        for path in found:
            data = (old / path).read_bytes()
            receipt = read_receipt(data, f"receipts/{path}")
            known = [f"receipts/{path}", f"{CORRECTIONS}/{receipt.delivery}.json"]
            known += [f"{FOLDER}/{receipt.delivery}.json"] if receipt.state != PUBLISHED else []
            if not mirror.base.keys() & known:
                keep(self.calendar.receipts / path, data)


def _answer(asked: Asked, oid: str) -> None:
    """Who asked may have been interrupted meanwhile: then nobody listens."""
    if not asked.done.done():
        asked.done.set_result(oid)


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        keep(path, content)
