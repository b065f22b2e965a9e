"""What `smm doctor` looks at of time: this machine's clock against others', and how old its time zones are."""

from __future__ import annotations

import re
import shlex
import sys
import zoneinfo
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from smm_cli.calendar.model import Calendar
from smm_cli.cli.doctor_calendar import last_seen
from smm_cli.cli.doctor_machine import Patient
from smm_cli.clock import ShiftedClock
from smm_cli.delivery.ledgers import is_known, open_ledger
from smm_cli.delivery.skew import FAST, Skew
from smm_cli.plan.say import say_length, say_moment
from smm_cli.words.problem import WARNING, Problem

SET_RIGHT = "timedatectl set-ntp true"
AHEAD = timedelta(minutes=5)
OLDEST = 2
"""Years after which a release of the time zones is old: some country has changed its summer time since."""
RELEASE = re.compile(r"\b(20\d\d)[a-z]\b")


def clock(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """This machine's clock agrees with its channels' servers, as far as their last answers tell; and with a database."""
    skew = Skew(calendar, patient.clock)
    if ahead := skew.ahead():
        what = f"this machine's clock is {say_length(ahead.total_seconds())} fast: nothing is sent before its true time"
        yield Problem("clock-fast", what, hint=SET_RIGHT)
    if behind := skew.behind():
        what = f"this machine's clock is {say_length(behind.total_seconds())} slow: everything goes out so much late"
        yield Problem("clock-slow", what, hint=SET_RIGHT)
    if not calendar.ledger.url:
        return
    with open_ledger(calendar, patient.clock) as ledger:
        ledger.write(lambda _: None)  # which tells the database's time
        shift = ledger.clock.shift if isinstance(ledger.clock, ShiftedClock) else timedelta()
    if abs(shift) > FAST:
        how = "slow" if shift > timedelta() else "fast"
        what = f"this machine's clock is {say_length(abs(shift).total_seconds())} {how} against the database's, by which smm goes"
        yield Problem("clock-database", what, hint=SET_RIGHT, severity=WARNING)


def set_back(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """The last look does not lie in the future."""
    last, zone = last_seen(calendar) if is_known(calendar) else None, zoneinfo.ZoneInfo(calendar.timezone)
    if last is not None and last - patient.now > AHEAD:
        what = f"this machine's clock says {say_moment(patient.now, zone)}, but smm ran at {say_moment(last, zone)}"
        yield Problem("clock", what, hint=f"smm publish     (if the clock is right by now, else: {SET_RIGHT})")


def zones(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """The rules of summer time are not years old."""
    release = zone_release(zoneinfo.TZPATH)
    if release and patient.now.year - int(release[:4]) > OLDEST:
        what = f"the time zones of this machine are of {release}: a time in {calendar.timezone} may be an hour off"
        yield Problem("old-time-zones", what, hint=mend_zones(), severity=WARNING)


def zone_release(places: tuple[str, ...]) -> str:
    """The IANA release that zones are read from, as `2026a`: the first folder of `places` that has zones, else the package tzdata."""
    for place in map(Path, places):
        for name in ("tzdata.zi", "+VERSION", "version"):
            try:
                with (place / name).open(encoding="utf-8", errors="replace") as file:
                    found = RELEASE.search(file.readline())
            except OSError:
                continue
            if found:
                return found[0]
        if (place / "Europe").is_dir():
            return ""  # zones without a word about their age
    try:
        return str(import_module("tzdata").IANA_VERSION)
    except ImportError:
        return ""


def mend_zones() -> str:
    """The command that brings newer zones, for where they come from."""
    if any((Path(place) / "Europe").is_dir() for place in zoneinfo.TZPATH):
        return "sudo apt-get install --only-upgrade tzdata     (or the like of this system)"
    return f"{shlex.quote(sys.executable)} -m pip install --upgrade tzdata"


CLOCK_LOOKS = (clock, set_back, zones)
"""All of them, in the order in which they are told."""
