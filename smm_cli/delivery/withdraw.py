"""Taking down what is public: part by part, the last first. What is gone already counts as done, so that it can be said again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from smm_cli.delivery.converse import converse
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.whose import same_handle
from smm_cli.errors import ConfigError, LedgerError, Rejected, Retriable, SmmError
from smm_cli.ledger.intake import take_in, write_out
from smm_cli.ledger.outcomes import keep_receipt, receipt_in
from smm_cli.ledger.receipts import read_receipt, receipt_files
from smm_cli.networks.base import Network
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import CANCELLED, PUBLISHED, SENDING, Change, Receipt
from smm_cli.words.frozen import dataclass

WITHDRAWN, PARTLY = "withdrawn", "partly withdrawn"
"""What a receipt's `[[changes]]` say: all is gone; or some parts are, and `why` names them."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How taking down one delivery ended. `gone`: numbers (from 1) of the parts that are down now; `error`: why the others are not."""

    receipt: Receipt
    gone: tuple[int, ...] = ()
    error: SmmError | None = None

    @property
    def left(self) -> tuple[int, ...]:
        """Numbers of the parts that still are public."""
        return tuple(number for number in range(1, len(self.receipt.parts) + 1) if number not in self.gone)


def withdrawn_at(receipt: Receipt) -> Change | None:
    """The change that took all of it down; None where it is public, or partly."""
    return receipt.changes[-1] if receipt.changes and receipt.changes[-1].what == WITHDRAWN else None


def receipts_of(runner: Runner, post: str) -> list[Receipt]:
    """The newest receipts of a post that name public parts, also those of other clones and of withdrawn ones, by delivery.

    Raises LedgerError where one cannot be read or written.
    """
    folder = runner.calendar.receipts
    take_in(runner.ledger, folder)
    write_out(runner.ledger, folder)  # from here on the files know all that the ledger knows
    found = {receipt.delivery: receipt for receipt in _files_of(folder, post)}
    for record in runner.ledger.records():
        if record.post == post and record.delivery not in found and record.state in (PUBLISHED, CANCELLED):
            kept = runner.ledger.write(lambda c, name=record.delivery: receipt_in(c, runner.ledger.calendar, name))  # type: ignore[misc]
            if kept is not None:
                found[record.delivery] = kept
    return [receipt for _, receipt in sorted(found.items()) if receipt.state in (PUBLISHED, CANCELLED) and receipt.parts]


def _files_of(folder: Path, post: str) -> list[Receipt]:
    found = [read_receipt((folder / post / path).read_bytes(), f"receipts/{post}/{path}") for path, _ in receipt_files(folder / post)]
    return [receipt for receipt in found if receipt.post == post]


def channel_of(runner: Runner, receipt: Receipt) -> Channel | None:
    """The channel that a receipt is of, by its present name."""
    channels = runner.calendar.channels
    return channels.get(receipt.channel) or next((one for one in channels.values() if receipt.channel in one.formerly), None)


def why_by_hand(runner: Runner, receipt: Receipt) -> str:
    """Why a person must take this down; empty where smm can. Raises ConfigError for a network that does not exist."""
    channel = channel_of(runner, receipt)
    if channel is None:
        return f"there is no channel {receipt.channel} any more"
    network = runner.composer.network(channel, runner.ledger.account(channel.name))
    return out_of_reach(network, receipt, "" if network.withdraw else f"smm cannot take anything down on {network.title}")


def out_of_reach(network: Network, receipt: Receipt, cannot: str) -> str:
    """Why smm can do nothing to what is public there: `cannot`, or what is so whatever is to be done; empty where it can."""
    if network.handoff or network.channel.by_hand:
        return f"{network.channel.name} is posted to by hand"
    if cannot:
        return cannot
    if not all(part.id for part in receipt.parts):
        return f"smm knows its address alone, not what {network.title} calls it"
    return ""


async def withdraw(runner: Runner, receipt: Receipt) -> Withdrawn:
    """Take down one delivery and write it into its receipt; the delivery stays published in history, and is never sent again.

    Errors of section 9 are in the answer; raises LedgerError where it cannot be recorded. Close the runner's transport after it.
    """
    gone: list[int] = []
    error: SmmError | None = None
    try:
        network = await _network(runner, receipt)
        assert network.withdraw is not None
        for number in reversed(range(len(receipt.parts))):
            await converse(network.withdraw(receipt.parts[number], number), network, runner.transport, runner.clock)
            gone.append(number + 1)
    except LedgerError:
        raise
    except SmmError as failed:
        error = failed
    finally:  # also where an adapter breaks down or a person interrupts: what is gone is gone
        if gone:
            receipt = record(runner, receipt, gone)
    return Withdrawn(receipt, tuple(sorted(gone)), error)


def record(runner: Runner, receipt: Receipt, gone: Sequence[int] = (), why: str = "") -> Receipt:
    """Write into the receipt, in ledger and file, that these parts are down (none named: all). Raises LedgerError."""
    total, now = len(receipt.parts), runner.clock.now()
    if gone and len(gone) < total:
        numbers = ", ".join(str(number) for number in sorted(gone))
        change = Change(PARTLY, now, f"part {numbers} of {total}")
    else:
        change = Change(WITHDRAWN, now, why)
    after = replace(receipt, changes=(*receipt.changes, change))
    runner.ledger.write(lambda c: keep_receipt(c, runner.ledger.calendar, after))
    write_out(runner.ledger, runner.calendar.receipts)
    return after


async def _network(runner: Runner, receipt: Receipt) -> Network:
    """The network of the receipt's channel, logged in as who published it. Raises SmmError."""
    why = why_by_hand(runner, receipt)
    if why:
        raise Rejected(why, hint=f"delete it there: {receipt.url}" if receipt.url else "", slug="by-hand")
    channel = channel_of(runner, receipt)
    assert channel is not None
    return await logged_in(runner, receipt, channel, "taken down")


async def logged_in(runner: Runner, receipt: Receipt, channel: Channel, done: str) -> Network:
    """The network of `channel`, if its credential is that of who published `receipt`; `done`: what was else not done. Raises SmmError."""
    busy = next((one for one in runner.ledger.records() if one.channel == channel.name and one.state == SENDING), None)
    if busy is not None:
        raise Retriable(f"{busy.delivery} is being sent on {channel.name} this moment", hint="try again in a minute", slug="busy")
    network = runner.composer.network(channel, runner.ledger.account(channel.name))
    if not network.auth.secrets or network.verify is None or not network.asked_daily:
        return network
    # Asked anew: to a stranger a network says of a post "there is none", which would look as if it were gone.
    account = await converse(network.verify(), network, runner.transport, runner.clock)
    for bound in (channel.account, receipt.account):
        if bound and not same_handle(account.handle, bound):
            raise ConfigError(
                f"{receipt.delivery} belongs to {bound}; the credential of {channel.name} to {account.handle}. Nothing was {done}.",
                where=channel.name,
                hint=f"smm channel login {channel.name}",
                slug="wrong-account",
            )
    credential = await runner.transport.credential(network)
    runner.ledger.save_account(channel.name, account, runner.clock.now(), credential)
    return runner.composer.network(channel, account)
