"""A fake relay with a Blossom server beside it. It checks ids and signatures from the specifications, not with smm's making of them.

Sources: nostr-protocol/nips 01, 09, 11, 33 (2026-07-22); hzrd149/blossom BUD-01, 02, 11 (2026-04-22); strfry's and nostr-rs-relay's
defaults where the specifications leave it open. In process a message is the body of a request of its own name; over sockets it is
what WebSockets carry.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smm_cli.accounts import bip340
from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, HungUp, Posted, Receive, Refused, Reply, Scope, Send, Unreachable, route
from smm_cli.text.nostr import encode, pointer

LONGEST = 65_536
"""strfry.conf: maxEventSize."""
FUTURE = 900
"""strfry.conf: rejectEventsNewerThanSeconds."""
HEX = frozenset("0123456789abcdef")


class FakeNostr(Fake):
    """One relay. `twice`: what it says to an event that it has, OK true or false; relays differ. `blocked`: keys it does not want."""

    name = "nostr"
    hosts = ("relay.example", "relay2.example", "blossom.example")
    channel = 'relays = ["wss://relay.example"]\nblossom = ["https://blossom.example"]'

    def __init__(self, clock: Clock, *, twice: bool = True, longest: int = 60_000) -> None:
        super().__init__(clock)
        self.twice = twice
        self.longest = longest
        self.blocked: set[str] = set()
        self.events: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.paths: dict[str, str] = {}

    # -- what a relay is told -----------------------------------------------------------------------------------------------

    @route("GET", "{path*}")
    def document(self, call: Call) -> Reply:
        """NIP-11."""
        return Reply(200, {"name": "sandbox", "software": "smm", "limitation": {"max_content_length": self.longest}})

    def too_many(self, seconds: float) -> Reply:
        return Reply(200, [["OK", self._last, False, "rate-limited: slow down"]])

    _last = ""

    @route("EVENT", "{path*}", commits=True)
    def event(self, call: Call) -> Reply:
        said = call.json
        event = said[1] if isinstance(said, list) and len(said) > 1 and isinstance(said[1], dict) else {}
        self._last = str(event.get("id", ""))
        wrong = self._wrong(event, len(call.content))
        if wrong:
            return Reply(200, [["OK", self._last, False, wrong]])
        if self._last in self.events:
            return Reply(200, [["OK", self._last, self.twice, "duplicate: already have this event"]])
        self._keep(event, call)
        return Reply(200, [["OK", self._last, True, ""]])

    def _wrong(self, event: Mapping[str, Any], size: int) -> str:
        """Why it is refused, as relays say it, or empty."""
        key, sig = str(event.get("pubkey", "")), str(event.get("sig", ""))
        tags = event.get("tags")
        shaped = len(key) == 64 and len(sig) == 128 and set(key + sig) <= HEX and isinstance(event.get("content"), str)
        if not shaped or not isinstance(tags, list) or not all(isinstance(t, list) and all(isinstance(v, str) for v in t) for t in tags):
            return "invalid: the event is malformed"
        whole = [0, key, event.get("created_at"), event.get("kind"), tags, event["content"]]
        made = hashlib.sha256(json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
        if made != event.get("id"):
            return "invalid: bad event id"
        if not bip340.verify(bytes.fromhex(made), bytes.fromhex(key), bytes.fromhex(sig)):
            return "invalid: bad signature"
        if key in self.blocked:
            return "blocked: you are banned from posting here"
        if size > LONGEST + 4096 or len(event["content"].encode()) > self.longest:
            return "invalid: event too large"
        if int(event["created_at"]) > self.now().timestamp() + FUTURE:
            return "invalid: created_at too far in the future"
        return "invalid: an article needs a d tag" if event["kind"] == 30_023 and not _tag(event, "d") else ""

    def _keep(self, event: dict[str, Any], call: Call) -> None:
        id, kind, key = str(event["id"]), int(event["kind"]), str(event["pubkey"])
        self.events[id] = event
        if kind == 5:
            self._delete(event)
        if kind not in (1, 30_023):
            return
        account, relay = encode("npub", bytes.fromhex(key)), f"ws{call.base.removeprefix('http')}{call.path.rstrip('/')}"
        url = "https://njump.me/" + _named(event, relay)
        for old in [one for one in self.events.values() if kind == 30_023 and one is not event and _place(one) == _place(event)]:
            if int(old["created_at"]) <= int(event["created_at"]):
                del self.events[old["id"]]
                self.posted = [
                    replace(one, id=id, text=event["content"], edited=True) if one.id == old["id"] else one for one in self.posted
                ]
                return
        replies = [tag for tag in event["tags"] if tag[0] == "e"]
        alts = tuple(value.removeprefix("alt ") for tag in event["tags"] if tag[0] == "imeta" for value in tag if value.startswith("alt "))
        more = {"kind": kind, "tags": event["tags"]}
        target = replies[-1][1] if replies else ""
        self.publish(Posted(self.name, account, id, url, event["content"], self.now(), alts, target, more=more))

    def _delete(self, event: Mapping[str, Any]) -> None:
        """NIP-09: by whoever wrote it."""
        for tag in event["tags"]:
            for id, old in list(self.events.items()):
                named = id == tag[1] if tag[0] == "e" else tag[0] == "a" and _place(old) == tag[1]
                if named and old["pubkey"] == event["pubkey"] and old["kind"] != 5:
                    del self.events[id]
                    self.change(id, deleted=True)

    @route("REQ", "{path*}")
    def question(self, call: Call) -> Reply:
        said = call.json
        found = [event for event in self.events.values() if any(_fits(event, wanted) for wanted in said[2:])]
        return Reply(200, [*(["EVENT", said[1], event] for event in found), ["EOSE", said[1]]])

    # -- Blossom --------------------------------------------------------------------------------------------------------------

    @route("PUT", "/upload")
    def upload(self, call: Call) -> Reply:
        digest = hashlib.sha256(call.content).hexdigest()
        self._check_leave(call, digest)
        there = digest in self.files
        self.files[digest] = call.content
        ending = call.type.rpartition("/")[2].replace("jpeg", "jpg")
        body = {"url": f"{call.base}/{digest}.{ending}", "sha256": digest, "size": len(call.content), "type": call.type}
        return Reply(200 if there else 201, {**body, "uploaded": int(self.now().timestamp())})

    def _check_leave(self, call: Call, digest: str) -> None:
        """BUD-11: a signed event of kind 24242 for this file, not yet ended."""
        scheme, _, coded = call.headers.get("authorization", "").partition(" ")
        try:
            event = json.loads(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))) if scheme == "Nostr" else {}
        except ValueError:
            event = {}
        if not event or self._wrong(event, 0):
            raise Refused(401, "", x_reason="no valid authorization event")
        if event["kind"] != 24_242 or _tag(event, "t") != "upload" or _tag(event, "x") != digest:
            raise Refused(401, "", x_reason="the authorization is for something else")
        if int(_tag(event, "expiration") or 0) < self.now().timestamp():
            raise Refused(401, "", x_reason="the authorization has expired")

    # -- over sockets -----------------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await super().__call__(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        host = next((value.decode() for name, value in scope["headers"] if name == b"host"), "")
        while (message := await receive())["type"] == "websocket.receive":
            text = str(message.get("text") or "")
            try:
                name = json.loads(text)[0]
                scheme = "https" if scope.get("scheme") == "wss" else "http"
                reply, _ = await self._answer(Call(str(name), scheme, host, scope["path"], content=text.encode()))
            except (HungUp, Unreachable):
                await send({"type": "websocket.close", "code": 1011})
                return
            except (ValueError, IndexError, TypeError):
                reply = Reply(200, [["NOTICE", "error: could not parse that"]])
            for said in reply.body if isinstance(reply.body, list) else ():
                await send({"type": "websocket.send", "text": json.dumps(said)})


def _tag(event: Mapping[str, Any], name: str) -> str:
    return next((tag[1] for tag in event["tags"] if len(tag) > 1 and tag[0] == name), "")


def _place(event: Mapping[str, Any]) -> str:
    """Where an addressable event stands (NIP-01)."""
    return f"{event['kind']}:{event['pubkey']}:{_tag(event, 'd')}"


def _named(event: Mapping[str, Any], relay: str) -> str:
    kind, key = int(event["kind"]), str(event["pubkey"])
    if kind == 30_023:
        return pointer("naddr", _tag(event, "d").encode(), [relay], key, kind)
    return pointer("nevent", bytes.fromhex(event["id"]), [relay], key, kind)


def _fits(event: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """NIP-01: all that a filter names must fit."""
    lists = {"ids": "id", "authors": "pubkey", "kinds": "kind"}
    if any(name in wanted and event[own] not in wanted[name] for name, own in lists.items()):
        return False
    return bool(wanted.get("since", 0) <= event["created_at"] <= wanted.get("until", event["created_at"]))


FAKE = FakeNostr
