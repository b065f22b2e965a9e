"""smm channel login and check, against servers on loopback."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from smm_cli.accounts import masks
from smm_cli.cli.start import run
from smm_cli.clock import SystemClock
from smm_cli.sandbox.world import load_fake

BAD = "no-token-of-anybody-at-all"


@pytest.fixture(scope="module")
def server() -> Iterator[Callable[[str], str]]:
    """Starts the fake of a network on loopback, once for this file; gives its address."""
    started: dict[str, tuple[uvicorn.Server, threading.Thread, str]] = {}

    def start(network: str) -> str:
        if network not in started:
            listening = socket.socket()
            listening.bind(("127.0.0.1", 0))
            config = uvicorn.Config(load_fake(network)(SystemClock()), log_level="critical", lifespan="off", ws="none")
            running = uvicorn.Server(config)
            thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()
            while not running.started:
                time.sleep(0.01)
            started[network] = (running, thread, f"http://127.0.0.1:{listening.getsockname()[1]}")
        return started[network][2]

    yield start
    for running, thread, _ in started.values():
        running.should_exit = True
        thread.join(10)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Callable[[str], str]) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    masks.forget_all()
    folder = tmp_path / "calendar"
    folder.mkdir()
    tables = [f'[channels.{name}]\nnetwork = "{name}"\nserver = "{server(name)}"\n' for name in ("mastodon", "bluesky")]
    site = '[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n'
    (folder / "channels.toml").write_text("\n".join(['[calendar]\nname = "t"\n', site, *tables]))
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    return folder


def channel(root: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((root / "channels.toml").read_text())["channels"][name]
    return found


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_pasted_token_binds_the_channel_to_its_account(root: Path, type_in: Callable[[str], None]) -> None:
    type_in("sandbox-ada\n")
    assert run(["channel", "login", "mastodon", "--token-stdin"]) == 0
    table = channel(root, "mastodon")
    assert table["account"].startswith("@ada@") and table["secret"] == "file:.smm/secrets/mastodon"
    kept = root / ".smm" / "secrets" / "mastodon"
    assert kept.read_text() == "sandbox-ada\n" and kept.stat().st_mode & 0o777 == 0o600


def test_the_token_of_somebody_else_is_refused_and_nothing_is_saved(
    root: Path, type_in: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    type_in("sandbox-ada\n")
    assert run(["channel", "login", "mastodon", "--token-stdin"]) == 0
    config, kept = (root / "channels.toml").read_text(), (root / ".smm" / "secrets" / "mastodon").read_text()
    capsys.readouterr()
    type_in("sandbox-bob\n")
    assert run(["channel", "login", "mastodon", "--token-stdin"]) == 5
    told = capsys.readouterr().err
    assert "is bound to @ada@" in told and "Nothing was saved" in told
    assert (root / "channels.toml").read_text() == config
    assert (root / ".smm" / "secrets" / "mastodon").read_text() == kept
    assert [path.name for path in (root / ".smm" / "secrets").iterdir()] == ["mastodon"]


def test_a_token_that_the_server_refuses_is_neither_kept_nor_shown(
    root: Path, type_in: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = (root / "channels.toml").read_text()
    type_in(BAD)
    assert run(["channel", "login", "mastodon", "--token-stdin"]) == 5
    told = capsys.readouterr()
    assert BAD not in told.out + told.err
    assert (root / "channels.toml").read_text() == before
    assert not any(path.read_bytes().find(BAD.encode()) >= 0 for path in (root / ".smm").rglob("*") if path.is_file())


def test_an_app_password_opens_a_session(root: Path, type_in: Callable[[str], None]) -> None:
    type_in("sandbox-ada\n")
    assert run(["channel", "login", "bluesky", "--token-stdin", "--identifier", "ada.test"]) == 0
    assert channel(root, "bluesky")["account"] == "@ada.test"
    assert (root / ".smm" / "secrets" / "bluesky").stat().st_mode & 0o777 == 0o600
    type_in("sandbox-bob\n")
    assert run(["channel", "login", "bluesky", "--token-stdin", "--identifier", "bob.test"]) == 5
    assert (root / ".smm" / "secrets" / "bluesky").read_text() == "sandbox-ada\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mastodon"], "nobody is at the terminal"),
        (["mastodon", "--token-stdin"], "standard input was empty"),
        (["bluesky", "--token-stdin"], "--identifier"),
        (["blog"], "needs no login"),
        (["mastdon"], "did you mean mastodon?"),
    ],
)
def test_a_login_that_cannot_be_says_why(
    arguments: list[str], words: str, root: Path, type_in: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    type_in("")
    assert run(["channel", "login", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_check_says_who_and_what_and_goes_on_after_one_that_fails(
    root: Path, type_in: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    type_in("sandbox-ada\n")
    assert run(["channel", "login", "mastodon", "--token-stdin"]) == 0
    capsys.readouterr()
    assert run(["channel", "check", "--json"]) == 3
    shapes = {shape["name"]: shape for shape in json.loads(capsys.readouterr().out)}
    assert shapes["mastodon"]["ok"] and shapes["mastodon"]["software"] == "mastodon" and shapes["mastodon"]["limits"]["text"] == 500
    assert shapes["blog"]["ok"]
    assert shapes["bluesky"]["slug"] == "secret-missing" and shapes["bluesky"]["hint"] == "smm channel login bluesky"


def test_check_compares_the_bound_account(
    root: Path, type_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOKEN", "sandbox-bob")
    text = (root / "channels.toml").read_text()
    (root / "channels.toml").write_text(
        text.replace("[channels.mastodon]\n", '[channels.mastodon]\naccount = "@ada@m.example"\nsecret = "env:TOKEN"\n')
    )
    assert run(["channel", "check", "mastodon"]) == 5
    assert "is bound to @ada@m.example" in capsys.readouterr().err
    assert run(["channel", "list", "--json"]) == 0
    shapes = {shape["name"]: shape for shape in json.loads(capsys.readouterr().out)}
    assert shapes["mastodon"]["state"] == "not checked", "the account of somebody else was kept"
