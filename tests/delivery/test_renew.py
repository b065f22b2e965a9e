"""Renewing a credential: once, whoever asks, on disk before it is used."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from smm_cli.accounts.tokens import TokenStore
from smm_cli.clock import SetClock, SystemClock
from smm_cli.delivery.transport import Transport
from smm_cli.errors import AuthFailed, ConfigError, RateLimited, Retriable
from smm_cli.networks.fault import fault_by_status
from smm_cli.words.auth import OAuth2, Session
from smm_cli.words.conversation import Tokens, Visit
from smm_cli.words.exchange import Json, Request, handle

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PASSWORD = "app-password-1234"


def run(work):
    return asyncio.run(work)


class Gate:
    """What a server with sessions does: each login and renewal makes a new pair; an old access token is 401."""

    def __init__(self, says):
        self.says = says
        self.count = 0
        self.refreshes = 0
        self.logins = 0
        self.good = ""
        self.refuses_refresh = False
        self.on_refresh = None

    def __call__(self, seen):
        bearer = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if seen.path == "/login":
            self.logins += 1
            return self._pair() if seen.json == {"identifier": "ada", "password": PASSWORD} else self.says(401, {"error": "wrong password"})
        if seen.path == "/refresh":
            self.refreshes += 1
            if self.on_refresh:
                return self.on_refresh
            return self._pair() if bearer.startswith("refresh-") and not self.refuses_refresh else self.says(400, {"error": "InvalidToken"})
        return self.says(200, {"id": "1"}) if bearer == self.good else self.says(401, {"error": "ExpiredToken"})

    def _pair(self):
        self.count += 1
        self.good = f"access-{self.count:012}"
        return self.says(200, {"access": self.good, "refresh": f"refresh-{self.count:012}"})


def tokens_of(answer):
    return Tokens({name: answer.get(name) for name in ("access", "refresh")}, handle="@ada")


def login(self, inputs):
    body = Json({"identifier": inputs["identifier"], "password": handle("password")})
    return tokens_of((yield Request("POST", f"{self.settings.server}/login", body, auth="", secret=("access", "refresh"))))


def refresh(self):
    return tokens_of((yield Request("POST", f"{self.settings.server}/refresh", auth="refresh", secret=("access", "refresh"))))


def fault(self, status, headers, body):
    error = fault_by_status(status, headers, body)
    return AuthFailed(error.what, expired=True) if isinstance(error, AuthFailed) and "Expired" in error.what else error


@pytest.fixture
def gate(says):
    return Gate(says)


@pytest.fixture
def member(box, monkeypatch):
    monkeypatch.setenv("BOX_TOKEN", PASSWORD)

    def make(server, **more):
        settings = {"handle": "ada", **more.pop("settings", {})}
        return box(server, auth=Session(), login=login, refresh=refresh, fault=fault, settings=settings, **more)

    return make


def get(server):
    return Request("GET", f"{server.url}/me")


async def once(calendar, network, server):
    """One request of a process of its own."""
    async with Transport(calendar, SystemClock()) as transport:
        return await transport.send(network, get(server), {}, "0.1")


def test_a_session_is_opened_when_it_is_first_needed_and_found_again_by_the_next_process(calendar, member, loopback, gate):
    async def work():
        async with loopback(gate) as server:
            for _ in range(2):
                async with Transport(calendar, SystemClock()) as transport:
                    assert (await transport.send(member(server.url), get(server), {}, "0.1")).ok

    run(work())
    assert (gate.logins, gate.refreshes) == (1, 0)
    stored = calendar.state / "tokens" / "acme-box.json"
    assert stored.stat().st_mode & 0o777 == 0o600


def test_an_ended_token_is_renewed_by_the_refresh_token_and_kept_before_use(calendar, member, loopback, gate):
    async def work():
        async with loopback(gate) as server:
            async with Transport(calendar, SystemClock()) as transport:
                network = member(server.url)
                await transport.send(network, get(server), {}, "0.1")
                gate.good = "nothing"
                assert (await transport.send(network, get(server), {}, "0.1")).status == 401
                await transport.renew(network)
                stored = json.loads((calendar.state / "tokens" / "acme-box.json").read_text())["values"]
                again = await transport.send(network, get(server), {}, "0.1")
                return stored, again

    stored, again = run(work())
    assert again.ok
    assert (gate.logins, gate.refreshes) == (1, 1)
    assert stored == {"access": "access-000000000002", "refresh": "refresh-000000000002"}


def test_where_the_refresh_token_has_ended_the_password_makes_new_ones(calendar, member, loopback, gate):
    async def work():
        async with loopback(gate) as server:
            async with Transport(calendar, SystemClock()) as transport:
                network = member(server.url)
                await transport.send(network, get(server), {}, "0.1")
                gate.good, gate.refuses_refresh = "nothing", True
                await transport.renew(network)
                return (await transport.send(network, get(server), {}, "0.1")).ok

    assert run(work())
    assert (gate.logins, gate.refreshes) == (2, 1)


def test_a_wrong_password_stops_the_channel_and_says_what_to_do(calendar, member, loopback, gate, monkeypatch):
    monkeypatch.setenv("BOX_TOKEN", "wrong-password-1")

    async def work():
        async with loopback(gate) as server:
            await once(calendar, member(server.url), server)

    with pytest.raises(AuthFailed) as raised:
        run(work())
    assert "wrong-password-1" not in str(raised.value)
    assert not raised.value.expired


@pytest.mark.parametrize(("trouble", "error"), [({"reset": True}, Retriable), ({"status": 503}, Retriable), ({"status": 429}, RateLimited)])
def test_trouble_while_renewing_loses_no_token(calendar, member, loopback, gate, says, trouble, error):
    async def work():
        async with loopback(gate) as server:
            async with Transport(calendar, SystemClock()) as transport:
                network = member(server.url)
                await transport.send(network, get(server), {}, "0.1")
                before = (calendar.state / "tokens" / "acme-box.json").read_bytes()
                gate.good, gate.on_refresh = "nothing", says(**trouble)
                with pytest.raises(error):
                    await transport.renew(network)
                assert (calendar.state / "tokens" / "acme-box.json").read_bytes() == before
                gate.on_refresh = None
                await transport.renew(network)
                return (await transport.send(network, get(server), {}, "0.1")).ok

    assert run(work())
    assert gate.logins == 1


def test_tokens_of_another_login_name_are_not_used(calendar, member, loopback, gate):
    async def work():
        async with loopback(gate) as server:
            await once(calendar, member(server.url), server)
            with pytest.raises(AuthFailed):
                await once(calendar, member(server.url, settings={"handle": "eve"}), server)

    run(work())
    assert gate.logins == 2


def test_a_token_that_is_known_to_have_ended_is_renewed_before_it_is_tried(calendar, box, loopback, gate, monkeypatch):
    monkeypatch.setenv("BOX_TOKEN", PASSWORD)

    def timed(self, inputs):
        tokens = yield from login(self, inputs)
        return Tokens(tokens.values, expires_in=7200)

    async def work():
        async with loopback(gate) as server:
            clock = SetClock(NOW)
            async with Transport(calendar, clock) as transport:
                network = box(server.url, auth=Session(), login=timed, refresh=refresh, settings={"handle": "ada"})
                await transport.send(network, get(server), {}, "0.1")
                clock.set(NOW + timedelta(hours=2, seconds=-20))
                answer = await transport.send(network, get(server), {}, "0.1")
                return answer, [seen.path for seen in server.seen]

    answer, paths = run(work())
    assert (answer.status, paths) == (200, ["/login", "/me", "/refresh", "/me"])


class LateClock(SystemClock):
    """Each login takes ten seconds."""

    def __init__(self, gate):
        self.gate = gate

    def elapsed(self):
        return 10.0 * self.gate.logins


def test_what_publishes_is_not_sent_after_a_long_login(calendar, member, loopback, gate):
    """Its claim was extended before; nothing has left, so that the next attempt finds the new token."""

    async def work():
        async with loopback(gate) as server, Transport(calendar, LateClock(gate)) as transport:
            publish = Request("POST", f"{server.url}/posts", Json({}), commits=True)
            with pytest.raises(Retriable):
                await transport.send(member(server.url), publish, {}, "0.1")
            paths = [seen.path for seen in server.seen]
            return paths, await transport.send(member(server.url), publish, {}, "0.1")

    paths, answer = run(work())
    assert (paths, answer.status, gate.logins) == (["/login"], 200, 1)


def test_many_deliveries_at_once_open_one_session(calendar, member, loopback, gate):
    async def work():
        async with loopback(gate) as server:
            async with Transport(calendar, SystemClock()) as transport:
                return await asyncio.gather(*(transport.send(member(server.url), get(server), {}, "0.1") for _ in range(10)))

    assert all(answer.ok for answer in run(work()))
    assert gate.logins == 1


def test_deliveries_that_find_the_token_ended_at_once_refresh_once(calendar, member, loopback, gate):
    async def work():
        async with loopback(gate) as server:
            async with Transport(calendar, SystemClock()) as transport:
                networks = [member(server.url) for _ in range(5)]
                for network in networks:
                    await transport.send(network, get(server), {}, "0.1")
                gate.good = "nothing"
                await asyncio.gather(*(transport.renew(network) for network in networks))

    run(work())
    assert gate.refreshes == 1


RUNNER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from test_renew import get, member_of
from smm_cli.calendar.model import Calendar
from smm_cli.clock import SystemClock
from smm_cli.delivery.transport import Transport

async def main(root, url):
    transport = Transport(Calendar(Path(root), "test"), SystemClock())
    network = member_of(url)
    await transport.send(network, get(type("S", (), {{"url": url}})), {{}}, "0.1")
    print("sent", flush=True)
    sys.stdin.readline()
    await transport.renew(network)
    answer = await transport.send(network, get(type("S", (), {{"url": url}})), {{}}, "0.1")
    await transport.close()
    print(answer.status, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def member_of(url):
    """As the fixture, for another process."""
    from smm_cli.networks.base import Network, Table
    from smm_cli.words.channel import Channel

    class Settings(Table):
        server: str = ""
        handle: str = ""

    more = {
        "name": "box",
        "title": "Box",
        "docs": "",
        "Settings": Settings,
        "auth": Session(),
        "login": login,
        "refresh": refresh,
        "fault": fault,
    }
    return type("Box", (Network,), more)(Channel("acme-box", "box", {"server": url, "handle": "ada"}, secret="env:BOX_TOKEN"))


def test_two_processes_that_renew_at_once_use_one_refresh(calendar, loopback, gate, says, monkeypatch):
    """A refresh token holds for one use: the second process must find what the first one got."""
    monkeypatch.setenv("BOX_TOKEN", PASSWORD)
    here = str(__import__("pathlib").Path(__file__).parent)

    def slowly(seen):
        answer = gate(seen)
        answer.wait = 0.3 if seen.path == "/refresh" else 0.0
        return answer

    async def work():
        async with loopback(slowly) as server:
            words = [sys.executable, "-c", RUNNER.format(here=here), str(calendar.root), server.url]
            pipe = subprocess.PIPE
            runners = [await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe) for _ in range(2)]
            for runner in runners:
                assert await runner.stdout.readline() == b"sent\n"
            gate.good = "nothing"
            for runner in runners:
                runner.stdin.write(b"go\n")
            return [(await runner.communicate())[0] for runner in runners]

    assert run(work()) == [b"200\n", b"200\n"]
    assert (gate.logins, gate.refreshes) == (1, 1)


# -- OAuth 2 ---------------------------------------------------------------------------------------------------------------------


def oauth_refresh(self):
    answer = yield Request("POST", f"{self.settings.server}/refresh", auth="refresh", secret=("access", "refresh"))
    return Tokens({"token": answer.get("access"), "refresh": answer.get("refresh")}, expires_in=7200)


def test_a_rotating_token_goes_back_into_the_file_it_came_from(calendar, box, loopback, gate):
    async def work():
        async with loopback(gate) as server:
            network = box(server.url, auth=OAuth2(rotates=True), secret="file:x.token", refresh=oauth_refresh, fault=fault)
            async with Transport(calendar, SystemClock()) as transport:
                file = calendar.root / "x.token"
                file.write_text("access-old-0000000\n")
                file.chmod(0o600)
                TokenStore(calendar.state / "tokens").save(
                    "acme-box", {"refresh": "refresh-old"}, None, bound=transport.credentials(network).bound
                )
                assert (await transport.send(network, get(server), {}, "0.1")).status == 401
                await transport.renew(network)
                answer = await transport.send(network, get(server), {}, "0.1")
                return answer, file, transport.credentials(network).tokens()

    answer, file, tokens = run(work())
    assert answer.ok
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("access-000000000001\n", 0o600)
    assert dict(tokens.values) == {"refresh": "refresh-000000000001"}


def test_a_token_that_a_person_replaced_meanwhile_is_taken(calendar, box, loopback, gate):
    async def work():
        async with loopback(gate) as server:
            network = box(server.url, secret="file:x.token")
            async with Transport(calendar, SystemClock()) as transport:
                file = calendar.root / "x.token"
                file.write_text("access-old-0000000")
                file.chmod(0o600)
                await transport.send(network, get(server), {}, "0.1")
                gate.good = "access-new-0000000"
                file.write_text(gate.good)
                await transport.renew(network)
                return await transport.send(network, get(server), {}, "0.1")

    assert run(work()).ok


def test_a_token_that_nothing_can_renew_asks_for_a_person(calendar, box, loopback, gate):
    async def work():
        async with loopback(gate) as server:
            network = box(server.url)
            async with Transport(calendar, SystemClock()) as transport:
                await transport.send(network, get(server), {}, "0.1")
                await transport.renew(network)

    with pytest.raises(AuthFailed) as raised:
        run(work())
    assert raised.value.hint == "smm channel login acme-box"


def test_a_login_that_needs_a_browser_is_not_made_by_a_runner(calendar, box, loopback, gate):
    def visiting(self, inputs):
        yield Visit("https://box.example/allow")
        return Tokens({})

    async def work():
        async with loopback(gate) as server:
            await once(calendar, box(server.url, auth=Session(), login=visiting), server)

    with pytest.raises(AuthFailed, match="browser"):
        run(work())


def test_a_login_that_asks_for_its_own_signature_does_not_wait_for_itself(calendar, box, loopback, gate):
    def circular(self, inputs):
        yield Request("GET", f"{self.settings.server}/me")
        return Tokens({})

    async def work():
        async with loopback(gate) as server, asyncio.timeout(5):
            await once(calendar, box(server.url, auth=Session(), login=circular), server)

    with pytest.raises(ConfigError):
        run(work())
