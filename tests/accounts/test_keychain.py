"""Secrets in the keyring of this machine's user, with a backend that keeps them in a file."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked

from smm_cli.accounts import masks
from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.keychain import read_keyring, write_keyring
from smm_cli.accounts.references import resolve
from smm_cli.calendar.model import Calendar
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.errors import ConfigError
from tests.serving import serving

SECRET = "sandbox-ada"
MODULE = """
import json, os, pathlib
from keyring.backend import KeyringBackend

class InAFile(KeyringBackend):
    priority = 1
    def _all(self):
        path = pathlib.Path(os.environ["KEYRING_FILE"])
        return json.loads(path.read_text()) if path.exists() else {}
    def get_password(self, service, username):
        return self._all().get(f"{service}|{username}")
    def set_password(self, service, username, password):
        pathlib.Path(os.environ["KEYRING_FILE"]).write_text(json.dumps({**self._all(), f"{service}|{username}": password}))
"""


class Ring(KeyringBackend):
    """In memory; raises what `wrong` says; forgets everything if `leaky`."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, wrong: Exception | None = None, leaky: bool = False) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.wrong, self.leaky = wrong, leaky

    def get_password(self, service: str, username: str) -> str | None:
        if self.wrong:
            raise self.wrong
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.wrong:
            raise self.wrong
        if not self.leaky:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, made = keyring.get_keyring(), Ring()
    keyring.set_keyring(made)
    masks.forget_all()
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A calendar with a Mastodon channel in the sandbox, nobody logged in."""

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    with serving("mastodon") as made:
        head = '[calendar]\nname = "t"\ntimezone = "UTC"\npublish_from = "worktree"\nmax_late = "none"\nlanguage = "en"\n'
        (folder / "channels.toml").write_text(f'{head}[channels.toots]\nnetwork = "mastodon"\nserver = "{made.addresses["mastodon"]}"\n')
        front = "---\nid: a\nchannels: toots\nstatus: ready\npublish_at: 2026-01-05 09:00\n---\n\nHello.\n"
        (folder / "posts" / "a.md").write_text(front)
        yield folder


def test_a_secret_is_read_and_masked(ring: Ring, tmp_path: Path) -> None:
    ring.kept["smm", "acme/toots"] = SECRET
    assert resolve("keyring:smm/acme/toots", tmp_path, name="toots") == SECRET
    assert SECRET not in masks.masked(f"it was {SECRET}")


def test_what_is_not_there_names_the_login(ring: Ring, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        resolve("keyring:smm/toots", tmp_path, name="toots (token)")
    assert raised.value.slug == "secret-missing" and raised.value.hint == "smm channel login toots --keyring"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (KeyringLocked(f"while {SECRET}"), "is locked"),
        (InitError(SECRET), "cannot be opened"),
        (keyring.errors.NoKeyringError(SECRET), "no keyring that can be used"),
        (RuntimeError(SECRET), "the keyring failed: RuntimeError"),
    ],
)
def test_a_keyring_that_does_not_open_says_why_without_the_secret(ring: Ring, wrong: Exception, words: str) -> None:
    ring.wrong = wrong
    for act in (lambda: read_keyring("smm/a", "toots"), lambda: write_keyring("smm/a", SECRET, "toots")):
        with pytest.raises(ConfigError, match=words) as raised:
            act()
        assert SECRET not in f"{raised.value} {raised.value.hint}" and raised.value.__suppress_context__ | (
            raised.value.__context__ is None
        )


def test_what_no_login_makes_is_not_said_to_be_made_by_one(ring: Ring, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        resolve("keyring:smm/alerts", tmp_path, name="[alerts] to")
    assert raised.value.hint == "put it there, or let [alerts] to name another place"
    ring.wrong = KeyringLocked()
    with pytest.raises(ConfigError) as raised:
        resolve("keyring:smm/alerts", tmp_path, name="[ledger] url")
    assert raised.value.hint == "unlock it, or keep the secret elsewhere"


def test_a_keyring_that_keeps_nothing_is_noticed(ring: Ring) -> None:
    ring.leaky = True
    with pytest.raises(ConfigError, match="does not keep"):
        write_keyring("smm/a", SECRET, "toots")


def test_a_login_is_kept_there_and_used_for_publishing(ring: Ring, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    assert run(["channel", "login", "toots", "--token-stdin", "--keyring"]) == 0
    table = tomllib.loads((root / "channels.toml").read_text())["channels"]["toots"]
    assert table["secret"] == "keyring:smm/t/toots" and table["account"].startswith("@ada@")
    assert ring.kept == {("smm", "t/toots"): SECRET}
    assert not list((root / ".smm" / "secrets").glob("*"))
    assert run(["publish"]) == 0
    assert (root / "receipts" / "a" / "toots.toml").exists()


def test_without_a_keyring_nobody_is_asked_to_log_in(ring: Ring, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ring.wrong = keyring.errors.NoKeyringError()
    before = (root / "channels.toml").read_text()
    assert run(["channel", "login", "toots", "--token-stdin", "--keyring"]) == 3
    assert "no keyring that can be used" in capsys.readouterr().err
    assert (root / "channels.toml").read_text() == before
    assert run(["channel", "login", "toots", "--token-stdin", "--keyring", "--age", "x.age"]) == 2


def test_a_renewed_token_goes_back_there(ring: Ring, root: Path) -> None:
    text = (root / "channels.toml").read_text()
    (root / "channels.toml").write_text(text + 'secret = "keyring:smm/t/toots"\n')
    ring.kept["smm", "t/toots"] = "the-old-token-1"
    calendar = Session(str(root)).calendar()
    credentials = credentials_of(calendar)
    assert credentials.value("token") == "the-old-token-1"
    credentials.keep({"token": "the-new-token-2", "refresh": "the-new-refresh"}, None)
    assert ring.kept["smm", "t/toots"] == "the-new-token-2"
    assert credentials.value("token") == "the-new-token-2"
    said = json.loads((root / ".smm" / "tokens" / "toots.json").read_text())
    assert said["values"] == {"refresh": "the-new-refresh"}


def test_a_keyring_that_is_locked_meanwhile_costs_no_token_that_renews(ring: Ring, root: Path) -> None:
    text = (root / "channels.toml").read_text()
    (root / "channels.toml").write_text(text + 'secret = "keyring:smm/t/toots"\n')
    ring.kept["smm", "t/toots"] = "the-old-token-1"
    calendar = Session(str(root)).calendar()
    ring.wrong = KeyringLocked()
    with pytest.raises(ConfigError, match="locked"):
        credentials_of(calendar).keep({"token": "the-new-token-2", "refresh": "the-new-refresh"}, None)
    ring.wrong = None
    found = credentials_of(calendar).tokens()
    assert found is not None and found.values["refresh"] == "the-new-refresh"


def credentials_of(calendar: Calendar) -> Credentials:
    return Credentials(calendar, calendar.channels["toots"], ("token",))


@pytest.mark.parametrize(("secret", "refused"), [("keyring:smm/t/x", False), ("env:X_TOKEN", True)])
def test_a_network_whose_token_changes_may_live_in_the_keyring(
    root: Path, secret: str, refused: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "channels.toml").write_text(f'[calendar]\nname = "t"\n[channels.x]\nnetwork = "x"\nsecret = "{secret}"\n')
    run(["check", "--json"])
    assert ("changes with each use" in "".join(capsys.readouterr())) is refused


def test_the_backend_that_the_environment_names_is_used(root: Path, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "file_ring.py").write_text(MODULE)
    environment: dict[str, Any] = {
        **os.environ,
        "PYTHONPATH": str(tmp_path / "lib"),
        "PYTHON_KEYRING_BACKEND": "file_ring.InAFile",
        "KEYRING_FILE": str(tmp_path / "ring.json"),
    }
    words = [sys.executable, "-m", "smm_cli", "channel", "login", "toots", "--token-stdin", "--keyring"]
    done = subprocess.run(words, input=f"{SECRET}\n", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "ring.json").read_text()) == {"smm|t/toots": SECRET}
    published = subprocess.run([sys.executable, "-m", "smm_cli", "publish"], env=environment, capture_output=True, text=True, check=False)
    assert published.returncode == 0 and (root / "receipts" / "a" / "toots.toml").exists()
    assert SECRET not in done.stdout + done.stderr + published.stdout + published.stderr
    environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    refused = subprocess.run(
        [sys.executable, "-m", "smm_cli", "channel", "check"], env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0 and "no keyring that can be used" in refused.stdout + refused.stderr
