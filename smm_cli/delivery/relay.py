"""The carrier of wss: requests: signed events to Nostr relays, and questions to them (NIP-01, NIP-42).

Several relays are one commit: `relays` of the body are told at once, each has the request's time-out for itself, and one that takes
the event makes it public. To say it again is harmless for ever, since an event is its own name.

    Request("EVENT", "wss://a", Json({"event": unsigned, "relays": ["wss://a", "wss://b"]}), commits=True)
        ─▶ Answer(200, body={"event": signed, "relays": {"wss://a": {"ok": true, "told": ""}, …}})
    Request("REQ", "wss://a", Json({"filters": [{"kinds": [0]}], "relays": […]}))
        ─▶ Answer(200, body={"pubkey": hex, "events": [each once], "relays": {…}})

Where no relay took it, 400 and what each said; where a relay may have got it and said nothing, Silence.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from smm_cli.accounts.nostr import Key
from smm_cli.delivery import program
from smm_cli.delivery.connections import hush, tls
from smm_cli.delivery.handles import target_of
from smm_cli.delivery.incoming import Incoming
from smm_cli.delivery.judge import Silence
from smm_cli.delivery.wire import AGENT, Wire
from smm_cli.errors import ConfigError
from smm_cli.words.exchange import Answer, Json, Request, handle
from smm_cli.words.frozen import dataclass

if TYPE_CHECKING:
    from smm_cli.delivery.transport import Transport
    from smm_cli.networks.base import Network

SUBSCRIPTION = "smm"
LONGEST, MOST = 1 << 20, 2000
"""Bytes of a message that is read, and messages of one relay: whoever sends more is not listened to."""
ASKED = "auth-required:"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one relay. `reached` False: surely nothing arrived; `said` False: no answer. `status`: a refusal in HTTP."""

    ok: bool = False
    told: str = ""
    reached: bool = True
    said: bool = True
    status: int = 0
    events: tuple[Mapping[str, Any], ...] = ()


async def ask(transport: Transport, network: Network, request: Request) -> Answer:
    """The answer of all relays together. Raises Silence, ConfigError."""
    signer = transport.signer(network)
    secret = (await signer.credentials.ready(*network.auth.secrets))[network.auth.secrets[0]]
    key = Key(secret)
    signer.used = secret
    assert isinstance(request.body, Json)
    body = _filled(request.body.value, key.public)
    relays = list(dict.fromkeys([request.url, *body.get("relays", ())]))
    for relay in relays:
        _check(transport, network, relay)
    message = ["EVENT", key.signed(body["event"])] if request.method == "EVENT" else ["REQ", SUBSCRIPTION, *body["filters"]]
    asking = _in_process if transport.apps is not None else _over_sockets
    heard = dict(zip(relays, await asyncio.gather(*(asking(transport, key, request, relay, message) for relay in relays)), strict=True))
    return _together(request, key, message, heard)


def _together(request: Request, key: Key, message: list[Any], heard: Mapping[str, Heard]) -> Answer:
    told = {relay: {"ok": one.ok, "told": one.told, **({"status": one.status} if one.status else {})} for relay, one in heard.items()}
    if request.method == "EVENT":
        body: dict[str, Any] = {"event": message[1], "relays": told}
    else:
        events = {str(event.get("id")): event for one in heard.values() for event in one.events}
        body = {"pubkey": key.public, "events": [events[id] for id in sorted(events)], "relays": told}
    if any(one.ok for one in heard.values()):
        return Answer(200, {}, body)
    silent = [relay for relay, one in heard.items() if one.reached and not one.said]
    if silent:
        raise Silence(f"{', '.join(silent)} said nothing", reached=True)
    spoken = [one for one in heard.values() if one.said]
    if not spoken:
        raise Silence("; ".join(f"{relay}: {one.told}" for relay, one in heard.items()), reached=False)
    return Answer(next((one.status for one in spoken if one.status), 400), {}, body)


def _check(transport: Transport, network: Network, relay: str) -> None:
    target = target_of("http" + relay.removeprefix("ws"))
    transport.signer(network).refuse_strangers(target)
    if relay.startswith("ws://") and not target.local and transport.apps is None:
        raise ConfigError(f"{relay} would be asked without TLS", where=network.channel.name, hint="write wss://", slug="no-tls")


def _filled(value: Any, public: str) -> Any:
    if isinstance(value, str):
        return value.replace(handle("pubkey"), public)
    if isinstance(value, Mapping):
        return {name: _filled(inner, public) for name, inner in value.items()}
    return [_filled(inner, public) for inner in value] if isinstance(value, list | tuple) else value


# -- one relay ------------------------------------------------------------------------------------------------------------------


