"""smm ledger export, import and rebuild."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from smm_cli.calendar.model import Calendar
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.delivery.ledgers import open_ledger
from smm_cli.errors import LedgerError, UsageError
from smm_cli.ledger.db import damage
from smm_cli.ledger.exporting import export_ledger, import_ledger
from smm_cli.ledger.intake import accept_all, forget_files, take_in
from smm_cli.ledger.receipts import read_receipts


def deliveries(count: int) -> str:
    """So many deliveries, in words."""
    return "1 delivery" if count == 1 else f"{count:,} deliveries"


def export_now(session: Session, file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Write the ledger into a file. JSON: `file`, `rows` by table."""
    if file.is_dir():
        raise UsageError(f"{file} is a folder", hint=f"smm ledger export {file / 'ledger.jsonl'}")
    with open_ledger(session.calendar(), session.clock) as ledger:
        rows = export_ledger(ledger, None if dry_run else file)
    if as_json:
        output.as_json({"file": str(file), "rows": rows, "dry_run": dry_run})
    else:
        output.out(f"{'would write' if dry_run else 'wrote'} {sum(rows.values()):,} rows ({deliveries(rows['delivery'])}) to {file}")
    return 0


def import_now(session: Session, file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Take a file in. JSON: `file`, `rows` by table, `already`."""
    with open_ledger(session.calendar(), session.clock) as ledger:
        rows, already = import_ledger(ledger, file, dry_run=dry_run)
    if as_json:
        output.as_json({"file": str(file), "rows": rows, "already": already, "dry_run": dry_run})
    elif already:
        output.out(f"this ledger has all of it already: {deliveries(rows['delivery'])}")
    else:
        output.out(f"{'would take in' if dry_run else 'took in'} {sum(rows.values()):,} rows ({deliveries(rows['delivery'])})")
    return 0


def rebuild_now(session: Session, *, dry_run: bool, as_json: bool) -> int:
    """Receipts into the ledger, a damaged file put aside. JSON: `receipts`, `states` by state, `put_aside` (a folder, or null)."""
    calendar = session.calendar()
    receipts = read_receipts(calendar.receipts)
    wrong = "" if calendar.ledger.url else damage(calendar.state / "ledger.db")
    aside = _aside(calendar, session.clock.now()) if wrong else None
    states: Counter[str] = Counter()
    if not dry_run:
        if aside is not None:
            _put_aside(calendar, aside)
        with open_ledger(calendar, session.clock) as ledger:
            forget_files(ledger)
            take_in(ledger, calendar.receipts)
            accept_all(ledger)
            states.update(record.state for record in ledger.records())
    else:
        states.update(receipt.state for receipt in receipts)
    if as_json:
        output.as_json({"receipts": len(receipts), "states": states, "put_aside": str(aside) if aside else None, "dry_run": dry_run})
        return 0
    known = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items())) or "nothing"
    output.out(
        f"{'would take in' if dry_run else 'took in'} {len(receipts):,} receipts; {'they tell of' if dry_run else 'known now'}: {known}"
    )
    if aside is not None:
        output.tell(f"The damaged ledger ({wrong}) {'would be' if dry_run else 'was'} put into {aside}.")
    output.tell("What was sent without a receipt, and what you held, no file tells: look at smm plan before the next smm publish.")
    return 0


def _aside(calendar: Calendar, now: datetime) -> Path:
    return calendar.state / f"broken-{now:%Y%m%d-%H%M%S}"


def _put_aside(calendar: Calendar, folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
        for path in sorted(calendar.state.glob("ledger.db*"), reverse=True):  # the journal before the file that it belongs to
            if ".before-" not in path.name:
                path.rename(folder / path.name)
    except OSError as error:
        raise LedgerError(f"the damaged ledger cannot be put aside: {error}", hint="smm doctor looks closer", slug="disk") from error
