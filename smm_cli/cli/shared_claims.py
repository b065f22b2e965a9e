"""Claims through git, told to people: who is sending what, what a dead runner left, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from smm_cli.cli import output
from smm_cli.delivery.runner import Runner
from smm_cli.ledger.claims import runner_of
from smm_cli.plan.say import say_moment
from smm_cli.words.problem import WARNING, Place, Problem

if TYPE_CHECKING:
    from smm_cli.delivery.shared_claims import Note


def hear(runner: Runner) -> None:
    """With claims through git, first what other runners did: a person decides by it. Where it cannot be asked that is said."""
    if why := runner.hear():
        output.tell(f"{why}. What other runners did since the last look is not known here.")


def claim_lines(runner: Runner, unheard: str = "") -> tuple[str, ...]:
    """Each claim that stands at the remote, as a line; and why it could not be asked."""
    told = [f"{unheard}: nothing is sent from here"] if unheard else []
    return (*told, *(_line(runner, note) for note in _notes(runner)))


def claim_problems(runner: Runner) -> Iterator[Problem]:
    """Claims that no living runner holds, and those that this smm cannot read."""
    for note in _notes(runner):
        if note.until is None or note.over(runner.clock.now(), runner.ledger.alive):
            mend = _mend(runner, note)
            yield Problem("stale-claim", _line(runner, note), Place(channel=note.channel), mend, "error" if note.until is None else WARNING)


def published_by(runner: Runner) -> dict[str, datetime]:
    """Other runners that published something, by their whole name, and when last."""
    found: dict[str, datetime] = {}
    for record in runner.ledger.records():
        name = record.by if record.by.rpartition("#")[2].count(".") < 2 else runner_of(record.by)
        if name and record.at is not None:
            found[name] = max(record.at, found.get(name, record.at))
    return found


def _notes(runner: Runner) -> list[Note]:
    return [] if runner.shared is None else [note for _, note in sorted(runner.shared.claims.items())]


def _line(runner: Runner, note: Note) -> str:
    from smm_cli.delivery.shared_claims import CLAIMED  # only calendars with such claims need it

    if note.until is None:
        return f"{note.channel}: a claim that this smm cannot read   {_mend(runner, note)}"
    who, until = note.runner.split("#")[0], say_moment(note.until, ZoneInfo(runner.calendar.timezone))
    if note.over(runner.clock.now(), runner.ledger.alive):
        if note.state != CLAIMED and note.progress is None:
            mend = f"smm publish, then again: smm post correct {note.delivery}"
            return f"{note.delivery}: {who} died while changing what is public of it, before {until}   {mend}"
        return f"{note.delivery}: {who} died while sending it, before {until}   smm publish finds out what became of it"
    return f"{note.delivery} is being sent by {who}, until {until} at the latest"


def _mend(runner: Runner, note: Note) -> str:
    assert runner.shared is not None
    remote = runner.shared.remote
    return f"git push {remote.name} --delete {remote.claims}{note.channel}" if note.until is None else "smm publish"
