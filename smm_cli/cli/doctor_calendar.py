"""What `smm doctor` looks at with channels.toml read: git, receipts, runners, the clock, credentials, programs."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.references import file_of, parse
from smm_cli.accounts.trust import trusted_commands
from smm_cli.calendar import git
from smm_cli.calendar.model import GIT, WORKTREE, Calendar
from smm_cli.calendar.source import open_source
from smm_cli.cli.channel_list import open_ledger
from smm_cli.cli.doctor_machine import Patient
from smm_cli.cli.shared_claims import claim_problems
from smm_cli.cli.trust import references_of
from smm_cli.delivery.ends import ends_of
from smm_cli.delivery.lasting import forgets
from smm_cli.delivery.ledgers import is_known
from smm_cli.delivery.runner import open_runner
from smm_cli.errors import ConfigError, SmmError
from smm_cli.networks import load
from smm_cli.plan.endings import SOON
from smm_cli.plan.say import say_moment
from smm_cli.words.problem import WARNING, Place, Problem

SILENT = timedelta(hours=25)
FILMS = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".mp3", ".m4a", ".ogg", ".wav", ".flac")


def published_ref(calendar: Calendar, _: Patient) -> Iterator[Problem]:
    """git is there, and what is published exists."""
    if calendar.publish_from == WORKTREE:
        if shutil.which("git") is None:
            yield Problem("no-git", "git is not installed: nothing remembers who changed what", hint="install git", severity=WARNING)
        return
    try:
        source = open_source(calendar.root, calendar.publish_from)
    except ConfigError as error:
        what = f'publish_from = "{calendar.publish_from}": {error.what}'
        yield Problem(error.slug, what, Place("channels.toml"), error.hint)
        return
    if not source.exists("channels.toml"):
        what = f"{calendar.publish_from} has no channels.toml: nothing goes out"
        yield Problem("not-committed", what, Place("channels.toml"), "git add channels.toml && git commit -m 'The calendar'")


def receipts(calendar: Calendar, _: Patient) -> Iterator[Problem]:
    """Receipts that only this machine has: another one would send their deliveries again."""
    if calendar.ledger.claims != "sqlite" or shutil.which("git") is None or not git.is_repository(calendar.root):
        return
    missing = [path for path, status in git.statuses(calendar.root, "receipts").items() if not status.committed]
    if missing:
        what = f"{len(missing)} receipt{'s are' if len(missing) != 1 else ' is'} not committed: another machine would send them again"
        yield Problem("receipts-not-committed", what, Place("receipts"), "git add receipts && git commit -m receipts && git push", WARNING)


def claims(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """With claims through git: the remote answers, nobody died in the middle, and this runner forgets no token."""
    if calendar.ledger.claims != GIT or shutil.which("git") is None:
        return
    with open_runner(calendar.root, patient.clock) as runner:
        if why := runner.hear():
            yield Problem("no-remote", f"nothing is sent from here: {why}", Place("channels.toml"), "git ls-remote shows the same")
        yield from claim_problems(runner)
        for channel in calendar.channels.values():
            forgetful = forgets(calendar, load(channel.network)(channel, None))
            if forgetful is not None:
                yield Problem(forgetful.slug, forgetful.what, Place(channel=channel.name), forgetful.hint)


def runners(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """Somebody looks at the calendar."""
    if not is_known(calendar):
        yield Problem("no-runner", "nobody publishes this calendar from here yet", hint="smm runner install cron", severity=WARNING)
        return
    last = last_seen(calendar)
    if last is None or patient.now - last > SILENT:
        since = f"since {say_moment(last, ZoneInfo(calendar.timezone))}" if last else "yet"
        yield Problem("no-runner", f"nobody looked what is due {since}", hint="smm runner install cron", severity=WARNING)


def last_seen(calendar: Calendar) -> datetime | None:
    """When any runner that this ledger knows looked last, an idle look of this machine too."""
    with open_ledger(calendar) as ledger:
        ticks = [tick.at for tick in ledger.ticks()]
    mark = calendar.state / "tick"
    ticks += [datetime.fromtimestamp(mark.stat().st_mtime, UTC)] if mark.exists() else []
    return max(ticks, default=None)


def channels(calendar: Calendar, _: Patient) -> Iterator[Problem]:
    """Each channel's secret can be read. Commands are not run: whether they may, and exist, is looked at."""
    for channel in calendar.channels.values():
        names, place = load(channel.network).auth_of(channel.settings).secrets, Place("channels.toml", channel.line, channel=channel.name)
        if channel.by_hand or not names:
            continue
        credentials = Credentials(calendar, channel, names)
        for name in names:
            try:
                if (reference := credentials.reference(name)).startswith("command:"):
                    yield from _command(calendar, parse(reference)[1], place)
                else:
                    credentials.value(name)
            except SmmError as error:
                yield Problem(error.slug, error.what, place, error.hint or f"smm channel login {channel.name}")


