"""A calendar as it was published last, in the ledger's database: its files, each once by SHA-256, and its pauses. PostgreSQL only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path

from smm_cli.errors import LedgerError
from smm_cli.ledger.durable import write_together
from smm_cli.ledger.engine import Connection, Engine, later
from smm_cli.ledger.moments import moment, ms
from smm_cli.words.frozen import dataclass

BELL = "smm"
"""The channel of LISTEN and NOTIFY; what is said is the calendar's name."""
LOCK = 0x736D6D32
"""The advisory lock of whoever brings files or takes them away: "smm2"."""
SMALL = 50_000
"""Bytes of a file that may wait for others, to go with them in one round trip."""
Read = Callable[[str], bytes | None]
"""The bytes of a SHA-256 that the database lacks; None: they lie in the shared folder."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One calendar as workers see it. `mark`: the commit, or worktree. `version` is another after each sync and each pause."""

    calendar: str
    mark: str
    synced_at: datetime | None
    synced_by: str
    pauses: str
    version: int = 0


def desk_of(engine: Engine, calendar: str) -> Desk | None:
    """What was synced last of `calendar`; None where nothing was."""
    rows = engine.read("SELECT * FROM desk WHERE calendar = :calendar", {"calendar": calendar})
    if not rows:
        return None
    row = rows[0]
    return Desk(calendar, row["mark"], moment(row["synced_at"]), row["synced_by"], row["pauses"], row["version"])


def calendars(engine: Engine) -> list[str]:
    """Every calendar that was synced, by name."""
    return [row["calendar"] for row in engine.read("SELECT calendar FROM desk ORDER BY calendar")]


def files_of(engine: Engine, calendar: str) -> dict[str, str]:
    """Path to SHA-256 of the snapshot."""
    rows = engine.read("SELECT path, sha256 FROM snapshot_file WHERE calendar = :calendar ORDER BY path", {"calendar": calendar})
    return {row["path"]: row["sha256"] for row in rows}


def save_snapshot(
    engine: Engine,
    before: Desk | None,
    after: Desk,
    files: Mapping[str, tuple[str, int]],
    read: Read,
) -> bool:
    """Make `files` (path to SHA-256 and size) the snapshot that workers use: in one transaction, so whole or not at all.

    True: something changed for workers. Raises LedgerError where somebody else synced since `before` was read.
    """

    def act(c: Connection) -> bool:
        c.execute("SELECT pg_advisory_xact_lock(:lock)", {"lock": LOCK})
        row = c.execute("SELECT version FROM desk WHERE calendar = :calendar", {"calendar": after.calendar}).fetchone()
        if (row["version"] if row else 0) != (before.version if before else 0):
            what = f"{after.calendar} was synced by another in this moment"
            raise LedgerError(what, hint="smm ledger sync once more", slug="sync-crossed")
        _store(c, dict(files.values()), read)
        changed = _replace_list(c, after.calendar, {path: sha256 for path, (sha256, _) in files.items()})
        moved = changed or before is None or before.pauses != after.pauses
        _save_desk(c, after, int(changed), int(moved))
        if changed:
            _sweep(c)
        if moved:
            c.execute(f"SELECT pg_notify('{BELL}', :calendar)", {"calendar": after.calendar})
        return moved

    return engine.write(act)


def save_pauses(engine: Engine, calendar: str, pauses: str) -> bool:
    """Tell workers of a pause, or of its end, without the files. False where the calendar was never synced, or they knew."""

    def act(c: Connection) -> bool:
        done = c.execute(
            "UPDATE desk SET pauses = :pauses, version = version + 1 WHERE calendar = :calendar AND pauses <> :pauses",
            {"calendar": calendar, "pauses": pauses},
        )
        c.execute(f"SELECT pg_notify('{BELL}', :calendar)", {"calendar": calendar})
        return done.rowcount == 1

    return engine.write(act)


def contents(engine: Engine, hashes: Collection[str], folder: Path | None) -> dict[str, bytes]:
    """The bytes of a few files, by SHA-256; those that are gone are missing. Raises LedgerError where the shared folder cannot be read."""
    rows = engine.read("SELECT sha256, content FROM stored WHERE sha256 = ANY(:hashes)", {"hashes": list(hashes)})
    found = {}
    for row in rows:
        content = row["content"]
        found[row["sha256"]] = bytes(content) if content is not None else _shared(row["sha256"], folder)
    return found


