"""The crontab line that publishes a calendar: absolute, quoted for cron, put in its place without touching any other line."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from smm_cli.calendar.moments import seconds_of
from smm_cli.cli import output
from smm_cli.errors import ConfigError, UsageError

USUAL = ("/usr/bin", "/bin")
"""Cron's own PATH. Source: crontab(5) of Debian's cron (2026-11-22)."""
NEEDED = ("git", "ffprobe")


def install(root: Path, name: str, every: str, *, write: bool, yes: bool) -> int:
    """Show the line, or put it into the crontab. Raises UsageError, ConfigError."""
    lines = [mark(root), line(root, every)]
    if not write:
        output.out("\n".join(lines))
        output.tell("Paste it after crontab -e, or: smm runner install cron --write")
        _say_secrets()
        return 0
    before = read_crontab()
    after = placed(before, lines)
    if after == before:
        output.tell("The crontab has this line already.")
        return 0
    for changed in lines:
        output.tell(f"  {changed}")
    if not output.confirm("Write it to your crontab?", yes=yes):
        output.tell("Nothing was written.")
        return 0
    write_crontab(after)
    output.out(f"installed  every {every}: smm -C {root} publish")
    output.tell("Undo: crontab -e, and remove these two lines")
    _say_secrets()
    return 0


def _say_secrets() -> None:
    output.tell("cron starts with an empty environment: secrets in env: are not there. smm channel login keeps them in files instead.")


def mark(root: Path) -> str:
    """The comment above the line, by which it is found again."""
    return f"# smm publishes {root}"


def line(root: Path, every: str) -> str:
    """The crontab line. A % means a line break to cron, so that it is escaped."""
    words = [*smm_command(), "-C", str(root), "publish"]
    return f"{schedule(every)} {path_needed()}{shlex.join(words)}".replace("%", "\\%")


def smm_command() -> list[str]:
    """How this very smm is started, absolute."""
    beside = Path(sys.executable).with_name("smm.exe" if sys.platform == "win32" else "smm")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "smm_cli"]


def path_needed() -> str:
    """`PATH=… ` where git or ffprobe stand elsewhere than cron looks."""
    places = [str(Path(found).parent) for found in map(shutil.which, NEEDED) if found]
    more = [place for place in dict.fromkeys(places) if place not in USUAL]
    return f"PATH={shlex.quote(':'.join([*more, *USUAL]))} " if more else ""


def schedule(every: str) -> str:
    """The five fields for 1m, 15m, 1h, 6h, 1d. Raises UsageError for what cron cannot say evenly."""
    try:
        seconds = seconds_of(every) or 0
    except ValueError:
        seconds = 0
    minutes = seconds / 60
    if minutes == 1:
        return "* * * * *"
    if minutes and minutes < 60 and 60 % minutes == 0:
        return f"*/{minutes:.0f} * * * *"
    if minutes in (60, 1440):
        return "0 * * * *" if minutes == 60 else "0 0 * * *"
    if minutes > 60 and minutes < 1440 and 1440 % minutes == 0 and minutes % 60 == 0:
        return f"0 */{minutes / 60:.0f} * * *"
    raise UsageError(
        f"--every {every}: cron counts 1m, 2m, 5m, 10m, 15m, 20m, 30m, 1h, 2h, 6h, 1d", hint="smm runner install cron --every 5m"
    )


def placed(crontab: str, lines: list[str]) -> str:
    """The crontab with `lines` in it once: in place of an earlier pair of this calendar, else at the end; all else stays."""
    old = crontab.splitlines()
    if lines[0] in old:
        place = old.index(lines[0])
        rest = old[place + 1 :]
        rest = rest[1:] if rest and "publish" in rest[0] and not rest[0].startswith("#") else rest
        new = [*old[:place], *lines, *rest]
    else:
        new = [*old, *lines]
    return "\n".join(new) + "\n"


def read_crontab() -> str:
    """This user's crontab; empty where there is none. Raises ConfigError."""
    done = _crontab("-l")
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode and "no crontab" not in said.lower():
        raise ConfigError(f"crontab -l: {said.strip() or done.returncode}", slug="crontab")
    return done.stdout.decode("utf-8", "surrogateescape") if not done.returncode else ""


def write_crontab(text: str) -> None:
    """Replace this user's crontab. Raises ConfigError with cron's words."""
    done = _crontab("-", text.encode("utf-8", "surrogateescape"))
    if done.returncode:
        raise ConfigError(f"crontab refused: {done.stderr.decode('utf-8', 'replace').strip()}", slug="crontab")


def _crontab(argument: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["crontab", argument], input=stdin, capture_output=True, timeout=30, check=False)
    except FileNotFoundError:
        hint = "smm runner install systemd, or install cron"
        raise ConfigError("there is no crontab on this machine", hint=hint, slug="no-crontab") from None
    except subprocess.TimeoutExpired:
        raise ConfigError("crontab did not answer", slug="crontab") from None
