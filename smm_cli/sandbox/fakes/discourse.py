"""A fake Discourse. Rules: the server's source of 2026 (app/controllers/posts_controller.rb, topics_controller.rb, lib/validators)."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Refused, Reply, Upload, route
from smm_cli.sandbox.fakes._forum import Entry, FakeForum, Topic

UNIQUE = timedelta(minutes=5)
"""How long a text cannot be said again (unique_posts_mins)."""
TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/avif")
IMAGE = 4096 * 1024
OPTIONS = 20
"""poll_maximum_options."""
TAGS = 5
"""max_tags_per_topic."""


def refused(status: int, *errors: str, kind: str = "") -> Refused:
    """Errors as Discourse lists them."""
    return Refused(status, {"errors": list(errors), **({"error_type": kind} if kind else {"action": "create_post"})})


class FakeDiscourse(FakeForum):
    """One forum, which takes short titles and texts. `queues`: everything waits for approval. `categories` are those that there are."""

    name = "discourse"
    place = "forum.example"
    channel = 'server = "https://forum.example"\nusername = "it"\ncategory = 5\nlimits = { text_minimum = 1, title_minimum = 1 }'
    queues = False
    categories = (5,)

    def too_many(self, seconds: float) -> Reply:
        words = "You've performed this action too many times, please try again later."
        extras = {"wait_seconds": int(seconds), "time_left": f"{int(seconds)} seconds"}
        body = {"errors": [words], "error_type": "rate_limit", "extras": extras}
        return Reply(429, body, {"retry-after": str(int(seconds)), "discourse-rate-limit-error-code": "create_topic"})

    def missing(self, call: Call) -> Reply:
        return refused(404, "The requested URL or resource could not be found.", kind="not_found").reply

    def _who(self, call: Call) -> str:
        key, name = call.headers.get("api-key", ""), call.headers.get("api-username", "")
        if not key or not name:
            raise refused(403, "You need to be logged in to do that.", kind="not_logged_in")
        if key not in self.tokens and not key.startswith(SANDBOX_TOKEN):
            words = "You are not permitted to view the requested resource. The API username or key is invalid."
            raise refused(403, words, kind="invalid_access")
        return name

    @route("GET", "/session/current.json")
    def session(self, call: Call) -> Reply:
        return Reply(200, {"current_user": {"id": 7, "username": self._who(call), "name": "It", "trust_level": 1, "admin": False}})

    @route("GET", "/u/{name}.json")
    def user(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"user": {"id": 7, "username": call.args["name"], "name": "It"}})

    @route("GET", "/c/{id}/show.json")
    def category(self, call: Call) -> Reply:
        self._who(call)
        known = call.args["id"] in map(str, self.categories)
        return Reply(200, {"category": {"id": int(call.args["id"])}}) if known else self.missing(call)

    @route("POST", "/uploads.json")
    def upload(self, call: Call) -> Reply:
        self._who(call)
        file = call.multipart.get("file")
        if not isinstance(file, Upload) or not call.multipart.get("upload_type"):
            raise refused(400, "param is missing or the value is empty: upload_type", kind="invalid_parameters")
        if foreign := set(call.multipart) - {"upload_type", "user_id", "synchronous", "file"}:  # openapi.yml, createUpload (2026-11)
            raise refused(400, f"the sandbox takes what the API's description names, not {', '.join(sorted(foreign))}")
        if file.type not in TYPES:
            raise refused(422, "Sorry, the file you are trying to upload is not authorized (authorized extensions: jpg, jpeg, png, …).")
        if len(file.content) > IMAGE:
            raise refused(422, "Sorry, the image you are trying to upload is too large (maximum size is 4 MB).")
        name = f"{hashlib.sha1(file.content).hexdigest()[:27]}.{file.type.rpartition('/')[2]}"  # noqa: S324  named after its content
        found = {"id": 9, "url": f"//{call.host}/uploads/{name}", "short_url": f"upload://{name}", "width": 40, "height": 30}
        return Reply(200, found | {"original_filename": file.filename})

    # -- posts ------------------------------------------------------------------------------------------------------------

    @route("POST", "/posts.json", commits=True)
    def post(self, call: Call) -> Reply:
        account, sent = self._who(call), call.sent
        text = str(sent.get("raw") or "").strip()
        self._check(text, self.text_least, self.text_most, "Body")
        self._check_polls(text)
        again = [entry for entry in self.entries.values() if entry.account == account and entry.text == text]
        if any(self.now() - entry.at < UNIQUE for entry in again):
            raise refused(422, "Body is too similar to what you recently posted")
        if sent.get("topic_id"):
            topic = self.topics.get(int(sent["topic_id"]))
            if topic is None or topic.deleted:
                raise refused(422, "The topic has been deleted.")
            answered = [entry for entry in self.entries_of(topic.id) if entry.number == sent.get("reply_to_post_number")]
        else:
            topic, answered = self._topic(account, sent), []
        if self.queues:
            self.waiting.append({"id": len(self.waiting) + 1, "username": account, "raw_text": text, "title": topic.title})
            return Reply(200, {"action": "enqueued", "success": True, "pending_count": 1, "pending_post": self.waiting[-1]})
        url = f"{call.base}/t/{topic.slug}/{topic.id}/{{number}}"
        return Reply(200, self._shape(self.write(topic, account, text, url, str(answered[0].id) if answered else "")))

    def _check(self, text: str, least: int, most: int, what: str) -> None:
        """Code points, after blanks at the edges fell away (lib/validators/stripped_length_validator.rb)."""
        if not text:
            raise refused(422, f"{what} can't be blank")
        if len(text) < least:
            raise refused(422, f"{what} is too short (minimum is {least} characters)")
        if len(text) > most:
            raise refused(422, f"{what} is limited to {most} characters; you submitted {len(text)}.")

    def _check_polls(self, text: str) -> None:
        """As plugins/poll/lib/polls_validator.rb does."""
        for poll in re.findall(r"^\[poll[^\]]*\]\n(.*?)^\[/poll\]", text, re.MULTILINE | re.DOTALL):
            options = re.findall(r"^\* (.*)$", poll, re.MULTILINE)
            if len(set(options)) < len(options):
                raise refused(422, "Poll must have different options.")
            if len(options) < 2:
                raise refused(422, "Poll must have at least 2 options.")
            if len(options) > OPTIONS:
                raise refused(422, f"Poll must have less than {OPTIONS} options.")

    def _topic(self, account: str, sent: Any) -> Topic:
        title, external = str(sent.get("title") or "").strip(), str(sent.get("external_id") or "")
        self._check(title, self.title_least, self.title_most, "Title")
        alive = [topic for topic in self.topics.values() if not topic.deleted]
        if any(topic.title.lower() == title.lower() for topic in alive):
            raise refused(422, "Title has already been used")
        if len(external) > 50 or any(not (sign.isalnum() or sign in "-_") for sign in external):
            raise refused(422, "External is invalid")
        if external and any(topic.external == external for topic in self.topics.values()):
            raise refused(422, "External has already been taken")
        if sent.get("category") is not None and sent["category"] not in self.categories:
            raise refused(403, "You are not permitted to view the requested resource.", kind="invalid_access")
        tags = tuple(tag["name"] if isinstance(tag, dict) else str(tag) for tag in sent.get("tags") or ())
        if len(tags) > TAGS:
            raise refused(422, f"You can only use up to {TAGS} tags")
        return Topic(self.next_number(), title, account, external, tags)

    def _shape(self, entry: Entry) -> dict[str, Any]:
        topic = self.topics[entry.topic]
        stamp = entry.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        found = {"id": entry.id, "topic_id": topic.id, "topic_slug": topic.slug, "post_number": entry.number, "created_at": stamp}
        return found | {"username": entry.account, "raw": entry.text}

    @route("GET", "/posts/{id}.json")
    def show(self, call: Call) -> Reply:
        return Reply(200, self._shape(self._entry(call)))

    @route("PUT", "/posts/{id}.json")
    def edit(self, call: Call) -> Reply:
        entry, said = self._entry(call), call.sent.get("post", {})
        if entry.account != self._who(call):
            raise refused(403, "You are not permitted to view the requested resource.", kind="invalid_access")
        self._check(str(said.get("raw") or "").strip(), self.text_least, self.text_most, "Body")
        self.rewrite(entry, str(said["raw"]).strip())
        return Reply(200, {"post": self._shape(entry)})

    @route("DELETE", "/posts/{id}.json")
    def delete(self, call: Call) -> Reply:
        self.take_down(self._entry(call))
        return Reply(200)

    def _entry(self, call: Call) -> Entry:
        self._who(call)
        entry = self.entries.get(int(call.args["id"]))
        if entry is None or entry.deleted:
            raise Refused(404, self.missing(call).body)
        return entry

    @route("GET", "/posts/{username}/pending.json")
    def pending(self, call: Call) -> Reply:
        self._who(call)
        return Reply(200, {"pending_posts": [one for one in self.waiting if one["username"] == call.args["username"]]})

    # -- topics -----------------------------------------------------------------------------------------------------------

    @route("GET", "/t/external_id/{id}.json")
    def by_external(self, call: Call) -> Reply:
        self._who(call)
        found = next((topic for topic in self.topics.values() if topic.external == call.args["id"] and not topic.deleted), None)
        return Reply(301, "", {"location": f"{call.base}/t/{found.slug}/{found.id}.json"}) if found else self.missing(call)

    @route("GET", "/t/{id}.json")
    def topic(self, call: Call) -> Reply:
        found = self._found(call)
        inside = self.entries_of(found.id)
        shown = {"posts": [self._shape(entry) for entry in inside[:20]], "stream": [entry.id for entry in inside]}
        return Reply(200, {"id": found.id, "title": found.title, "slug": found.slug, "post_stream": shown})

    @route("PUT", "/t/-/{id}.json")
    def retitle(self, call: Call) -> Reply:
        found, title = self._found(call), str(call.sent.get("title") or "").strip()
        self._check(title, self.title_least, self.title_most, "Title")
        found.title = title
        return Reply(200, {"basic_topic": {"id": found.id, "title": title}})

    @route("DELETE", "/t/{id}.json")
    def remove(self, call: Call) -> Reply:
        self.close(self._found(call))
        return Reply(200)

    def _found(self, call: Call) -> Topic:
        self._who(call)
        found = self.topics.get(int(call.args["id"]))
        if found is None or found.deleted:
            raise Refused(404, self.missing(call).body)
        return found


FAKE = FakeDiscourse
