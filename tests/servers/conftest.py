"""Servers that smm did not write, started on loopback for one test session: `pds`, `pds_limited`, `mastodon_server`.

A server that is not installed skips its tests with its name; with CI=true that is a failure. The summary counts them.
"""

from __future__ import annotations

import contextlib
import http.server
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from smm_cli.words.channel import Channel

HERE = Path(__file__).parent
TOOLS = HERE.parent.parent / ".tools"
PATIENCE = 90.0
"""Seconds to wait for a server; a machine that is busy with other tests needs them."""
NOT_INSTALLED = "server not installed: "
JWT_SECRET = "only-for-tests"


# -- starting and stopping ----------------------------------------------------------------------------------------------------


def need(server: str, there: bool, hint: str) -> None:
    """Skip by name unless `server` is installed; tests/conftest.py counts the skips, and fails them where CI=true."""
    if there:
        return
    words = f"{NOT_INSTALLED}{server} ({hint})"
    pytest.skip(words)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command, ready, folder: Path, env=None):
    """A program in a process group of its own, once `ready()` answers 200; ended with its children."""
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=folder, env=env, start_new_session=True)
    try:
        _wait(process, ready, log)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def _wait(process, ready: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx2.TransportError):
            if httpx2.get(ready).status_code == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="session")
def grounds():
    """What a module with a server of its own needs: `need`, `free_port`, `running`."""
    return SimpleNamespace(need=need, free_port=free_port, running=running)


# -- Bluesky ------------------------------------------------------------------------------------------------------------------


@dataclass
class RealPds:
    """A running PDS. `account` makes accounts, `records` reads what they wrote."""

    url: str
    known: dict[str, tuple[str, str]] = field(default_factory=dict)

    def call(self, method, name, token="", **more):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx2.request(method, f"{self.url}/xrpc/{name}", headers=headers, **more)

    def account(self, handle: str) -> tuple[str, str]:
        """(identifier, password) of the account `handle`, made on first use."""
        if handle not in self.known:
            password = secrets.token_hex(8)
            made = {"handle": handle, "email": f"{handle}@mail.test", "password": password}
            answer = self.call("POST", "com.atproto.server.createAccount", json=made)
            assert answer.status_code == 200, answer.text
            self.known[handle] = (handle, password)
        return self.known[handle]

    def session(self, handle: str) -> dict:
        identifier, password = self.account(handle)
        return self.call("POST", "com.atproto.server.createSession", json={"identifier": identifier, "password": password}).json()

    def records(self, did: str, collection: str = "app.bsky.feed.post") -> list[dict]:
        """What an account wrote, the oldest key first."""
        query = {"repo": did, "collection": collection, "limit": 100, "reverse": "true"}
        return self.call("GET", "com.atproto.repo.listRecords", params=query).json()["records"]

    def old_token(self, handle: str) -> str:
        """An access token of the account that has ended; signed with the server's own secret."""
        import base64
        import hmac

        def part(value) -> str:
            return base64.urlsafe_b64encode(value).decode().rstrip("=")

        head, body, _ = self.session(handle)["accessJwt"].split(".")
        said = json.loads(base64.urlsafe_b64decode(body + "=="))
        ended = part(json.dumps({**said, "iat": said["iat"] - 9000, "exp": said["iat"] - 1800}).encode())
        return f"{head}.{ended}.{part(hmac.digest(JWT_SECRET.encode(), f'{head}.{ended}'.encode(), 'sha256'))}"


@contextlib.contextmanager
def _pds(folder: Path, limits: bool):
    need("Bluesky PDS", (TOOLS / "pds/node_modules/@atproto/pds").is_dir() and bool(shutil.which("node")), "scripts/install_servers.sh pds")
    port, plc = free_port(), free_port()
    env = {
        "PATH": os.environ["PATH"],
        "PDS_PORT": str(port),
        "PLC_PORT": str(plc),
        "DATA_DIR": str(folder),
        "MODULES": str(TOOLS / "pds"),
        "JWT_SECRET": JWT_SECRET,
        "RATE_LIMITS": "1" if limits else "0",
        "LOG_ENABLED": "false",
    }
    command = ["node", "-r", str(HERE / "pds/loopback.cjs"), str(HERE / "pds/server.cjs")]
    with running(command, f"http://127.0.0.1:{port}/xrpc/_health", folder, env):
        yield RealPds(f"http://127.0.0.1:{port}")


