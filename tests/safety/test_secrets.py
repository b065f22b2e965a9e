"""A secret is nowhere but where it belongs: whatever a server answers, whatever breaks."""

from __future__ import annotations

import base64
import json
import logging
import stat
from pathlib import Path
from urllib.parse import quote

import pytest

from smm_cli.cli.report import write_report
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.clock import SystemClock
from smm_cli.delivery.runner import open_runner
from smm_cli.errors import ConfigError

JSON = "application/json"


def forms(secret: str) -> list[str]:
    """How a secret may be written."""
    inner = base64.b64encode(secret.encode()).decode()
    return [secret, quote(secret, safe=""), inner[4:-4], secret.removeprefix("whsec_")]


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    return [name for name, secret in secrets.items() for form in forms(secret) if form in text]


def on_disk(root: Path, secrets: dict[str, str]) -> dict[str, list[str]]:
    """Files of the calendar that hold a secret, with which."""
    held = {}
    for path in root.rglob("*"):
        if path.is_file() and (names := found_in(path.read_bytes().decode("latin-1"), secrets)):
            held[path.relative_to(root).as_posix()] = sorted(set(names))
    return held


def answers(kind: str, secrets):
    """What the server says: every answer echoes what it was sent."""

    def answer(method, path, headers, body):
        echoed = f"{path} {headers} {body.decode('latin-1')}"
        if "createSession" in path and kind != "no login":
            return (
                200,
                JSON,
                json.dumps(
                    {"accessJwt": secrets["access"], "refreshJwt": secrets["refresh"], "did": "did:plc:abc", "handle": "it.example"}
                ).encode(),
            )
        if kind in ("401", "no login"):
            return 401, JSON, json.dumps({"error": f"The token {headers.get('authorization')} is wrong: {echoed}"}).encode()
        if kind == "500":
            return 500, "text/html", f"<h1>500</h1><pre>{echoed}</pre>".encode()
        if kind == "422":
            return 422, JSON, json.dumps({"error": echoed, "message": echoed}).encode()
        if kind == "no json":
            return 200, "text/html", f"<html>{echoed}".encode()
        if kind == "strange":
            return 200, JSON, json.dumps([echoed, {"id": {"url": echoed}}]).encode()
        if kind == "half a character":
            return 422, JSON, b'{"error": "\\ud800 \\u0000one\\u0000 \\u001b]0;owned\\u0007"}'
        return (
            200,
            JSON,
            json.dumps({"id": "1", "url": f"https://x/?token={headers.get('authorization')}", "uri": echoed, "cid": "c"}).encode(),
        )

    return answer


