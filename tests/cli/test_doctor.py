"""smm doctor: each finding, and none where all is well."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from smm_cli.cli.doctor_machine import kind_of
from smm_cli.cli.start import run
from smm_cli.ledger.store import Ledger
from smm_cli.words.channel import Account

CONFIG = '[calendar]\nname = "t"\npublish_from = "{ref}"\n[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n'
MASTODON = '[channels.mastodon]\nnetwork = "mastodon"\nserver = "https://m.example"\nsecret = "{secret}"\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A calendar in git, all committed, that published a moment ago."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    folder.mkdir()
    (folder / "channels.toml").write_text(CONFIG.format(ref="main"))
    for words in (["init", "-q", "-b", "main"], ["config", "user.name", "A"], ["config", "user.email", "a@b.example"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    commit(folder)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    ticked(folder, datetime.now(UTC))
    return folder


def commit(folder: Path) -> None:
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    subprocess.run(["git", "commit", "-q", "-m", "all"], cwd=folder, check=True)


def ticked(folder: Path, at: datetime) -> None:
    with Ledger.open(folder / ".smm" / "ledger.db", "t", "here") as ledger:
        ledger.ticked(at)


@pytest.fixture
def found(root: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the doctor; gives the exit code and the findings by slug."""

    def look() -> tuple[int, dict[str, dict[str, Any]]]:
        capsys.readouterr()
        code = run(["doctor", "--json"])
        return code, {finding["slug"]: finding for finding in json.loads(capsys.readouterr().out) if finding["slug"] != "no-byte-code"}

    return look


def test_a_healthy_calendar_has_no_finding(found: Any) -> None:
    assert found() == (0, {})


def test_what_others_can_read_is_named_with_the_command_that_mends_it(root: Path, found: Any) -> None:
    kept = root / ".smm" / "secrets" / "mastodon"
    kept.parent.mkdir(mode=0o700)
    kept.write_text("x")
    kept.chmod(0o644)
    (root / ".smm").chmod(0o755)
    code, findings = found()
    assert code == 3
    assert findings["state-open"]["hint"] == f"chmod 700 {root / '.smm'}"
    assert findings["secret-open"]["hint"] == f"chmod 600 {kept}"
    for slug in ("state-open", "secret-open"):
        subprocess.run(findings[slug]["hint"], shell=True, check=True)
    assert found() == (0, {})


def test_a_damaged_ledger_is_told_and_its_mend_works(root: Path, found: Any) -> None:
    for path in (root / ".smm" / "ledger.db", root / ".smm" / "ledger.db-wal"):
        if path.exists():
            path.write_bytes(path.read_bytes()[:100] + b"\xff" * 4000)
    code, findings = found()
    assert code == 3 and "ledger-damaged" in findings
    assert findings["ledger-damaged"]["hint"].startswith("smm ledger rebuild ")
    assert run(["ledger", "rebuild"]) == 0
    assert "ledger-damaged" not in found()[1]


def test_a_damaged_index_only_warns(root: Path, found: Any) -> None:
    (root / ".smm" / "index.db").write_bytes(b"no database" * 100)
    code, findings = found()
    assert code == 0 and findings["index-damaged"]["severity"] == "warning"


def test_a_published_ref_that_does_not_exist_is_an_error(root: Path, found: Any) -> None:
    (root / "channels.toml").write_text(CONFIG.format(ref="release"))
    code, findings = found()
    assert code == 3 and "release" in findings["unknown-ref"]["what"]


def test_receipts_outside_of_git_are_a_warning_until_they_are_committed(root: Path, found: Any) -> None:
    (root / "receipts" / "a").mkdir(parents=True)
    (root / "receipts" / "a" / "blog.toml").write_text("x")
    code, findings = found()
    assert code == 0 and findings["receipts-not-committed"]["what"].startswith("1 receipt is")
    commit(root)
    assert found() == (0, {})


def test_nobody_looking_for_a_day_is_told(root: Path, found: Any) -> None:
    (root / ".smm" / "ledger.db").unlink()
    assert "no-runner" in found()[1]
    ticked(root, datetime.now(UTC) - timedelta(hours=26))
    assert "smm runner install cron" in found()[1]["no-runner"]["hint"]
    ticked(root, datetime.now(UTC) - timedelta(hours=24))
    assert found() == (0, {})


def test_a_clock_that_was_set_back_is_an_error(root: Path, found: Any) -> None:
    ticked(root, datetime.now(UTC) + timedelta(minutes=10))
    code, findings = found()
    assert code == 3 and "clock" in findings


