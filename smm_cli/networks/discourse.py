"""Discourse: topics and replies, with an API key. Facts: docs.discourse.org (2026-08-20) and the server's source of 2026."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from smm_cli.errors import AuthFailed, ConfigError, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._discourse_poll import POLLS, poll_block
from smm_cli.networks._forum import Forum, Seen, among, escaped, joined, moment, same, sent_in
from smm_cli.networks.base import Facts, Later
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.words.auth import Bearer
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Found, Intent, Looking, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request
from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import WARNING, Place, Problem

DOCS = "https://docs.discourse.org"
SETTINGS = "discourse config/site_settings.yml"
READ = "2026-08-20"
IN_A_ROW = 3
"""max_consecutive_replies by default (config/site_settings.yml)."""
LAST = 20
"""So many of the last posts of a topic are looked at; a topic of ours has few."""
TWIN = re.compile(r"external.{0,20}taken|too similar to what you recently posted", re.IGNORECASE)
"""What is refused because it is there already, perhaps by us (Topic validates external_id as unique; unique_posts_mins)."""
KEY = re.compile(r"API (username|key)", re.IGNORECASE)


class Discourse(Forum):
    """Topics of one account."""

    name = "discourse"
    title = "Discourse"
    docs = DOCS
    auth = Bearer(header="Api-Key", scheme="")
    text = (
        Limit("text", 32_000, "code_points", f"{SETTINGS}: max_post_length, min_post_length, min_first_post_length", READ, minimum=20),
        Limit("title", 255, "code_points", f"{SETTINGS}: max_topic_title_length, min_topic_title_length", READ, minimum=15),
    )
    media = (
        MediaLimit(
            "image",
            dict.fromkeys((JPEG, PNG, GIF, WEBP, HEIC, AVIF), 4096 * 1024),
            20,
            f"{SETTINGS}: max_image_size_kb, authorized_extensions; no number but for new users (1)",
            READ,
        ),
    )
    media_count = 20
    poll = POLLS
    takes = Forum.takes | {"poll"}
    steps = (
        "As an administrator: Admin, Advanced, API keys, New API key; user level Single user, scope Global: no granular scope lets smm "
        "read single posts and what waits for approval (app/models/api_key_scope.rb). Keep the key where the channel's `secret` says, and "
        "name the user as `username`. Where your forum allows other lengths, write them: limits = { title_minimum = 10, text_minimum = 5 }."
    )

    Settings = Later("smm_cli.networks._discourse_tables", "Settings")
    Options = Later("smm_cli.networks._discourse_tables", "Options")

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """With the poll as a block below the text of the first part."""
        made = super().render(part, number, post, facts)
        if number or not post.poll:
            return made
        return replace(made, text=joined(made.text, [poll_block(post.poll, facts.at, self.mention(facts))]))

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Also that only staff may answer itself again and again."""
        found = super().remarks(post, payload, facts)
        if len(payload.parts) <= IN_A_ROW + 1:
            return found
        what = f"Discourse takes {IN_A_ROW} replies in a row of an account that is no staff; here are {len(payload.parts) - 1}"
        return (*found, Problem("replies-in-a-row", what, Place(post.path, channel=self.channel.name), "make fewer parts", WARNING))

    def tags(self, post: Post) -> list[str]:
        """In small letters, with hyphens for blanks, as tags are written here."""
        return list(dict.fromkeys("-".join(tag.lower().split()) for tag in super().tags(post)))

    def about(self, post: Post) -> Mapping[str, Any]:
        options = self.options(post)
        category = self.settings.category if options.category is None else options.category
        return ({"category": category} if category is not None else {}) | ({"unlist_topic": True} if options.unlisted else {})

    # -- conversations ---------------------------------------------------------------------------------------------------

    def topic(self, payload: Payload, message: PayloadPart, text: str) -> Request:
        """With an `external_id` of ours, which a second topic cannot have."""
        said = {key: value for key, value in message.fields.items() if key != "tags"}
        tags = message.fields["tags"]
        if tags:
            said["tags"] = [{"name": tag} for tag in tags] if self.settings.tags_as == "objects" else tags
        body = {**said, "raw": text, "external_id": f"smm-{payload.key[:40]}"}
        return self._ask("POST", "/posts.json", Json(body), commits=True)

    def reply(self, message: PayloadPart, text: str, earlier: PartReceipt) -> Request:
        body = {"topic_id": earlier.more["topic"], "reply_to_post_number": earlier.more["number"], "raw": text}
        return self._ask("POST", "/posts.json", Json(body), commits=True)

    def change(self, message: PayloadPart, text: str, receipt: PartReceipt) -> Request:
        return self._ask("PUT", f"/posts/{receipt.id}.json", Json({"post": {"raw": text}}))

    def changed(self, message: PayloadPart, receipt: PartReceipt) -> Generator[Step, Any, None]:
        if "title" in message.fields:
            yield self._ask("PUT", f"/t/-/{receipt.more['topic']}.json", Json({"title": message.fields["title"]}))

    def receipt(self, answer: Answer, earlier: PartReceipt | None) -> PartReceipt:
        """The post; or one that waits for approval, which has no address yet."""
        if answer.get("action") == "enqueued":
            return PartReceipt(
                f"pending-{answer.get('pending_post', 'id', default='')}", f"{self.server}/u/me/activity/pending", {"pending": True}
            )
        if not isinstance(answer.body, Mapping) or not answer.get("id") or not answer.get("topic_id"):
            raise self.no_receipt(answer)
        return self._receipt(answer.body)

    def picture(self, medium: Media) -> Generator[Step, Any, str]:
        """Uploaded; in the text it stands by its short address, with its size so that nothing jumps."""
        if medium.blob is None:
            raise Rejected(f"{medium.path} was not read", hint="smm check")
        ending = medium.blob.type.rpartition("/")[2]
        file = Field("file", medium.blob, f"picture.{'jpg' if ending == 'jpeg' else ending}", medium.blob.type)
        fields = (Field("upload_type", "composer"), Field("synchronous", "true"), file)  # not `type`: the description allows no more
        answer = yield self._ask("POST", "/uploads.json", Multipart(fields), timeout=120.0)
        address = answer.get("short_url") or answer.get("url")
        if not address:
            raise Retriable("the forum took the picture and gave it no address")
        size = f"|{answer.get('width')}x{answer.get('height')}" if answer.get("width") and answer.get("height") else ""
        return f"![{escaped(medium.alt)}{size}]({address})"

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the reply, or the topic; what is gone already is success."""
        if receipt.more.get("pending"):
            raise Rejected("the post waits for approval", hint="reject it there, or ask a moderator")
        path = f"/posts/{receipt.id}.json" if part else f"/t/{receipt.more['topic']}.json"
        answer = yield self._ask("DELETE", path, may_fail=True)
        if not answer.ok and answer.status not in (404, 410):
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("the forum did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """A topic by its external id, a reply among the last of its topic; then among what waits for approval."""
        found = yield from (self._topic_of(intent) if intent.part == 0 else self._reply_of(intent, earlier))
        if not isinstance(found, Absent):
            return found
        name = quote(self.settings.username, safe="")
        waiting = yield self._ask("GET", f"/posts/{name}/pending.json", may_fail=True)
        if not waiting.ok and waiting.status != 404:
            return CannotTell(f"{self.server}/u/{name}/activity/pending")
        for one in waiting.get("pending_posts", default=[]) if waiting.ok else ():
            if same(str(one.get("raw_text") or ""), str(sent_in(intent, "raw"))):
                return Found(PartReceipt(f"pending-{one.get('id')}", f"{self.server}/u/{name}/activity/pending", {"pending": True}))
        return found

    def _topic_of(self, intent: Intent) -> Looking:
        """Source: topics_controller.rb, show_by_external_id: a redirection to the topic, or 404."""
        path = f"/t/external_id/{sent_in(intent, 'external_id')}.json"
        answer = yield self._ask("GET", path, expect=(200, 301, 302, 303, 307, 308, 404), may_fail=True)
        if answer.status == 404:
            return Absent()
        way = re.search(r"/t/(?:[^/?]*/)?(\d+)", answer.headers.get("location", ""))
        topic = answer.get("id") if answer.ok else way[1] if way else None
        if not topic:
            return CannotTell(self.server)
        whole = yield self._ask("GET", f"/t/{topic}.json")
        first = whole.get("post_stream", "posts", 0, default={})
        return Found(self._receipt(first)) if first.get("id") else CannotTell(f"{self.server}/t/{topic}")

    def _reply_of(self, intent: Intent, earlier: Any) -> Looking:
        topic = sent_in(intent, "topic_id")
        whole = yield self._ask("GET", f"/t/{topic}.json")
        stream = whole.get("post_stream", "stream")
        if not isinstance(stream, list):
            return CannotTell(f"{self.server}/t/{topic}")
        seen = []
        for id in stream[-LAST:]:
            post = yield self._ask("GET", f"/posts/{id}.json", may_fail=True)
            if not post.ok and post.status not in (404, 410):  # it may be the one
                return CannotTell(f"{self.server}/t/{topic}")
            if post.ok and str(post.get("username", default="")).lower() == self.settings.username.lower():
                seen.append(Seen(self._receipt(post.body), moment(post.get("created_at")), str(post.get("raw", default="")), first=False))
        oldest = seen[0].at if seen else None
        complete = len(stream) <= LAST or (oldest is not None and oldest < intent.at)
        return among(seen, intent, str(sent_in(intent, "raw")), earlier) or (
            Absent() if complete else CannotTell(f"{self.server}/t/{topic}")
        )

    def verify(self) -> Verifying:
        """Whose key it is, and whether the category is there."""
        answer = yield self._ask("GET", "/session/current.json", may_fail=True)
        refused = self.fault(answer.status, answer.headers, answer.body) if answer.status else None
        if isinstance(refused, AuthFailed | RateLimited):
            raise refused
        me = answer.get("current_user", default={}) if answer.ok else {}
        if not me:  # keys for all users have no session of their own
            name = quote(self.settings.username, safe="")
            answer = yield self._ask("GET", f"/u/{name}.json")
            me = answer.get("user", default={})
        if self.settings.category is not None:
            shown = yield self._ask("GET", f"/c/{self.settings.category}/show.json", may_fail=True)
            if shown.status == 404:
                raise ConfigError(f"{self.server} has no category {self.settings.category} that the account can see", slug="no-category")
        name = str(me.get("username") or self.settings.username)
        return Account(f"@{name}", str(me.get("id", "")), str(me.get("name") or ""), f"{self.server}/u/{name}", "discourse")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """Errors stand in a list; a bad key is a 403 like a missing permission; a redirection is a wrong address."""
        if status < 300:
            return None
        words = _words(status, body)
        if status in (301, 302, 303, 307, 308):
            return Rejected(words, hint="`server` must be the forum's final address")
        if status == 429 or (isinstance(body, Mapping) and body.get("error_type") == "rate_limit"):
            told = Answer(status, {}, body).get("extras", "wait_seconds")
            return RateLimited(words, after=float(told) if isinstance(told, int | float) else retry_after(headers))
        if status == 422 and TWIN.search(words):
            return OutcomeUnknown(words)
        if status == 403 and KEY.search(words):
            return AuthFailed(words, hint="are the key and `username` right?")
        error = fault_by_status(status, headers, body)
        return type(error)(words) if error else None

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, body: Any = None, **more: Any) -> Request:
        headers = {"api-username": str(self.settings.username)}
        return Request(method, f"{self.server}{path}", body, headers, reads=more.pop("reads", "any"), **more)

    def _receipt(self, post: Mapping[str, Any]) -> PartReceipt:
        slug, topic, number = post.get("topic_slug") or "-", post.get("topic_id"), post.get("post_number", 1)
        more = {"topic": topic, "number": number}
        return PartReceipt(str(post.get("id")), f"{self.server}/t/{slug}/{topic}/{number}", more, moment(post.get("created_at")))


def _words(status: int, body: Any) -> str:
    if isinstance(body, Mapping) and isinstance(body.get("errors"), list):
        return f"{status} {'; '.join(str(error) for error in body['errors'])}"[:300]
    return f"{status} {' '.join(body.split())[:200]}" if isinstance(body, str) and not body.lstrip().startswith("<") else str(status)


NETWORK = Discourse