KINDS = ["401", "no login", "500", "422", "no json", "strange", "half a character", "good"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_leaves_its_place_whatever_a_server_answers(marked, echo, capfd, caplog, monkeypatch, kind) -> None:
    monkeypatch.setenv("TMPDIR", str(marked.root.parent))
    caplog.set_level(logging.DEBUG)
    echo.answer = answers(kind, marked.secrets)
    codes = [run(["-C", str(marked.root), "publish"]), run(["-C", str(marked.root), "publish"])]
    assert 1 not in codes, "a server is no bug of smm"
    for words in (
        ["queue", "list"],
        ["queue", "list", "--json"],
        ["status"],
        ["queue", "show", "launch@one"],
        ["queue", "show", "launch@sky"],
    ):
        assert run(["-C", str(marked.root), *words]) != 1
    sent = "".join(headers.get("authorization", "") for _, _, headers, _ in echo.seen)
    assert marked.secrets["env"] in sent
    assert marked.secrets["command"] in sent
    printed = capfd.readouterr()
    said = printed.out + printed.err + "".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    assert found_in(said, marked.secrets) == []
    assert "\x1b" not in said
    assert "\x00" not in said
    held = on_disk(marked.root, marked.secrets)
    assert set(held) <= {".smm/tokens/sky.json"}, held
    for name in held:
        assert stat.S_IMODE((marked.root / name).stat().st_mode) == 0o600


def test_no_secret_is_told_where_nobody_answers(marked, echo, capfd) -> None:
    toml = marked.root / "channels.toml"
    toml.write_text(toml.read_text().replace(f":{echo.port}", ":9"))
    assert run(["-C", str(marked.root), "publish"]) != 1
    printed = capfd.readouterr()
    assert found_in(printed.out + printed.err, marked.secrets) == []
    assert on_disk(marked.root, marked.secrets) == {}


def test_the_state_folder_is_for_its_owner_alone(marked, echo) -> None:
    echo.answer = answers("good", marked.secrets)
    run(["-C", str(marked.root), "publish"])
    state = marked.root / ".smm"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    for path in [*(state / "tokens").glob("*"), *state.glob("ledger.db*")]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((state / "tokens").stat().st_mode) == 0o700


def test_no_repr_tells_a_secret(marked, echo) -> None:
    import asyncio

    from smm_cli.delivery.tick import tick

    echo.answer = answers("good", marked.secrets)
    with open_runner(marked.root, SystemClock()) as runner:
        asyncio.run(tick(runner))
        transport = runner.transport
        things: list[object] = [runner, transport, runner.ledger, runner.calendar, Session(str(marked.root))]
        for name, credentials in transport._credentials.items():
            assert credentials._values or credentials.tokens() or name, "they were read"
            things += [credentials, credentials.tokens(), credentials.store]
        things += list(transport._signers.values())
        assert found_in("".join(repr(thing) + str(thing) for thing in things), marked.secrets) == []


def test_a_report_of_a_bug_tells_no_secret(marked, echo, monkeypatch, capfd) -> None:
    echo.answer = answers("401", marked.secrets)
    run(["-C", str(marked.root), "publish"])
    secret = marked.secrets["env"]
    monkeypatch.setenv("SMM_TRACE", "1")
    try:
        try:
            raise ConnectionError(f"https://u:{secret}@h/{quote(secret)}?access_token=abcdefghijkl")
        except ConnectionError as inner:
            raise ValueError({"authorization": f"Bearer {secret}", "raw": base64.b64encode(f"x:{secret}".encode())}) from inner
    except ValueError as error:
        path = write_report(error, ["publish", "--token", secret])
    text = path.read_text()
    path.unlink()
    assert "ValueError" in text
    assert found_in(text + capfd.readouterr().err, marked.secrets) == []
    assert "abcdefghijkl" not in text


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o755])
def test_a_secret_file_that_others_may_read_is_refused(marked, echo, capfd, mode) -> None:
    echo.answer = answers("good", marked.secrets)
    (marked.root.parent / "hook").chmod(mode)
    assert run(["-C", str(marked.root), "publish"]) == 3
    assert not any(path == "/in" for _, path, _, _ in echo.seen)
    assert "chmod 600" in capfd.readouterr().err


def test_a_command_that_nobody_trusted_is_not_run(marked, echo, tmp_path, capfd) -> None:
    echo.answer = answers("good", marked.secrets)
    toml, ran = marked.root / "channels.toml", tmp_path / "ran"
    trusted = f"cat {tmp_path}/printed"
    for other in (f"touch {ran}", f"{trusted} ; touch {ran}", f" {trusted}/x", trusted.replace("cat ", "cat  ")):
        toml.write_text(toml.read_text().replace(f"command:{trusted}", f"command:{other}"))
        run(["-C", str(marked.root), "publish", "--post", "launch@two"])
        toml.write_text(toml.read_text().replace(f"command:{other}", f"command:{trusted}"))
    assert "does not trust the command" in capfd.readouterr().err
    assert not ran.exists()
    assert not any(marked.secrets["command"] in headers.get("authorization", "") for _, _, headers, _ in echo.seen)


def test_trust_is_of_one_calendar(marked, tmp_path) -> None:
    from smm_cli.accounts.references import resolve

    command = f"command:cat {tmp_path}/printed"
    assert resolve(command, marked.root, name="two") == marked.secrets["command"]
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(ConfigError, match="does not trust"):
        resolve(command, other, name="two")


@pytest.mark.parametrize("line", ['secret = "{}"', 'secret = {{ token = "{}" }}', "secret = {}", 'secret = "env:{}-x"', 'tok = "{}"'])
def test_a_broken_channels_toml_does_not_repeat_the_secret_in_it(marked, capfd, line) -> None:
    toml = marked.root / "channels.toml"
    secret = "xoxb" + marked.secrets["env"]
    toml.write_text(toml.read_text() + f'[channels.three]\nnetwork = "mastodon"\nserver = "https://a.example"\n{line.format(secret)}\n')
    assert run(["-C", str(marked.root), "publish"]) == 3
    printed = capfd.readouterr()
    assert marked.secrets["env"] not in printed.out + printed.err
