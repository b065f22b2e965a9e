"""What a server may not do to smm: bombs, drips, redirects, strange letters; and where secrets may go at all."""

from __future__ import annotations

import asyncio
import gzip
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.calendar.model import Calendar
from smm_cli.clock import SystemClock
from smm_cli.delivery.foreign import Refused, pinned
from smm_cli.delivery.handles import target_of
from smm_cli.delivery.transport import Silence, Transport
from smm_cli.errors import ConfigError
from smm_cli.networks import load
from smm_cli.words.channel import Channel
from smm_cli.words.exchange import Json, Request, handle

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Raw:
    """A server that writes these bytes, then drips."""

    def __init__(self, head: bytes, body: bytes = b"", drip: bytes = b"") -> None:
        self.head, self.body, self.drip = head, body, drip
        self.asked: list[bytes] = []

    async def __aenter__(self) -> Raw:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.sleep(0)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 " + self.head + b"\r\n\r\n" + self.body)
            await writer.drain()
            while self.drip:
                writer.write(self.drip)
                await writer.drain()
                await asyncio.sleep(0.05)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


@pytest.fixture
def calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calendar:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("MARKED", "a-token-0123456789abcdef")
    return Calendar(tmp_path, "test")


def mastodon(server: str):
    return load("mastodon")(Channel("one", "mastodon", {"server": server}, secret="env:MARKED"), None)


async def ask(calendar: Calendar, raw: Raw, path: str = "/api", vault: dict[str, str] | None = None, **more):
    place = f"http://127.0.0.1:{raw.port}"
    allowed = [f"127.0.0.1:{raw.port}"]
    async with Transport(calendar, SystemClock(), allow_private=allowed) as transport:
        return await transport.send(mastodon(place), Request("GET", f"{place}{path}", **more), vault if vault is not None else {}, "a")


@pytest.mark.parametrize("packs", [1, 2, 3])
def test_a_packed_bomb_is_not_unfolded(calendar: Calendar, packs: int) -> None:
    import tracemalloc

    bomb = b"\0" * (64 << 20)
    for _ in range(packs):
        bomb = gzip.compress(bomb, 9)
    head = b"200 OK\r\ncontent-type: application/json\r\ncontent-encoding: " + b", ".join([b"gzip"] * packs)

    async def act() -> None:
        async with Raw(head + b"\r\ncontent-length: %d" % len(bomb), bomb) as raw:
            await ask(calendar, raw)

    tracemalloc.start()
    try:
        with pytest.raises(Silence) as caught:
            asyncio.run(act())
        assert caught.value.reached
        assert tracemalloc.get_traced_memory()[1] < (64 << 20)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("where", ["head", "body"])
@pytest.mark.parametrize("foreign", [False, True])
def test_a_server_that_drips_is_left(calendar: Calendar, where: str, foreign: bool) -> None:
    head = b"200 OK\r\nx-drip: " if where == "head" else b"200 OK\r\ncontent-length: 100000"

    async def act() -> object:
        async with Raw(head[:-4] if where == "head" else head, b"", b"x") as raw:
            return await ask(calendar, raw, foreign=foreign, timeout=1.0, reads="text")

    start = time.monotonic()
    if foreign:
        assert asyncio.run(act()).status == 0
    else:
        with pytest.raises(Silence):
            asyncio.run(act())
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("location", ["https://evil.example/", "http://127.0.0.1:1/", "file:///etc/passwd", "//evil.example", "/elsewhere"])
def test_a_signed_request_follows_no_redirect(calendar: Calendar, location: str) -> None:
    async def act():
        async with Raw(b"302 Found\r\ncontent-length: 0\r\nlocation: " + location.encode()) as raw:
            return await ask(calendar, raw), raw.asked

    answer, asked = asyncio.run(act())
    assert answer.status == 302
    assert len(asked) == 1


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "gopher://x/", "data:text/html,x", "http://169.254.169.254/", "http://[::1]:1/", "http://0/"]
)
def test_a_page_cannot_lead_inside(calendar: Calendar, location: str) -> None:
    async def act():
        async with Raw(b"302 Found\r\ncontent-length: 0\r\nlocation: " + location.encode()) as raw:
            return await ask(calendar, raw, foreign=True, reads="text"), raw.asked

    answer, asked = asyncio.run(act())
    assert answer.status == 0
    assert len(asked) == 1
    assert b"authorization" not in asked[0].lower()


