"""A rehearsal: programs answer, nothing leaves, no secret is read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from smm_cli.accounts.credentials import STAND_IN_WEBHOOK
from smm_cli.clock import SetClock
from smm_cli.delivery.transport import Silence, Transport
from smm_cli.sandbox.base import Fake, Fault, Reply, route
from smm_cli.sandbox.fakes import webhook
from smm_cli.words.auth import Session, StandardWebhooks
from smm_cli.words.conversation import Tokens
from smm_cli.words.exchange import Field as PartField
from smm_cli.words.exchange import Form, Json, Multipart, Request, Slice, Text, handle

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
URL = "https://box.example"


class FakeBox(Fake):
    name = "box"

    @route("POST", "/posts", commits=True)
    def post(self, call):
        return Reply(201, {"id": "7", "by": self.account_of(call), "got": len(call.content), "type": call.type})

    @route("POST", "/login")
    def login(self, call):
        return Reply(200, {"access": f"access-{self.next_number()}", "refresh": "r"}) if call.json == {"p": "sandbox-ada"} else Reply(401)


def run(work):
    return asyncio.run(work)


@pytest.fixture
def fake():
    return FakeBox(SetClock(NOW))


@pytest.fixture
def rehearse(calendar, box, fake):
    """Sends a request in a rehearsal in which only the fake answers; no token is in the environment."""

    def send(request, network=None, **more):
        transport = Transport(calendar, fake.clock, apps=lambda host: fake if host == "box.example" else None)
        return run(transport.send(network or box(URL, secret="env:NOT_SET", account="@ada@box.example", **more), request, {}, "0.1"))

    return send


def test_a_fake_answers_and_sees_a_stand_in(rehearse):
    answer = rehearse(Request("POST", f"{URL}/posts", Json({"a": 1})))
    assert (answer.status, answer.body) == (201, {"id": "7", "by": "ada", "got": 7, "type": "application/json"})


def test_all_bodies_arrive(rehearse, calendar, fake):
    blob = Transport(calendar, fake.clock).blobs.keep(b"x" * 600_000, "image/png")
    assert rehearse(Request("POST", f"{URL}/posts", Slice(blob))).get("got") == 600_000
    assert rehearse(Request("POST", f"{URL}/posts", Form((("a", "b"),)))).get("type") == "application/x-www-form-urlencoded"
    form = Multipart((PartField("file", blob), PartField("alt", "ä")))
    assert rehearse(Request("POST", f"{URL}/posts", form)).get("got") > 600_000


def test_a_command_and_a_file_are_not_even_looked_at(rehearse, box):
    for secret in ("command:touch /nowhere/ran", "file:missing", "age:x"):
        assert rehearse(Request("POST", f"{URL}/posts", Json({})), box(URL, secret=secret, account="@ada")).get("by") == "ada"


def test_credentials_have_their_host_in_a_rehearsal_too(rehearse, box):
    with pytest.raises(Exception, match="credentials"):
        rehearse(Request("POST", f"{URL}/posts", Json({})), box("https://other.example"))


def test_where_nothing_answers_nothing_leaves(rehearse, box):
    with pytest.raises(Silence) as raised:
        rehearse(Request("POST", "https://real.example/posts", Json({})), box("https://real.example"))
    assert not raised.value.reached
    assert rehearse(Request("GET", "https://real.example/page", foreign=True, auth="", reads="text")).status == 0


@pytest.mark.parametrize(
    ("kind", "reached"), [("unreachable", False), ("silence_before", True), ("silence_after", True), ("half", True), ("slow", True)]
)
def test_faults_are_the_silences_they_would_be(rehearse, fake, kind, reached):
    fake.faults.append(Fault(kind, seconds=60))
    with pytest.raises(Silence) as raised:
        rehearse(Request("POST", f"{URL}/posts", Json({}), commits=True))
    assert raised.value.reached is reached


def test_a_refusal_with_a_time_is_read_by_the_calendars_clock(rehearse, fake):
    fake.faults.append(Fault("status", status=503, headers={"Retry-After": "Tue, 24 Nov 2026 08:02:00 GMT"}))
    assert rehearse(Request("POST", f"{URL}/posts", Json({}))).headers["retry-after"] == "120"


def test_a_webhook_is_signed_with_what_the_fake_receiver_checks_by():
    assert STAND_IN_WEBHOOK == webhook.SECRET


def test_a_webhook_gets_through_to_the_fake_receiver(calendar, box):
    clock = SetClock(NOW)
    receiver = webhook.FakeWebhook(clock)
    transport = Transport(calendar, clock, apps=lambda _host: receiver)
    network = box(URL, auth=StandardWebhooks(), secret="env:NOT_SET")
    event = Json({"type": "post.published", "data": {"id": "p1", "text": "hello"}})
    answer = run(transport.send(network, Request("POST", URL, event, {"webhook-id": "msg_1"}), {}, "0.1"))
    assert answer.status == 200


def test_a_session_is_made_with_the_fake_and_kept_in_memory_only(calendar, box, fake):
    def login(self, inputs):
        answer = yield Request("POST", f"{URL}/login", Json({"p": handle("password")}), auth="", secret=("access", "refresh"))
        return Tokens({"access": answer.get("access"), "refresh": answer.get("refresh")}, expires_in=3600)

    async def work():
        transport = Transport(calendar, fake.clock, apps=lambda _host: fake)
        network = box(URL, auth=Session(), secret="env:NOT_SET", account="@ada", login=login)
        first = [await transport.send(network, Request("POST", f"{URL}/posts", Json({})), {}, "0.1") for _ in range(2)]
        fake.clock.set(NOW + timedelta(hours=2))
        await transport.send(network, Request("POST", f"{URL}/posts", Json({})), {}, "0.1")
        return first, [call.bearer for call, _status in fake.calls if call.path == "/posts"]

    _first, bearers = run(work())
    assert bearers == ["access-1", "access-1", "access-2"]
    assert not (calendar.state / "tokens").exists()


def test_files_of_a_rehearsal_do_not_touch_the_site(calendar, box):
    def put(transport):
        request = Request("PUT", "file:posts/hello.html", Text("<p>hello</p>"), auth="")
        return run(transport.send(box("", settings={}), request, {}, "0.1")).status

    assert put(Transport(calendar, SetClock(NOW), apps=lambda _host: None)) == 201
    assert not (calendar.root / "public").exists()
    assert (calendar.state / "rehearsal" / "public" / "posts" / "hello.html").read_text() == "<p>hello</p>"
    assert put(Transport(calendar, SetClock(NOW))) == 201
    assert (calendar.root / "public" / "posts" / "hello.html").exists()
