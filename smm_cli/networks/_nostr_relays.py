"""What is said to relays, and what they tell: events, questions, receipts, whose key it is."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from smm_cli.errors import OutcomeUnknown, Retriable
from smm_cli.networks import _nostr_event as events
from smm_cli.networks._nostr_fault import may_mend
from smm_cli.text.nostr import encode, event_id
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking, Publishing, Verifying, Wait
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Json, Request, handle
from smm_cli.words.frozen import dataclass

PATIENCE = 10.0
"""Seconds for each relay."""


@dataclass(frozen=True, slots=True)
class Relays:
    """The relays of a channel, and where links of receipts lead."""

    names: tuple[str, ...]
    viewer: str

    def tell(self, event: Mapping[str, Any], relays: Sequence[str] = (), **more: Any) -> Request:
        """One event for all of them (or for `relays`) at once."""
        named = list(relays or self.names)
        return Request("EVENT", named[0], Json({"event": dict(event), "relays": named}), timeout=PATIENCE, **more)

    def publish(self, event: Mapping[str, Any]) -> Publishing:
        """Tell all of them; who failed for now is told once more."""
        answer = yield self.tell(event, commits=True)
        receipt, others = self.receipt(answer), missing(answer)
        if others:
            yield receipt
            yield Wait(5.0)
            again = yield self.tell(event, others, may_fail=True)
            receipt = replace(receipt, more={**receipt.more, "relays": [*receipt.more["relays"], *took(again)]})
        return receipt

    def ask(self, wanted: Mapping[str, Any], *, may_fail: bool = True) -> Request:
        """A question to all of them at once."""
        body = Json({"filters": [dict(wanted)], "relays": list(self.names)})
        return Request("REQ", self.names[0], body, timeout=PATIENCE, may_fail=may_fail)

    def receipt(self, answer: Answer) -> PartReceipt:
        """The receipt of what was told. Raises OutcomeUnknown where the answer is about something else."""
        event = answer.get("event", default={})
        if not event.get("id") or event.get("id") != event_id(event):
            raise OutcomeUnknown("the relays answered for another event")
        return self.receipt_of(event, took(answer))

    def receipt_of(self, event: Mapping[str, Any], relays: list[str]) -> PartReceipt:
        """The receipt of an event that `relays` have."""
        more: dict[str, Any] = {"relays": relays, "author": event["pubkey"], "kind": event["kind"], "created_at": event["created_at"]}
        more |= {"d": events.tag_of(event, "d")} if event["kind"] == events.ARTICLE else {"root": events.root_of(event)}
        return PartReceipt(str(event["id"]), f"{self.viewer}{events.name_of(event, relays)}", more)

    def found(self, target: Mapping[str, Any] | None, key: str) -> Generator[Request, Any, dict[str, Any] | None]:
        """What is answered, with where its thread begins: a note of somebody else's is looked at."""
        known = demanded(target, key)
        if not known or known.get("root"):
            return known
        answer = yield self.ask({"ids": [known["id"]]})
        event = next((one for one in answer.get("events", default=[]) if one.get("id") == known["id"]), None)
        return {**known, "root": events.root_of(event), "author": str(event.get("pubkey"))} if event else known

    def withdrawal(self, receipt: PartReceipt) -> Request:
        """Ask those who have it to delete (NIP-09), a second after all that was said before."""
        more = receipt.more
        kind, at = int(more.get("kind", events.NOTE)), int(more.get("created_at", 0))
        tags = [["e", receipt.id], ["k", str(kind)]]
        if kind == events.ARTICLE:
            tags.append(["a", f"{kind}:{more.get('author', '')}:{more.get('d', '')}"])
        since = int(receipt.at.timestamp()) if receipt.at else 0
        event = {"created_at": max(at, since) + 1, "kind": events.DELETION, "tags": tags, "content": ""}
        return self.tell(event, [relay for relay in self.names if relay in more.get("relays", self.names)])

    def look_for(self, intent: Intent) -> Looking:
        """Ask all for what we wrote at that second. Not there: only where each of them answered."""
        sent = intent.request.body.value["event"] if isinstance(intent.request.body, Json) else {}
        at = sent.get("created_at", 0)
        answer = yield self.ask({"authors": [handle("pubkey")], "kinds": [sent.get("kind")], "since": at - 1, "until": at + 1})
        for event in answer.get("events", default=[]):  # a relay may take `since` as later than (nostr-relay 1.14)
            if all(event.get(name) == sent.get(name) for name in ("created_at", "content", "tags")):
                return Found(self.receipt_of(event, took(answer)))
        whole = answer.ok and set(took(answer)) == set(self.names)
        return Absent() if whole else CannotTell(", ".join(self.names))

    def account(self) -> Verifying:
        """Whose key it is, by what name others know it, and what the relays take (NIP-11)."""
        answer = yield self.ask({"authors": [handle("pubkey")], "kinds": [0]}, may_fail=False)
        key = str(answer.get("pubkey", default=""))
        said = [event for event in answer.get("events", default=[]) if event.get("kind") == 0 and event.get("pubkey") == key]
        newest: Mapping[str, Any] = max(said, key=lambda event: int(event.get("created_at", 0)), default={})
        longest = []
        for relay in self.names:
            address = "http" + relay.removeprefix("ws")
            told = yield Request("GET", address, headers={"accept": "application/nostr+json"}, may_fail=True, auth="", timeout=PATIENCE)
            most = told.get("limitation", "max_content_length")
            longest += [most] if isinstance(most, int) and most > 0 else []
        npub = encode("npub", bytes.fromhex(key))
        limits = {"text": min(longest)} if longest else {}
        return Account(npub, key, _profile_name(newest) or npub, f"{self.viewer}{npub}", "nostr", limits=limits)


def took(answer: Answer) -> list[str]:
    """The relays that have it, or answered."""
    return [relay for relay, one in answer.get("relays", default={}).items() if one.get("ok")]


def missing(answer: Answer) -> list[str]:
    """Relays that may take it yet."""
    return [relay for relay, one in answer.get("relays", default={}).items() if not one.get("ok") and may_mend(str(one.get("told", "")))]


def demanded(target: Mapping[str, Any] | None, key: str) -> dict[str, Any] | None:
    """`target`, or Retriable where it is not public yet."""
    if target and "unknown" in target:
        raise Retriable(f"{key}: {target['unknown']} is not yet published on this channel")
    return dict(target) if target else None


def _profile_name(event: Mapping[str, Any]) -> str:
    try:
        said = json.loads(str(event.get("content") or "{}"))
    except ValueError:
        return ""
    return str(said.get("display_name") or said.get("name") or "") if isinstance(said, Mapping) else ""
