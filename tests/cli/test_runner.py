"""smm runner: who publishes, taking over, cron and systemd."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.cli import runner_cron, runner_systemd
from smm_cli.cli.start import run
from smm_cli.errors import UsageError
from smm_cli.ledger.receipts import write_receipt
from smm_cli.words.delivery import PUBLISHED, PartReceipt, Receipt

CONFIG = '[calendar]\nname = "t"\n[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n'
POST = "---\nid: a\nchannels: blog\nstatus: ready\npublish_at: 2026-01-01 10:00\n---\n\nHallo\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    (folder / "channels.toml").write_text(CONFIG)
    (folder / "posts" / "a.md").write_text(POST)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    return folder


@pytest.fixture
def foreign(root: Path) -> Path:
    """As `root`, and "office" has published from a ledger of its own."""
    at = datetime(2026, 1, 1, 9, tzinfo=UTC)
    part = PartReceipt("a", "https://t.example/a/", at=at)
    write_receipt(root / "receipts", Receipt("a@blog", "a", "blog", "site", PUBLISHED, at, runner="office#11223344", parts=(part,)))
    return root


def test_taking_over_lets_this_machine_publish(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["publish"]) == 3
    assert "smm runner take" in capsys.readouterr().err
    assert run(["status"]) == 0
    assert 'refused  nothing goes out from here, since "office" published this calendar: smm runner take' in capsys.readouterr().out
    assert run(["runner", "take"]) == 2
    assert '"office"' in capsys.readouterr().err
    assert run(["runner", "take", "--dry-run"]) == 0
    assert run(["publish"]) == 3
    assert run(["runner", "take", "--yes"]) == 0
    assert run(["publish"]) == 0
    assert not (foreign / "public" / "a").exists(), "what the other machine published went out again"
    capsys.readouterr()
    assert run(["runner", "take", "--yes"]) == 0
    assert "Nothing to take over" in capsys.readouterr().err


def test_runners_are_listed_with_what_was_not_taken_over(foreign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runner", "list", "--json"]) == 0
    shapes = json.loads(capsys.readouterr().out)
    assert [(s["here"], s["last_tick"], s["receipts_not_taken"]) for s in shapes] == [(True, None, 0), (False, None, 1)]
    assert shapes[1]["runner"] == "office"


def test_a_tick_is_seen_in_the_list(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["publish"]) == 0
    capsys.readouterr()
    assert run(["runner", "list", "--json"]) == 0
    (shape,) = json.loads(capsys.readouterr().out)
    assert shape["here"] and abs(datetime.now(UTC) - datetime.fromisoformat(shape["last_tick"])).total_seconds() < 60


def test_the_cron_line_needs_no_directory_and_no_path(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runner", "install", "cron", "--every", "5m"]) == 0
    comment, line = capsys.readouterr().out.splitlines()
    assert comment == f"# smm publishes {root}"
    assert line.startswith("*/5 * * * * ") and line.endswith(f" -C {root} publish")
    program = line.split(" -C ")[0].split()[-1]
    assert Path(program).is_absolute() and shutil.which(program)


def test_the_crontab_keeps_every_other_line_and_has_ours_once(root: Path, crontab: Path) -> None:
    crontab.write_text("MAILTO=ada\n0 3 * * * backup\n")
    assert run(["runner", "install", "cron", "--write", "--yes"]) == 0
    first = crontab.read_text()
    assert first.startswith("MAILTO=ada\n0 3 * * * backup\n# smm publishes ")
    assert run(["runner", "install", "cron", "--write", "--yes"]) == 0
    assert crontab.read_text() == first
    crontab.write_text(first + "5 5 * * * last\n")
    assert run(["runner", "install", "cron", "--every", "1h", "--write", "--yes"]) == 0
    lines = crontab.read_text().splitlines()
    assert len(lines) == 5 and lines[-1] == "5 5 * * * last" and lines[3].startswith("0 * * * * ")


def test_an_empty_crontab_is_begun(root: Path, crontab: Path) -> None:
    assert run(["runner", "install", "cron", "--write"]) == 2, "it was not asked"
    assert not crontab.exists()
    assert run(["runner", "install", "cron", "--write", "--yes"]) == 0
    assert len(crontab.read_text().splitlines()) == 2


def test_without_a_crontab_program_systemd_is_named(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["runner", "install", "cron", "--write", "--yes"]) == 3
    assert "systemd" in capsys.readouterr().err


def test_odd_folders_are_quoted_for_cron_and_for_systemd() -> None:
    odd = Path('/srv/a b/100% "x"')
    assert "'/srv/a b/100\\% \"x\"'" in runner_cron.line(odd, "1m")
    assert '"/srv/a b/100%% \\"x\\""' in runner_systemd.service(odd)


@pytest.mark.parametrize(
    ("every", "fields"), [("1m", "* * * * *"), ("15m", "*/15 * * * *"), ("60m", "0 * * * *"), ("6h", "0 */6 * * *"), ("1d", "0 0 * * *")]
)
def test_spans_that_cron_can_say(every: str, fields: str) -> None:
    assert runner_cron.schedule(every) == fields


@pytest.mark.parametrize("every", ["7m", "90m", "20s", "5h", "none", "x", "0m"])
def test_spans_that_cron_cannot_say_are_refused(every: str) -> None:
    with pytest.raises(UsageError):
        runner_cron.schedule(every)


def test_systemd_units_are_written_once(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runner", "install", "systemd", "--every", "20s", "--write", "--yes"]) == 0
    folder = tmp_path / "config" / "systemd" / "user"
    assert "OnUnitActiveSec=20s" in (folder / "smm-t.timer").read_text()
    assert f"-C {root} publish" in (folder / "smm-t.service").read_text()
    assert "enable --now smm-t.timer" in capsys.readouterr().err
    before = (folder / "smm-t.timer").stat().st_mtime_ns
    assert run(["runner", "install", "systemd", "--every", "20s", "--write", "--yes"]) == 0
    assert (folder / "smm-t.timer").stat().st_mtime_ns == before


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_itself_reads_the_units(tmp_path: Path) -> None:
    import subprocess

    odd = tmp_path / "a b %"
    odd.mkdir()
    (tmp_path / "smm-t.service").write_text(runner_systemd.service(odd))
    (tmp_path / "smm-t.timer").write_text(runner_systemd.timer(odd, "1m"))
    for unit in ("smm-t.service", "smm-t.timer"):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)], capture_output=True, text=True, check=False)
        assert "smm-t" not in done.stderr, done.stderr


def test_a_runner_that_does_not_exist_is_told_with_those_that_do(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runner", "install", "gihub"]) == 2
    assert "github" in capsys.readouterr().err
    assert run(["runner", "install", "cron", "--hours", "07:00-19:00"]) == 2