def _command(calendar: Calendar, command: str, place: Place) -> Iterator[Problem]:
    if command not in trusted_commands(calendar.root):
        what = f"this machine does not trust the command: {command}"
        yield Problem("untrusted-command", what, place, f"smm trust {shlex.quote(command)}")
    with suppress(ValueError, IndexError):
        program = shlex.split(command)[0]
        if shutil.which(program) is None and not os.access(calendar.root / program, os.X_OK):
            yield Problem("no-program", f"there is no program {program}", place, f"install {program}, or change the reference")


def secrets_in_git(calendar: Calendar, _: Patient) -> Iterator[Problem]:
    """A `file:` with a secret is not in the repository."""
    if shutil.which("git") is None or not git.is_repository(calendar.root):
        return
    for owner, reference in references_of(calendar):
        if not reference.startswith("file:"):
            continue
        path = file_of(reference, calendar.root)
        if path is None or not path.exists() or not path.resolve().is_relative_to(calendar.root.resolve()):
            continue
        name = path.resolve().relative_to(calendar.root.resolve()).as_posix()
        if git.ask(calendar.root, "ls-files", "--error-unmatch", "--", name) is not None:
            what = f"the secret of {owner} is in git, for everybody who has the repository"
            yield Problem(
                "secret-in-git", what, Place(name), f"git rm --cached {shlex.quote(name)}, then revoke it: smm channel login {owner}"
            )


def accounts(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """Channels that are stopped, and tokens that end."""
    if not is_known(calendar):
        return
    with open_ledger(calendar) as ledger:
        stopped = ledger.stopped()
        ends = ends_of(calendar, ledger)
    for name in calendar.channels:
        place, mend = Place(channel=name), f"smm channel login {name}"
        if name in stopped:
            yield Problem("stopped", f"stopped: {stopped[name][0]}", place, mend)
        elif (at := ends.get(name)) is not None and at - patient.now < SOON:
            over, when = at <= patient.now, say_moment(at, ZoneInfo(calendar.timezone))
            yield Problem("token-ends", f"its login {'ended' if over else 'ends'} {when}", place, mend, "error" if over else WARNING)


def ffprobe(calendar: Calendar, _: Patient) -> Iterator[Problem]:
    """Films and sounds are measured by ffprobe."""
    if shutil.which("ffprobe"):
        return
    films = [path for path in open_source(calendar.root, WORKTREE).paths(calendar.posts) if path.lower().endswith(FILMS)]
    if films:
        what = f"ffprobe is missing: how long {films[0]} is cannot be told, so that limits are not checked"
        yield Problem("no-ffprobe", what, Place(films[0]), "install ffmpeg (apt install ffmpeg, brew install ffmpeg)", WARNING)


CALENDAR_LOOKS = (published_ref, receipts, claims, runners, channels, secrets_in_git, accounts, ffprobe)
"""All of them, in the order in which they are told."""
