"""Nostr against two relays that smm did not write. They differ: to an event that they have, one says OK true, the other OK false."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smm_cli.accounts.nostr import Key
from smm_cli.clock import SystemClock
from smm_cli.delivery.runner import open_runner
from smm_cli.delivery.tick import tick
from smm_cli.errors import Rejected, Retriable
from smm_cli.ledger.receipts import read_receipts
from smm_cli.networks.nostr import NETWORK
from smm_cli.words.conversation import Absent, Found, Intent

pytestmark = pytest.mark.server
HERE = Path(__file__).parent
TOOLS = HERE.parent.parent / ".tools" / "relays" / "bin"
CONFIG = """
DEBUG: false
relay_name: test
storage:
  sqlalchemy.url: sqlite+aiosqlite:///nostr.sqlite3
  num_concurrent_reqs: 10
  num_concurrent_adds: 2
  validators:
    - nostr_relay.validators.is_not_too_large
    - nostr_relay.validators.is_signed
    - nostr_relay.validators.is_recent
gunicorn:
  bind: 127.0.0.1:PORT
  workers: 1
authentication:
  enabled: false
max_event_size: 4096
"""
CHANNELS = """
[calendar]
name = "acme"
timezone = "UTC"
publish_from = "worktree"
max_late = "none"

