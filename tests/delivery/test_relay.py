"""The carrier of wss: requests: what is made of the words of a relay, and the fake relay over real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from datetime import UTC, datetime

import pytest
import uvicorn

from smm_cli.accounts.nostr import Key
from smm_cli.calendar.model import Calendar
from smm_cli.clock import SystemClock
from smm_cli.delivery.judge import Silence
from smm_cli.delivery.relay import Heard, _Exchange
from smm_cli.delivery.transport import Transport
from smm_cli.errors import ConfigError
from smm_cli.networks.nostr import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.nostr import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.exchange import Json, Request, handle

RELAY = "wss://relay.example"
KEY = Key("67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENT = {"created_at": 1795000000, "kind": 1, "tags": [], "content": "Hi"}


@pytest.fixture
def exchange():
    return _Exchange(KEY, RELAY, ["EVENT", KEY.signed(EVENT)], NOW)


def own(exchange):
    return exchange._message[1]["id"]


@pytest.mark.parametrize(
    ("ok", "told", "heard"),
    [
        (True, "", Heard(True)),
        (True, "duplicate: have it", Heard(True, "duplicate: have it")),
        (False, "duplicate: have it", Heard(True, "duplicate: have it")),
        (False, "blocked: no", Heard(told="blocked: no")),
    ],
)
def test_a_relay_that_has_it_is_success_whichever_way_it_says_so(exchange, ok, told, heard):
    assert exchange.take(["OK", own(exchange), ok, told]) == []
    assert exchange.heard == heard


def test_words_about_something_else_are_not_for_us(exchange):
    for said in (["OK", "f" * 64, True, ""], ["NOTICE", "welcome"], ["EVENT"], None, {}, 7, ["OK"], ["OK", "", True, ""]):
        assert exchange.take(said) == []
    assert exchange.heard is None


def test_a_refusal_that_names_no_event_is_ours_since_we_sent_but_one(exchange):
    exchange.take(["OK", "", False, "invalid: too large"])
    assert exchange.heard == Heard(told="invalid: too large")


@pytest.mark.parametrize("first", ["challenge", "refusal"])
def test_who_we_are_is_told_once_and_the_event_again(exchange, first):
    said = {"challenge": ["AUTH", "why"], "refusal": ["OK", own(exchange), False, "auth-required: who are you"]}
    order = ["challenge", "refusal"] if first == "challenge" else ["refusal", "challenge"]
    assert exchange.take(said[order[0]]) == []
    ((verb, knock),) = exchange.take(said[order[1]])
    assert (verb, knock["kind"], knock["tags"]) == ("AUTH", 22242, [["relay", RELAY], ["challenge", "why"]])
    assert exchange.take(["OK", knock["id"], True, ""]) == [exchange._message]
    assert exchange.take(said["refusal"]) == []
    assert exchange.heard == Heard(told="auth-required: who are you")


def test_a_relay_that_does_not_believe_us_refuses(exchange):
    exchange.take(["AUTH", "why"])
    ((_, knock),) = exchange.take(["OK", own(exchange), False, "auth-required: who are you"])
    exchange.take(["OK", knock["id"], False, "restricted: not you"])
    assert exchange.heard == Heard(told="restricted: not you")


def test_a_question_is_answered_until_the_end_of_what_is_stored():
    asking = _Exchange(KEY, RELAY, ["REQ", "smm", {}], NOW)
    asking.take(["EVENT", "smm", {"id": "a"}])
    asking.take(["EVENT", "smm", {"id": "b"}])
    asking.take(["EOSE", "smm"])
    assert asking.heard == Heard(True, events=({"id": "a"}, {"id": "b"}))


# -- over sockets ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def served():
    """The fake relay on loopback: it and its address."""
    fake = FAKE(SystemClock())
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(fake, log_level="critical", ws="wsproto", lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield fake, f"ws://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def send(tmp_path, monkeypatch):
    monkeypatch.setenv("SMM_TEST_SECRET", "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa")

    def sent(request, *relays):
        channel = Channel("me", "nostr", {"relays": relays}, secret="env:SMM_TEST_SECRET")
        transport = Transport(Calendar(root=tmp_path, name="acme", channels={"me": channel}), SystemClock())
        return asyncio.run(transport.send(NETWORK(channel), request, {}, "x"))

    return sent


def told(relay, **more):
    return Request("EVENT", relay, Json({"event": EVENT, "relays": [relay]}), timeout=2.0, **more)


def test_an_event_goes_out_signed_and_comes_back_in_the_answer(served, send):
    fake, relay = served
    answer = send(told(relay), relay)
    assert answer.status == 200
    assert answer.body["relays"] == {relay: {"ok": True, "told": ""}}
    assert fake.events[answer.body["event"]["id"]] == answer.body["event"] == KEY.signed(EVENT)


def test_a_question_knows_our_own_key(served, send):
    _, relay = served
    send(told(relay), relay)
    question = Request("REQ", relay, Json({"filters": [{"authors": [handle("pubkey")]}]}), timeout=2.0)
    answer = send(question, relay)
    assert (answer.body["pubkey"], [event["content"] for event in answer.body["events"]]) == (KEY.public, ["Hi"])


@pytest.mark.parametrize("kind", ["silence_before", "silence_after"])
def test_a_relay_that_hangs_up_may_have_it(served, send, kind):
    fake, relay = served
    fake.faults.append(Fault(kind))
    with pytest.raises(Silence) as caught:
        send(told(relay), relay)
    assert caught.value.reached


def test_silence_is_an_answer_where_it_is_forgiven(served, send):
    fake, relay = served
    fake.faults.append(Fault("silence_before"))
    assert send(told(relay, may_fail=True), relay).status == 0


def test_nothing_left_where_nobody_listens(send):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Silence) as caught:
        send(told(f"ws://127.0.0.1:{port}"), f"ws://127.0.0.1:{port}")
    assert not caught.value.reached


def test_a_relay_that_says_nothing_is_left_after_its_time(send):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        relay = f"ws://127.0.0.1:{mute.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(Silence):
            send(told(relay), relay)
        assert time.monotonic() - began < 8


def test_a_door_that_is_no_relay_is_told_by_its_status(page_that, send):
    relay = page_that(403)
    answer = send(told(relay), relay)
    assert (answer.status, answer.body["relays"][relay]["status"]) == (403, 403)


@pytest.fixture
def page_that():
    """A server that answers everything with one status."""
    import http.server

    servers = []

    def serve(status):
        class Answering(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"ws://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_no_relay_is_told_that_the_channel_does_not_name(served, send):
    _, relay = served
    with pytest.raises(ConfigError, match="only"):
        send(told(relay), "ws://127.0.0.1:9")
