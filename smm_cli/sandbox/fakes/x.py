"""A fake X, API version 2. Rules: xdevplatform/docs, OpenAPI 2.167 (2026-08-22), where no other source stands beside them."""

from __future__ import annotations

import re
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Refused, Reply, route
from smm_cli.sandbox.fakes._x_media import Shelf
from smm_cli.text.rulers import measure
from smm_cli.text.x import invalid_characters

if TYPE_CHECKING:
    from smm_cli.networks.base import Network

FIELDS = frozenset({"text", "media", "poll", "reply", "reply_settings", "quote_tweet_id", "community_id", "made_with_ai"}) | {
    "paid_partnership",
    "share_with_followers",
    "edit_options",
}
SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")
LINK = re.compile(r"https?://\S+")
OAUTH1 = re.compile(r'oauth_token="([^"]+)"')
SIGNED = ("oauth_consumer_key", "oauth_nonce", "oauth_signature", "oauth_signature_method", "oauth_timestamp", "oauth_token")


class FakeX(Shelf):
    """`characters`: how long a post may be (Premium: 25,000). Tokens last two hours, refresh tokens are good once."""

    name = "x"
    hosts = ("api.x.com", "x.com")
    channel = 'client_id = "app-of-ada"'
    lives = 7200.0
    rotates = True

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.plan = "None"
        self.tweets: dict[str, dict[str, Any]] = {}
        self.credit = True

    @property
    def characters(self) -> int:
        return 25_000 if self.plan.startswith("Premium") else 280

    def resemble(self, network: Network) -> None:
        """As long posts as the account's plan allows."""
        text = next(limit for limit in network.text_limits if limit.name == "text")
        self.plan = "Premium" if text.maximum > 280 else self.plan

    def account_of(self, call: Call) -> str:
        """By a bearer token, or by the token of an OAuth 1.0 signature that has all its parts."""
        signed = call.headers.get("authorization", "")
        if not signed.startswith("OAuth "):
            return super().account_of(call)
        found = OAUTH1.search(signed)
        return found[1].removeprefix("sandbox-") if found and all(f"{name}=" in signed for name in SIGNED) else ""

    def too_many(self, seconds: float) -> Reply:
        told = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
        reset = str(int(self.now().timestamp() + seconds))
        return Reply(429, told, {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0", "x-rate-limit-reset": reset})

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"title": "Not Found", "detail": "Not Found", "type": "about:blank", "status": 404})

    def forbidden(self, words: str) -> Refused:
        return Refused(403, {"detail": words, "type": "about:blank", "title": "Forbidden", "status": 403})

    @route("GET", "/i/oauth2/authorize")
    def authorize(self, call: Call) -> Reply:
        return self.allow(call)

    @route("POST", "/2/oauth2/token")
    def token_door(self, call: Call) -> Reply:
        return self.exchange(call)

    @route("GET", "/2/users/me")
    def me(self, call: Call) -> Reply:
        name = self.who(call)
        return Reply(200, {"data": {"id": f"u{name}", "name": name.title(), "username": name, "subscription_type": self.plan}})

    @route("POST", "/2/tweets", commits=True)
    def post(self, call: Call) -> Reply:
        account, sent = self.who(call), call.sent
        if not self.credit:  # pay per use since 2026-02-06
            told = {"title": "CreditsDepleted", "detail": "Your enrolled account does not have any credits to fulfill this request."}
            raise Refused(402, {**told, "type": "https://api.x.com/2/problems/credits", "status": 402})
        self._check_post(sent)
        text, media = str(sent.get("text") or ""), [self._medium(account, id) for id in (sent.get("media") or {}).get("media_ids") or ()]
        target = str((sent.get("reply") or {}).get("in_reply_to_tweet_id") or "")
        if target and target not in self.tweets:
            raise self.forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
        if self._said_before(account, text, media):
            raise self.forbidden("You are not allowed to create a Tweet with duplicate content.")
        id = self.id()
        self.tweets[id] = {
            "id": id,
            "account": account,
            "text": text,
            "media": media,
            "reply": target,
            "at": self.now(),
            **self._told(sent),
        }
        alts = tuple(medium["alt"] for medium in media)
        self.publish(
            Posted(self.name, account, id, f"https://x.com/{account}/status/{id}", text, self.now(), alts, target, more=self._told(sent))
        )
        return Reply(201, {"data": {"id": id, "text": text, "edit_history_tweet_ids": [id]}})

    def _told(self, sent: Any) -> dict[str, Any]:
        return {name: sent[name] for name in ("poll", "reply_settings", "quote_tweet_id", "community_id", "made_with_ai") if name in sent}

    def _check_post(self, sent: Any) -> None:
        if unknown := set(sent) - FIELDS:
            raise self.invalid(f"The following fields are not allowed: {', '.join(sorted(unknown))}", "$")
        text, media, poll = str(sent.get("text") or ""), sent.get("media") or {}, sent.get("poll")
        ids = media.get("media_ids") or ()
        if not text.strip() and not ids and not poll:
            raise self.invalid("text is required", "text")
        if measure(text, "x") > self.characters or invalid_characters(text):
            raise self.invalid("Your Tweet text is too long.", "text")
        if "media" in sent and not 1 <= len(ids) <= 4:
            raise self.invalid("media_ids: from 1 to 4", "media.media_ids")
        if bool(poll) + bool(ids) + bool(sent.get("quote_tweet_id")) > 1:
            raise self.invalid("Media, polls and quotes are mutually exclusive.", "$")
        if poll:
            self._check_poll(poll)
        # that a reply may not say it is the stricter reading: the documents tell of conversations only
        if sent.get("reply_settings", "following") not in SETTINGS or ("reply" in sent and "reply_settings" in sent):
            raise self.invalid("reply_settings is none of the known ones", "reply_settings")
        if sent.get("quote_tweet_id"):  # changelog 2026-04-20: Enterprise only
            raise self.forbidden("You are not permitted to quote posts with this plan.")

    def _check_poll(self, poll: Any) -> None:
        options = poll.get("options") or ()
        if not 2 <= len(options) <= 4 or not all(1 <= len(one) <= 25 for one in options):
            raise self.invalid("a poll has 2 to 4 options of 1 to 25 characters", "poll.options")
        if not 5 <= int(poll.get("duration_minutes") or 0) <= 10_080:
            raise self.invalid("duration_minutes: from 5 to 10080", "poll.duration_minutes")

    def _medium(self, account: str, id: str) -> dict[str, Any]:
        found = self.media.get(str(id))
        if not found or found["account"] != account or found["polls"]:
            raise self.invalid("Your media IDs are invalid.", "media.media_ids")
        return found

    def _said_before(self, account: str, text: str, media: list[Any]) -> bool:
        """The same words again shortly after (how shortly is not documented: a day here)."""
        own = (one for one in self.tweets.values() if one["account"] == account and (self.now() - one["at"]).days < 1)
        return not media and any(one["text"] == text and not one["media"] for one in own)

    @route("DELETE", "/2/tweets/{id}")
    def delete(self, call: Call) -> Reply:
        found = self.tweets.get(call.args["id"])
        if not found or found["account"] != self.who(call):
            return self.missing(call)
        del self.tweets[found["id"]]
        self.change(found["id"], deleted=True)
        return Reply(200, {"data": {"deleted": True}})

    @route("GET", "/2/users/{id}/tweets")
    def listing(self, call: Call) -> Reply:
        self.who(call)
        start = datetime.fromisoformat(call.asked("start_time") or "1970-01-01T00:00:00Z")
        most = int(call.asked("max_results") or 10)
        if not 5 <= most <= 100:
            raise self.invalid("max_results: from 5 to 100", "max_results")
        own = [one for one in reversed(self.tweets.values()) if f"u{one['account']}" == call.args["id"] and one["at"] >= start]
        begin = int(call.asked("pagination_token") or 0)
        page, meta = own[begin : begin + most], {"result_count": len(own[begin : begin + most])}
        more = {"next_token": str(begin + most)} if len(own) > begin + most else {}
        return Reply(200, {**({"data": [self._shown_tweet(one) for one in page]} if page else {}), "meta": {**meta, **more}})

    def _shown_tweet(self, one: dict[str, Any]) -> dict[str, Any]:
        """As X shows it: addresses shortened, three signs escaped, media as one more address at the end."""
        urls: list[dict[str, str]] = []

        def shorten(found: re.Match[str]) -> str:
            urls.append({"url": f"https://t.co/{one['id'][-4:]}{len(urls)}", "expanded_url": found[0]})
            return urls[-1]["url"]

        text = escape(LINK.sub(shorten, one["text"]), quote=False)
        shown: dict[str, Any] = {
            "id": one["id"],
            "created_at": one["at"].isoformat().replace("+00:00", ".000Z"),
            "entities": {"urls": urls},
        }
        if one["media"]:
            text += f" https://t.co/pic{one['id'][-4:]}"
            shown["attachments"] = {"media_keys": [f"3_{medium['id']}" for medium in one["media"]]}
        if measure(one["text"], "x") > 280:
            shown["note_tweet"] = {"text": text, "entities": {"urls": urls}}
            text = text[:270] + "…"
        if one["reply"]:
            shown["referenced_tweets"] = [{"type": "replied_to", "id": one["reply"]}]
        return {**shown, "text": text}


FAKE = FakeX
