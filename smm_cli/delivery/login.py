"""Logging in with a person: the address to visit, a page on this machine that the browser comes back to, or a pasted code."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlsplit

from smm_cli.accounts.logged_in import LoggedIn, store_login
from smm_cli.accounts.masks import masked
from smm_cli.accounts.sign import challenge
from smm_cli.delivery.handles import Filler, keep_secret
from smm_cli.delivery.renew import converse
from smm_cli.errors import AuthFailed, Rejected, UsageError
from smm_cli.networks.base import Network
from smm_cli.words.auth import Session
from smm_cli.words.conversation import Visit
from smm_cli.words.exchange import Answer

if TYPE_CHECKING:
    from smm_cli.delivery.transport import Transport

__all__ = ["LoggedIn", "log_in", "store_login"]

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""The redirect address that makes a server show the code instead (Mastodon's documentation, 2026-07-02)."""
PATIENCE = 600.0
"""Seconds that a person has at the browser."""
HEAD = 16_384


async def log_in(
    transport: Transport,
    network: Network,
    *,
    typed: Mapping[str, str],
    ask: Callable[[str], str],
    show: Callable[[str], None],
    browser: bool,
    visit: Callable[[str], object] = webbrowser.open,
) -> LoggedIn:
    """Run the network's `login` with a person. Nothing is stored.

    `typed` is what she typed: secrets by the names that `network.auth.secrets` lists, and plain words such as `identifier`.
    `show` tells her something, `ask` gives what she types. With `browser` the address is opened by `visit` and the browser comes
    back to a page on 127.0.0.1; without, she pastes a code. Raises AuthFailed, UsageError, Retriable, ConfigError.
    """
    if network.login is None:
        raise UsageError(f"{network.title} has no login", hint=f"smm network show {network.name} says where its secret comes from")
    vault: dict[str, str] = {}
    inputs = _inputs(network, typed, vault)
    state = inputs["state"]
    fixed = str(getattr(network.settings, "redirect_uri", ""))
    async with _desk(state, listening=browser and not isinstance(network.auth, Session), fixed=fixed) as desk:
        inputs["redirect_uri"] = desk.address

        async def wait(step: Visit) -> Answer:
            show(f"{step.instructions}\n{step.url}".strip())
            if fixed and not desk.listening:
                show(f"Then the browser goes to {fixed}…, where nothing may answer: copy the whole address from it.")
            code = await desk.code(lambda: visit(step.url)) if desk.listening else await _pasted(ask, state)
            return Answer(200, {}, {"code": keep_secret(vault, "code", code)})

        try:
            tokens = await converse(transport, network, network.login(inputs), vault, "login", wait)
        except Rejected as refused:
            raise AuthFailed(f"{network.title} refused the login: {masked(refused.what)}", where=network.channel.name) from None
    lasting = network.auth.secrets
    filler = Filler(vault, transport.credentials(network), frozenset())
    own = {name: filler.value(name) for name in typed if name in lasting}
    return LoggedIn({**own, **tokens.values}, tokens.expires_in, tokens.handle, lasting, tokens.ends_in)


def _inputs(network: Network, typed: Mapping[str, str], vault: dict[str, str]) -> dict[str, str]:
    """What the conversation gets: chance of this login (state, PKCE), and what she typed; secrets as handles."""
    verifier = secrets.token_urlsafe(48)
    found = {"state": secrets.token_urlsafe(24), "challenge": challenge(verifier), "verifier": keep_secret(vault, "verifier", verifier)}
    for name, value in typed.items():
        found[name] = keep_secret(vault, name, value) if name in network.auth.secrets or name == "password" else value
    return found