class _Exchange:
    """What is said with one relay, message by message; `heard` once it is over."""

    def __init__(self, key: Key, relay: str, message: list[Any], now: datetime) -> None:
        self.heard: Heard | None = None
        self._key, self._relay, self._message, self._now = key, relay, message, now
        self._id = str(message[1]["id"]) if message[0] == "EVENT" else ""
        self._challenge, self._knock, self._refused = "", "", ""
        self._events: list[Mapping[str, Any]] = []

    def take(self, said: Any) -> list[Any]:
        """A message of the relay; what to say next, if anything."""
        match said:
            case ["AUTH", str(challenge), *_]:
                self._challenge = challenge
                return self._knocking(self._refused) if self._refused else []
            case ["OK", self._id | "", ok, *more] if self._id and (said[1] or ok is not True):  # nostr-relay refuses without saying what
                told = str(more[0]) if more else ""
                if ok is True or told.startswith("duplicate:"):
                    self.heard = Heard(True, told)
                else:
                    return self._knocking(told)
            case ["OK", self._knock, ok, *more] if self._knock:
                if ok is True:
                    return [self._message]
                self.heard = Heard(told=str(more[0]) if more else ASKED)
            case ["EVENT", str(), dict(event), *_] if len(self._events) < MOST:
                self._events.append(event)
            case ["EOSE", *_]:
                self.heard = Heard(True, events=tuple(self._events))
            case ["NOTICE", str(told)] if told.startswith("rate-limited"):
                self.heard = Heard(told=told)
            case ["CLOSED", str(), *more]:
                return self._knocking(str(more[0]) if more else "")
        return []

    def _knocking(self, told: str) -> list[Any]:
        """Say who we are where that is what is missing, once; else it is a refusal."""
        if not told.startswith(ASKED) or self._knock:
            self.heard = Heard(told=told)
        elif self._challenge:
            event = self._key.knock(self._relay, self._challenge, self._now)
            self._knock = str(event["id"])
            return [["AUTH", event]]
        else:
            self._refused = told
        return []


async def _in_process(transport: Transport, key: Key, request: Request, relay: str, message: list[Any]) -> Heard:
    """A rehearsal: the fake gets the message as the body of a request of the same method, and answers what a relay would send."""
    url = "http" + relay.removeprefix("ws")
    app = transport.apps(target_of(url).key) if transport.apps else None
    if app is None:
        return Heard(told="nothing answers there in a rehearsal", reached=False, said=False)
    content = _text(message).encode(errors="replace")
    headers = {"content-type": "application/json", "content-length": str(len(content))}
    incoming = Incoming(request, transport.blobs)
    try:
        await program.ask(app, request.method, url, headers, Wire((content,), len(content)), incoming, transport.clock)
    except Silence as silence:
        return Heard(told=silence.what, reached=silence.reached, said=False)
    answer = incoming.finish(transport.clock.now(), lambda _, value: value)
    if not answer.ok:
        return Heard(told=str(answer.status), status=answer.status, said=answer.status < 500)
    exchange = _Exchange(key, relay, message, transport.clock.now())
    for said in answer.body if isinstance(answer.body, list) else ():
        exchange.take(said)
    return exchange.heard or Heard(told="it said nothing that can be read", said=False)


async def _over_sockets(transport: Transport, key: Key, request: Request, relay: str, message: list[Any]) -> Heard:
    """A connection of its own for each exchange: some relays slow down one on which they refused something."""
    try:
        import httpx2 as httpx
        from httpx2.websockets import AsyncWebSocketClient, HTTPXWSException, WebSocketUpgradeError
    except ImportError:
        raise ConfigError("Nostr needs a part of smm that is not installed", hint="pip install 'smm-cli[nostr]'", slug="extra") from None
    hush()
    exchange, sent = _Exchange(key, relay, message, transport.clock.now()), False
    client = httpx.AsyncClient(verify=tls(), follow_redirects=False, timeout=request.timeout, headers={"user-agent": AGENT})
    sockets = AsyncWebSocketClient(client, max_message_size_bytes=LONGEST, keepalive_ping_interval_seconds=None)
    try:
        async with asyncio.timeout(request.timeout), client, sockets.connect(relay) as socket:
            sent = True
            await socket.send_text(_text(message))
            while exchange.heard is None:
                for answer in exchange.take(_read(await socket.receive_text())):
                    await socket.send_text(_text(answer))
            return exchange.heard
    except WebSocketUpgradeError as refused:
        status = refused.response.status_code
        return Heard(told=f"answered {status}", status=status, reached=False, said=status < 500)
    except TimeoutError:
        return exchange.heard or Heard(told=f"did not answer within {request.timeout:g} s", reached=sent, said=False)
    except (httpx.HTTPError, httpx.InvalidURL, HTTPXWSException, OSError, ExceptionGroup) as wrong:
        return exchange.heard or Heard(told=f"the connection broke: {type(wrong).__name__}", reached=sent, said=False)


def _text(message: Any) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
