"""One room on Matrix as a channel knows it: its id, who is known to know it, and what is sent there."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import OutcomeUnknown
from smm_cli.networks import _matrix_event as events
from smm_cli.networks._matrix_server import DAY, find_room, upload_for
from smm_cli.networks.base import Repeat
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Publishing, Step
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer
from smm_cli.words.frozen import dataclass

SYNAPSE_KEEPS = "Synapse 1.163, storage/databases/main/events_worker.py: transaction ids of a device are kept for 24 hours"


@dataclass(frozen=True, slots=True)
class Room:
    """The room that the settings of a channel name; `account` is what verify found."""

    settings: Any
    account: Account | None
    channel: str

    @property
    def server(self) -> str:
        """The homeserver's address."""
        return str(self.settings.server)

    @property
    def user(self) -> str:
        """The account's id, where it is known."""
        return self.account.id if self.account else ""

    @property
    def via(self) -> tuple[str, ...]:
        """Servers that know the room: as set, else the account's own."""
        return tuple(self.settings.via) or ((self.user.partition(":")[2],) if ":" in self.user else ())

    @property
    def device(self) -> str:
        """The device that the channel logs in as: equal on every machine, since transaction ids count within one device."""
        return str(self.settings.device) or f"SMM-{self.channel}"

    def repeat(self, *, token: bool) -> Repeat | None:
        """A day, on Synapse, while the token belongs to the device that it should belong to; others keep transaction ids as they like."""
        if not self.account or self.account.software != "synapse":
            return None
        ours = token or self.account.facts.get("device") == self.device
        return Repeat(DAY, SYNAPSE_KEEPS, "2026-11-23") if ours else None

    def find(self) -> Generator[Step, Any, str]:
        """Its id, which verify may have found already."""
        known = self.account.facts if self.account and self.account.facts.get("asked") == self.settings.room else {}
        return (yield from find_room(self.server, self.settings.room, str(known.get("room") or "")))

    def change(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """An event that replaces the first; its id is kept too, so that it can be taken down with it."""
        message = payload.parts[part]
        uploaded = yield from upload_for(self.server, message)
        transaction = f"smm{payload.key[:40]}-{part}-edit"
        content = events.replacing(events.message(message, transaction, uploaded), receipt.id)
        answer = yield events.send(self.server, str(receipt.more["room"]), transaction, content, commits=False)
        edits = [*receipt.more.get("edits", ()), str(answer.get("event_id", default=""))]
        return PartReceipt(receipt.id, receipt.url, {**receipt.more, "edits": edits}, receipt.at)

    def receipt(self, answer: Answer, id: str, content: Mapping[str, Any]) -> PartReceipt:
        """The receipt of an event in the room of this id. Raises OutcomeUnknown where the answer names none."""
        if not answer.get("event_id"):
            raise OutcomeUnknown(f"{self.server} answered {answer.status} without the id of an event")
        return events.receipt_of(str(answer.get("event_id")), id, content, self.via)
