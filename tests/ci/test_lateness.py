"""smm check tells how late the jobs that are installed make posts, and which posts wait for long."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smm_cli.calendar.cron import read_cron
from smm_cli.cli.runner_installed import publishes, scheduled
from smm_cli.cli.start import run

FRIDAY = "2099-11-27"
CRON = 'on:\n  schedule:\n    - cron: "7 6-17 * * 1-5"\njobs:\n  a:\n    steps:\n      - run: smm publish\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "crontab").write_text(f"#!/bin/sh\ncat {tmp_path}/table\n")
    (programs / "crontab").chmod(0o755)
    (tmp_path / "table").write_text("")
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    (folder / "channels.toml").write_text(
        '[calendar]\nname = "t"\ntimezone = "Europe/Berlin"\nmax_late = "6h"\n\n[channels.hook]\nnetwork = "webhook"\n'
        'url = "https://t.example/in"\nsecret = "env:X"\n'
    )
    return folder


def post(root: Path, at: str) -> None:
    head = f"---\nid: p\ntitle: p\nstatus: ready\nchannels: hook\npublish_at: {at}\n---\n\nHello.\n"
    (root / "posts" / "p.md").write_text(head)


def workflow(root: Path, text: str = CRON, where: str = ".github/workflows/mine.yml") -> None:
    (root / where).parent.mkdir(parents=True)
    (root / where).write_text(text)


def checked(capsys: pytest.CaptureFixture[str]) -> str:
    assert run(["check"]) == 0
    shown = capsys.readouterr()
    return shown.out + shown.err


def test_the_interval_of_a_job_is_how_late_posts_go_out(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post(root, f"{FRIDAY} 10:00")
    assert "late" not in checked(capsys)
    workflow(root)
    said = checked(capsys)
    assert (
        ".github/workflows/mine.yml: note: posts go out up to 60 min late: this job looks every 60 min; the host may start it later still"
        in said
    )
    assert "outside" not in said


def test_a_time_outside_of_the_hours_is_told_with_when_it_really_goes_out(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workflow(root)
    post(root, f"{FRIDAY} 04:30")
    assert "it goes out at about Fri 27 Nov 2099 07:07 CET, 2h 37m late" in checked(capsys)
    post(root, f"{FRIDAY} 22:00")
    assert "it would be too late, and held" in checked(capsys)


def test_patience_that_is_shorter_than_the_interval_is_warned_of(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workflow(root, CRON.replace("7 6-17", "7 */12"))
    assert "max_late of hook is less than the 12h from one look to the next" in checked(capsys)
    (root / "channels.toml").write_text((root / "channels.toml").read_text().replace('"6h"', '"13h"'))
    assert "max_late" not in checked(capsys)


def test_check_speaks_of_the_repository_alone_and_starts_no_program_of_this_machine(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workflow(root)
    post(root, f"{FRIDAY} 22:00")
    (tmp_path / "bin" / "crontab").write_text(f"#!/bin/sh\ntouch {tmp_path}/started\ncat {tmp_path}/table\n")
    (tmp_path / "table").write_text(f"# smm publishes {root}\n* * * * * smm -C {root} publish\n")
    assert "held" in checked(capsys)
    for words in (["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "--quiet", "-m", "all"]):
        subprocess.run(["git", "-C", str(root), *words], check=True)
    post(root, f"{FRIDAY} 22:30")
    assert run(["plan", "--diff", "HEAD"]) == 0
    assert "22:30" in capsys.readouterr().out
    assert not (tmp_path / "started").exists()
    run(["doctor"])
    assert (tmp_path / "started").exists()


def test_doctor_tells_how_late_this_machine_makes_posts(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def found() -> str:
        run(["doctor"])
        return "".join(capsys.readouterr())

    workflow(root)
    assert "posts go out" not in found()
    (tmp_path / "table").write_text(f"# smm publishes {root}\n*/20 * * * * smm -C {root} publish\n")
    assert "posts go out up to" in found()
    (tmp_path / "table").write_text(f"# smm publishes {root}\n* * * * * smm -C {root} publish\n")
    assert "posts go out" not in found()
    (tmp_path / "table").write_text("# smm publishes /somewhere/else\n*/20 * * * * smm -C /somewhere/else publish\n")
    assert "posts go out" not in found()


@pytest.mark.parametrize(("every", "late"), [("20m", True), ("1m", False)])
def test_a_timer_of_systemd_counts_too(root: Path, capsys: pytest.CaptureFixture[str], every: str, late: bool) -> None:
    assert run(["runner", "install", "systemd", "--every", every, "--write", "--yes"]) == 0
    capsys.readouterr()
    run(["doctor"])
    assert ("posts go out up to 20 min late" in "".join(capsys.readouterr())) == late


@pytest.mark.parametrize(
    "text", [CRON.replace("smm publish", "make"), CRON.replace("- cron", "# - cron"), CRON.replace("7 6-17", "x y"), "\0"]
)
def test_a_workflow_that_publishes_nothing_is_none(root: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    workflow(root, text)
    post(root, f"{FRIDAY} 22:00")
    assert "late" not in checked(capsys)


@pytest.mark.parametrize("text", ["\n" * 99_000, "- cron: 1" + " " * 99_000 + "x", "smm " * 24_000, "- " * 49_000])
def test_a_workflow_of_a_stranger_takes_no_time_to_read(text: str) -> None:
    start = time.process_time()
    assert not publishes(text) and len(list(scheduled(text))) < 2
    assert time.process_time() - start < 1


@pytest.mark.parametrize("cron", ["7 5-17 * * *", "'7 5-17 * * *'   # early", '"7 6-18 * * *"\n      timezone: "Europe/Berlin"'])
def test_a_schedule_counts_however_it_is_written(root: Path, cron: str, capsys: pytest.CaptureFixture[str]) -> None:
    workflow(root, CRON.replace('"7 6-17 * * 1-5"', cron))
    post(root, f"{FRIDAY} 04:30")
    assert "it goes out at about Fri 27 Nov 2099 06:07 CET" in checked(capsys)


@pytest.mark.parametrize(("where", "near"), [("github", "60 min"), ("gitlab", "60 min"), ("forgejo", "60 min")])
def test_what_smm_installs_is_what_check_reads(root: Path, where: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runner", "install", where, "--write", "--yes"]) == 0
    post(root, f"{FRIDAY} 10:00")
    assert f"up to {near} late" in checked(capsys)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "zone", "moment", "expected"),
    [
        ("7 6-18 * * *", "UTC", "2026-11-23 06:07", "2026-11-23 06:07"),
        ("7 6-18 * * *", "UTC", "2026-11-23 18:08", "2026-11-24 06:07"),
        ("7 6-18 * * 1-5", "UTC", "2026-11-27 18:08", "2026-11-30 06:07"),
        ("*/15 * * * *", "UTC", "2026-11-23 06:16", "2026-11-23 06:30"),
        ("0 9 * * 7", "Europe/Berlin", "2026-11-23 00:00", "2026-11-29 08:00"),
        ("0 9 1 * 1", "UTC", "2026-11-24 10:00", "2026-11-30 09:00"),
        ("0 0 29 2 *", "UTC", "2026-11-24 10:00", "2028-02-29 00:00"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 01:30"),
    ],
)
def test_cron_lines_are_read_as_cron_reads_them(fields: str, zone: str, moment: str, expected: str) -> None:
    assert read_cron(fields, zone).next(at(moment)) == at(expected)


def test_a_day_that_never_comes_has_no_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert read_cron("0 0 31 2 *").next(at("2026-11-24 10:00") + timedelta(days=1)) is None


@pytest.mark.parametrize(
    "fields", ["* * * *", "60 * * * *", "@hourly", "0 9 * * MON", "*/0 * * * *", "5-1 * * * *", "-1 * * * *", "٣ * * * *"]
)
def test_what_is_no_cron_line_is_refused(fields: str) -> None:
    with pytest.raises(ValueError, match=r"field|within"):
        read_cron(fields)
