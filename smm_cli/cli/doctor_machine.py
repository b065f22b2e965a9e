"""What `smm doctor` looks at whatever channels.toml says: this installation, the disk, the files of .smm."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from smm_cli.clock import Clock, SystemClock
from smm_cli.words.problem import WARNING, Place, Problem

ROOM, LEAST = 200_000_000, 20_000_000
"""Bytes free on the disk: below the first a warning, below the second an error."""
FAR_AWAY = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "afs", "ceph", "glusterfs", "davfs"}
)
"""File systems on which SQLite's locks may not hold. Source: sqlite.org/howtocorrupt.html, section 2.1 (2026-11-22)."""
PRIVATE = ("secrets", "tokens")


@dataclass(frozen=True, slots=True)
class Patient:
    """A calendar's folder, looked at `now` (aware)."""

    root: Path
    now: datetime
    clock: Clock = field(default_factory=SystemClock)

    @property
    def state(self) -> Path:
        return self.root / ".smm"


def permissions(patient: Patient) -> Iterator[Problem]:
    """.smm is its user's alone, and so is everything secret in it."""
    if os.name != "posix":
        return
    state = patient.state
    yield from _writable(patient)
    if not state.exists():
        return
    if state.stat().st_mode & 0o077:
        yield Problem("state-open", "others can look into .smm", Place(".smm"), f"chmod 700 {_quoted(state)}")
    files = [state / "ledger.db", *(path for name in PRIVATE for path in sorted((state / name).glob("*")))]
    for path in files:
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            place = Place(path.relative_to(patient.root).as_posix())
            yield Problem("secret-open", "others can read it", place, f"chmod 600 {_quoted(path)}")


def _writable(patient: Patient) -> Iterator[Problem]:
    """.smm and its databases can be written: rights that are missing, another owner, or a disk that is mounted to be read only."""
    where = patient.state if patient.state.exists() else patient.root
    paths = [where, *(path for name in ("ledger.db", "index.db") if (path := patient.state / name).exists())]
    wrong = [path for path in paths if not os.access(path, os.W_OK) or not path.stat().st_mode & stat.S_IWUSR]
    if not wrong:
        return
    if os.statvfs(where).f_flag & os.ST_RDONLY:
        mend = "sudo mount -o remount,rw, and see why it was mounted so: dmesg | tail"
    elif all(path.stat().st_uid == os.geteuid() for path in wrong):
        mend = f"chmod -R u+rwX {_quoted(where)}"
    else:
        mend = f"sudo chown -R $USER {_quoted(where)}"
    place = Place(wrong[0].relative_to(patient.root).as_posix())
    yield Problem("not-writable", f"{wrong[0]} cannot be written by this user", place, mend)


def byte_code(_: Patient) -> Iterator[Problem]:
    """Without byte code every start of cron compiles smm anew."""
    import smm_cli
    from smm_cli import door

    source = Path(str(door.__file__))
    if source.suffix == ".py" and not Path(importlib.util.cache_from_source(str(source))).exists():
        folder = Path(str(smm_cli.__file__)).parent
        mend = f"{_quoted(Path(sys.executable))} -m compileall -q {_quoted(folder)}"
        yield Problem("no-byte-code", "smm is compiled anew at each start, which is slow", hint=mend, severity=WARNING)


def time_zones(_: Patient) -> Iterator[Problem]:
    """The time zone database is there."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        mend = f"{_quoted(Path(sys.executable))} -m pip install tzdata"
        yield Problem("no-time-zones", "there is no time zone database on this machine", hint=mend)


def databases(patient: Patient) -> Iterator[Problem]:
    """The ledger and the index are whole."""
    from smm_cli.ledger.db import damage

    ledger, index = patient.state / "ledger.db", patient.state / "index.db"
    if wrong := damage(ledger):
        mend = "smm ledger rebuild     (from the receipts; the damaged file is put aside)"
        yield Problem("ledger-damaged", f"the ledger is damaged: {wrong}", Place(".smm/ledger.db"), mend)
    if wrong := damage(index):
        mend = f"rm {_quoted(index)}*     (it is made again)"
        yield Problem("index-damaged", f"the index is damaged: {wrong}", Place(".smm/index.db"), mend, WARNING)


def file_system(patient: Patient) -> Iterator[Problem]:
    """SQLite's locks hold on this file system."""
    kind = kind_of(patient.root, Path("/proc/self/mounts"))
    if kind in FAR_AWAY:
        what = f"this folder lies on a network file system ({kind}): two runners there may both think they are alone"
        mend = "git clone it to a disk of this machine, and let that clone publish"
        yield Problem("network-disk", what, Place(".smm"), mend)


def kind_of(root: Path, mounts: Path) -> str:
    """The file system that `root` lies on, by the longest mount point above it; empty where that cannot be told."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    here, best, kind = str(root.resolve()), "", ""
    for words in (line.split(" ") for line in lines):
        if len(words) < 3:
            continue
        point = words[1].replace("\\040", " ").rstrip("/") or "/"
        above = here == point or here.startswith(point.rstrip("/") + "/")
        if above and len(point) >= len(best):
            best, kind = point, words[2]
    return kind


def disk_room(patient: Patient) -> Iterator[Problem]:
    """There is room for receipts, the ledger and prepared pictures."""
    free = shutil.disk_usage(patient.root).free
    if free < ROOM:
        what = f"only {free / 1_000_000:.0f} MB are free on the disk of {patient.root}"
        severity = "error" if free < LEAST else WARNING
        yield Problem("disk-full", what, hint=f"du -xh {_quoted(patient.root)} | sort -h | tail", severity=severity)


def leftovers(patient: Patient) -> Iterator[Problem]:
    """A login that was cut off leaves nothing secret behind."""
    for path in sorted((patient.state / "secrets").glob(".trial-*")):
        yield Problem("secret-left", "a login that was interrupted left a token", Place(path.name), f"rm {_quoted(path)}", WARNING)


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


MACHINE_LOOKS = (permissions, byte_code, time_zones, databases, file_system, disk_room, leftovers)
"""All of them, in the order in which they are told."""
