"""What `smm doctor` looks at of what runs smm on this machine: cron's line, and which smm it starts."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from smm_cli import __version__
from smm_cli.calendar.index import Index
from smm_cli.calendar.model import Calendar
from smm_cli.cli.check_runner import intervals
from smm_cli.cli.doctor_machine import Patient
from smm_cli.cli.runner_cron import mark, read_crontab, smm_command
from smm_cli.cli.runner_installed import of_hosts, of_machine
from smm_cli.errors import SmmError
from smm_cli.plan.say import say_moment
from smm_cli.plan.wall import zone_of
from smm_cli.words.problem import WARNING, Place, Problem

PATIENCE = timedelta(hours=2)
"""How much later than its line says cron may have looked: a laptop sleeps."""
INSTALL = "smm runner install cron --write"
SECONDS = 20.0


def cron(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """A line in the crontab is one that runs, and runs this smm."""
    line = cron_line(calendar)
    if not line:
        return
    seen = calendar.state / "tick"
    last = datetime.fromtimestamp(seen.stat().st_mtime, UTC) if seen.exists() else None
    if last is None or patient.now - last > longest(line) + PATIENCE:
        when = f"since {say_moment(last, zone_of(calendar.timezone))}" if last else "ever"
        what = f"the crontab has a line for this calendar, and it did not run {when}"
        mend = "sudo systemctl enable --now cron     (then see what it says: grep CRON /var/log/syslog, journalctl -u cron)"
        yield Problem("cron-silent", what, Place("crontab"), mend, WARNING)
    yield from _program(line)


def _program(line: str) -> Iterator[Problem]:
    try:
        words = [word for word in shlex.split(line.replace("\\%", "%"))[5:] if not word.startswith("PATH=")]
    except ValueError:
        return
    command = words[: words.index("-C")] if "-C" in words else []
    if not command or command == smm_command():
        return
    if shutil.which(command[0]) is None:
        yield Problem("cron-program", f"the crontab starts {command[0]}, which is not there", Place("crontab"), INSTALL)
        return
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return
    other = done.stdout.split()[-1:] if done.returncode == 0 else []
    if other and other[0] != __version__:
        what = f"the crontab starts smm {other[0]}, this is {__version__}: two versions work on one ledger"
        yield Problem("two-versions", what, Place("crontab"), INSTALL, WARNING)


def lateness(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """How late posts go out where this machine looks now and then; `smm check` tells it of a git host's jobs alone."""
    if jobs := of_machine(calendar):
        yield from intervals(calendar, [*jobs, *of_hosts(calendar)], patient.now)


def versions(calendar: Calendar, _: Patient) -> Iterator[Problem]:
    """The last tick here was made by this smm."""
    if not (calendar.state / "index.db").exists():
        return
    last = Index(calendar).read_wake().get("version", __version__)
    if last != __version__:
        what = f"the last tick here was made by smm {last}, this is {__version__}: after an update that ends by itself"
        yield Problem("two-versions", what, Place(".smm/index.db"), "smm publish     (comes back? then two versions take turns)", WARNING)


def cron_line(calendar: Calendar) -> str:
    """The line of this user's crontab that publishes `calendar`; empty where there is none."""
    if shutil.which("crontab") is None:
        return ""
    try:
        lines = read_crontab().splitlines()
    except SmmError:
        return ""
    above = mark(calendar.root)
    found = next((lines[n + 1] for n, line in enumerate(lines[:-1]) if line.strip() == above), "")
    return "" if found.lstrip().startswith("#") else found


def longest(line: str) -> timedelta:
    """The longest time between two runs of a line that smm wrote."""
    minute, hour = [*line.split(), "*", "*"][:2]
    if hour != "*":
        return timedelta(hours=int(hour[2:])) if hour[2:].isdigit() else timedelta(days=1)
    return timedelta(minutes=int(minute[2:])) if minute[2:].isdigit() else timedelta(hours=1)


RUNNER_LOOKS = (cron, lateness, versions)
"""All of them, in the order in which they are told."""
