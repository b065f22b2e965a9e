"""The systemd units of a user that publish a calendar: a service that runs one tick, and a timer that starts it."""

from __future__ import annotations

import os
from pathlib import Path

from smm_cli.calendar.moments import seconds_of
from smm_cli.cli import output
from smm_cli.cli.channel_file import write_whole
from smm_cli.cli.runner_cron import NEEDED, smm_command
from smm_cli.errors import ConfigError, UsageError


def install(root: Path, name: str, every: str, *, write: bool, yes: bool) -> int:
    """Show the two units, or write them. Raises UsageError, ConfigError."""
    units = {f"smm-{name}.service": service(root), f"smm-{name}.timer": timer(root, every)}
    folder = unit_folder()
    if not write:
        for file, text in units.items():
            output.out(f"# {folder / file}\n{text}")
        output.tell("Save them there, or: smm runner install systemd --write")
        return 0
    changed = {file: text for file, text in units.items() if not _is(folder / file, text)}
    if not changed:
        output.tell("The units stand there already.")
    for file in changed:
        output.tell(f"  {folder / file}")
    if changed and not output.confirm("Write them?", yes=yes):
        output.tell("Nothing was written.")
        return 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror}", slug="not-written") from None
    for file, text in changed.items():
        write_whole(folder / file, text.encode())
        output.out(f"written  {folder / file}")
    output.tell(f"Start it:  systemctl --user daemon-reload && systemctl --user enable --now smm-{name}.timer")
    output.tell("So that it runs while you are logged out:  loginctl enable-linger")
    output.tell(f"Undo: systemctl --user disable --now smm-{name}.timer")
    return 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def unit_folder() -> Path:
    """Where units of this user stand. Source: systemd.unit(5), unit file load path (2026-11-22)."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base and Path(base).is_absolute() else Path.home() / ".config") / "systemd" / "user"


def service(root: Path) -> str:
    """The unit that runs one tick."""
    words = " ".join(quoted(word) for word in (*smm_command(), "-C", str(root), "publish"))
    return f"[Unit]\nDescription=smm publishes {root.name.replace('%', '%%')}\n\n[Service]\nType=oneshot\n{_path()}ExecStart={words}\n"


def timer(root: Path, every: str) -> str:
    """The unit that starts it. Raises UsageError."""
    try:
        seconds = seconds_of(every) or 0
    except ValueError:
        seconds = 0
    if seconds < 1 or seconds != int(seconds):
        raise UsageError(f"--every {every} is no span of time", hint="smm runner install systemd --every 1m")
    return (
        f"[Unit]\nDescription=smm looks every {every} what is due in {root.name.replace('%', '%%')}\n\n"
        f"[Timer]\nOnActiveSec=0\nOnUnitActiveSec={seconds:.0f}s\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n"
    )


def quoted(word: str) -> str:
    """A word of ExecStart. Source: systemd.service(5), command lines (2026-11-22)."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if any(sign in word for sign in " \t\"'\\;") else text


def _path() -> str:
    import shutil

    places = dict.fromkeys(str(Path(found).parent) for found in map(shutil.which, NEEDED) if found)
    more = [place for place in places if place not in ("/usr/local/bin", "/usr/bin", "/bin")]
    return f"Environment={quoted('PATH=' + ':'.join([*more, '/usr/local/bin', '/usr/bin', '/bin']))}\n" if more else ""
