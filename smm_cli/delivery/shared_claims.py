"""What a claim that stands in git says: who holds a channel, for which delivery, how far it is, until when."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from smm_cli.errors import LedgerError
from smm_cli.ledger.claims import LEASE, RESERVE, Gate, runner_of
from smm_cli.ledger.leases import Living
from smm_cli.ledger.progress import Progress, read_progress
from smm_cli.words.frozen import dataclass

FORMAT = 1
CLAIMED, SENDING = "claimed", "sending"
SKEW = timedelta(minutes=15)
"""So far apart the clocks of two machines may be: added to another runner's lease."""


@dataclass(frozen=True, slots=True)
class Note:
    """One claim: the object `oid` under a ref. `owner` is the process, `progress` what another runner needs once a part is being sent."""

    oid: str
    channel: str
    owner: str = ""
    delivery: str = ""
    state: str = SENDING
    part: int = 0
    until: datetime | None = None
    progress: Progress | None = None

    @property
    def runner(self) -> str:
        return runner_of(self.owner) if self.owner else "a newer smm"

    def over(self, now: datetime, alive: Living) -> bool:
        """Whether nobody holds the channel any more: the lease has ended, or its process, one of this machine's, is dead."""
        if self.until is None:
            return False
        if self.runner == runner_of(alive.owner) and not alive.is_alive(self.owner):
            return True
        return now >= self.until + SKEW

    def gate(self, remote: str, ref: str) -> Gate:
        """Why the channel cannot be used now; the claim is `ref` at `remote`."""
        if self.until is None:
            return Gate(f"its claim cannot be read: git push {remote} --delete {ref} ends it", None, "busy")
        return Gate(f"{self.delivery} is being sent by {self.runner.split('#')[0]}", self.until, "busy")


def until_of(now: datetime, needs: timedelta = timedelta()) -> datetime:
    """How long a claim made now holds for a request that may take `needs`."""
    return now + max(LEASE, needs + 2 * RESERVE)


def written(
    owner: str,
    delivery: str,
    now: datetime,
    until: datetime,
    more: Mapping[str, str],
    part: int | None = None,
    progress: Progress | None = None,
) -> str:
    """A claim as the message of its commit: a line for people, then JSON. 128 random bits make it one of its own."""
    title = f"claimed {delivery}" if part is None else f"sending {delivery} part {part + 1}"
    said: dict[str, Any] = {
        "format": FORMAT,
        "state": CLAIMED if part is None else SENDING,
        "owner": owner,
        "delivery": delivery,
        "at": now.isoformat(),
        "until": until.isoformat(),
        "nonce": secrets.token_hex(16),
        "part": part or 0,
        **more,
    }
    if progress is not None:
        said["progress"] = progress
    return f"{title}\n\n{json.dumps(said, separators=(',', ':'))}\n"


def read(oid: str, channel: str, message: str) -> Note:
    """The claim that `message` says. What cannot be read (another format) is a claim without end: a person must look."""
    try:
        said = json.loads(message.partition("\n\n")[2])
        if said["format"] != FORMAT:
            raise ValueError(said["format"])
        until = datetime.fromisoformat(said["until"])
        if until.tzinfo is None or until.year >= 9999:
            raise ValueError(said["until"])
        owner, delivery = str(said["owner"]), str(said["delivery"])
        progress = read_progress(json.dumps(said["progress"]).encode(), delivery) if "progress" in said else None
        return Note(oid, channel, owner, delivery, str(said["state"]), int(said["part"]), until, progress)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, LedgerError):
        return Note(oid, channel)
