"""What comes back: read as asked, or silence that says whether anything may have arrived."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from smm_cli.clock import SetClock, SystemClock
from smm_cli.delivery import incoming
from smm_cli.delivery.incoming import reset_seconds
from smm_cli.delivery.transport import Silence, Transport
from smm_cli.words.exchange import Json, Request
from smm_cli.words.post import Blob

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def run(work):
    return asyncio.run(work)


async def sent(calendar, network, request, clock=None):
    transport = Transport(calendar, clock or SystemClock())
    try:
        return await transport.send(network, request, {}, "0.1")
    finally:
        await transport.close()


def answered(calendar, box, loopback, said, **asked):
    async def work():
        async with loopback(said) as server:
            return await sent(calendar, box(server.url), Request(asked.pop("method", "GET"), server.url, **asked), SetClock(NOW))

    return run(work())


def silent(calendar, box, loopback, said, **asked):
    with pytest.raises(Silence) as raised:
        answered(calendar, box, loopback, said, **asked)
    return raised.value


def test_json_is_read_and_names_of_headers_are_lower_case(calendar, box, loopback, says):
    answer = answered(calendar, box, loopback, says(201, {"a": [1, "ü"]}, {"X-Thing": "1"}))
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (201, {"a": [1, "ü"]}, "1")


def test_json_that_cannot_be_read_is_text_for_the_engine_to_judge(calendar, box, loopback, says):
    assert answered(calendar, box, loopback, says(200, b"<html>busy</html>")).body == "<html>busy</html>"
    assert answered(calendar, box, loopback, says(200, b"[" * 100_000)).body.startswith("[[[")
    assert answered(calendar, box, loopback, says(204)).body is None


def test_text_is_text_even_where_it_looks_like_json(calendar, box, loopback, says):
    assert answered(calendar, box, loopback, says(200, {"a": 1}), reads="text").body == '{"a": 1}'
    assert answered(calendar, box, loopback, says(200, {"a": 1}), reads="any").body == {"a": 1}
    latin = says(200, "für".encode("latin-1"), {"content-type": "text/plain; charset=iso-8859-1"})
    assert answered(calendar, box, loopback, latin, reads="text").body == "für"
    odd = says(200, b"x", {"content-type": "text/plain; charset=nonsense"})
    assert answered(calendar, box, loopback, odd, reads="text").body == "x"


def test_an_answer_cannot_forge_a_handle(calendar, box, loopback, says):
    assert answered(calendar, box, loopback, says(200, b'{"a\\u0000": "\\u0000token\\u0000"}')).body == {"a": "token"}
    assert answered(calendar, box, loopback, says(200, b"\x00token\x00"), reads="text").body == "token"


def test_cookies_are_not_kept(calendar, box, loopback, says):
    async def work():
        async with loopback(says(200, {}, {"Set-Cookie": "session=abc"})) as server:
            transport = Transport(calendar, SystemClock())
            answers = [await transport.send(box(server.url), Request("GET", server.url), {}, "0.1") for _ in range(2)]
            await transport.close()
            return answers, server.seen

    answers, seen = run(work())
    assert "set-cookie" not in answers[0].headers
    assert "cookie" not in seen[1].headers


def test_a_file_is_kept_on_disk_with_its_type(calendar, box, loopback, says):
    answer = answered(calendar, box, loopback, says(200, b"PNG" * 1000, {"content-type": "image/png; x=y"}), reads="blob")
    assert isinstance(answer.body, Blob)
    assert (answer.body.size, answer.body.type) == (3000, "image/png")
    kept = calendar.state / "frozen" / answer.body.sha256
    assert kept.read_bytes() == b"PNG" * 1000
    assert [path.name for path in kept.parent.iterdir()] == [answer.body.sha256]


def test_an_error_is_read_as_words_even_where_a_file_was_asked_for(calendar, box, loopback, says):
    assert answered(calendar, box, loopback, says(404, {"error": "gone"}), reads="blob").body == {"error": "gone"}
    assert answered(calendar, box, loopback, says(500, {"error": "x"}), reads="text").body == {"error": "x"}


def test_a_packed_answer_is_unpacked(calendar, box, loopback, says):
    packed = says(200, gzip.compress(b'{"a": 1}'), {"content-encoding": "gzip", "content-type": "application/json"})
    assert answered(calendar, box, loopback, packed).body == {"a": 1}


def test_an_answer_that_never_ends_is_silence(calendar, box, loopback, says, monkeypatch):
    monkeypatch.setattr(incoming, "MOST", 1000)
    assert silent(calendar, box, loopback, says(200, b"x" * 1001)).reached


# -- silence -------------------------------------------------------------------------------------------------------------------


def test_a_refused_connection_reached_nobody(calendar, box):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Silence) as raised:
        run(sent(calendar, box(url), Request("POST", url, Json({}), commits=True)))
    assert not raised.value.reached
    assert "cannot connect to 127.0.0.1" in raised.value.what


async def babble(reader, writer):
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def tls_failure(calendar, box, context=None, meet=babble):
    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        with pytest.raises(Silence) as raised:
            await sent(calendar, box(url), Request("POST", url, Json({}), commits=True))
        return raised.value
    finally:
        server.close()
        await asyncio.sleep(0.05)


def test_a_failing_tls_handshake_reached_nobody(calendar, box):
    assert not run(tls_failure(calendar, box)).reached


def test_a_certificate_that_nobody_vouches_for_is_refused(calendar, box, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    silence = run(tls_failure(calendar, box, context))
    assert not silence.reached
    assert "certificate" in silence.what.lower()


def certificate(folder):
    """A certificate for 127.0.0.1 that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(NOW - timedelta(days=3650)).not_valid_after(NOW + timedelta(days=3650))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(pem + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    "trouble",
    [{"reset": True}, {"body": {"id": "123456"}, "cut": 4}, {"body": {"id": "1"}, "cut": 0}, {"wait": 5.0}],
    ids=["reset", "half an answer", "only a head", "too slow"],
)
def test_whatever_happens_after_the_head_left_may_have_arrived(calendar, box, loopback, says, trouble):
    silence = silent(calendar, box, loopback, says(**trouble), method="POST", body=Json({}), timeout=0.3, commits=True)
    assert silence.reached