@pytest.mark.parametrize(
    "charset", ["idna", "unicode_escape", "punycode", "rot13", "zlib", "utf-7", "undefined", "raw_unicode_escape", "x" * 5000]
)
def test_a_strange_charset_is_read_as_utf_8(calendar: Calendar, charset: str) -> None:
    body = b"\\ud800 \\x00 +2AA- caf\xc3\xa9"

    async def act():
        head = f"200 OK\r\ncontent-length: {len(body)}\r\ncontent-type: text/plain; charset={charset}"
        async with Raw(head.encode(), body) as raw:
            return await ask(calendar, raw, reads="text")

    assert asyncio.run(act()).body == body.decode()


def test_nul_and_half_characters_of_a_server_are_dropped(calendar: Calendar) -> None:
    body = b'{"a\\u0000b": ["\\u0000token\\u0000", "\\ud83d", "\\ud83d\\ude00"]}'

    async def act():
        async with Raw(b"200 OK\r\ncontent-type: application/json\r\ncontent-length: %d" % len(body), body) as raw:
            return await ask(calendar, raw)

    assert asyncio.run(act()).body == {"ab": ["token", "?", "😀"]}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "0",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0x7f000001",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "2002:7f00:1::",
        "fec0::1",
        "::ffff:0:127.0.0.1",
        "2001:db8::1",
    ],
)
def test_no_spelling_of_an_inner_address_is_asked(address: str) -> None:
    async def found(host: str, port: int) -> list[str]:
        return [address]

    for host in (address, "harmless.example"):
        with pytest.raises(Refused):
            asyncio.run(pinned(host, 443, found))


def test_a_name_that_changes_its_mind_is_asked_where_it_was_checked(calendar: Calendar) -> None:
    """DNS rebinding: the second answer leads inside, but there is no second question."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    assert asyncio.run(pinned("rebind.example", 80, rebinding)) == "93.184.215.14"

    async def act():
        async with Raw(b"200 OK\r\ncontent-length: 2", b"hi") as raw:

            async def inside(host: str, port: int) -> list[str]:
                return ["127.0.0.1"]

            async with Transport(calendar, SystemClock(), resolver=inside) as transport:
                request = Request("GET", f"http://rebind.example:{raw.port}/", foreign=True, reads="text")
                return await transport.send(mastodon("https://a.example"), request, {}, "a"), raw.asked

    answer, reached = asyncio.run(act())
    assert (answer.status, reached) == (0, [])


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://a.example.evil.example/",
        "https://a.example@evil.example/",
        "https://evil.example\\@a.example/",
        "https://a.example:8443/",
        "http://a.example/",
        "https://a.example\t.evil.example/",
        "https://a.example#@evil.example/x",
        "ftp://a.example/",
        "https://evil.example/?https://a.example/",
    ],
)
def test_credentials_go_to_the_channels_own_host_alone(calendar: Calendar, url: str) -> None:
    if url.startswith("https://a.example#"):
        assert target_of(url).host == "a.example"
        return

    async def act() -> None:
        async with Transport(calendar, SystemClock()) as transport:
            await transport.send(mastodon("https://a.example"), Request("POST", url, body=Json({})), {}, "a")

    with pytest.raises(ConfigError) as caught:
        asyncio.run(act())
    assert "a-token" not in str(caught.value)


def test_a_stand_in_reaches_only_the_host_it_was_given_for(calendar: Calendar) -> None:
    async def act() -> None:
        async with Transport(calendar, SystemClock()) as transport:
            request = Request("PUT", "https://evil.example/", body=Json({"x": handle("token")}), auth="")
            await transport.send(mastodon("https://a.example"), request, {}, "a")

    with pytest.raises(ConfigError, match="may not be sent"):
        asyncio.run(act())