async def _pasted(ask: Callable[[str], str], state: str) -> str:
    """The code that a person pastes: alone, or the whole address that the browser was sent to."""
    text = (await asyncio.to_thread(ask, "Paste the code that the page shows: ")).strip()
    if "code=" in text:
        said = parse_qs(urlsplit(text).query or text)
        if "state" in said and not hmac.compare_digest(said["state"][0], state):
            raise AuthFailed("this address belongs to another login", hint="start again, and paste what the new page shows")
        text = said.get("code", [""])[0]
    if not text:
        raise UsageError("no code was given")
    return text


class _Desk:
    """Where a browser brings the code; `address` is the redirect address to tell the network."""

    def __init__(self, state: str) -> None:
        self.address = OUT_OF_BAND
        self.listening = False
        self._state = state
        self._code: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def code(self, start: Callable[[], object]) -> str:
        """Open the browser by `start`, and wait for the code. Raises AuthFailed."""
        await asyncio.to_thread(start)
        try:
            return await asyncio.wait_for(self._code, PATIENCE)
        except TimeoutError:
            hint = "smm channel login NAME --no-browser takes a pasted code"
            raise AuthFailed(f"nobody came back from the browser in {PATIENCE / 60:.0f} minutes", hint=hint) from None

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One visit of a browser."""
        try:
            async with asyncio.timeout(10):
                head = await reader.readuntil(b"\r\n\r\n")
            status, words = self._judge(head.decode("latin-1"))
            writer.write(_page(status, words))
            await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # whoever that was, it is not our browser
        finally:
            writer.close()

    def _judge(self, head: str) -> tuple[str, str]:
        """Status and words for a visitor: only a request to our very address with our state may bring a code."""
        first, *lines = head.split("\r\n")
        method, _, rest = first.partition(" ")
        target = rest.partition(" ")[0]
        names = {line.partition(":")[0].strip().lower(): line.partition(":")[2].strip() for line in lines}
        said = dict(parse_qsl(urlsplit(target).query))
        if method != "GET" or names.get("host") != urlsplit(self.address).netloc or urlsplit(target).path != urlsplit(self.address).path:
            return "404 Not Found", "There is nothing here."
        if not hmac.compare_digest(said.get("state", "").encode(), self._state.encode()):
            return "400 Bad Request", "This address does not belong to the login that is waiting. Please start again."
        if self._code.done():
            return "200 OK", "You can close this window."
        if said.get("code"):
            self._code.set_result(said["code"])
            return "200 OK", "You are logged in. You can close this window and go back to smm."
        self._code.set_exception(AuthFailed("the network did not give its consent", hint="try again, and say yes on its page"))
        return "200 OK", "The login was not allowed. You can close this window."


@asynccontextmanager
async def _desk(state: str, *, listening: bool, fixed: str) -> AsyncIterator[_Desk]:
    """`fixed` is the redirect address registered with the app; one that leads elsewhere than to this machine is pasted from the browser."""
    desk = _Desk(state)
    told = urlsplit(fixed)
    desk.address = fixed or desk.address
    if not listening or (fixed and (told.scheme != "http" or told.hostname not in ("127.0.0.1", "localhost") or not told.port)):
        yield desk
        return
    try:
        server = await asyncio.start_server(desk.meet, "127.0.0.1", told.port or 0, limit=HEAD)
    except OSError as error:
        raise UsageError(f"nothing can listen at {fixed}: {error.strerror}", hint="end what uses that port, or --no-browser") from None
    desk.listening = True
    desk.address = fixed or f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callback"
    try:
        yield desk
    finally:
        server.close()


def _page(status: str, words: str) -> bytes:
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>smm</title>'
        f'<body style="font: 1.2em system-ui, sans-serif; max-width: 30em; margin: 20vh auto; padding: 1em"><p>{words}</p></body></html>'
    ).encode()
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {len(body)}\r\nconnection: close\r\n"
        "cache-control: no-store\r\nreferrer-policy: no-referrer\r\n"
        "content-security-policy: default-src 'none'; style-src 'unsafe-inline'\r\n\r\n"
    )
    return head.encode() + body
