"""A server on this machine that answers badly and echoes all it was sent; a calendar whose channels hold marked secrets."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from smm_cli.accounts import masks
from smm_cli.accounts.trust import trust

MARK = "MARKEDsecret0123456789abcdefMARKED"


@dataclass
class Echo:
    """Answers every request by `answer`, given what came: method, path, headers, body."""

    port: int = 0
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[str, str, dict[str, str], bytes], tuple[int, str, bytes]] = lambda *_: (200, "application/json", b"{}")


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[Echo]:
    told = Echo()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.seen.append((self.command, self.path, headers, body))
            status, kind, content = told.answer(self.command, self.path, headers, body)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.send_header("x-echo", headers.get("authorization", ""))
            self.end_headers()
            self.wfile.write(content)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._any
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            pass

    server: socketserver.BaseServer = _Quiet(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True)
class Marked:
    """A calendar, and every secret that its channels hold, by channel."""

    root: Path
    secrets: dict[str, str]


@pytest.fixture
def marked(tmp_path: Path, echo: Echo, monkeypatch: pytest.MonkeyPatch) -> Marked:
    """One post due on Mastodon (env:), Mastodon (command:), Bluesky (env:, stored tokens) and a webhook (file:, its address secret too)."""
    masks.forget_all()
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    secrets = {name: f"{name}{MARK}" for name in ("env", "command", "bluesky", "access", "refresh")}
    secrets["webhook"] = "whsec_" + base64.b64encode(f"webhook{MARK}".encode()).decode()
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    (root / "posts" / "launch.md").write_text(
        "---\nid: launch\nstatus: ready\nchannels: [one, two, sky, hook]\npublish_at: 2026-11-20 08:00\nmax_late: none\n---\n\nHello\n"
    )
    place = f"http://127.0.0.1:{echo.port}"
    (root / "channels.toml").write_text(
        '[calendar]\nname = "marked"\ntimezone = "UTC"\npublish_from = "worktree"\nmax_late = "none"\nlanguage = "en"\n'
        f'[channels.one]\nnetwork = "mastodon"\nserver = "{place}"\nsecret = "env:MARKED_ONE"\n'
        f'[channels.two]\nnetwork = "mastodon"\nserver = "{place}"\nsecret = "command:cat {tmp_path}/printed"\n'
        f'[channels.sky]\nnetwork = "bluesky"\nserver = "{place}"\nidentifier = "it.example"\nsecret = "env:MARKED_SKY"\n'
        f'[channels.hook]\nnetwork = "webhook"\nurl = "{place}/in"\nsecret = "file:{tmp_path}/hook"\n'
    )
    monkeypatch.setenv("MARKED_ONE", secrets["env"])
    monkeypatch.setenv("MARKED_SKY", secrets["bluesky"])
    (tmp_path / "printed").write_text(secrets["command"])
    (tmp_path / "hook").write_text(secrets["webhook"])
    (tmp_path / "hook").chmod(0o600)
    trust(root, f"cat {tmp_path}/printed")
    return Marked(root, secrets)


def session_of(secrets: dict[str, str]) -> bytes:
    """What Bluesky's createSession answers."""
    return json.dumps(
        {"accessJwt": secrets["access"], "refreshJwt": secrets["refresh"], "did": "did:plc:abc", "handle": "it.example"}
    ).encode()
