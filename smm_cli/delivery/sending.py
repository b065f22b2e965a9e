"""One claimed delivery on its way: its claim, its payload, what carries its requests."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from smm_cli.clock import Clock
from smm_cli.delivery.judge import Silence, judge
from smm_cli.errors import AuthFailed, Retriable, SmmError
from smm_cli.ledger.claims import Claim, renew
from smm_cli.ledger.engine import Connection, Write
from smm_cli.ledger.journal import Key, close_intent
from smm_cli.ledger.outcomes import thaw
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import Payload
from smm_cli.words.exchange import Answer, Request

if TYPE_CHECKING:
    from smm_cli.delivery.shared import Shared
    from smm_cli.networks.base import Network

STALL = 20.0
"""Seconds that a machine may stand still between making an intent durable and sending."""


class Wire(Protocol):
    """What carries requests: the transport, whoever answers."""

    async def send(self, network: Network, request: Request, vault: MutableMapping[str, str], prefix: str) -> Answer:
        """The answer. Raises Silence where there is none."""

    async def renew(self, network: Network) -> None:
        """Renew an expired credential. Raises AuthFailed when it cannot be."""


PAUSED = "paused"
"""The slug of what was stopped by a pause while it was being sent."""


class Later(Exception):
    """The attempt ends here, through nobody's fault; go on at `at`."""

    def __init__(self, at: datetime, why: str, slug: str = "waiting") -> None:
        super().__init__(why)
        self.at, self.why, self.slug = at, why, slug


class Lost(Exception):
    """The claim is another's, or nobody's: nothing more may be sent."""


@dataclass
class Sending:
    """One claimed delivery on its way, and what it needs on it. `closing` is written together with how the attempt ends.

    `troubles`: what could not be done to parts that are public; no reason to send anything again.
    """

    network: Network
    claim: Claim
    payload: Payload
    ledger: Ledger
    wire: Wire
    clock: Clock
    vault: MutableMapping[str, str]
    credential: str
    act: str
    waits: list[float]
    closing: list[Write] = field(default_factory=list)
    frozen: bool = False
    troubles: list[str] = field(default_factory=list)
    shared: Shared | None = None
    hindered: Callable[[bool], Later | None] = lambda frozen: None
    """Why nothing may be committed now, though it could be claimed; `frozen`: it was begun. Asked before each commit."""

    def key(self, part: int) -> Key:
        return self.ledger.journal.key(self.claim.delivery, self.act, part)

    async def keep_claim(self, request: Request, part: int, also: Write | None = None, *, undo: bool = True) -> None:
        """Extend the claim by compare-and-swap, with `also` in the same transaction. Raises Lost: nothing may be sent.

        `undo`: close the intent again when the machine stood still, since nothing was sent under it; the post may be edited as before.
        """
        needs = timedelta(seconds=request.timeout)

        def act(c: Connection) -> bool:
            if not renew(c, self.claim, self.clock.now(), needs):
                return False
            if also is not None:
                also(c)
            return True

        def unmark(c: Connection) -> None:
            if not renew(c, self.claim, self.clock.now(), needs):
                return
            close_intent(c, self.key(part))
            if not self.frozen:
                thaw(c, self.claim)

        before = self.clock.elapsed()
        if not await self.ledger.commit(act):
            raise Lost(f"{self.claim.delivery} is no longer this runner's")
        if self.clock.elapsed() - before > STALL:
            if undo:
                await self.ledger.commit(unmark)
            raise Lost("this machine stood still before sending")
        if self.shared is None:
            return
        try:  # the intent is durable here; only once other runners can see it too may anything leave
            await self.shared.sending(self.claim, part, needs)
            if undo and (later := self.hindered(self.frozen)) is not None:  # the remote was asked, and has said it in the same moment
                raise later
        except (Later, Lost):
            if undo:
                await self.ledger.commit(unmark)
            raise


def expired(error: SmmError | None) -> bool:
    """Whether one refresh of the credential may mend this."""
    return isinstance(error, AuthFailed) and error.expired


async def ask(request: Request, network: Network, wire: Wire, vault: MutableMapping[str, str], prefix: str) -> Answer:
    """One exchange that publishes nothing, with one refresh of an expired credential. Forgiven failures are answers.

    Raises what `judge` says; silence is Retriable.
    """
    for renewed in (False, True):
        try:
            answer = await wire.send(network, request, vault, prefix)
        except Silence as silence:
            if request.forgiving:
                return Answer(0)
            raise Retriable(silence.what) from silence
        error = judge(network, request, answer)
        if error is None:
            return answer
        if expired(error) and not renewed:
            await wire.renew(network)
        elif request.forgiving:
            return answer
        else:
            raise error
    raise AssertionError
