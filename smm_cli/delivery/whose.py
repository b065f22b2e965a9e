"""Whose account a channel's credential opens: asked once a day and when the credential is another, and never with one that was refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from smm_cli.accounts.masks import masked
from smm_cli.delivery.converse import converse
from smm_cli.delivery.runner import Runner
from smm_cli.errors import AuthFailed, ConfigError, SmmError
from smm_cli.ledger.claims import stop_channel
from smm_cli.networks.base import Network
from smm_cli.words.channel import Account

ACCOUNT_AGE = timedelta(hours=24)
"""How old the answer of `verify` may be before it is asked for again."""
STOPPED = "stopped"
"""The slug of what is held since an earlier tick's credential was refused."""


async def account_of(runner: Runner, network: Network, credential: str) -> Account | None:
    """Who the credential belongs to, compared with what channels.toml pins; None where the network does not say.

    Raises AuthFailed where it is refused, or was: then nothing is asked with it again. ConfigError where it is another account's.
    """
    ledger, channel, now = runner.ledger, network.channel, runner.clock.now()
    known = ledger.account(channel.name)
    other = known is not None and known.checked_with not in ("", credential)
    if (stop := ledger.stopped().get(channel.name)) is not None:
        why, refused = stop
        if await _is(refused, credential, channel.name):
            raise AuthFailed(why, slug=STOPPED)
        ledger.lift(channel.name)
        other = True
    old = known is None or other or now - (known.checked_at or now) > ACCOUNT_AGE
    if network.verify is not None and network.asked_daily and old:
        try:
            known = await converse(network.verify(), network, runner.transport, runner.clock)
            ledger.save_account(channel.name, known, now, credential)
        except AuthFailed as error:
            why = masked(error.what)
            await ledger.commit(lambda c: stop_channel(c, ledger.calendar, channel.name, why, credential))
            if runner.shared is not None:
                await runner.shared.free(channel.name)  # tells the others
            raise
        except ConfigError:
            raise
        except SmmError:
            if known is None or other:
                raise
    if known is not None and channel.account and not same_handle(known.handle, channel.account):
        raise ConfigError(
            f"{channel.name} is bound to {channel.account}; the credential belongs to {known.handle}. Nothing was sent.",
            where=channel.name,
            hint=f"smm channel login {channel.name}",
            slug="wrong-account",
        )
    return known


async def _is(refused: str, credential: str, channel: str) -> bool:
    """Whether it is this credential that was refused; another runner tells it by a slow hash."""
    from smm_cli.ledger.progress import HASHED, slow_hash

    return refused == (await asyncio.to_thread(slow_hash, credential, channel) if refused.startswith(HASHED) else credential)


def same_handle(handle: str, bound: str) -> bool:
    """Whether two handles name one account."""
    return handle.casefold().lstrip("@") == bound.casefold().lstrip("@")
