"""Which jobs publish this calendar, as far as can be seen from here, and when they look: git hosts, cron, systemd."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from smm_cli.calendar import git
from smm_cli.calendar.cron import Cron, read_cron
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.moments import seconds_of
from smm_cli.errors import SmmError
from smm_cli.words.frozen import dataclass

WORKFLOWS = (".github/workflows", ".forgejo/workflows", ".gitea/workflows")
SCHEDULED = re.compile(r"""[ \t]*-[ \t]*cron:[ \t]*(["']?)([\d*][\d*,/ \t-]+?)\1[ \t]*(?:\#.*)?""")
ZONE = re.compile(r"""[ \t]*timezone:[ \t]*["']?([\w/+-]+)""")
"""A line of a schedule, and the line of its zone. Source: docs.github.com, Workflow syntax, on.schedule (2026-11-23)."""
NOTED = re.compile(r"^#[ \t]*cron:[ \t]*\"([^\"\n]+)\"[ \t]+zone:[ \t]*(\S+)", re.MULTILINE)
SMM, PUBLISH = re.compile(r"\bsmm\b"), re.compile(r"\bpublish\b")
TIMER = re.compile(r"^OnUnitActiveSec=(\d+)s$", re.MULTILINE)
MOST, LONGEST = 100_000, 300
"""Bytes of a workflow file that are read, and characters of a line of its schedule."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A job that looks: `where` (a file, `crontab -l`), the moments at which, or every so many seconds; `busy`: it may start late."""

    where: str
    moments: tuple[Cron, ...] = ()
    seconds: float = 0.0
    busy: bool = False

    def next(self, moment: datetime) -> datetime | None:
        """When it looks next, at or after `moment`; None: never."""
        if self.seconds:
            return moment
        return min((at for cron in self.moments if (at := cron.next(moment))), default=None)


def of_hosts(calendar: Calendar) -> Iterator[Installed]:
    """The jobs that files of the repository tell of; starts no program but git. A file that says times that smm cannot read is none."""
    try:
        top = Path(git.run(calendar.root, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n"))
    except SmmError:
        return
    for folder in WORKFLOWS:
        for path in sorted((top / folder).glob("*.y*ml")):
            text = _text(path)
            if publishes(text) and (found := _crons(scheduled(text))):
                yield Installed(path.relative_to(top).as_posix(), found, busy=True)
    if found := _crons(NOTED.findall(_text(top / ".gitlab" / "smm.yml"))):
        yield Installed(".gitlab/smm.yml", found, busy=True)


def publishes(text: str) -> bool:
    """Whether a line of a workflow runs `smm … publish`."""
    lines = (line.partition("#")[0] for line in text.splitlines())
    return any((found := SMM.search(line)) and PUBLISH.search(line, found.end()) for line in lines)


def scheduled(text: str) -> Iterator[tuple[str, str]]:
    """Each line of cron in a workflow, with its zone."""
    for line, after in pairwise([*text.splitlines(), ""]):
        if found := SCHEDULED.fullmatch(line[:LONGEST]):
            zone = ZONE.match(after)
            yield found[2], zone[1] if zone else "UTC"


def of_machine(calendar: Calendar) -> list[Installed]:
    """The jobs of this user on this machine; starts `crontab`."""
    return [*_of_cron(calendar), *_of_systemd(calendar)]


def _of_cron(calendar: Calendar) -> Iterator[Installed]:
    from smm_cli.cli.runner_cron import mark, read_crontab

    try:
        lines = read_crontab().splitlines()
    except SmmError:
        return
    if mark(calendar.root) in lines[:-1]:
        fields = lines[lines.index(mark(calendar.root)) + 1].split(maxsplit=5)
        if found := _crons([(" ".join(fields[:5]), _machine_zone())]):
            yield Installed("crontab -l", found)


def _of_systemd(calendar: Calendar) -> Iterator[Installed]:
    from smm_cli.cli.runner_systemd import unit_folder

    timer = unit_folder() / f"smm-{calendar.name}.timer"
    if (found := TIMER.search(_text(timer))) and f" {calendar.root} " in _text(timer.with_suffix(".service")):
        yield Installed(str(timer), seconds=seconds_of(found[1]) or 0.0)


def _crons(said: Iterable[tuple[str, str]]) -> tuple[Cron, ...]:
    found: list[Cron] = []
    for line, zone in said:
        try:
            found.append(read_cron(line, zone))
        except (ValueError, OSError, KeyError):
            continue
    return tuple(found)


def _machine_zone() -> str:
    """The zone in which cron of this machine counts: the IANA name of /etc/localtime; else UTC."""
    _, found, name = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    return name.removeprefix("posix/") if found else "UTC"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST).decode("utf-8", "replace") if path.is_file() else ""
    except OSError:
        return ""
