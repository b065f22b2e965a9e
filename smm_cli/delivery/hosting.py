"""The carrier of `media:` requests: a file is put where networks can fetch it, by `[media] host` in channels.toml."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smm_cli.accounts.references import resolve
from smm_cli.accounts.s3 import sign_s3
from smm_cli.accounts.trust import is_trusted
from smm_cli.delivery.handles import target_of
from smm_cli.errors import ConfigError, Retriable
from smm_cli.networks import load
from smm_cli.words.exchange import OK, Answer, Request, Slice

if TYPE_CHECKING:
    from smm_cli.delivery.transport import Transport

STAND_IN = "https://media.example/"
"""Where files are in a rehearsal."""
FOLDER = "hosted"
"""Below a site's output: files that other networks fetch."""
SECONDS = 300.0
"""The longest that a command may take to put a file."""
HINT = "[media] in channels.toml: docs/how-to/media.md"


async def host(transport: Transport, request: Request) -> Answer:
    """Put the file of `request` where its address ends; the answer is {"url": …}, an address that answers by now.

    Raises ConfigError where nobody keeps files or the place refuses, Retriable where the file cannot be fetched from there yet.
    """
    name = request.url.removeprefix("media:")
    if transport.apps is not None:
        return Answer(201, {}, {"url": f"{STAND_IN}{name}"})
    said = transport.calendar.media
    way = str(said.get("host", ""))
    assert isinstance(request.body, Slice)
    if way.startswith("channel:"):
        address = await _site(transport, way.removeprefix("channel:"), request, name)
    elif way.startswith("command:"):
        address = await asyncio.to_thread(_command, transport, way.removeprefix("command:").strip(), request.body, name)
    elif way:
        address = await _bucket(transport, said, request, name)
    else:
        what = "this network fetches pictures and films from a public address, and there is none"
        raise ConfigError(what, hint=HINT, slug="media-host")
    return Answer(201, {}, {"url": address})


async def _site(transport: Transport, name: str, request: Request, file: str) -> str:
    """Into the output of a `site` channel. Who deploys that folder must have done so before the file is there for others."""
    channel = transport.calendar.channels.get(name)
    if channel is None or channel.network != "site":
        raise ConfigError(f'[media] host = "channel:{name}": there is no such channel of the network site', hint=HINT, slug="media-host")
    network = load(channel.network)(channel)
    await transport.send(network, Request("PUT", f"file:{FOLDER}/{file}", request.body), {}, "")
    address = f"{str(network.settings.address).rstrip('/')}/{FOLDER}/{file}"
    if not await _answers(transport, address):
        what = f"{network.settings.output}/{FOLDER}/{file} is written, but {address} does not answer yet"
        raise Retriable(what, hint=f"deploy {network.settings.output}/, or serve it where it is", slug="media-not-there")
    return address


async def _bucket(transport: Transport, said: Mapping[str, Any], request: Request, file: str) -> str:
    """Into an S3-compatible bucket. A file that is there is not sent again: its name is its digest."""
    assert isinstance(request.body, Slice)
    url = f"{str(said['host']).rstrip('/')}/{file}"
    address = f"{str(said.get('address') or said['host']).rstrip('/')}/{file}"
    if await _answers(transport, address):
        return address
    target, blob = target_of(url), request.body.blob
    if target.scheme != "https" and not target.local:
        raise ConfigError("[media] host would be asked without TLS", hint="write https://", slug="no-tls")
    secret = said.get("secret") or {}
    key, value = (
        resolve(str(secret.get(name, "")), transport.calendar.root, name=f"[media] ({name})", hide=name == "secret")
        for name in ("key", "secret")
    )
    headers = sign_s3(
        key, value, str(said.get("region", "us-east-1")), "PUT", url, blob.sha256, transport.clock.now(), {"content-type": blob.type}
    )
    answer = await transport.put(Request("PUT", url, request.body, headers, reads="any"), target)
    if answer.status not in OK:
        what = f"{target.key} did not take {file}: {answer.status} {_code(answer.body)}".strip()
        raise (Retriable if answer.status >= 500 else ConfigError)(what, hint=HINT, slug="media-host")
    if not await _answers(transport, address):
        what = f"{file} is in the bucket, but {address} does not answer to everybody"
        raise ConfigError(what, hint="let anybody read the bucket's files, or set address", slug="media-host")
    return address


def _command(transport: Transport, command: str, body: Slice, file: str) -> str:
    """By a program of the user's: it gets the file's path and its name, and prints where it can be fetched."""
    root = transport.calendar.root
    if not is_trusted(root, command):
        what = f"[media] host: this machine does not trust the command: {command}"
        raise ConfigError(what, hint=f"read it, then: smm trust {shlex.quote(command)}", slug="untrusted-command")
    words = [*shlex.split(command), str(transport.blobs.path(body.blob)), file]
    try:
        done = subprocess.run(words, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False, text=True)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as wrong:
        raise ConfigError(f"[media] host: {command} did not work: {type(wrong).__name__}", hint=HINT, slug="media-host") from None
    address = next(iter(done.stdout.split()), "")
    if done.returncode or not address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        what = f"[media] host: {command} ended with {done.returncode} and printed no https address"
        raise ConfigError(what, hint="it gets the file's path and its name, and prints its address", slug="media-host")
    return address


async def _answers(transport: Transport, address: str) -> bool:
    answer = await transport.look(Request("HEAD", address, foreign=True, reads="any"))
    return answer.status in OK


def _code(body: Any) -> str:
    """The code in an S3 error, which is XML: <Code>AccessDenied</Code>."""
    text = body if isinstance(body, str) else ""
    return text.partition("<Code>")[2].partition("</Code>")[0][:60]
