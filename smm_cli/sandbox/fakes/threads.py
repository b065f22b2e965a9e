"""A fake of the Threads API (graph.threads.net).

Rules: developers.facebook.com/docs/threads/posts, /reply-management, /posts/polls, /troubleshooting (2026-11-22).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import regex

from smm_cli.sandbox.base import Call, Reply, route
from smm_cli.sandbox.fakes._meta_containers import FakeContainers
from smm_cli.sandbox.fakes._meta_graph import asked_fields

CHARACTERS, ALT, ITEMS, LINKS, OPTION = 500, 1000, 20, 5, 25
CONTROLS = ("everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only")
CLUSTER, EMOJI = regex.compile(r"\X"), regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")


def counted(text: str) -> int:
    """Emoji as their UTF-8 bytes, the rest as UTF-16 units (the documentation says "characters")."""
    return sum(len(c.encode()) if EMOJI.search(c) else len(c.encode("utf-16-le")) // 2 for c in CLUSTER.findall(text))


class FakeThreads(FakeContainers):
    """All profiles. A token `sandbox-name` is that of @name."""

    name = "threads"
    hosts = ("graph.threads.net",)
    channel = 'api_version = "v1.0"'
    bucket = "threads"

    @route("POST", "/oauth/access_token")
    def short(self, call: Call) -> Reply:
        if not call.sent.get("client_secret") or not call.sent.get("code"):
            return Reply(400, {"error_type": "OAuthException", "code": 400, "error_message": "Invalid authorization code"})
        return Reply(200, {"access_token": self.token("it"), "user_id": self.number("it")})

    @route("GET", "/access_token")
    def exchange(self, call: Call) -> Reply:
        return self.lasting(call, "th_exchange_token", bool(call.asked("client_secret")))

    @route("GET", "/refresh_access_token")
    def refresh(self, call: Call) -> Reply:
        return self.lasting(call, "th_refresh_token", True)

    @route("GET", "/{version}/me")
    def me(self, call: Call) -> Reply:
        account = self.who(call)
        return Reply(200, asked_fields(call, {"id": self.number(account), "username": account, "name": account.title()}))

    @route("POST", "/{version}/{owner}/threads")
    def make(self, call: Call) -> Reply:
        account, said = self.owner(call, call.args["owner"]), call.sent
        kind, text = str(said.get("media_type") or ""), str(said.get("text") or "")
        self.check(said, kind, text)
        for key in ("reply_to_id", "quote_post_id"):
            if said.get(key) and not self.objects.get(str(said[key]), {}).get("media"):
                raise self.refuse(100, "The requested resource does not exist", 33)
        alts: tuple[str, ...] = ()
        if kind == "CAROUSEL":
            alts = self.children_of(call, said, ITEMS)
        elif kind != "TEXT":
            alts = self.file_of(said, (".jpg", ".jpeg", ".png"))
        more = {key: str(said[key]) for key in ("topic_tag", "reply_control", "poll_attachment", "quote_post_id") if key in said}
        return self.keep_container(account, said, text, alts, reply_to=str(said.get("reply_to_id") or ""), more=more)

    def check(self, said: Mapping[str, Any], kind: str, text: str) -> None:
        """Raises Refused."""
        if kind not in ("TEXT", "IMAGE", "VIDEO", "CAROUSEL"):
            raise self.refuse(100, "(#100) Param media_type must be one of {TEXT, IMAGE, VIDEO, CAROUSEL}")
        if kind == "TEXT" and not text.strip():
            raise self.refuse(100, "(#100) The parameter text is required")
        if counted(text) > CHARACTERS:
            raise self.refuse(100, f"Param text must be at most {CHARACTERS} characters long.")
        if len(set(re.findall(r"https?://[^\s()]+", text))) > LINKS:
            raise self.refuse(100, "THREADS_API__LINK_LIMIT_EXCEEDED")
        if len(str(said.get("alt_text") or "")) > ALT:
            raise self.refuse(100, f"Param alt_text must be at most {ALT} characters long.")
        if said.get("reply_control") and said["reply_control"] not in CONTROLS:
            raise self.refuse(100, "(#100) Param reply_control is invalid")
        topic = str(said.get("topic_tag") or "")
        if len(topic) > 50 or "." in topic or "&" in topic:
            raise self.refuse(100, "(#100) Param topic_tag is invalid")
        if said.get("poll_attachment"):
            poll = json.loads(said["poll_attachment"])
            fits = 2 <= len(poll) <= 4 and all(1 <= len(option) <= OPTION for option in poll.values())
            if kind != "TEXT" or not fits or not {"option_a", "option_b"} <= set(poll):
                raise self.refuse(100, "(#100) Param poll_attachment is invalid")

    @route("POST", "/{version}/{owner}/threads_publish", commits=True)
    def publish_thread(self, call: Call) -> Reply:
        account = self.owner(call, call.args["owner"])
        return self.publish_container(call, f"https://www.threads.com/@{account}/post/")

    @route("GET", "/{version}/{owner}/threads")
    def listed(self, call: Call) -> Reply:
        return self.list_media(call, self.owner(call, call.args["owner"]), "text", replies=False)

    @route("GET", "/{version}/{owner}/replies")
    def replies(self, call: Call) -> Reply:
        return self.list_media(call, self.owner(call, call.args["owner"]), "text", replies=True)

    @route("GET", "/{version}/{id}")
    def read(self, call: Call) -> Reply:
        id = call.args["id"]
        one = self.own(call, id)
        if one.get("container"):
            state = self.state_of(one)
            return Reply(200, asked_fields(call, {"id": id, "status": state, "error_message": one["wrong"] or None}))
        if "status" in call.asked("fields"):  # exileum/meta-mcp issue 143: a post has no state
            raise self.refuse(100, "(#100) Tried accessing nonexisting field (status)")
        return Reply(200, asked_fields(call, self.told_media(id, one, "text")))

    @route("DELETE", "/{version}/{id}")
    def delete(self, call: Call) -> Reply:
        return self.take_down(call, call.args["id"])


FAKE = FakeThreads
