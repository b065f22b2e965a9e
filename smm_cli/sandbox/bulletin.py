"""The sandbox's page as an ASGI program: what was posted, as HTML and JSON, and faults switched on and off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.networks import load
from smm_cli.pages import sandbox as page
from smm_cli.sandbox.base import Call, Fake, Fault, Receive, Reply, Scope, Send, read_call
from smm_cli.sandbox.call import Refused

FAULTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "rate_limit": ("429", {"seconds": 60.0}),
    "silence_after": ("silence after publishing", {"commits": True}),
    "status": ("503", {"status": 503, "body": {"error": "unavailable, by request"}}),
    "slow": ("slow", {"seconds": 5.0}),
}
"""Faults that the page offers: what it calls them, and how they strike."""
KINDS = ("unreachable", "silence_before", "half", *FAULTS)
HTML = {"content-type": "text/html; charset=utf-8", "content-security-policy": page.POLICY, "x-content-type-options": "nosniff"}


class Bulletin:
    """The page of some fakes, by network. `lines` are those of channels.toml."""

    def __init__(self, fakes: Mapping[str, Fake], addresses: Mapping[str, str], lines: Mapping[str, str]) -> None:
        self.fakes = fakes
        self.addresses = addresses
        self.lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await read_call(scope, receive)
        try:
            _check_who_asks(call)
            reply = self._answer(call)
        except Refused as refused:
            reply = refused.reply
        headers = {"content-length": str(len(reply.content)), "cache-control": "no-store", **reply.all_headers}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
        await send({"type": "http.response.body", "body": reply.content})

    def _answer(self, call: Call) -> Reply:
        match call.method, call.path:
            case "GET", "/":
                return Reply(200, page.whole_page(self._shown()), HTML)
            case "GET", "/posted.html":
                return Reply(200, page.posted_part(self._shown()), HTML)
            case "GET", "/posted.json":
                return Reply(200, [entry for network in self.fakes for entry in self._entries(network)])
            case "POST", "/faults":
                return self._fault(call)
        content = page.asset(call.path.lstrip("/")) if call.method == "GET" else None
        if content is None:
            raise Refused(404, {"error": "there is no such page"})
        return Reply(200, content, {"content-type": page.TYPES[call.path.lstrip("/")], "x-content-type-options": "nosniff"})

    def _entries(self, network: str) -> list[dict[str, Any]]:
        """What was posted on one fake, the oldest first."""
        return [
            {
                "network": network,
                "account": posted.account,
                "id": posted.id,
                "url": posted.url,
                "text": posted.text,
                "at": posted.at.isoformat(timespec="seconds"),
                "media": list(posted.media),
                "reply_to": posted.reply_to,
                "deleted": posted.deleted,
                "edited": posted.edited,
            }
            for posted in self.fakes[network].posted
        ]

    def _shown(self) -> list[dict[str, Any]]:
        return [
            {
                "network": network,
                "title": load(network).title,
                "address": self.addresses[network],
                "lines": self.lines[network],
                "threads": page.threads_of(self._entries(network)),
                "faults": [_says(fault) for fault in fake.faults if fault.times != 0],
            }
            for network, fake in self.fakes.items()
        ]

    def _fault(self, call: Call) -> Reply:
        """Arm a fault: `network`, `kind` (or clear), and as JSON any field of Fault; a form (from the page) is sent back to it."""
        try:
            sent = dict(call.sent)
        except ValueError:
            raise Refused(400, {"error": "the body is no JSON"}) from None
        fake, kind = self.fakes.get(str(sent.pop("network", ""))), str(sent.pop("kind", ""))
        if fake is None or kind not in (*KINDS, "clear"):
            raise Refused(422, {"error": f"network is one of {', '.join(self.fakes)}; kind one of {', '.join((*KINDS, 'clear'))}"})
        if kind == "clear":
            fake.faults.clear()
        else:
            _, values = FAULTS.get(kind, ("", {}))
            try:
                fake.faults.append(Fault(kind, **{**values, **(sent if call.type == "application/json" else {})}))
            except TypeError as error:
                raise Refused(422, {"error": str(error)}) from None
        if call.type == "application/json":
            return Reply(200, {"faults": [_says(fault) for fault in fake.faults if fault.times != 0]})
        return Reply(303, "", {"location": "/"})


def _says(fault: Fault) -> str:
    name = FAULTS.get(fault.kind, (fault.kind.replace("_", " "), {}))[0]
    return name if fault.times == 1 else f"{name}, {'always' if fault.times is None else f'{fault.times} times'}"


def _check_who_asks(call: Call) -> None:
    """Refuse other sites: a name that leads here (DNS rebinding), and forms sent from elsewhere."""
    host = urlsplit(f"//{call.host}").hostname or ""
    if host not in ("localhost", "::1") and not host.startswith("127."):
        raise Refused(403, {"error": "ask 127.0.0.1"})
    origin = call.headers.get("origin", "")
    if origin and urlsplit(origin).netloc != call.host:
        raise Refused(403, {"error": "another site asks"})
