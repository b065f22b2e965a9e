"""smm channel remove: out of channels.toml, its secret forgotten here, and how to revoke it there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from zoneinfo import ZoneInfo

from smm_cli.accounts.logged_in import FOLDER
from smm_cli.accounts.references import file_of
from smm_cli.accounts.tokens import TokenStore
from smm_cli.calendar.model import Calendar
from smm_cli.cli import output
from smm_cli.cli.channel_file import Keeping, keep_file, no_channel, read_file
from smm_cli.cli.channel_rename import posts_naming, replaced_names, target_lines
from smm_cli.cli.listing import chosen, whole_plan
from smm_cli.cli.session import Session
from smm_cli.cli.shared_claims import hear
from smm_cli.delivery.runner import Runner
from smm_cli.errors import SmmError, UsageError
from smm_cli.ledger.intake import write_out
from smm_cli.ledger.people import cancel as cancel_deliveries
from smm_cli.networks import load
from smm_cli.plan.say import say_moment
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import SENDING, UNKNOWN, Delivery

SHOWN = 8


def remove(session: Session, name: str, *, cancel: bool, yes: bool, keeping: Keeping) -> int:
    """Remove a channel. Raises UsageError while anything is to come on it, unless it shall be cancelled."""
    calendar = session.calendar()
    if name not in calendar.channels:
        raise no_channel(name, calendar.channels)
    channel = calendar.channels[name]
    with session.runner() as runner:
        hear(runner)
        coming = to_come(runner, name)
        _show(coming, ZoneInfo(calendar.timezone))
        _refuse(name, coming, cancel)
        question = f"Remove {name}{f' and cancel these {len(coming)}' if coming else ''}?"
        if not keeping.dry_run and not output.confirm(question, yes=yes):
            output.tell("Nothing was changed.")
            return 0
        before = read_file(calendar.root)
        after = without(before, name)
        keep_file(calendar.root, before, after, f"Remove the channel {name}", keeping)
        _say_posts(calendar, name)
        if keeping.dry_run:
            return 0
        for done in cancel_deliveries(runner.ledger, coming, session.clock.now()):
            output.out(f"cancelled  {done}")
        write_out(runner.ledger, runner.calendar.receipts)
    forget(calendar, channel)
    output.out(f"removed  {name}")
    _say_revoke(channel)
    return 0


def to_come(runner: Runner, name: str) -> list[Delivery]:
    """What is still to come on the channel, in the published calendar."""
    if name not in runner.calendar.channels:
        return []
    return [delivery for delivery in chosen(whole_plan(runner).deliveries, runner.calendar, name) if delivery.reason != "draft"]


def _show(coming: list[Delivery], zone: ZoneInfo) -> None:
    for delivery in coming[:SHOWN]:
        due = say_moment(delivery.due, zone) if delivery.due else "no time yet"
        output.tell(f"  {delivery.name}  {due}  {delivery.state} {delivery.reason}".rstrip())
    if len(coming) > SHOWN:
        output.tell(f"  and {len(coming) - SHOWN} more: smm queue list --channel {coming[0].channel}")


def _refuse(name: str, coming: list[Delivery], cancel: bool) -> None:
    unsettled = [delivery for delivery in coming if delivery.state in (SENDING, UNKNOWN)]
    if unsettled:
        first = unsettled[0].name
        what = f"{len(unsettled)} deliveries of {name} may be public or not: {first}"
        raise UsageError(what, hint=f"smm queue show {first}, then smm queue resolve {first}", slug="channel-busy")
    if coming and not cancel:
        what = f"{len(coming)} deliver{'ies are' if len(coming) != 1 else 'y is'} still to come on {name}"
        raise UsageError(what, hint=f"smm channel remove {name} --cancel", slug="channel-busy")


def without(data: bytes, name: str) -> bytes:
    """channels.toml without the channel, and without its name wherever else it stands."""
    from smm_cli.calendar.toml_edit import remove_table

    return replaced_names(remove_table(data, ("channels", name)), name, "")


def _say_posts(calendar: Calendar, name: str) -> None:
    for post in posts_naming(calendar, name):
        lines = list(target_lines((calendar.root / post.path).read_bytes(), name)) if name in post.targets else []
        where = f", lines {', '.join(map(str, lines))}" if lines else ""
        output.tell(f"  by hand: {post.path} still names {name}{' in channels' if name in post.channels else ''}{where}")


def forget(calendar: Calendar, channel: Channel) -> None:
    """Drop what a login kept on this machine: short tokens, and secrets that smm itself wrote. A person's own file stays."""
    TokenStore(calendar.state / "tokens").forget(channel.name)
    own = (calendar.root / FOLDER).resolve()
    for reference in channel.secret.values() if isinstance(channel.secret, Mapping) else [channel.secret]:
        with suppress(SmmError, OSError):
            path = file_of(reference, calendar.root) if reference else None
            if path is not None and path.resolve().parent == own:
                path.unlink(missing_ok=True)
                output.tell(f"Forgotten: {reference}")


def _say_revoke(channel: Channel) -> None:
    kind = load(channel.network)
    if kind.auth.secrets and not channel.by_hand:
        where = str(channel.settings.get("server") or channel.settings.get("url") or kind.title)
        output.tell(f"Its token is still good at {where} until you revoke it there, in the settings of {channel.account or 'the account'}.")
    output.tell("What is public stays public; its receipts stay. Undo: git checkout channels.toml, then smm channel login " + channel.name)
