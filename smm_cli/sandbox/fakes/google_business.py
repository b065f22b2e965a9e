"""A fake Google Business Profile: posts of locations. Source: developers.google.com/my-business, LocalPost (2026-11-22)."""

from __future__ import annotations

from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Reply, route
from smm_cli.sandbox.fakes._google_doors import GoogleFake, wrong

TOPICS = ("STANDARD", "EVENT", "OFFER", "ALERT")
ACTIONS = ("BOOK", "ORDER", "SHOP", "LEARN_MORE", "SIGN_UP", "CALL")
MOST = 1500
"""Characters of a summary. Source: support.google.com/business/answer/7213077 (2026-11-22)."""


class FakeGoogleBusiness(GoogleFake):
    """Posts by name. `verdict`: what Google thinks of each once it has looked (LIVE, REJECTED); `may_post`: of the location."""

    name = "google-business"
    hosts = ("mybusiness.googleapis.com", "mybusinessbusinessinformation.googleapis.com")
    channel = 'location = "accounts/1/locations/2"'

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.posts: dict[str, dict[str, Any]] = {}
        self.verdict = "LIVE"
        self.may_post = True

    @route("POST", "/v4/accounts/{account}/locations/{location}/localPosts", commits=True)
    def create(self, call: Call) -> Reply:
        who, sent = self.who(call), dict(call.sent)
        self._check(sent)
        name = f"accounts/{call.args['account']}/locations/{call.args['location']}/localPosts/{self.next_number()}"
        at = self.now().isoformat().replace("+00:00", "Z")
        own = {
            "name": name,
            "state": "PROCESSING",
            "createTime": at,
            "updateTime": at,
            "searchUrl": f"https://local.google.com/place?use={name}",
        }
        self.posts[name] = {**sent, **own}
        more = {key: value for key, value in sent.items() if key != "summary"}
        posted = Posted(self.name, who, name, own["searchUrl"], sent.get("summary", ""), self.now(), self._media(sent), more=more)
        self.publish(posted)
        return Reply(200, self.posts[name])

    @route("GET", "/v4/accounts/{account}/locations/{location}/localPosts")
    def listing(self, call: Call) -> Reply:
        self.who(call)
        under = f"accounts/{call.args['account']}/locations/{call.args['location']}/"
        own = [post for name, post in reversed(self.posts.items()) if name.startswith(under)]
        size, start = min(int(call.asked("pageSize") or 20), 100), int(call.asked("pageToken") or 0)
        more = {"nextPageToken": str(start + size)} if start + size < len(own) else {}
        return Reply(200, ({"localPosts": own[start : start + size]} if own else {}) | more)

    @route("GET", "/v4/accounts/{account}/locations/{location}/localPosts/{id}")
    def show(self, call: Call) -> Reply:
        post = self._own(call)
        post["state"] = self.verdict
        return Reply(200, post)

    @route("PATCH", "/v4/accounts/{account}/locations/{location}/localPosts/{id}")
    def update(self, call: Call) -> Reply:
        post, sent = self._own(call), call.sent
        if not (mask := call.asked("updateMask")):
            raise wrong(400, "badRequest", "Request contains an invalid argument.", "INVALID_ARGUMENT")
        made = {**post, **{key: sent[key] for key in mask.split(",") if key in sent}}
        self._check(made)
        post.update(made)
        self.change(post["name"], text=post.get("summary", ""), media=self._media(post), edited=True)
        return Reply(200, post)

    @route("DELETE", "/v4/accounts/{account}/locations/{location}/localPosts/{id}")
    def delete(self, call: Call) -> Reply:
        post = self._own(call)
        del self.posts[post["name"]]
        self.change(post["name"], deleted=True)
        return Reply(200, {})

    @route("GET", "/v1/locations/{id}")
    def place_of(self, call: Call) -> Reply:
        self.who(call)
        if not call.asked("readMask"):
            raise wrong(400, "badRequest", "read_mask is required.", "INVALID_ARGUMENT")
        said = {"mapsUri": "https://maps.google.com/?cid=1", "canOperateLocalPost": self.may_post}
        return Reply(200, {"name": f"locations/{call.args['id']}", "title": "The Bakery", "metadata": said})

    def _own(self, call: Call) -> dict[str, Any]:
        self.who(call)
        post = self.posts.get(call.path.removeprefix("/v4/"))
        if post is None:
            raise wrong(404, "notFound", "Requested entity was not found.", "NOT_FOUND")
        return post

    def _check(self, sent: dict[str, Any]) -> None:
        """What LocalPost demands; the one shape of refusal is INVALID_ARGUMENT."""
        topic, action = sent.get("topicType"), sent.get("callToAction") or {}
        event = sent.get("event") or {}
        media = sent.get("media") or []
        fits = (
            topic in TOPICS
            and len(sent.get("summary") or "") <= MOST
            and (bool(sent.get("summary")) or bool(media))
            and action.get("actionType", "CALL") in ACTIONS
            and ("url" in action) == (bool(action) and action.get("actionType") != "CALL")
            and (topic not in ("EVENT", "OFFER") or bool(event.get("title") and event.get("schedule", {}).get("startDate")))
            and ("offer" not in sent or topic == "OFFER")
            and all(str(item.get("sourceUrl", "")).startswith("https://") and item.get("mediaFormat") == "PHOTO" for item in media)
        )
        if not fits:
            raise wrong(400, "badRequest", "Request contains an invalid argument.", "INVALID_ARGUMENT")

    def _media(self, sent: dict[str, Any]) -> tuple[str, ...]:
        return tuple("photo" for _ in sent.get("media") or ())


FAKE = FakeGoogleBusiness