def test_an_answer_that_drips_is_cut_off_at_the_time_out(calendar, box):
    """A byte now and then keeps every single read below its time-out; the lease of a claim counts on the whole."""

    async def drip(reader, writer):
        try:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            for _ in range(40):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.1)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def work():
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started = asyncio.get_running_loop().time()
        with pytest.raises(Silence) as raised:
            await sent(calendar, box(url), Request("POST", url, Json({}), commits=True, timeout=0.4))
        took = asyncio.get_running_loop().time() - started
        server.close()
        await asyncio.sleep(0.2)
        return raised.value.reached, took

    reached, took = run(work())
    assert reached
    assert took < 2


def test_a_forgiven_silence_is_an_answer_with_status_0(calendar, box, loopback, says):
    assert answered(calendar, box, loopback, says(reset=True), may_fail=True).status == 0


def test_a_connection_is_used_again(calendar, box, loopback):
    async def work():
        async with loopback() as server:
            transport = Transport(calendar, SystemClock())
            met = []
            meet = server._meet

            async def counting(reader, writer):
                met.append(1)
                await meet(reader, writer)

            server._server.close()
            server._meet = counting
            async with server:
                for _ in range(3):
                    await transport.send(box(server.url), Request("GET", server.url), {}, "0.1")
                await transport.close()
            return len(met), len(server.seen)

    assert run(work()) == (1, 3)


# -- when to come back ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "Tue, 24 Nov 2026 08:01:30 GMT"}, 90),
        ({"retry-after": "Tue, 24 Nov 2026 07:00:00 GMT"}, 1),
        ({"x-ratelimit-reset": "2026-11-24T08:05:00.000000Z"}, 300),
        ({"ratelimit-reset": str(int((NOW + timedelta(minutes=2)).timestamp()))}, 120),
        ({"x-rate-limit-reset": str(int((NOW + timedelta(minutes=15)).timestamp()))}, 900),
        ({"x-ratelimit-reset": str(int((NOW + timedelta(minutes=1)).timestamp() * 1000))}, 60),
        ({"ratelimit-reset": "45"}, 45),
        ({"x-ratelimit-reset-after": "1.5"}, 1.5),
        ({"retry-after": "10", "x-ratelimit-reset": "2026-11-24T09:00:00Z"}, 10),
        ({"retry-after": "soon", "ratelimit-reset": "30"}, 30),
        ({"retry-after": "99999999"}, 86_400),
        ({"x-ratelimit-reset": "2031-01-01T00:00:00Z"}, 86_400),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_every_way_to_say_when_is_read_as_seconds(headers, seconds):
    assert reset_seconds(headers, NOW) == seconds


def test_a_reset_is_told_in_retry_after_only_where_the_server_refused(calendar, box, loopback, says):
    headers = {"X-RateLimit-Reset": "2026-11-24T08:05:00Z"}
    assert answered(calendar, box, loopback, says(429, {}, headers)).headers["retry-after"] == "300"
    assert answered(calendar, box, loopback, says(503, {}, headers)).headers["retry-after"] == "300"
    assert "retry-after" not in answered(calendar, box, loopback, says(200, {}, headers)).headers
    assert "retry-after" not in answered(calendar, box, loopback, says(429, {})).headers