def _shared(sha256: str, folder: Path | None) -> bytes:
    if folder is None:
        raise LedgerError("a file lies in a shared folder that channels.toml does not name any more", hint="smm ledger sync", slug="files")
    try:
        return (folder / sha256[:2] / sha256).read_bytes()
    except OSError as error:
        what = f"a file of the calendar cannot be read from [ledger] files: {error.strerror}"
        raise LedgerError(what, where=str(folder), hint="is the folder mounted on this machine?", slug="files") from error


def share(folder: Path, files: Mapping[str, Path]) -> None:
    """Lay files by their SHA-256 into the folder that all machines see, durable on return. Raises OSError."""
    for sha256, path in files.items():
        target = folder / sha256[:2] / sha256
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            write_together([(target, path.read_bytes())])


# -- the steps of a sync ------------------------------------------------------------------------------------------------------


def _store(c: Connection, sizes: Mapping[str, int], read: Read) -> None:
    known = {row["sha256"] for row in c.execute("SELECT sha256 FROM stored WHERE sha256 = ANY(:all)", {"all": list(sizes)}).fetchall()}
    for sha256 in sorted(sizes.keys() - known):
        params = {"sha256": sha256, "size": sizes[sha256], "content": read(sha256)}
        insert = "INSERT INTO stored (sha256, size, content) VALUES (:sha256, :size, :content) ON CONFLICT (sha256) DO NOTHING"
        if sizes[sha256] < SMALL:
            later(c, insert, params)
        else:
            c.execute(insert, params)


def _replace_list(c: Connection, calendar: str, files: Mapping[str, str]) -> bool:
    """Whether the list of files is another now."""
    rows = c.execute("SELECT path, sha256 FROM snapshot_file WHERE calendar = :calendar", {"calendar": calendar}).fetchall()
    known = {row["path"]: row["sha256"] for row in rows}
    gone = sorted(known.keys() - files.keys())
    new = sorted(path for path, sha256 in files.items() if known.get(path) != sha256)
    if gone:
        c.execute("DELETE FROM snapshot_file WHERE calendar = :calendar AND path = ANY(:gone)", {"calendar": calendar, "gone": gone})
    if new:
        c.execute(
            "INSERT INTO snapshot_file (calendar, path, sha256)"
            " SELECT :calendar, path, sha256 FROM unnest(CAST(:paths AS text[]), CAST(:hashes AS text[])) AS f (path, sha256)"
            " ON CONFLICT (calendar, path) DO UPDATE SET sha256 = excluded.sha256",
            {"calendar": calendar, "paths": new, "hashes": [files[path] for path in new]},
        )
    return bool(gone or new)


def _save_desk(c: Connection, desk: Desk, changed: int, moved: int) -> None:
    c.execute(
        "INSERT INTO desk (calendar, mark, synced_at, synced_by, pauses, snapshot, version)"
        " VALUES (:calendar, :mark, :at, :by, :pauses, 1, 1)"
        " ON CONFLICT (calendar) DO UPDATE SET mark = excluded.mark, synced_at = excluded.synced_at, synced_by = excluded.synced_by,"
        " pauses = excluded.pauses, snapshot = desk.snapshot + :changed, version = desk.version + :moved",
        {
            "calendar": desk.calendar,
            "mark": desk.mark,
            "at": ms(desk.synced_at),
            "by": desk.synced_by,
            "pauses": desk.pauses,
            "changed": changed,
            "moved": moved,
        },
    )


def _sweep(c: Connection) -> None:
    """Bytes that no calendar and no delivery under way names any more are removed."""
    c.execute(
        "DELETE FROM stored WHERE NOT EXISTS (SELECT 1 FROM snapshot_file WHERE snapshot_file.sha256 = stored.sha256)"
        " AND NOT EXISTS (SELECT 1 FROM frozen_file WHERE frozen_file.sha256 = stored.sha256)"
    )


# -- fitted files of deliveries under way -------------------------------------------------------------------------------------


def freeze_files(engine: Engine, calendar: str, delivery: str, files: Mapping[str, tuple[int, str]], read: Read) -> None:
    """Keep what a delivery will send (SHA-256 to size and type) until it is decided: another machine may have to end it."""

    def act(c: Connection) -> None:
        c.execute("SELECT pg_advisory_xact_lock_shared(:lock)", {"lock": LOCK})
        _store(c, {sha256: size for sha256, (size, _) in files.items()}, read)
        for sha256, (_, type_) in sorted(files.items()):
            later(
                c,
                "INSERT INTO frozen_file (calendar, delivery, sha256, type) VALUES (:calendar, :delivery, :sha256, :type)"
                " ON CONFLICT (calendar, delivery, sha256) DO NOTHING",
                {"calendar": calendar, "delivery": delivery, "sha256": sha256, "type": type_},
            )

    engine.write(act)