[channels.note]
network = "nostr"
relays = ["RELAY"]
secret = "env:SMM_TEST_SECRET"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command, port, folder):
    """A relay in a process group of its own, once its port is open."""
    if not TOOLS.is_dir():
        words = "server not installed: Nostr relays (scripts/install_relays.sh)"
        pytest.skip(words)
    with (folder / "relay.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder, start_new_session=True)
    try:
        until = time.monotonic() + 90
        while process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        else:
            raise RuntimeError((folder / "relay.log").read_text(errors="replace")[-3000:])
        yield f"ws://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def local(port, *more):
    return [str(TOOLS / "python"), str(HERE / "nostr" / "local_relay.py"), str(port), *more]


@pytest.fixture(scope="module")
def rust(tmp_path_factory):
    port = free_port()
    with running(local(port), port, tmp_path_factory.mktemp("rust")) as relay:
        yield relay


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    port, folder = free_port(), tmp_path_factory.mktemp("python")
    (folder / "config.yaml").write_text(CONFIG.replace("PORT", str(port)))
    with running([str(TOOLS / "nostr-relay"), "-c", "config.yaml", "serve"], port, folder) as relay:
        yield relay


@pytest.fixture(params=["rust", "python"])
def relay(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def secret():
    """A key that no other test uses."""
    return os.urandom(32).hex()


@pytest.fixture
def at(talk, secret):
    def made(*relays, **settings):
        found = talk(NETWORK, {"relays": relays, **settings}, secret)
        found.verify()
        return found

    return made


def asked(one, **wanted):
    """What the relays have of this account, the oldest first."""
    answer = one.run(_ask(one.network._relays.ask({"authors": [one.network.account.id], **wanted})))
    return sorted(answer.body["events"], key=lambda event: event["created_at"])


def _ask(request):
    return (yield request)


def test_verify_tells_whose_key_it_is(at, relay, secret):
    assert at(relay).network.account.id == Key(secret).public


def test_a_thread_stands_on_the_relay_as_it_was_written(at, relay):
    one = at(relay)
    first, second = one.publish(one.composed("Grüße 👋 #Hallo\n\n---\n\nTwo \\<b>", content_warning="Loud"))
    a, b = asked(one)
    assert (a["id"], a["content"], a["tags"]) == (first.id, "Grüße 👋 #Hallo", [["t", "hallo"], ["content-warning", "Loud"]])
    assert (b["id"], b["content"], b["tags"][0]) == (second.id, "Two <b>", ["e", first.id, "", "root"])


def test_the_same_event_again_is_success_and_one_event(at, relay):
    one = at(relay)
    payload = one.composed("Once")
    assert one.publish(payload) == one.publish(payload)
    assert len(asked(one)) == 1


def test_a_picture_lies_on_a_file_server_and_is_described_on_the_relay(at, relay, png, blossom):
    one = at(relay, blossom=(blossom.url,))
    one.publish(one.composed("See", media=[one.picture(png(), alt="Grey", width=2, height=1)]))
    (event,) = asked(one)
    assert event["content"].startswith(f"See\n\n{blossom.url}/")
    assert {"m image/png", "dim 2x1", "alt Grey"} <= set(event["tags"][0])
    assert blossom.files == [png()]
    assert blossom.leaves[0].startswith("Nostr ")


def test_an_article_is_replaced_by_its_next_version(at, relay):
    one = at(relay)
    said = {"title": "Why", "options": {"kind": "article"}}
    (receipt,) = one.publish(one.composed("*First*", **said))
    one.run(one.network.edit(one.composed("*Second*", **said), 0, receipt))
    assert [event["content"] for event in asked(one, kinds=[30023])] == ["*Second*"]


def test_withdrawing_deletes_it_and_again_is_success(at, relay):
    one = at(relay)
    (receipt,) = one.publish(one.composed("Oops"))
    for _ in range(2):
        one.run(one.network.withdraw(receipt, 0))
    assert asked(one, kinds=[1]) == []


def test_what_is_there_is_found_and_what_is_not_is_absent(at, relay):
    one = at(relay)
    payload = one.composed("Here")
    (receipt,) = one.publish(payload)
    intent = Intent(0, next(request for request in reversed(one.asked) if request.commits), datetime.now(UTC))
    assert one.run(one.network.lookup(payload, intent, (), None)) == Found(receipt)
    event = {**intent.request.body.value["event"], "content": "There"}
    unsent = Intent(0, one.network._relays.tell(event, commits=True), intent.at)
    assert one.run(one.network.lookup(payload, unsent, (), None)) == Absent()


def test_both_relays_get_one_event_and_one_that_is_down_keeps_nothing_back(at, rust, python):
    down = f"ws://127.0.0.1:{free_port()}"
    one = at(rust, python, down)
    (receipt,) = one.publish(one.composed("Everywhere"))
    assert receipt.more["relays"] == [rust, python]
    assert len(asked(one)) == 1


def test_a_refused_event_is_told_in_the_relays_words(at, python):
    one = at(python)
    with pytest.raises(Rejected, match="280 characters should be enough"):
        one.publish(one.composed("x" * 5000))
    assert asked(one) == []


def test_a_relay_that_wants_work_refuses_for_good(at, tmp_path):
    port = free_port()
    with running(local(port, "work"), port, tmp_path) as relay:
        one = at(relay)
        with pytest.raises(Rejected, match="pow:"):
            one.publish(one.composed("Lazy"))


def test_a_relay_that_asks_who_we_are_is_told(at, tmp_path):
    port = free_port()
    with running(local(port, "auth"), port, tmp_path) as relay:
        one = at(relay)
        (receipt,) = one.publish(one.composed("It is me"))
        assert receipt.more["relays"] == [relay]


def test_a_relay_that_is_down_is_tried_again_later(at, relay):
    one = at(relay)
    one.network = NETWORK(one.channel.__class__("here", "nostr", {"relays": [f"ws://127.0.0.1:{free_port()}"]}, secret=one.channel.secret))
    with pytest.raises(Retriable):
        one.publish(one.composed("Nobody hears it"))


# -- the whole way, with an answer that is lost --------------------------------------------------------------------------------


class Cut:
    """A wire to a relay that breaks, once, when the relay says OK."""

    def __init__(self, port):
        self.port = port
        self.cut = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._meet, daemon=True).start()

    def _meet(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.server.accept()
                relay = socket.create_connection(("127.0.0.1", self.port))
                threading.Thread(target=self._carry, args=(client, relay, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(relay, client, True), daemon=True).start()

    def _carry(self, source, target, watched):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if watched and not self.cut and b'["OK"' in data:
                    self.cut += 1
                    break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.fixture
def cut(relay):
    made = Cut(int(relay.rpartition(":")[2]))
    yield made
    made.server.close()


def ticked(root, clock):
    async def one(runner):
        try:
            return await tick(runner)
        finally:
            await runner.end()

    with open_runner(root, clock) as runner:
        return asyncio.run(one(runner))


class Later(SystemClock):
    """The machine's clock, some time on."""

    def __init__(self, by):
        super().__init__()
        self.by = by

    def now(self):
        return super().now() + self.by


def test_a_lost_answer_is_asked_for_again_and_makes_no_second_event(relay, cut, secret, tmp_path, monkeypatch, at):
    monkeypatch.setenv("SMM_TEST_SECRET", secret)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    (root / "channels.toml").write_text(CHANNELS.replace("RELAY", cut.url))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    front = f"id: launch\nstatus: ready\nchannels: [note]\npublish_at: {yesterday:%Y-%m-%d} 09:00\n"
    (root / "posts/launch.md").write_text(f"---\n{front}---\n\nOne.\n\n---\n\nTwo.\n")
    assert [outcome.state for outcome in ticked(root, SystemClock()).outcomes] == ["retry"]
    assert cut.cut == 1
    assert [outcome.state for outcome in ticked(root, Later(timedelta(minutes=10))).outcomes] == ["published"]
    events = asked(at(relay))
    assert [event["content"] for event in events] == ["One.", "Two."]
    (receipt,) = read_receipts(root / "receipts")
    assert [part.id for part in receipt.parts] == [event["id"] for event in events]
    shutil.rmtree(root)


# -- a file server ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def blossom():
    """The least of a Blossom server, on loopback."""

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_PUT(self):
            content = self.rfile.read(int(self.headers["content-length"]))
            server.files.append(content)
            server.leaves.append(self.headers["authorization"])
            body = json.dumps({"url": f"{server.url}/{self.headers['x-sha-256']}.png", "size": len(content)}).encode()
            self.send_response(201)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.files, server.leaves, server.url = [], [], f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
