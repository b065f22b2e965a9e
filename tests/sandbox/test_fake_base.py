"""What every fake can do: routes, faults on demand, over a socket and in process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from datetime import UTC, datetime

import httpx2
import pytest
import uvicorn

from smm_cli.clock import SetClock
from smm_cli.sandbox.base import Call, Fake, Fault, HungUp, Posted, Refused, Reply, Unreachable, route
from smm_cli.sandbox.world import World

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Echo(Fake):
    name = "echo"
    hosts = ("echo.example", "*.pds.example")

    @route("GET", "/things/own")
    def own(self, call: Call) -> Reply:
        return Reply(200, {"own": True})

    @route("GET", "/things/{id}")
    def one(self, call: Call) -> Reply:
        return Reply(200, {"id": call.args["id"], "q": call.asked("q"), "base": call.base})

    @route("POST", "/things", commits=True)
    def add(self, call: Call) -> Reply:
        account = self.account_of(call)
        if not account:
            raise Refused(401, {"error": "who?"}, x_why="token")
        number = str(self.next_number())
        self.publish(Posted(self.name, account, number, f"{call.base}/things/{number}", str(call.sent["text"]), self.now()))
        return Reply(201, {"id": number})

    @route("POST", "/files")
    def file(self, call: Call) -> Reply:
        sent = call.multipart["file"]
        assert not isinstance(sent, str)
        return Reply(200, {"bytes": sent.content.hex(), "type": sent.type, "name": sent.filename, "alt": call.sent["alt"]})


def ask(fake, method, path, **more):
    async def asking():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(fake), base_url="https://echo.example") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asking())


@pytest.fixture
def echo():
    return Echo(SetClock(NOON))


def signed(fake):
    return {"authorization": f"Bearer {fake.token('ada')}"}


def test_a_route_gives_its_names_and_the_query(echo):
    assert ask(echo, "GET", "/things/7?q=a%20b").json() == {"id": "7", "q": "a b", "base": "https://echo.example"}


def test_a_route_without_names_that_stands_first_wins(echo):
    assert ask(echo, "GET", "/things/own").json() == {"own": True}


def test_an_unknown_address_is_missing(echo):
    assert ask(echo, "GET", "/nowhere").status_code == 404


def test_what_a_rule_refuses_becomes_the_reply(echo):
    answer = ask(echo, "POST", "/things", json={"text": "hi"})
    assert (answer.status_code, answer.headers["x-why"], echo.posted) == (401, "token", [])


def test_what_was_posted_is_listed_with_account_and_time(echo):
    ask(echo, "POST", "/things", json={"text": "hi"}, headers=signed(echo))
    (posted,) = echo.posted
    assert (posted.account, posted.text, posted.at) == ("ada", "hi", NOON)


def test_a_form_and_a_json_body_read_alike(echo):
    ask(echo, "POST", "/things", data={"text": "from a form"}, headers=signed(echo))
    assert echo.posted[0].text == "from a form"


def test_a_file_arrives_byte_for_byte(echo):
    content = bytes(range(256)) + b"\r\n--x\r\n\n"
    answer = ask(echo, "POST", "/files", files={"file": ("a.png", content, "image/png")}, data={"alt": "Ärger"})
    assert answer.json() == {"bytes": content.hex(), "type": "image/png", "name": "a.png", "alt": "Ärger"}


def test_silence_before_does_nothing(echo):
    echo.faults.append(Fault("silence_before", commits=True))
    with pytest.raises(HungUp):
        ask(echo, "POST", "/things", json={"text": "hi"}, headers=signed(echo))
    assert echo.posted == []


def test_silence_after_has_published(echo):
    echo.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(HungUp):
        ask(echo, "POST", "/things", json={"text": "hi"}, headers=signed(echo))
    assert len(echo.posted) == 1


def test_a_fault_strikes_as_often_as_it_says_after_what_it_skips(echo):
    echo.faults.append(Fault("status", path="^/things/", status=503, skip=1, times=2))
    assert [ask(echo, "GET", "/things/1").status_code for _ in range(5)] == [200, 503, 503, 200, 200]


def test_a_fault_of_commits_leaves_reading_alone(echo):
    echo.faults.append(Fault("rate_limit", commits=True, seconds=30))
    assert ask(echo, "GET", "/things/1").status_code == 200
    assert ask(echo, "POST", "/things", json={}).headers["retry-after"] == "30"


def test_a_status_may_hide_what_was_done(echo):
    echo.faults.append(Fault("status", status=502, done=True))
    assert ask(echo, "POST", "/things", json={"text": "hi"}, headers=signed(echo)).status_code == 502
    assert len(echo.posted) == 1


def test_half_an_answer_cannot_be_read(echo):
    echo.faults.append(Fault("half"))
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        ask(echo, "GET", "/things/1").json()


def test_a_slow_answer_takes_its_time_of_the_clock(echo):
    echo.faults.append(Fault("slow", seconds=90))
    assert ask(echo, "GET", "/things/1").status_code == 200
    assert (echo.now() - NOON).total_seconds() == 90


def test_unreachable_is_a_refused_connection(echo):
    echo.faults.append(Fault("unreachable"))
    with pytest.raises(Unreachable):
        ask(echo, "GET", "/things/1")


@contextlib.contextmanager
def served(fake):
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(fake, log_level="critical", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [own]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{own.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def test_over_a_socket_silence_is_a_cut_connection(echo):
    echo.faults.append(Fault("silence_after", commits=True))
    with served(echo) as base, httpx2.Client(base_url=base) as client:
        assert client.get("/things/1").status_code == 200
        with pytest.raises(httpx2.TransportError):
            client.post("/things", json={"text": "hi"}, headers=signed(echo))
        assert client.get("/things/1").status_code == 200
    assert len(echo.posted) == 1


def test_over_a_socket_half_an_answer_is_cut_short(echo):
    echo.faults.append(Fault("half"))
    with served(echo) as base, httpx2.Client(base_url=base) as client, pytest.raises(httpx2.TransportError):
        client.get("/things/1")


def test_a_world_gives_each_placed_host_its_fake(echo):
    world = World(SetClock(NOON))
    world.place("echo.example", echo)
    assert world.app_for("Echo.Example") is echo
    assert world.app_for("elsewhere.example") is None


def test_a_world_makes_one_mastodon_for_each_server():
    world = World(SetClock(NOON))
    one, two = world.place("one.example", "mastodon"), world.place("two.example", "mastodon")
    assert one is not two
    assert world.place("one.example", "mastodon") is one


def test_a_world_lists_what_was_posted_by_time(echo):
    clock = SetClock(NOON)
    world = World(clock)
    first, second = Echo(clock), Echo(clock)
    world.place("b.example", first)
    world.place("a.example", second)
    ask(first, "POST", "/things", json={"text": "earlier"}, headers=signed(first))
    clock.set(NOON.replace(hour=13))
    ask(second, "POST", "/things", json={"text": "later"}, headers=signed(second))
    assert [posted.text for posted in world.posted] == ["earlier", "later"]