def test_a_secret_that_cannot_be_read_is_named_without_its_value(
    root: Path, found: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "channels.toml").write_text(CONFIG.format(ref="main") + MASTODON.format(secret="env:DOCTOR_TOKEN"))
    code, findings = found()
    assert code == 3 and findings["secret-missing"]["channel"] == "mastodon"
    monkeypatch.setenv("DOCTOR_TOKEN", "tok-0123456789-abcdef")
    assert found() == (0, {})
    assert run(["doctor"]) == 0
    told = capsys.readouterr()
    assert "tok-0123456789" not in told.out + told.err


def test_a_command_is_not_run_but_must_be_trusted_and_there(root: Path, found: Any, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (root / "channels.toml").write_text(CONFIG.format(ref="main") + MASTODON.format(secret=f"command:touch {mark}"))
    assert found()[1]["untrusted-command"]["hint"] == f"smm trust 'touch {mark}'"
    assert run(["trust", "--yes"]) == 0
    assert found() == (0, {})
    assert not mark.exists()
    (root / "channels.toml").write_text(CONFIG.format(ref="main") + MASTODON.format(secret="command:no-such-program x"))
    assert "no-program" in found()[1]


def test_a_secret_in_git_is_an_error(root: Path, found: Any) -> None:
    (root / "token").write_text("x")
    (root / "token").chmod(0o600)
    (root / "channels.toml").write_text(CONFIG.format(ref="main") + MASTODON.format(secret="file:token"))
    assert found() == (0, {})
    commit(root)
    code, findings = found()
    assert code == 3 and "git rm --cached token" in findings["secret-in-git"]["hint"]


def test_a_command_for_all_channels_of_a_network_is_not_run_either(root: Path, found: Any, tmp_path: Path) -> None:
    from smm_cli.accounts.trust import trust

    mark = tmp_path / "mark"
    shared = f'[networks.wallabag]\nsecret = {{ client_secret = "command:touch {mark}", password = "command:touch {mark}" }}\n'
    channel = '[channels.later]\nnetwork = "wallabag"\nserver = "https://w.example"\nidentifier = "ada"\nclient_id = "1"\n'
    (root / "channels.toml").write_text(CONFIG.format(ref="main") + shared + channel)
    assert found()[1]["untrusted-command"]["channel"] == "later"
    trust(root, f"touch {mark}")
    assert found()[0] == 0
    assert not mark.exists()


def test_beside_a_command_the_other_secrets_are_looked_at(root: Path, found: Any) -> None:
    chat = '[channels.team]\nnetwork = "rocketchat"\nserver = "https://c.example"\nroom = "GENERAL"\n'
    secret = 'secret = { user_id = "command:no-such-program x", token = "env:DOCTOR_TOKEN" }\n'
    (root / "channels.toml").write_text(CONFIG.format(ref="main") + chat + secret)
    assert {"no-program", "secret-missing"} <= set(found()[1])


@pytest.mark.parametrize(("days", "code", "severity"), [(13, 0, "warning"), (-1, 3, "error")])
def test_a_token_that_ends_is_told_two_weeks_before(days: int, code: int, severity: str, root: Path, found: Any) -> None:
    now = datetime.now(UTC)
    with Ledger.open(root / ".smm" / "ledger.db", "t", "here") as ledger:
        ledger.save_account("blog", Account("@ada", expires_at=now + timedelta(days=days)), now)
    assert found()[0] == code
    assert found()[1]["token-ends"]["severity"] == severity


def test_a_token_that_ends_later_is_not_told(root: Path, found: Any) -> None:
    now = datetime.now(UTC)
    with Ledger.open(root / ".smm" / "ledger.db", "t", "here") as ledger:
        ledger.save_account("blog", Account("@ada", expires_at=now + timedelta(days=15)), now)
    assert found() == (0, {})


def test_films_without_ffprobe_are_a_warning(root: Path, found: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(folder))
    assert found() == (0, {})
    (root / "posts").mkdir()
    (root / "posts" / "film.MP4").write_bytes(b"x")
    assert found()[1]["no-ffprobe"]["file"] == "posts/film.MP4"


def test_the_rest_is_looked_at_when_channels_toml_cannot_be_read(root: Path, found: Any) -> None:
    (root / "channels.toml").write_text("x = ")
    (root / ".smm").chmod(0o755)
    code, findings = found()
    assert code == 3 and {"config", "state-open"} <= set(findings)


def test_the_file_system_is_that_of_the_longest_mount_point(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/a {tmp_path.resolve()} nfs4 rw 0 0\nserver:/b {tmp_path.resolve()}-b cifs rw 0 0\n")
    (tmp_path / "calendar").mkdir()
    assert kind_of(tmp_path / "calendar", mounts) == "nfs4"
    assert kind_of(tmp_path.parent, mounts) == "ext4"
    assert kind_of(tmp_path, tmp_path / "nothing") == ""
