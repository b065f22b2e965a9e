"""Pages that a post links to: no door into a private network, and never a reason for a post to fail."""

from __future__ import annotations

import asyncio
import gzip
from ipaddress import ip_address

import pytest

from smm_cli.clock import SystemClock
from smm_cli.delivery import foreign
from smm_cli.delivery.foreign import Refused, is_public, pinned
from smm_cli.delivery.transport import Transport
from smm_cli.words.exchange import Request, handle
from smm_cli.words.post import Blob

# fmt: off
INSIDE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "0", "0.0.0.0", "10.0.0.1", "10.1",
    "172.16.0.1", "172.31.255.255", "192.168.1.1", "3232235777", "169.254.169.254", "100.64.0.1", "192.0.0.8",
    "198.18.0.1", "192.0.2.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::1", "::",
    "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:169.254.169.254", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1", "100::1",
]
# fmt: on


def run(work):
    return asyncio.run(work)


def resolving(*addresses):
    async def resolver(host, port):
        return list(addresses)

    return resolver


async def nobody(host, port):
    raise OSError("no such host")


@pytest.mark.parametrize("host", INSIDE)
def test_an_inner_address_is_refused_however_it_is_spelled(host):
    with pytest.raises(Refused):
        run(pinned(host, 80, nobody))


@pytest.mark.parametrize("address", [one for one in INSIDE if "." not in one or one.count(".") == 3])
def test_a_name_that_leads_inside_is_refused(address):
    with pytest.raises(Refused):
        run(pinned("innocent.example", 443, resolving(address)))


def test_a_name_of_which_only_one_address_lies_inside_is_refused():
    with pytest.raises(Refused):
        run(pinned("two-faced.example", 443, resolving("93.184.216.34", "10.0.0.1")))


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::1.1.1.1", "2002:101:101::"])
def test_a_public_address_is_taken_and_pinned(address):
    assert is_public(ip_address(address))
    assert run(pinned("page.example", 443, resolving(address))) == str(ip_address(address))


@pytest.mark.parametrize("found", [(), ("nonsense",)])
def test_a_name_without_an_address_is_refused(found):
    with pytest.raises(Refused):
        run(pinned("page.example", 443, resolving(*found)))
    with pytest.raises(Refused):
        run(pinned("page.example", 443, nobody))


async def asked(calendar, network, request, allow=(), resolver=None):
    transport = Transport(calendar, SystemClock(), allow_private=allow, resolver=resolver or resolving("127.0.0.1"))
    try:
        return await transport.send(network, request, {}, "0.1")
    finally:
        await transport.close()


def page(url, **more):
    return Request("GET", url, foreign=True, auth="", reads=more.pop("reads", "text"), **more)


def test_a_page_is_asked_at_the_address_that_was_checked_and_by_its_name(calendar, box, loopback, says):
    """The name has no address for the system: only the pinned one can have been used."""

    async def work():
        async with loopback(says(200, b"<title>Hello</title>")) as server:
            name = f"page.example:{server.port}"
            return await asked(calendar, box(""), page(f"http://{name}/a?b=c"), allow=[name]), server.seen[0], name

    answer, seen, name = run(work())
    assert (answer.status, answer.body) == (200, "<title>Hello</title>")
    assert (seen.path, seen.headers["host"]) == ("/a?b=c", name)


def test_a_page_gets_no_credentials_even_where_they_were_meant_for_it(calendar, box, loopback):
    async def work():
        async with loopback() as server:
            request = page(
                server.url, headers={"Authorization": "Bearer x", "Cookie": "a=b", "X-Key": handle("token"), "Accept": "text/html"}
            )
            await asked(calendar, box(server.url), request, allow=[server.host])
            return server.seen[0].headers

    headers = run(work())
    assert not {"authorization", "cookie", "x-key"} & set(headers)
    assert headers["accept"] == "text/html"


def test_a_private_page_is_silence_unless_the_channel_allows_it(calendar, box, loopback, says):
    async def work():
        async with loopback(says(200, b"inside")) as server:
            refused = await asked(calendar, box(""), page(server.url))
            allowed = await asked(calendar, box("", settings={"allow_private": True}), page(server.url))
            return refused, allowed, len(server.seen)

    refused, allowed, count = run(work())
    assert (refused.status, refused.body, allowed.body, count) == (0, None, "inside", 1)


def test_a_redirect_is_followed_but_not_inside(calendar, box, loopback, says):
    async def work():
        async with loopback(says(200, b"secret of the house")) as inside, loopback() as outside:
            outside.answer = says(302, headers={"location": inside.url})
            refused = await asked(calendar, box(""), page(outside.url), allow=[outside.host])
            allowed = await asked(calendar, box(""), page(outside.url), allow=[outside.host, inside.host])
            return refused, allowed, len(inside.seen)

    refused, allowed, count = run(work())
    assert (refused.status, allowed.body, count) == (0, "secret of the house", 1)


@pytest.mark.parametrize(("hops", "status"), [(3, 200), (4, 0)])
def test_three_redirects_are_followed_and_no_more(calendar, box, loopback, says, hops, status):
    def answer(seen):
        n = int(seen.path.strip("/") or 0)
        return says(200, b"here") if n == hops else says(301, headers={"location": f"/{n + 1}"})

    async def work():
        async with loopback(answer) as server:
            return await asked(calendar, box(""), page(f"{server.url}/0"), allow=[server.host])

    assert run(work()).status == status


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://page.example/", "gopher://page.example", "http://", "http://a b/", "http://u:p@page.example/"]
)
def test_only_web_addresses_are_asked(calendar, box, url):
    if url.startswith("file:"):
        url = "x" + url
    assert run(asked(calendar, box(""), page(url))).status == 0


def test_a_long_page_is_cut_and_a_long_file_refused(calendar, box, loopback, says):
    async def work():
        async with loopback(says(200, b"x" * (foreign.MOST + 5))) as server:
            text = await asked(calendar, box(""), page(server.url), allow=[server.host])
            blob = await asked(calendar, box(""), page(server.url, reads="blob"), allow=[server.host])
        async with loopback(says(200, b"GIF89a", {"content-type": "image/gif"})) as server:
            small = await asked(calendar, box(""), page(server.url, reads="blob"), allow=[server.host])
        return text, blob, small

    text, blob, small = run(work())
    assert (len(text.body), blob.status) == (foreign.MOST, 0)
    assert isinstance(small.body, Blob)
    assert [path.name for path in (calendar.state / "frozen").iterdir()] == [small.body.sha256]


def test_a_page_that_unfolds_to_gigabytes_is_not_unfolded(calendar, box, loopback, says):
    bomb = says(200, gzip.compress(b"\0" * 10_000_000), {"content-encoding": "gzip"})

    async def work():
        async with loopback(bomb) as server:
            return await asked(calendar, box(""), page(server.url), allow=[server.host])

    assert run(work()).status == 0


@pytest.mark.parametrize("trouble", [{"reset": True}, {"wait": 3.0}, {"body": b"abc", "cut": 1}])
def test_no_trouble_of_a_page_is_an_error(calendar, box, loopback, says, trouble):
    async def work():
        async with loopback(says(**trouble)) as server:
            return await asked(calendar, box(""), page(server.url, timeout=0.3), allow=[server.host])

    assert run(work()).status == 0