@pytest.fixture(scope="session")
def pds(tmp_path_factory):
    """A Bluesky PDS with its own directory of identities, without limits on how often it is asked."""
    with _pds(tmp_path_factory.mktemp("pds"), limits=False) as server:
        yield server


@pytest.fixture(scope="session")
def pds_limited(tmp_path_factory):
    """The same with its usual limits."""
    with _pds(tmp_path_factory.mktemp("pds-limited"), limits=True) as server:
        yield server


@pytest.fixture
def ada(pds, talk):
    """The channel of ada.test, verified; ben.test has an account too."""
    from smm_cli.networks.bluesky import NETWORK

    identifier, password = pds.account("ada.test")
    pds.account("ben.test")
    found = talk(NETWORK, {"server": pds.url, "identifier": identifier, "video_service": ""}, password)
    found.verify()
    return found


@pytest.fixture
def written(pds):
    """Reads the record of a receipt."""

    def read(receipt, collection: str = "app.bsky.feed.post"):
        did, _, rkey = receipt.id.removeprefix("at://").split("/")
        return pds.call("GET", "com.atproto.repo.getRecord", params={"repo": did, "collection": collection, "rkey": rkey}).json()

    return read


@pytest.fixture
def png():
    """Makes the bytes of a grey picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    def made(width: int = 2, height: int = 1) -> bytes:
        lines = zlib.compress((b"\0" + b"\x80" * (3 * width)) * height)
        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")

    return made


# -- Mastodon -----------------------------------------------------------------------------------------------------------------


@dataclass
class RealMastodon:
    """A running mastodon_mock, by another author. `fault` makes the next matching calls fail."""

    url: str
    token: str = "mock_token"

    def call(self, method, path, **more):
        return httpx2.request(method, f"{self.url}{path}", headers={"authorization": f"Bearer {self.token}"}, **more)

    def statuses(self) -> list[dict]:
        """The account's own statuses, the newest first."""
        me = self.call("GET", "/api/v1/accounts/verify_credentials").json()
        return self.call("GET", f"/api/v1/accounts/{me['id']}/statuses", params={"limit": 40}).json()

    def fault(self, effect: dict, *, path: str, method: str = "POST", count: int = 1) -> None:
        rule = {"match": {"methods": [method], "path": path}, "effect": effect, "count": count}
        answer = self.call("POST", "/api/v1/_mock/faults", json=rule)
        assert answer.status_code < 300, answer.text


@pytest.fixture(scope="session")
def mastodon_server(tmp_path_factory):
    """mastodon_mock, which keeps what is posted until the session ends."""
    need("mastodon_mock", importlib.util.find_spec("mastodon_mock") is not None, "scripts/install_servers.sh mastodon")
    port, folder = free_port(), tmp_path_factory.mktemp("mastodon")
    program = Path(sys.executable).parent / "mastodon_mock"
    command = [str(program), "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    with running(command, f"http://127.0.0.1:{port}/api/v1/instance", folder):
        yield RealMastodon(f"http://127.0.0.1:{port}")


# -- talking to them ----------------------------------------------------------------------------------------------------------


def _beside(name: str):
    """A module of this folder: with import mode importlib it is on no path."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def talk(tmp_path, monkeypatch):
    """Makes a Talk for a network at a server; the secret stands in the environment, as in CI."""

    def made(kind, settings: dict, secret: str, *, account: str = "", pages: tuple[str, ...] = ()):
        monkeypatch.setenv("SMM_TEST_SECRET", secret)
        channel = Channel("here", kind.name, settings, account=account, secret="env:SMM_TEST_SECRET")
        return _beside("_talk").Talk(tmp_path, kind, channel, pages)

    return made


@pytest.fixture
def lost(tmp_path, monkeypatch, png):
    """Publishes a post titled `title` on a channel, loses the answer, and goes on later; gives a Lost."""

    def made(channel: str, title: str, **secrets: str):
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        for name, value in secrets.items():
            monkeypatch.setenv(name, value)
        return _beside("_lost").Lost(tmp_path / "calendar", channel, title, png(40, 30)).publish()

    return made


@pytest.fixture
def page():
    """A web page on loopback: gives its address for {path: (type, content)}."""
    servers = []

    def serve(files: dict[str, tuple[str, bytes]]) -> str:
        class Answering(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, content = files.get(self.path, ("", b""))
                self.send_response(200 if kind else 404)
                self.send_header("content-type", kind or "text/plain")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()
