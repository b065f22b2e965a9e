"""What the networks of Meta's graphs do alike: addresses, faults, plain text, comments below a post, taking down."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, ClassVar

from smm_cli.errors import DeliveryError, OutcomeUnknown, Retriable, SmmError
from smm_cli.networks._meta import is_gone, read_fault
from smm_cli.networks._moment import earliest, moment
from smm_cli.networks._short import described
from smm_cli.networks._squashed import squashed
from smm_cli.networks.base import Facts, Network
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import quiet
from smm_cli.words.conversation import Absent, CannotTell, Doing, Found, Intent, Looking, Publishing, Step
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Form, Request
from smm_cli.words.post import Part

PAGES = 5
"""So many pages of a list are read; a list that goes on after them proves nothing."""
Items = Generator[Step, Any, tuple[list[Mapping[str, Any]], bool]]


class MetaNetwork(Network):
    """One account of a Meta graph. Subclasses say `graph`, and where comments have their text and time."""

    comment_text: ClassVar[str] = "message"
    comment_time: ClassVar[str] = "created_time"
    comment_order: ClassVar[tuple[tuple[str, str], ...]] = ()
    """What asks for all comments, the newest first, where they do not come so by themselves."""

    @property
    def graph(self) -> str:
        """Scheme, host and version: what all paths begin with."""
        raise NotImplementedError

    def hosts(self) -> tuple[str, ...]:
        return self.apis or (self.graph.split("/")[2],)

    def plain_part(self, part: Part, facts: Facts) -> PayloadPart:
        """The text without marks; names that were typed call nobody. Field `comment` marks the first comment."""
        mention = self.mention(facts)
        fields: dict[str, Any] = {"comment": True} if part.comment else {}
        return PayloadPart(plain(quiet(part.blocks), mention, links="after"), fields, described(part.media, mention), part.line)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.title)

    def asked(self, path: str, fields: str, *more: tuple[str, str], may_fail: bool = False) -> Request:
        """A request for `fields` of an object or list."""
        return Request("GET", f"{self.graph}/{path}", query=(("fields", fields), *more), may_fail=may_fail)

    def told(self, path: str, *pairs: tuple[str, str], commits: bool = False, **more: Any) -> Request:
        """A request that changes something; a form, since JSON is not taken everywhere."""
        return Request(
            "POST", f"{self.graph}/{path}", Form(tuple((name, value) for name, value in pairs if value)), commits=commits, **more
        )

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Take one down; gone already is success."""
        answer = yield Request("DELETE", f"{self.graph}/{receipt.id}", may_fail=True)
        if not answer.ok and not is_gone(answer):
            error = self.fault(answer.status, answer.headers, answer.body)
            again = Retriable(error.what if error else f"{self.title} did not answer")  # to ask twice harms nothing
            raise again if error is None or isinstance(error, OutcomeUnknown) else error

    # -- comments ----------------------------------------------------------------------------------------------------------

    def comment(self, text: str, below: PartReceipt) -> Publishing:
        """Write a comment below our own post."""
        answer = yield self.told(f"{below.id}/comments", ("message", text), commits=True)
        return PartReceipt(self.id_in(answer, OutcomeUnknown), below.url, {"comment": True})

    def find_comment(self, text: str, intent: Intent, below: PartReceipt) -> Looking:
        """Among the comments below our post: absent only where the list was read to its end or beyond the intent."""
        newer, whole = yield from self.newer_than(
            intent, f"{below.id}/comments", f"id,{self.comment_text},{self.comment_time}", self.comment_time, below
        )
        for item in newer:
            if squashed(item.get(self.comment_text)) == squashed(text):
                return Found(PartReceipt(str(item.get("id")), below.url, {"comment": True}, moment(item.get(self.comment_time))))
        return Absent() if whole else CannotTell(below.url)

    def newer_than(self, intent: Intent, path: str, fields: str, time: str, earlier: Any) -> Items:
        """What a list holds that is newer than the intent, the oldest first, and whether the list was read as far as that goes."""
        since, known = earliest(intent), {earlier.id} if isinstance(earlier, PartReceipt) else set()
        found: list[Mapping[str, Any]] = []
        more = self.comment_order if "/comments" in path else ()
        after = ""
        for _ in range(PAGES):
            page: Answer = yield self.asked(path, fields, *more, ("limit", "25"), *((("after", after),) if after else ()))
            if not isinstance(listed := page.get("data"), list):
                break
            items = [(item, moment(item.get(time))) for item in listed if isinstance(item, Mapping)]
            found += [item for item, at in items if at and at >= since and str(item.get("id")) not in known]
            after = str(page.get("paging", "cursors", "after", default=""))
            if any(at and at < since for _, at in items) or not page.get("paging", "next") or not after:
                return found[::-1], True
        return found[::-1], False

    def id_in(self, answer: Answer, otherwise: type[DeliveryError] = Retriable) -> str:
        """The id of what was made. Raises `otherwise` (OutcomeUnknown for what is public) where an answer of success names none."""
        id = answer.get("id")
        if not isinstance(id, str | int) or not id:
            raise otherwise(f"{self.title} answered {answer.status} without an id")
        return str(id)
