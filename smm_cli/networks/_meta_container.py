"""Containers, as Instagram and Threads publish: make one, wait until it is ready, publish it. It is the proof after a lost answer.

Sources: developers.facebook.com/docs/instagram-platform/content-publishing, docs/threads/posts and /troubleshooting (2026-11-22).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._file import blob_of
from smm_cli.networks._hosted import public_address
from smm_cli.networks._meta import is_passing, subcode_in
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._moment import moment
from smm_cli.networks._squashed import squashed
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking, Publishing, Step, Wait
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Form
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media

KEEPS = 20 * 3600.0
"""A container that was not published ends after 24 h; less a margin."""
WAITS = (2.0, 3.0, 5.0, 10.0, 10.0, 30.0, *(60.0,) * 30)
"""Seconds between looks. Meta advises once a minute for five minutes; pictures and texts are ready within seconds, long films are not."""
LOOKS = (5.0, 10.0, 30.0)
"""Seconds between looks at a container that was ready before: IN_PROGRESS then means "still in the publishing process" (ig-container)."""
TRIES = 3
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Containers:
    """Where one account's containers are made (`make`) and published, and what tells their state (`status`)."""

    network: MetaNetwork
    owner: str
    make: str
    status: str
    shown: str
    text: str

    def all_ready(self, wanted: Sequence[Pairs]) -> Generator[Step, Any, list[str]]:
        """The ids of containers for `wanted`, ready; all are made first, so that the server works on them at once."""
        made = []
        for pairs in wanted:
            made.append((yield from self._made(pairs)))
        found = []
        for id, pairs in zip(made, wanted, strict=True):
            found.append((yield from self._ready(id, pairs)))
        return found

    def joined(self, items: Sequence[Pairs]) -> Generator[Step, Any, Pairs]:
        """What the container of all items says: one alone as it is, several as a carousel of containers that are ready."""
        if len(items) <= 1:
            return items[0] if items else ()
        children = yield from self.all_ready([(*item, ("is_carousel_item", "true")) for item in items])
        return (("media_type", "CAROUSEL"), ("children", ",".join(children)))

    def publish(self, container: str) -> Publishing:
        """The one request that publishes, then where the post is to be seen."""
        answer = yield self.network.told(f"{self.owner}/{self.make}_publish", ("creation_id", container), commits=True)
        id = self.network.id_in(answer, OutcomeUnknown)
        shown = yield self.network.asked(id, self.shown, may_fail=True)
        return _receipt(id, shown if shown.ok else Answer(0))

    def lookup(self, intent: Intent, lists: Sequence[str], text: str, earlier: Any) -> Looking:
        """The container says whether it was published; if so, the post is among the newest of `lists`."""
        sent = dict(intent.request.body.pairs) if isinstance(intent.request.body, Form) else {}
        for seconds in (*LOOKS, 0.0):
            state, _ = _state((yield self.network.asked(sent.get("creation_id", ""), self.status, may_fail=True)))
            if state != "IN_PROGRESS":
                break
            yield Wait(seconds)
        if state in ("FINISHED", "EXPIRED", "ERROR"):
            return Absent()
        if state != "PUBLISHED":
            return CannotTell(self._where())
        newer: list[Any] = []
        for path in lists:
            items, _ = yield from self.network.newer_than(
                intent, f"{self.owner}/{path}", f"id,{self.text},{self.shown}", "timestamp", earlier
            )
            newer += items
        same = [item for item in newer if squashed(item.get(self.text)) == squashed(text)]
        found = same or (newer if len(newer) == 1 else [])
        return Found(_receipt(str(found[0].get("id")), Answer(200, {}, found[0]))) if found else CannotTell(self._where())

    def _where(self) -> str:
        account = self.network.account
        return account.url if account and account.url else f"look at {self.network.channel.account or self.network.channel.name} yourself"

    def _made(self, pairs: Pairs) -> Generator[Step, Any, str]:
        return self.network.id_in((yield self.network.told(f"{self.owner}/{self.make}", *pairs, keeps_for=KEEPS)))

    def _ready(self, id: str, pairs: Pairs) -> Generator[Step, Any, str]:
        """The container once it is ready; one that failed for what passes is made again."""
        words = ""
        for _ in range(TRIES):
            state, words = yield from self._settled(id)
            if state in ("FINISHED", "PUBLISHED"):
                return id
            if state == "ERROR" and not is_passing(subcode_in(words)):
                break
            yield Wait(WAITS[3])
            id = yield from self._made(pairs)
        raise Rejected(f"{self.network.title} cannot use this: {words}", hint="is the file what the network takes, and its address public?")

    def _settled(self, id: str) -> Generator[Step, Any, tuple[str, str]]:
        for seconds in WAITS:
            state, words = _state((yield self.network.asked(id, self.status)))
            if state != "IN_PROGRESS":
                return state, words
            yield Wait(seconds)
        raise Retriable(f"{self.network.title} is still working on it after half an hour")


def file_of(medium: Media) -> Generator[Step, Any, tuple[str, str]]:
    """The file of a container: at a public address, whence the server fetches it."""
    address = yield from public_address(blob_of(medium))
    return ("image_url" if medium.kind == "image" else "video_url", address)


def _state(answer: Answer) -> tuple[str, str]:
    """A container's state and what is said of it: Instagram's stand in status_code and status, Threads' in status and error_message."""
    code = str(answer.get("status_code", default=""))
    words = answer.get("status") if code else answer.get("error_message")
    return code or str(answer.get("status", default="")), str(words or "")


def _receipt(id: str, answer: Answer) -> PartReceipt:
    return PartReceipt(id, str(answer.get("permalink", default="")), {}, moment(answer.get("timestamp")))
