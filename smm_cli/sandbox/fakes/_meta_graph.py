"""What the fakes of Meta's graphs share: how they refuse, whose token it is, lists, comments below a post.

Shapes: developers.facebook.com/docs/graph-api/guides/error-handling, /results, /overview/rate-limiting (2026-11-22).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply


def graph_error(code: int, message: str, subcode: int = 0, **more: Any) -> dict[str, Any]:
    """The body of a refusal."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1b2C3", **more}
    return {"error": error | ({"error_subcode": subcode} if subcode else {})}


def stamp(at: datetime) -> str:
    """A time as the graph writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}+0000"


class FakeGraph(Fake):
    """A graph: objects by id as plain dictionaries with an `account`; `objects` holds all of them."""

    bucket: ClassVar[str] = "pages"
    comment_text: ClassVar[str] = "message"
    comment_time: ClassVar[str] = "created_time"

    def refuse(self, code: int, message: str, subcode: int = 0, status: int = 400) -> Refused:
        return Refused(status, graph_error(code, message, subcode))

    def missing(self, call: Call) -> Reply:
        return Reply(400, graph_error(2500, "Unknown path components: " + call.path))

    def too_many(self, seconds: float) -> Reply:
        """400 with a code of the Business Use Case limits; the header counts minutes."""
        minutes = math.ceil(seconds / 60)
        use = {"type": self.bucket, "call_count": 100, "total_cputime": 30, "total_time": 30, "estimated_time_to_regain_access": minutes}
        code = {"pages": 80001, "instagram": 80002}.get(self.bucket, 17)
        headers = {"x-business-use-case-usage": json.dumps({"1029": [use]})}
        return Reply(400, graph_error(code, "There have been too many calls to this account."), headers)

    @property
    def objects(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.__dict__.setdefault("_objects", {})
        return found

    def who(self, call: Call) -> str:
        """The account of the token: in the header, the query or the form."""
        account = self.account_of(call)
        if not account:
            raise self.refuse(190, "Invalid OAuth access token - Cannot parse access token", status=401 if not call.bearer else 400)
        return account

    def owner(self, call: Call, id: str) -> str:
        """The account that `id` in a path means: `me`, or its number. Raises Refused."""
        account = self.who(call)
        if id not in ("me", self.number(account)):
            raise self.refuse(100, f"Unsupported post request. Object with ID '{id}' does not exist", 33)
        return account

    def number(self, account: str) -> str:
        """The id of an account."""
        return str(1000 + sum(account.encode()))

    def own(self, call: Call, id: str) -> dict[str, Any]:
        """An object of the caller's own. Raises Refused."""
        account, found = self.who(call), self.objects.get(id)
        if found is None or found["account"] != account:
            raise self.refuse(100, f"Unsupported get request. Object with ID '{id}' does not exist", 33)
        return found

    def page(self, call: Call, items: list[dict[str, Any]]) -> Reply:
        """Items, the newest first, a page at a time: `after` is the place where the next one begins."""
        start, size = int(call.asked("after") or 0), min(int(call.asked("limit") or 25), 100)
        shown, rest = items[start : start + size], items[start + size :]
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + size)}}
        if rest:
            paging["next"] = f"{call.base}{call.path}?after={start + size}"
        return Reply(200, {"data": shown, **({"paging": paging} if items else {})})

    def lasting(self, call: Call, kind: str, fits: bool) -> Reply:
        """A token of 60 days for one that holds (`access_token` of the query)."""
        token = call.asked("access_token")
        account = self.tokens.get(token) or token.removeprefix("sandbox-")
        if call.asked("grant_type") != kind or not fits or not account:
            raise self.refuse(190, "Session key invalid. This could be because the session has expired.", 463)
        return Reply(200, {"access_token": self.token(account), "token_type": "bearer", "expires_in": 5_184_000})

    def add_comment(self, call: Call, id: str) -> Reply:
        """A comment below an object; shown as an answer to it."""
        below, text = self.own(call, id), str(call.sent.get("message") or "")
        if not text.strip():
            raise self.refuse(100, "(#100) The parameter message is required")
        own = f"{id}_{self.next_number()}"
        self.objects[own] = {"account": below["account"], "comment": id, "text": text, "at": self.now()}
        self.publish(Posted(self.name, below["account"], own, "", text, self.now(), reply_to=id))
        return Reply(200, {"id": own})

    def comments(self, call: Call, id: str) -> Reply:
        self.own(call, id)
        found = [(own, one) for own, one in self.objects.items() if one.get("comment") == id]
        return self.page(
            call, [{"id": own, self.comment_text: one["text"], self.comment_time: stamp(one["at"])} for own, one in found[::-1]]
        )

    def take_down(self, call: Call, id: str) -> Reply:
        self.own(call, id)
        del self.objects[id]
        if any(posted.id == id for posted in self.posted):
            self.change(id, deleted=True)
        return Reply(200, {"success": True})


def asked_fields(call: Call, known: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `known` that the query's `fields` names, and the id."""
    names = {*call.asked("fields").split(","), "id"}
    return {name: value for name, value in known.items() if name in names and value is not None}
