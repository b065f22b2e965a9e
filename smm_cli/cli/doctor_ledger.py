"""What `smm doctor` looks at in the ledger's rows: claims of the dead, what belongs to nothing, another calendar's name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from smm_cli.calendar.model import Calendar
from smm_cli.cli.channel_list import open_ledger
from smm_cli.cli.doctor_machine import Patient
from smm_cli.delivery.ledgers import is_known
from smm_cli.ledger.soundness import Oddities, oddities
from smm_cli.words.problem import WARNING, Place, Problem

LEDGER = Place(".smm/ledger.db")


def rows(calendar: Calendar, patient: Patient) -> Iterator[Problem]:
    """The ledger's rows hold together, and are this calendar's."""
    if not is_known(calendar):
        return
    with open_ledger(calendar) as ledger:
        odd = oddities(ledger, patient.now)
        known = bool(ledger.records())
    for name in odd.left:
        what = f"{name} is being sent, by a runner that is dead"
        yield Problem("stale-claim", what, LEDGER, "smm publish     (finds out what became of it)", WARNING)
    for name in odd.lost_intents:
        what = f"{name} was sent, its answer was never heard, and its row is gone: it would be sent again"
        yield Problem("lost-intent", what, LEDGER, f"smm queue hold {name}     (then look whether it is public)")
    if odd.orphans:
        aside = shlex.quote(str(calendar.state / "broken"))
        files = f"{shlex.quote(str(calendar.state / 'ledger.db'))}*"
        mend = f"mkdir -p {aside} && mv {files} {aside} && smm ledger rebuild"
        yield Problem("orphans", f"the ledger has parts of deliveries that it does not know: {_few(odd.orphans)}", LEDGER, mend, WARNING)
    if not calendar.ledger.url:
        yield from _renamed(calendar, odd, known)


def _renamed(calendar: Calendar, odd: Oddities, known: bool) -> Iterator[Problem]:
    """On this machine alone one calendar lives in .smm: rows of another name are what it was called before."""
    for name, many in odd.others:
        what = f"{many} deliveries stand here under the name {name}; this calendar is called {calendar.name}"
        if not known:
            mend = f"write name = {name!r} under [calendar] in channels.toml: by the new name all of them would go out again"
            yield Problem("calendar-renamed", what, Place("channels.toml"), mend.replace("'", '"'))
        else:
            yield Problem("calendar-renamed", what, Place("channels.toml"), "smm log shows what went out by this name", WARNING)


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


LEDGER_LOOKS = (rows,)
"""All of them, in the order in which they are told."""
