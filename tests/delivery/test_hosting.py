"""Files at a public address: in a bucket, below a site, by a program; never where nobody can fetch them."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import shlex
import sys
import threading
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from smm_cli.accounts.s3 import sign_s3
from smm_cli.accounts.trust import trust
from smm_cli.clock import SetClock, SystemClock
from smm_cli.delivery.transport import Transport
from smm_cli.errors import ConfigError, Retriable
from smm_cli.networks._hosted import public_address
from smm_cli.words.channel import Channel

PICTURE = b"\x89PNG a picture, as far as this test goes"
SECRET = {"key": "env:S3_KEY", "secret": "env:S3_SECRET"}


class Bucket:
    """What an S3-compatible server does with a PUT: checks key, date, digest and signature; whoever asks may read."""

    def __init__(self, says, readable=True):
        self.says, self.readable, self.files, self.puts = says, readable, {}, 0

    def __call__(self, seen):
        if seen.method == "HEAD":
            return self.says(200 if self.readable and seen.path in self.files else 403)
        self.puts += 1
        digest = hashlib.sha256(seen.body).hexdigest()
        when = _moment(seen.headers["x-amz-date"])
        url = f"http://{seen.headers['host']}{seen.path}"
        signed = sign_s3("us", "a-secret-of-the-bucket", "eu-1", "PUT", url, digest, when, {"content-type": seen.headers["content-type"]})
        if seen.headers["x-amz-content-sha256"] != digest or seen.headers["authorization"] != signed["authorization"]:
            return self.says(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>", {"content-type": "application/xml"})
        self.files[seen.path] = seen.body
        return self.says(200)


def _moment(stamp):
    from datetime import UTC, datetime

    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@pytest.fixture
def keys(monkeypatch):
    monkeypatch.setenv("S3_KEY", "us")
    monkeypatch.setenv("S3_SECRET", "a-secret-of-the-bucket")


def put(calendar, box, times=1):
    """The address that a conversation gets for the picture."""

    async def work():
        async with Transport(calendar, SystemClock()) as transport:
            blob = transport.blobs.keep(PICTURE, "image/png")
            for _ in range(times):
                steps = public_address(blob)
                answer = await transport.send(box("https://box.example"), next(steps), {}, "0.0")
                try:
                    steps.send(answer)
                except StopIteration as stop:
                    found = stop.value
            return found

    return work()


def in_bucket(calendar, box, loopback, bucket, times=1, **more):
    async def work():
        async with loopback(bucket) as server:
            media = {"host": f"{server.url}/smm", "region": "eu-1", "secret": SECRET, **more}
            return await put(replace(calendar, media=media), box, times), server.url

    return asyncio.run(work())


def test_a_file_goes_into_the_bucket_signed_once_and_is_fetched_by_its_digest(calendar, box, loopback, says, keys):
    bucket = Bucket(says)
    address, url = in_bucket(calendar, box, loopback, bucket, times=3)
    name = hashlib.sha256(PICTURE).hexdigest()[:32]
    assert address == f"{url}/smm/{name}.png"
    assert bucket.files == {f"/smm/{name}.png": PICTURE}
    assert bucket.puts == 1


def test_a_wrong_key_is_said_in_the_buckets_own_word_and_the_secret_is_not(calendar, box, loopback, says, keys, monkeypatch):
    monkeypatch.setenv("S3_SECRET", "another-secret-value")
    with pytest.raises(ConfigError, match="SignatureDoesNotMatch") as refused:
        in_bucket(calendar, box, loopback, Bucket(says))
    assert "another-secret" not in str(refused.value)


def test_a_bucket_that_nobody_may_read_is_no_public_address(calendar, box, loopback, says, keys):
    with pytest.raises(ConfigError, match="does not answer to everybody"):
        in_bucket(calendar, box, loopback, Bucket(says, readable=False))


def test_a_server_that_is_down_is_tried_again_later(calendar, box, loopback, says, keys):
    with pytest.raises(Retriable):
        in_bucket(calendar, box, loopback, lambda seen: says(503))


def test_a_bucket_without_tls_is_refused(calendar, box, keys):
    with pytest.raises(ConfigError, match="without TLS"):
        asyncio.run(put(replace(calendar, media={"host": "http://s3.invalid/smm", "secret": SECRET}), box))


def site(calendar, address):
    channel = Channel("blog", "site", {"output": "public", "address": address})
    return replace(calendar, channels={"blog": channel}, media={"host": "channel:blog"})


def test_a_file_below_the_site_is_fetched_from_where_the_site_is_served(calendar, box):
    served = calendar.root / "public"
    served.mkdir()
    handler = functools.partial(_Quiet, directory=str(served))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = asyncio.run(put(site(calendar, f"http://127.0.0.1:{server.server_port}"), box))
    finally:
        server.shutdown()
        server.server_close()
    name = address.rpartition("/")[2]
    assert (served / "hosted" / name).read_bytes() == PICTURE


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *said):
        pass


def test_a_site_that_is_not_deployed_yet_is_tried_again_later(calendar, box, loopback, says):
    async def work():
        async with loopback(says(404)) as server:
            return await put(site(calendar, server.url), box)

    with pytest.raises(Retriable, match="does not answer yet"):
        asyncio.run(work())


def test_a_channel_that_is_no_site_keeps_no_files(calendar, box):
    with pytest.raises(ConfigError, match="no such channel of the network site"):
        asyncio.run(put(replace(calendar, media={"host": "channel:blog"}), box))


def program(calendar, text):
    script = calendar.root / "put.py"
    script.write_text(text)
    return f"{sys.executable} {shlex.quote(str(script))}"


def test_a_trusted_program_gets_path_and_name_and_prints_the_address(calendar, box):
    words = "import sys, pathlib\nprint('https://cdn.example/' + sys.argv[2] + '?' + str(len(pathlib.Path(sys.argv[1]).read_bytes())))\n"
    command = program(calendar, words)
    trust(calendar.root, command)
    address = asyncio.run(put(replace(calendar, media={"host": f"command:{command}"}), box))
    assert address == f"https://cdn.example/{hashlib.sha256(PICTURE).hexdigest()[:32]}.png?{len(PICTURE)}"


def test_a_program_that_nobody_trusts_does_not_run(calendar, box):
    command = program(calendar, "import pathlib\npathlib.Path('ran').touch()\n")
    with pytest.raises(ConfigError, match="does not trust"):
        asyncio.run(put(replace(calendar, media={"host": f"command:{command}"}), box))
    assert not (calendar.root / "ran").exists()


def test_a_program_that_prints_no_address_is_an_error(calendar, box):
    command = program(calendar, "print('done')\n")
    trust(calendar.root, command)
    with pytest.raises(ConfigError, match="printed no https address"):
        asyncio.run(put(replace(calendar, media={"host": f"command:{command}"}), box))


def test_without_a_host_the_person_is_told_what_to_write(calendar, box):
    with pytest.raises(ConfigError, match="public address") as refused:
        asyncio.run(put(calendar, box))
    assert "[media]" in refused.value.hint


def test_a_rehearsal_keeps_nothing_anywhere(calendar, box):
    async def work():
        async with Transport(calendar, SetClock(_moment("20261124T080000Z")), apps=lambda host: None) as transport:
            blob = transport.blobs.keep(PICTURE, "image/png")
            return await transport.send(box("https://box.example"), next(public_address(blob)), {}, "0.0")

    assert asyncio.run(work()).get("url").startswith("https://media.example/")
