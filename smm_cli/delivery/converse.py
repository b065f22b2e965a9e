"""Conversations apart from deliveries (verify, lookup, withdraw, alerts): driven to their end, not journaled, safe to repeat."""

from __future__ import annotations

from collections.abc import Generator, MutableMapping
from typing import TYPE_CHECKING, Any, TypeVar

from smm_cli.clock import Clock
from smm_cli.delivery.conversation import SHORT_WAIT
from smm_cli.delivery.sending import Wire, ask
from smm_cli.errors import OutcomeUnknown, Retriable
from smm_cli.words.conversation import Earlier, Wait
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Request

if TYPE_CHECKING:
    from smm_cli.networks.base import Network

T = TypeVar("T")


async def converse(
    conversation: Generator[Any, Any, T], network: Network, wire: Wire, clock: Clock, vault: MutableMapping[str, str] | None = None
) -> T:
    """What the conversation returns. Raises the errors of section 9; an OutcomeUnknown is Retriable here, since repeating is safe.

    What only deliveries have is not there: a part before it, a receipt given early.
    """
    kept: MutableMapping[str, str] = {} if vault is None else vault
    n, told = 0, None
    while True:
        try:
            step = conversation.send(told)
        except StopIteration as stop:
            result: T = stop.value
            return result
        if isinstance(step, Wait):
            await clock.sleep(min(step.seconds, SHORT_WAIT))
            told = None
        elif isinstance(step, Earlier | PartReceipt):
            told = None
        elif isinstance(step, Request):
            told = await _ask_safely(step, network, wire, kept, f"act.{n}")
            n += 1
        else:
            raise TypeError(f"{network.name}: a conversation yielded {type(step).__name__}")


async def _ask_safely(request: Request, network: Network, wire: Wire, vault: MutableMapping[str, str], prefix: str) -> Answer:
    try:
        return await ask(request, network, wire, vault, prefix)
    except OutcomeUnknown as error:
        raise Retriable(error.what) from error
