"""Requests that leave: signed, filled in, to the right host only."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import traceback
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl, quote

import pytest

from smm_cli.accounts.masks import masked
from smm_cli.clock import SystemClock
from smm_cli.delivery.handles import keep_secret
from smm_cli.delivery.transport import Silence, Transport
from smm_cli.errors import ConfigError, LedgerError, Rejected
from smm_cli.words.auth import Basic, NoAuth, StandardWebhooks
from smm_cli.words.exchange import Field, Form, Json, Multipart, Request, Slice, Text, handle
from smm_cli.words.post import Blob


def run(work):
    return asyncio.run(work)


async def sent(calendar, network, request, vault=None):
    transport = Transport(calendar, SystemClock())
    try:
        return await transport.send(network, request, {} if vault is None else vault, "0.1")
    finally:
        await transport.close()


def test_a_request_carries_the_token_of_its_channel(calendar, box, loopback, token):
    async def work():
        async with loopback() as server:
            answer = await sent(
                calendar, box(server.url), Request("POST", f"{server.url}/posts?a=1", Json({"text": "ä"}), query=(("b", "x y"),))
            )
            return answer, server.seen[0]

    answer, seen = run(work())
    assert (answer.status, answer.get("id")) == (200, "1")
    assert seen.headers["authorization"] == f"Bearer {token}"
    assert (seen.method, seen.path, seen.body) == ("POST", "/posts?a=1&b=x+y", '{"text":"ä"}'.encode())
    assert seen.headers["user-agent"].startswith("smm-cli/")


def test_an_unsigned_request_carries_no_token_and_needs_none(calendar, box, loopback, monkeypatch):
    monkeypatch.delenv("BOX_TOKEN")

    async def work():
        async with loopback() as server:
            await sent(calendar, box(server.url), Request("GET", server.url, auth=""))
            return server.seen[0]

    assert "authorization" not in run(work()).headers


def test_user_and_password_are_sent_as_basic(calendar, box, loopback, monkeypatch):
    monkeypatch.setenv("PAIR", "ada:pässword")

    async def work():
        async with loopback() as server:
            await sent(calendar, box(server.url, auth=Basic(), secret="env:PAIR"), Request("GET", server.url))
            return server.seen[0].headers["authorization"]

    assert base64.b64decode(run(work()).removeprefix("Basic ")).decode() == "ada:pässword"


def test_a_webhook_is_signed_over_the_very_bytes_that_are_sent(calendar, box, loopback, monkeypatch):
    key = b"0123456789abcdef01234567"
    monkeypatch.setenv("HOOK", "whsec_" + base64.b64encode(key).decode())

    async def work():
        async with loopback() as server:
            network = box(server.url, auth=StandardWebhooks(), secret="env:HOOK")
            transport = Transport(calendar, SystemClock())
            for text in ("eins", "zwei"):
                await transport.send(network, Request("POST", server.url, Json({"text": text}), {"webhook-id": "msg_1"}), {}, "0.1")
            await transport.close()
            return server.seen

    for seen in run(work()):
        signed = f"msg_1.{seen.headers['webhook-timestamp']}.".encode() + seen.body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert seen.headers["webhook-signature"] == f"v1,{expected}"


def test_credentials_go_to_no_other_host(calendar, box, loopback):
    async def work():
        async with loopback() as own, loopback() as other:
            with pytest.raises(ConfigError, match="credentials") as raised:
                await sent(calendar, box(own.url), Request("GET", f"{other.url}/me"))
            return raised.value, other.seen

    error, seen = run(work())
    assert error.slug == "foreign-host"
    assert seen == []


@pytest.mark.parametrize("url", ["http://example.org/x", "http://10.0.0.1/x", "http://localhost.example.org/"])
def test_nothing_is_sent_without_tls_but_on_this_machine(calendar, box, url):
    with pytest.raises(ConfigError) as raised:
        run(sent(calendar, box(url), Request("GET", url)))
    assert raised.value.slug == "no-tls"


@pytest.mark.parametrize(
    "url", ["https://ada:pw@example.org/", "ftp://example.org/", "https://", "https://example.org\\@evil.example/", "https://exa mple.org/"]
)
def test_addresses_that_can_be_read_in_two_ways_are_refused(calendar, box, url):
    with pytest.raises(ConfigError) as raised:
        run(sent(calendar, box("https://example.org"), Request("GET", url)))
    assert "pw" not in str(raised.value)


def test_a_redirect_is_an_answer_and_is_not_followed(calendar, box, loopback, says):
    async def work():
        async with loopback() as other, loopback(says(302, headers={"location": f"{other.url}/take-it"})) as server:
            answer = await sent(calendar, box(server.url), Request("POST", server.url, Json({})))
            return answer, server.seen, other.seen

    answer, own, others = run(work())
    assert (answer.status, len(own), others) == (302, 1, [])


def test_values_take_the_place_of_handles_everywhere(calendar, box, loopback, token):
    bodies = [Json({"a": [handle("token")], "b": 1}), Form((("t", handle("token")),)), Text(f"<{handle('token')}>")]
    bodies.append(Multipart((Field("t", handle("token")),)))

    async def work():
        async with loopback() as server:
            for body in bodies:
                request = Request(
                    "POST", f"{server.url}/bot{handle('token')}/x?q={handle('token')}", body, {"x-key": handle("token")}, auth=""
                )
                await sent(calendar, box(server.url), request)
            return server.seen

    seen = run(work())
    in_path = quote(token, safe="!$&'()*+,;=:@-._~")
    assert all(one.path == f"/bot{in_path}/x?q={quote(token, safe='')}" for one in seen)
    assert all(one.headers["x-key"] == token for one in seen)
    assert seen[0].json == {"a": [token], "b": 1}
    assert parse_qsl(seen[1].body.decode()) == [("t", token)]
    assert seen[2].body.decode() == f"<{token}>"
    assert token.encode() in seen[3].body


@pytest.mark.parametrize("place", ["url", "query", "header", "json", "form", "text"])
def test_a_handle_is_not_filled_in_for_another_host(calendar, box, loopback, place):
    token = handle("token")

    async def work():
        async with loopback() as own, loopback() as other:
            requests = {
                "url": Request("POST", f"{other.url}/{token}", auth=""),
                "query": Request("POST", other.url, query=(("t", token),), auth=""),
                "header": Request("POST", other.url, headers={"x": token}, auth=""),
                "json": Request("POST", other.url, Json({"t": token}), auth=""),
                "form": Request("POST", other.url, Form((("t", token),)), auth=""),
                "text": Request("POST", other.url, Text(token), auth=""),
            }
            with pytest.raises(ConfigError) as raised:
                await sent(calendar, box(own.url), requests[place])
            return raised.value.slug, other.seen

    assert run(work()) == ("foreign-host", [])


def test_a_capability_goes_where_its_answer_said_and_nowhere_else(calendar, box, loopback, says):
    async def work():
        async with loopback() as store, loopback() as third:
            body = {"upload": {"url": f"{store.url}/put?sig=abc123def456", "key": "capability-0123456789"}, "n": [1]}
            async with loopback(says(body=body)) as server:
                network, vault = box(server.url), {}
                answer = await sent(
                    calendar, network, Request("POST", server.url, secret=("upload.url", "upload.key", "no.such", "n.0")), vault
                )
                url = answer.get("upload", "url")
                await sent(calendar, network, Request("PUT", url, Text("film"), auth=""), vault)
                key = answer.get("upload", "key")
                await sent(calendar, network, Request("PUT", server.url, Json({"key": key}), auth=""), vault)
                with pytest.raises(ConfigError):
                    await sent(calendar, network, Request("PUT", third.url, Json({"key": key}), auth=""), vault)
                with pytest.raises(ConfigError):
                    await sent(calendar, network, Request("PUT", url, Text("film")), vault)  # signed: not to the store
                return answer, vault, store.seen, server.seen, third.seen

    answer, vault, store, server, third = run(work())
    assert (answer.get("upload", "url"), answer.get("n")) == (handle("0.1.upload.url"), [1])
    assert "abc123def456" not in repr(answer)
    assert set(vault) == {"0.1.upload.url", "0.1.upload.key"}
    assert ([one.path for one in store], store[0].body) == (["/put?sig=abc123def456"], b"film")
    assert server[1].json == {"key": "capability-0123456789"}
    assert third == []


def test_a_capability_in_a_header_is_a_handle_too(calendar, box, loopback, says):
    async def work():
        async with loopback(says(headers={"Location": "https://up.example/s?id=secret-session"})) as server:
            vault = {}
            answer = await sent(calendar, box(server.url), Request("POST", server.url, secret=("header:location",), reads="any"), vault)
            return answer, vault

    answer, vault = run(work())
    assert answer.headers["location"] == handle("0.1.header:location")
    assert vault["0.1.header:location"] == "up.example\nhttps://up.example/s?id=secret-session"


def test_a_handle_that_nobody_knows_is_an_error_before_anything_is_sent(calendar, box, loopback):
    async def work():
        async with loopback() as server:
            with pytest.raises(ConfigError):
                await sent(calendar, box(server.url), Request("POST", server.url, Json({"k": handle("0.9.gone")})))
            return server.seen

    assert run(work()) == []


def test_files_are_streamed_with_their_length(calendar, box, loopback):
    async def work():
        async with loopback() as server:
            transport = Transport(calendar, SystemClock())
            data = bytes(range(256)) * 4096
            blob = transport.blobs.keep(data, "video/mp4")
            network = box(server.url)
            await transport.send(
                network, Request("PUT", server.url, Slice(blob, 100, 700_100), {"content-range": "bytes 100-700099/*"}), {}, "0.1"
            )
            fields = (Field("file", blob, 'fi"lm.mp4'), Field("alt", "ein Läufer", type="text/plain; charset=utf-8"))
            await transport.send(network, Request("POST", server.url, Multipart(fields)), {}, "0.2")
            await transport.close()
            return data, server.seen

    data, (piece, form) = run(work())
    assert piece.body == data[100:700_100]
    assert (piece.headers["content-length"], piece.headers["content-type"]) == ("700000", "video/mp4")
    assert "transfer-encoding" not in form.headers
    head = f"content-type: {form.headers['content-type']}\r\n\r\n".encode()
    parts = list(BytesParser(policy=HTTP).parsebytes(head + form.body).iter_parts())
    assert parts[0].get_payload(decode=True) == data
    assert parts[0].get_content_type() == "video/mp4"
    assert parts[1].get_payload(decode=True).decode() == "ein Läufer"


def test_a_frozen_file_that_is_gone_or_cut_stops_the_request(calendar, box, loopback):
    async def work():
        async with loopback() as server:
            for blob in (Blob("0" * 64, 3, "image/png"),):
                with pytest.raises(LedgerError):
                    await sent(calendar, box(server.url), Request("PUT", server.url, Slice(blob)))
            return server.seen

    assert run(work()) == []


def test_a_header_that_http_cannot_carry_is_refused_before_sending(calendar, box, loopback):
    async def work():
        async with loopback() as server:
            for value in ("a\r\nx: y", "ä", "\x1b[1m"):
                with pytest.raises(Rejected):
                    await sent(calendar, box(server.url), Request("POST", server.url, headers={"idempotency-key": value}))
            return server.seen

    assert run(work()) == []


def test_no_secret_stands_in_what_a_failure_says(calendar, box, loopback, says, token, caplog):
    """Neither plain nor encoded, not in the error, its cause, its traceback, nor the log."""

    async def work():
        async with loopback(says(reset=True)) as server:
            network = box(server.url)
            try:
                await sent(calendar, network, Request("POST", f"{server.url}/bot{handle('token')}/send?t={handle('token')}", Json({})))
            except Silence as silence:
                return silence, server.seen

    with caplog.at_level(logging.DEBUG):
        silence, seen = run(work())
    assert token in seen[0].headers["authorization"]
    texts = [str(silence), repr(silence), "".join(traceback.format_exception(silence)), caplog.text]
    for form in (
        token,
        quote(token),
        quote(token, safe=""),
        quote(token, safe="!$&'()*+,;=:@-._~"),
        base64.b64encode(token.encode()).decode(),
    ):
        assert not any(form in text for text in texts)
    assert silence.__context__ is None


def test_what_a_channel_knows_shows_no_secret(calendar, box, loopback, token):
    async def work():
        async with loopback() as server:
            transport = Transport(calendar, SystemClock())
            network = box(server.url)
            await transport.send(network, Request("GET", server.url), {}, "0.1")
            await transport.close()
            return repr(transport), repr(transport.signer(network)), repr(transport.credentials(network))

    assert not any(token in text for text in run(work()))


def test_a_token_that_a_server_echoes_does_not_reach_the_journal(calendar, box, loopback, says, token):
    async def work():
        async with loopback(lambda seen: says(200, {"you": seen.headers["authorization"]})) as server:
            good = await sent(calendar, box(server.url), Request("GET", server.url))
        async with loopback(lambda seen: says(403, {"error": f"no: {quote(seen.headers['authorization'])}"})) as server:
            bad = await sent(calendar, box(server.url), Request("GET", server.url))
        return good, bad

    good, bad = run(work())
    assert good.body == {"you": "Bearer ***"}
    assert quote(token) not in repr(bad)
    assert "***" in bad.body["error"]


def test_a_vault_value_is_masked_from_the_moment_it_is_used():
    vault: dict[str, str] = {}
    assert keep_secret(vault, "0.1.url", "https://up.example/put?x=q1w2e3r4t5") == handle("0.1.url")
    assert "q1w2e3r4t5" not in masked("broke at https://up.example/put?x=q1w2e3r4t5")


def test_a_network_without_auth_sends_nothing_of_anybody(calendar, box, loopback):
    async def work():
        async with loopback() as server:
            await sent(calendar, box("", auth=NoAuth(), secret=""), Request("GET", server.url))
            return server.seen[0].headers

    assert "authorization" not in run(work())
