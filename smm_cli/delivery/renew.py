"""Renewing a channel's credential: once, whoever asks, kept on disk before it is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.masks import masked
from smm_cli.delivery.handles import Filler
from smm_cli.delivery.judge import Silence, judge
from smm_cli.errors import AuthFailed, Rejected, Retriable
from smm_cli.networks.base import Network
from smm_cli.words.auth import Session
from smm_cli.words.conversation import LoggingIn, Tokens, Visit, Wait
from smm_cli.words.exchange import Answer, Request, handle

if TYPE_CHECKING:
    from smm_cli.delivery.transport import Transport, Vault

OTHERS = 60.0
"""Seconds to wait for another process that renews the same channel."""
STEPS = 50
"""A conversation that asks more than this is caught in a circle."""


async def renew(transport: Transport, network: Network, *, missing: bool = False) -> None:
    """Give `network`'s channel a credential other than the one it last used; if somebody else made one meanwhile, that one.

    `missing`: there is none, or it has ended; one that is good by now is taken. Raises AuthFailed where a person must log in again;
    Retriable, ConfigError.
    """
    credentials = transport.credentials(network)
    used = transport.signer(network).used
    async with credentials.lock, _locked(credentials):
        if _renewed_meanwhile(transport, network, credentials, used, missing=missing):
            return
        tokens = await _new_tokens(transport, network, credentials)
        now = transport.clock.now()
        expires, ends = (now + timedelta(seconds=s) if s is not None else None for s in (tokens.expires_in, tokens.ends_in))
        credentials.keep(tokens.values, expires, tokens.handle, ends)


def _renewed_meanwhile(transport: Transport, network: Network, credentials: Credentials, used: str | None, *, missing: bool) -> bool:
    if not credentials.stand_in:
        credentials.reload()
    tokens = credentials.tokens()
    if isinstance(network.auth, Session):
        now = tokens.values.get("access") if tokens else None
    else:
        now = credentials.value(network.auth.secrets[0]) if network.auth.secrets else None
    if missing:
        return now is not None and not credentials.ended(transport.clock.now())
    return now is not None and used is not None and now != used


async def _new_tokens(transport: Transport, network: Network, credentials: Credentials) -> Tokens:
    tokens = credentials.tokens()
    if network.refresh is not None and tokens is not None and "refresh" in tokens.values:
        try:
            return await converse(transport, network, network.refresh(), {}, "refresh")
        except (AuthFailed, Rejected):
            pass  # the refresh token has ended too: a lasting secret can still make new ones
    if network.login is None or not isinstance(network.auth, Session):
        raise _ended(network)
    await credentials.ready(*network.auth.secrets)
    said = network.channel.settings
    identifier = said.get("identifier") or said.get("handle") or network.channel.account.removeprefix("@")
    inputs = {**{name: handle(name) for name in network.auth.secrets}, "identifier": str(identifier)}
    try:
        return await converse(transport, network, network.login(inputs), {}, "login")
    except Rejected as refused:
        raise _ended(network, refused.what) from None


def _ended(network: Network, why: str = "") -> AuthFailed:
    what = f"the login of {network.channel.name} has ended{': ' + masked(why) if why else ''}"
    return AuthFailed(what, where=network.channel.name, hint=f"smm channel login {network.channel.name}")


@asynccontextmanager
async def _locked(credentials: Credentials) -> AsyncIterator[None]:
    """The lock of the channel's tokens among processes; waits without standing in the way of other channels."""
    if credentials.stand_in:
        yield
        return
    name = credentials.channel.name
    for _ in range(int(OTHERS / 0.05)):
        with credentials.store.lock(name, wait=False) as held:
            if held:
                yield
                return
        await asyncio.sleep(0.05)
    raise Retriable(f"another process has been renewing the login of {name} for {OTHERS:.0f} s", where=name)


async def converse(
    transport: Transport,
    network: Network,
    conversation: LoggingIn,
    vault: Vault,
    prefix: str,
    visit: Callable[[Visit], Awaitable[Answer]] | None = None,
) -> Tokens:
    """Drive `login` or `refresh` to its end: the Tokens with their values in place of handles. Nothing is journaled.

    Raises the error that an answer is, Retriable for silence, AuthFailed for a `Visit` where nobody is there to make it.
    """
    told: Answer | None = None
    for step in range(STEPS):
        try:
            asked = conversation.send(told)
        except StopIteration as end:
            tokens: Tokens = end.value
            filler = Filler(vault, transport.credentials(network), frozenset())
            values = {name: filler.text(value) for name, value in tokens.values.items()}
            return Tokens(values, tokens.expires_in, tokens.handle, tokens.ends_in)
        if isinstance(asked, Request):
            told = await _answer(transport, network, asked, vault, f"{prefix}.{step}")
        elif isinstance(asked, Visit) and visit is not None:
            told = await visit(asked)
        elif isinstance(asked, Wait):
            await transport.clock.sleep(asked.seconds)
            told = None
        else:
            raise _ended(network, "it needs a person at a browser")
    raise Retriable(f"{network.title} does not come to an end with its login")


async def _answer(transport: Transport, network: Network, request: Request, vault: Vault, prefix: str) -> Answer:
    try:
        if request.foreign:
            answer = await transport.send(network, request, vault, prefix)
        else:
            answer = await transport.ask(network, request, vault, prefix)
    except Silence as silence:
        raise Retriable(silence.what, where=network.channel.name) from None
    wrong = judge(network, request, answer)
    if wrong is None or request.forgiving:
        return answer
    if 400 <= answer.status < 500 and network.fault(answer.status, answer.headers, answer.body) is None:
        wrong = Rejected(wrong.what)  # retriable only because nobody knows better: the network refused the login
    raise wrong
