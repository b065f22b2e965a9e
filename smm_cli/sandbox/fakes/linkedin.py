"""A fake LinkedIn: posts, comments, pictures and films of persons and pages, by the versioned API.

Rules: learn.microsoft.com/linkedin, community-management/shares (li-lms-2026-09), where no other source stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Reply, route
from smm_cli.sandbox.fakes._linkedin_shelf import Shelf

KNOWN = frozenset({"author", "commentary", "visibility", "distribution", "lifecycleState", "isReshareDisabledByAuthor", "content"})
OPEN = re.compile(r"\\.|@\[(?:[^\\\]]|\\.)+\]\(urn:li:(?:person|organization):[\w-]+\)|\{hashtag\|\\?#\|(?:[^\\}]|\\.)+\}|#\w+", re.DOTALL)
"""What may stand in a little text: escapes, mentions, hashtags."""
RESERVED = re.compile(r"[|{}@\[\]()<>#*_~]")


class FakeLinkedIn(Shelf):
    """Nobody may read a person's posts and their comments."""

    name = "linkedin"
    hosts = ("api.linkedin.com", "www.linkedin.com")
    channel = 'author = "urn:li:organization:1"'

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.posts: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}

    # -- posts -----------------------------------------------------------------------------------------------------------

    @route("POST", "/rest/posts", commits=True)
    def post(self, call: Call) -> Reply:
        sent = call.sent
        author = self._author(call, sent.get("author"))
        self._check(sent, author)
        text = str(sent["commentary"])
        urns = self._media_of(sent.get("content") or {})
        twin = next((p for p in self.posts.values() if (p["author"], p["commentary"], p["media"]) == (author, text, urns)), None)
        if twin:  # errorDetails.inputErrors[].code DUPLICATE_POST; the words name the twin (ComposioHQ/composio issue 2710)
            raise self.invalid(f"Content is a duplicate of {twin['id']}", "DUPLICATE_POST")
        urn = f"urn:li:share:{7_000_000 + self.next_number()}"
        self.posts[urn] = {"id": urn, "author": author, "commentary": text, "media": urns, "content": sent.get("content"), "at": self.now()}
        alts = tuple(str(one.get("altText") or "") for one in self._shown_media(sent.get("content") or {}))
        more = {name: sent[name] for name in ("visibility", "reshareContext") if name in sent} | {"content": sent.get("content")}
        url = f"https://www.linkedin.com/feed/update/{urn}/"
        self.publish(Posted(self.name, author, urn, url, visible(text), self.now(), alts, more=more))
        return Reply(201, None, {"x-restli-id": urn})

    def _check(self, sent: Mapping[str, Any], author: str) -> None:
        if unknown := set(sent) - KNOWN - {"reshareContext"}:
            raise self.invalid(f"unrecognized field: {', '.join(sorted(unknown))}", status=400)
        if absent := {"commentary", "visibility", "distribution", "lifecycleState"} - set(sent):
            raise self.invalid(f"field is required but not found: {', '.join(sorted(absent))}", status=400)
        public = sent["visibility"] == "PUBLIC"
        if sent["visibility"] not in ("PUBLIC", "CONNECTIONS", "LOGGED_IN") or (":organization:" in author and not public):
            raise self.invalid("visibility is none of the known ones")
        text, content = str(sent["commentary"]), sent.get("content") or {}
        if RESERVED.search(OPEN.sub("", text)):  # the real one cuts the text off there, in silence
            raise self.invalid("the commentary holds a reserved sign that is not escaped")
        if len(visible(text).encode("utf-16-le")) // 2 > 3000:
            raise self.invalid("commentary exceeds 3000 characters")
        if not text.strip() and not content and "reshareContext" not in sent:
            raise self.invalid("a post needs commentary or content")
        if len(content) > 1:
            raise self.invalid("content is a union of one")
        self._check_content(content, author)

    def _check_content(self, content: Mapping[str, Any], author: str) -> None:
        for urn in self._media_of(content):
            found = self.media.get(urn)
            if not found or found["owner"] != author or len(found["got"]) != found["pieces"]:
                raise self.invalid(f"media asset {urn} is not available, or not the author's")
        several = (content.get("multiImage") or {}).get("images")
        if several is not None and not 2 <= len(several) <= 20:
            raise self.invalid("multiImage takes 2 to 20 images")
        article, poll = content.get("article"), content.get("poll")
        if article and not (str(article.get("source", "")).startswith("http") and article.get("title")):
            raise self.invalid("an article needs source and title")
        if poll:
            options = [str(one.get("text") or "") for one in poll.get("options") or ()]
            fits = 2 <= len(options) <= 4 and all(1 <= len(one) <= 30 for one in options) and 1 <= len(str(poll.get("question"))) <= 140
            if not fits or (poll.get("settings") or {}).get("duration") not in ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS"):
                raise self.invalid("the poll does not fit")

    def _shown_media(self, content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return [*((content.get("multiImage") or {}).get("images") or ()), *([content["media"]] if content.get("media") else [])]

    def _media_of(self, content: Mapping[str, Any]) -> list[str]:
        return [str(one.get("id")) for one in self._shown_media(content)]

    @route("GET", "/rest/posts")
    def listing(self, call: Call) -> Reply:
        self.who(call)
        if call.asked("q") != "author" or call.headers.get("x-restli-method", "").upper() != "FINDER":
            raise self.invalid("q=author with X-RestLi-Method: FINDER", status=400)
        if ":organization:" not in call.asked("author"):  # r_member_social is closed
            raise self.refuse(403, "ACCESS_DENIED", "Not enough permissions to access: partnerApiPosts.FINDER-author")
        own = [one for one in reversed(self.posts.values()) if one["author"] == call.asked("author")]
        shown = [{**one, "at": None, "createdAt": _milliseconds(one["at"]), "lifecycleState": "PUBLISHED"} for one in own]
        return Reply(200, {"elements": shown[: min(int(call.asked("count") or 10), 100)]})

    @route("POST", "/rest/posts/{urn}")
    def edit(self, call: Call) -> Reply:
        found = self._own(call)
        change = ((call.json.get("patch") or {}).get("$set")) or {}
        if call.headers.get("x-restli-method", "").upper() != "PARTIAL_UPDATE" or set(change) != {"commentary"}:
            raise self.invalid("only the commentary can be changed", status=400)
        if RESERVED.search(OPEN.sub("", change["commentary"])):
            raise self.invalid("the commentary holds a reserved sign that is not escaped")
        found["commentary"] = change["commentary"]
        self.change(found["id"], text=visible(change["commentary"]), edited=True)
        return Reply(204)

    @route("DELETE", "/rest/posts/{urn}")
    def delete(self, call: Call) -> Reply:
        self.who(call)
        if call.args["urn"] in self.posts:
            found = self._own(call)
            del self.posts[found["id"]]
            self.change(found["id"], deleted=True)
        return Reply(204)  # "idempotent": gone already is 204 too

    def _own(self, call: Call) -> dict[str, Any]:
        found = self.posts.get(call.args["urn"])
        if not found:
            raise self.refuse(404, "NOT_FOUND", "Could not find entity")
        self._author(call, found["author"])
        return found

    # -- comments --------------------------------------------------------------------------------------------------------

    @route("POST", "/rest/socialActions/{urn}/comments", commits=True)
    def comment(self, call: Call) -> Reply:
        sent, urn = call.sent, call.args["urn"]
        actor, text = self._author(call, sent.get("actor")), str((sent.get("message") or {}).get("text") or "")
        if urn not in self.posts or sent.get("object") != urn:
            raise self.refuse(404, "NOT_FOUND", "Unable to obtain the object of the comment")
        if not 1 <= len(text) <= 1250:
            raise self.invalid("a comment has 1 to 1250 characters", status=400)
        id = str(8_000_000 + self.next_number())
        made: dict[str, Any] = {"id": id, "actor": actor, "message": {"text": text}, "created": {"time": _milliseconds(self.now())}}
        made["commentUrn"] = f"urn:li:comment:({urn},{id})"
        self.comments.setdefault(urn, []).append(made)
        self.publish(Posted(self.name, actor, made["commentUrn"], "", text, self.now(), reply_to=urn))
        return Reply(201, made)

    @route("GET", "/rest/socialActions/{urn}/comments")
    def comments_of(self, call: Call) -> Reply:
        self.who(call)
        if ":person:" in str((self.posts.get(call.args["urn"]) or {}).get("author")):
            raise self.refuse(403, "ACCESS_DENIED", "Not enough permissions to access: socialActions.GET")
        return Reply(200, {"elements": self.comments.get(call.args["urn"], [])})

    @route("POST", "/rest/socialActions/{urn}/comments/{id}")
    def edit_comment(self, call: Call) -> Reply:
        found = self._own_comment(call)
        found["message"] = {"text": call.json["patch"]["message"]["$set"]["text"]}
        self.change(found["commentUrn"], text=found["message"]["text"], edited=True)
        return Reply(204)

    @route("DELETE", "/rest/socialActions/{urn}/comments/{id}")
    def delete_comment(self, call: Call) -> Reply:
        found = self._own_comment(call)
        self.comments[call.args["urn"]].remove(found)
        self.change(found["commentUrn"], deleted=True)
        return Reply(204)

    def _own_comment(self, call: Call) -> dict[str, Any]:
        self._author(call, call.asked("actor"))
        found = next((one for one in self.comments.get(call.args["urn"], ()) if one["id"] == call.args["id"]), None)
        if not found:
            raise self.refuse(404, "NOT_FOUND", "Could not find entity")
        return found


def visible(text: str) -> str:
    """What readers see of a little text."""

    def shown(found: re.Match[str]) -> str:
        element = found[0]
        if element.startswith("\\"):
            return element[1:]
        if element.startswith("@["):
            return visible(element[2 : element.rindex("](")])
        return f"#{visible(element.rpartition('|')[2][:-1])}" if element.startswith("{") else element

    return OPEN.sub(shown, text)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


FAKE = FakeLinkedIn
