"""A fake server of the Mastodon API. `rules` says whose: Mastodon's own by default, RELATIVES holds others.

Rules are those of mastodon 4.5 (app/services/post_status_service.rb, update_status_service.rb, app/controllers/api/v1 and v2)
where no other source stands beside them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Refused, Reply, route
from smm_cli.sandbox.fakes import _mastodon_shapes as shapes
from smm_cli.sandbox.fakes._mastodon_media import MISSING, Shelf
from smm_cli.sandbox.fakes._mastodon_rules import RELATIVES, Rules, check_poll, length_of

if TYPE_CHECKING:
    from smm_cli.networks.base import Network


class FakeMastodon(Shelf):
    """One server. Statuses and media are kept by id as plain dictionaries; `posted` shows what is public."""

    name = "mastodon"
    channel = 'server = "https://social.example"'
    place = "social.example"

    def __init__(self, clock: Clock, rules: Rules | None = None) -> None:
        super().__init__(clock)
        self.rules = rules or RELATIVES["mastodon"]
        self.statuses: dict[str, dict[str, Any]] = {}
        self.keys: dict[tuple[str, str], tuple[str, datetime]] = {}

    def relate(self, relative: str) -> FakeMastodon:
        """Behave from now on as one of RELATIVES."""
        self.rules = RELATIVES[relative]
        return self

    def resemble(self, network: Network) -> None:
        """As the account said that its server is; of several channels on one server the last one counts."""
        software = network.account.software.lower() if network.account else ""
        text = next(limit for limit in network.text_limits if limit.name == "text")
        self.rules = replace(
            RELATIVES.get(software, self.rules), characters=text.maximum, url_length=text.url_length, media=network.most_media
        )

    # -- how refusals look -----------------------------------------------------------------------------------------------

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"error": "Not Found"})

    def too_many(self, seconds: float) -> Reply:
        reset = shapes.stamp(self.now() + timedelta(seconds=seconds))
        headers = {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
        return Reply(429, {"error": "Too many requests"}, headers)

    def dressed(self, call: Call, reply: Reply) -> Reply:
        told, self.throttle.told = self.throttle.told, {}
        headers = {**reply.headers, **told}
        if reply.status < 400 or self.rules.errors == "json":
            return Reply(reply.status, reply.body, headers)
        words = str(reply.body.get("error", "")) if isinstance(reply.body, dict) else ""
        if self.rules.errors == "html":
            return Reply(reply.status, f"<!DOCTYPE html><html><h1>{reply.status}</h1></html>", {**headers, "content-type": "text/html"})
        return Reply(reply.status, "" if reply.status == 401 else words, headers)

    # -- the server -------------------------------------------------------------------------------------------------------

    @route("GET", "/api/v2/instance")
    def second_instance(self, call: Call) -> Reply:
        return Reply(200, shapes.instance(self.rules, call.host, second=True)) if self.rules.has_v2 else self.missing(call)

    @route("GET", "/api/v1/instance")
    def first_instance(self, call: Call) -> Reply:
        return Reply(200, shapes.instance(self.rules, call.host, second=False))

    @route("GET", "/.well-known/nodeinfo")
    def wellknown(self, call: Call) -> Reply:
        link = {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": f"{call.base}/nodeinfo/2.0"}
        return Reply(200, {"links": [link]}) if self.rules.has_nodeinfo else self.missing(call)

    @route("GET", "/nodeinfo/2.0")
    def node(self, call: Call) -> Reply:
        return Reply(200, {"version": "2.0", "software": {"name": self.rules.software, "version": self.rules.version}})

    @route("GET", "/api/v1/accounts/verify_credentials")
    def me(self, call: Call) -> Reply:
        return Reply(200, shapes.account(self._who(call), call.base))

    # -- statuses ---------------------------------------------------------------------------------------------------------

    @route("POST", "/api/v1/statuses", commits=True)
    def post(self, call: Call) -> Reply:
        account = self._who(call, "statuses")
        sent = call.sent
        if "scheduled_at" in sent:
            raise self._refuse("the sandbox schedules nothing")
        thread = self._target(sent.get("in_reply_to_id"), "The post you are trying to reply to does not appear to exist.")
        quoted = self._target(sent.get(self.rules.quote_key or "-"), "The post you are trying to quote does not appear to exist.")
        if (first := self._earlier(account, call.headers.get("idempotency-key", ""))) is not None:
            return Reply(200, self._shape(first, call.base))
        ids = [str(id) for id in sent.get("media_ids") or ()]
        if ids and sent.get("poll"):  # post_status_service.rb validate_media!: the same words as for too many
            raise self._refuse(f"Cannot attach more than {self.rules.media} files")
        media = self._attach(account, ids)
        self._check_text(sent, media)
        if str(sent.get("visibility") or "public") not in self.rules.visibilities:
            raise self._refuse(f"'{sent['visibility']}' is not a valid visibility")
        if sent.get("poll") and self.rules.polls:
            check_poll(sent["poll"], self.rules)
        if quoted and (ids or sent.get("poll")):
            raise self._refuse("Validation failed: Quotes cannot have media or polls")
        id = self._id()
        status = {"id": id, "account": account, "at": self.now(), "media": media, "in_reply_to_id": thread, "quote": quoted, "edited": None}
        self.statuses[id] = status | self._said(sent)
        for medium in media:
            medium["status"] = id
        if key := call.headers.get("idempotency-key"):
            self.keys[account, key] = (id, self.now())
        url = f"{call.base}/@{account}/{id}"
        pictures = tuple(medium["description"] for medium in media)
        more = {key: value for key, value in self._said(sent).items() if key != "text"}
        if isinstance(sent.get("friendica"), dict):
            more["title"] = sent["friendica"].get("title")
        text = self._said({**sent, "spoiler_text": ""})["text"]
        self.publish(Posted(self.name, account, id, url, text, self.now(), pictures, thread, more=more))
        return Reply(200, self._shape(self.statuses[id], call.base))

    def _said(self, sent: Any) -> dict[str, Any]:
        warning, text = str(sent.get("spoiler_text") or ""), str(sent.get("status") or "")
        if self.rules.markdown and sent.get("content_type") != "text/plain":
            text = re.sub(r"[*_`~]", "", text)  # marks are not shown
        return {
            "text": text or warning,
            "spoiler_text": warning,
            "visibility": str(sent.get("visibility") or "public"),
            "language": str(sent.get("language") or "en"),
            "sensitive": bool(sent.get("sensitive")) or bool(warning),
            "poll": sent.get("poll"),
        }

    def _earlier(self, account: str, key: str) -> dict[str, Any] | None:
        """What a known Idempotency-Key made, within its time."""
        id, at = self.keys.get((account, key), ("", self.now()))
        if not key or not id or (self.now() - at).total_seconds() >= self.rules.keeps_keys:
            return None
        if self.rules.twice == "refused":
            raise self._refuse("Duplicate idempotency key.", 400)
        if id not in self.statuses:
            raise Refused(404, MISSING)
        return self.statuses[id]

    def _target(self, id: Any, words: str) -> str:
        if id and str(id) not in self.statuses:
            raise Refused(404, {"error": words})
        return str(id or "")

    def _check_text(self, sent: Any, media: list[dict[str, Any]]) -> None:
        text, warning = str(sent.get("status") or ""), str(sent.get("spoiler_text") or "")
        if not text.strip() and not warning.strip() and not media:
            raise self._refuse("Validation failed: Text can't be blank")
        if self.rules.needs_media and not media and not sent.get("in_reply_to_id"):
            raise self._refuse("Empty statuses are not allowed", 403)
        if self.rules.warning and len(warning) > self.rules.warning:
            raise self._refuse(f"The spoiler text may not be greater than {self.rules.warning} characters.", 422)
        if length_of(text, warning, self.rules) > self.rules.characters:
            raise self._refuse(f"Validation failed: Text character limit of {self.rules.characters} exceeded")

    @route("GET", "/api/v1/statuses/{id}")
    def show(self, call: Call) -> Reply:
        return Reply(200, self._shape(self._visible(call), call.base))

    @route("GET", "/api/v1/statuses/{id}/source")
    def source(self, call: Call) -> Reply:
        status = self._own(call)
        return Reply(200, {"id": status["id"], "text": status["text"], "spoiler_text": status["spoiler_text"]})

    @route("PUT", "/api/v1/statuses/{id}")
    def edit(self, call: Call) -> Reply:
        status, sent = self._own(call), call.sent
        had = [medium["id"] for medium in status["media"]]
        ids = [str(id) for id in sent["media_ids"] or ()] if "media_ids" in sent else had
        media = self._attach(status["account"], ids, status["id"])
        self._check_text({**sent, "in_reply_to_id": status["in_reply_to_id"]}, media)
        for told in sent.get("media_attributes") or ():
            self.media[str(told["id"])]["description"] = str(told.get("description") or "")
        for medium in media:
            medium["status"] = status["id"]
        said = {key: value for key, value in self._said(sent).items() if key != "visibility"}
        status |= said | {"media": media, "edited": self.now()}
        self.change(status["id"], text=status["text"], edited=True, media=tuple(medium["description"] for medium in media))
        return Reply(200, self._shape(status, call.base))

    @route("DELETE", "/api/v1/statuses/{id}")
    def delete(self, call: Call) -> Reply:
        status = self._own(call, "delete")
        del self.statuses[status["id"]]
        self.change(status["id"], deleted=True)
        return Reply(200, {**self._shape(status, call.base), "text": status["text"]})

    @route("GET", "/api/v1/accounts/{id}/statuses")
    def listing(self, call: Call) -> Reply:
        reader = self._who(call)
        own = [s for s in self.statuses.values() if shapes.account_id(s["account"]) == call.args["id"]]
        seen = [s for s in reversed(own) if s["account"] == reader or s["visibility"] in ("public", "unlisted")]
        below = call.asked("max_id")
        if below:
            ids = [status["id"] for status in seen]
            seen = seen[ids.index(below) + 1 :] if below in ids else seen
        most = min(int(call.asked("limit") or 20), 40)
        return Reply(200, [self._shape(status, call.base) for status in seen[:most]])

    @route("GET", "/api/v2/search")
    def search(self, call: Call) -> Reply:
        self._who(call)
        found = [s for s in self.statuses.values() if call.asked("q") in self._addresses(s, call.base)]
        return Reply(200, {"accounts": [], "statuses": [self._shape(s, call.base) for s in found], "hashtags": []})

    def _own(self, call: Call, limit: str = "api") -> dict[str, Any]:
        account = self._who(call, limit)
        status = self.statuses.get(call.args["id"])
        if not status or status["account"] != account:
            raise Refused(404, MISSING)
        return status

    def _visible(self, call: Call) -> dict[str, Any]:
        status = self.statuses.get(call.args["id"])
        if not status or (status["visibility"] in ("private", "direct") and status["account"] != self.account_of(call)):
            raise Refused(404, MISSING)
        return status

    def _addresses(self, status: dict[str, Any], base: str) -> tuple[str, str]:
        name, id = status["account"], status["id"]
        return f"{base}/@{name}/{id}", f"{base}/users/{name}/statuses/{id}"

    def _shape(self, status: dict[str, Any], base: str) -> dict[str, Any]:
        url, uri = self._addresses(status, base)
        shown = {key: status[key] for key in ("id", "spoiler_text", "visibility", "language", "sensitive")}
        quote = {"state": "accepted", "quoted_status": {"id": status["quote"]}} if status["quote"] else None
        return shown | {
            "created_at": shapes.stamp(status["at"]),
            "edited_at": shapes.stamp(status["edited"]) if status["edited"] else None,
            "in_reply_to_id": status["in_reply_to_id"] or None,
            "url": url,
            "uri": uri,
            "content": shapes.html_of(status["text"]),
            "account": shapes.account(status["account"], base),
            "application": {"name": "smm"},
            "media_attachments": [shapes.medium(medium, base) for medium in status["media"]],
            "poll": status["poll"],
            "quote": quote,
        }


FAKE = FakeMastodon
