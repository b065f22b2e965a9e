"""Reddit: text, link and picture posts in a subreddit, with a first comment.

Since November 2025 new apps need Reddit's approval (Responsible Builder Policy). To post the same to many subreddits is spam there: give
each its own channel, text and time. Films are left out: their id comes through a web socket alone. Source where no other stands: Reddit's
API documentation and PRAW 8.0.3 (2026).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, Rejected, SmmError
from smm_cli.networks._handoff import form
from smm_cli.networks._oauth import OAuthDoors, renew, sign_in
from smm_cli.networks._reddit_fault import read_fault
from smm_cli.networks._reddit_lookup import WEB, is_same, items_of, judged, made_at, own, receipt_of, time_of
from smm_cli.networks._reddit_media import upload
from smm_cli.networks._reddit_remarks import remarks_on
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.text.reddit import reddit
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import CannotTell, Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Step, Verifying, Wait
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Form, Json, Request
from smm_cli.words.limit import GIF, JPEG, PNG, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Problem
from smm_cli.words.tree import Mention

API = "https://oauth.reddit.com"
DOCS = "https://www.reddit.com/dev/api"
READ = "2026-11-22"
SCOPES = ("identity", "submit", "edit", "read", "history", "flair")
DOORS = OAuthDoors(
    f"{WEB}/api/v1/authorize", f"{WEB}/api/v1/access_token", SCOPES, pkce=False, basic=True, more=(("duration", "permanent"),)
)
NAMELESS = "t3_"
"""The id of a picture's post that was published, but is not listed yet."""
WAITS = (2.0, 3.0, 5.0, 5.0, 10.0, 10.0)


class Reddit(Network):
    """One account in one subreddit."""

    name = "reddit"
    title = "Reddit"
    docs = DOCS
    auth = OAuth2(scopes=SCOPES)
    text = (
        Limit("text", 40_000, "code_points", f"{DOCS}#POST_api_submit", READ),
        Limit("title", 300, "code_points", f"{DOCS}#POST_api_submit", READ),
        Limit("comment", 10_000, "code_points", f"{DOCS}#POST_api_comment", READ),
    )
    # sizes and the count of a gallery are unverified: limits = { image_bytes = …, media_count = … } overrides
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF), 20_000_000), 20, "PRAW 8.0.3, submit_gallery (unverified)", READ),)
    media_count = 20
    dialect = "commonmark"
    appends = frozenset({"link"})
    takes = frozenset({"title", "link", "first_comment"})
    demands = frozenset({"title"})
    steps = (
        "Reddit must approve new apps first (Responsible Builder Policy, since November 2025). Then at reddit.com/prefs/apps create a web "
        "app with the redirect uri http://127.0.0.1:8737/callback, and put client_id and client_secret into [networks.reddit]. The "
        "channel's `user` is your name there: Reddit wants it in each request."
    )

    Settings = Later("smm_cli.networks._reddit_tables", "Settings")
    Options = Later("smm_cli.networks._reddit_tables", "Options")

    def hosts(self) -> tuple[str, ...]:
        """The API, and where tokens are made."""
        return ("oauth.reddit.com", "www.reddit.com")

    # -- composing -------------------------------------------------------------------------------------------------------

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        """As everywhere, but the link of a link post is not in its text."""
        return super().messages(replace(post, link="") if self._kind(post) == "link" else post, facts)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Reddit's Markdown; what belongs to the form of a post in the fields."""
        text = reddit(part.blocks, self._named(facts))
        if part.comment:
            return PayloadPart(text, {"comment": text}, (), part.line)
        options, settings, kind = self.options(post), self.settings, self._kind(post)
        title = " ".join(short(post.title, self._named(facts)).split())
        fields: dict[str, Any] = {"sr": options.subreddit or settings.subreddit, "title": title, "kind": kind}
        fields |= {"url": post.link} if kind == "link" else {}
        fields |= {name: told for name in ("flair_id", "flair_text") if (told := getattr(options, name) or getattr(settings, name))}
        fields |= {"nsfw": options.nsfw or settings.nsfw, "spoiler": options.spoiler}
        return PayloadPart(text, fields, part.media, part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return remarks_on(self, post, payload)

    def share_link(self, payload: Payload) -> str:
        """Reddit's own form, for a channel that is posted to by hand."""
        fields = payload.parts[0].fields
        text = payload.parts[0].text if fields["kind"] == "self" else ""
        told = {"url": str(fields.get("url", "")), "title": fields["title"], "selftext": "true" if text else "", "text": text}
        return form(f"{WEB}/r/{fields['sr']}/submit", **told)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload pictures, then the request that publishes. One picture's post is named by no answer: it is looked up at once."""
        message = payload.parts[part]
        if "comment" in message.fields:
            earlier = yield Earlier()
            return (yield from self._comment(message.text, earlier))
        uploaded = []
        for medium in message.media if message.fields["kind"] == "image" else ():
            uploaded.append((yield from upload(API, self._headers, medium)))
        yield Earlier()
        if len(uploaded) > 1:
            items = [{"media_id": id, "caption": "", "outbound_url": ""} for id, _ in uploaded]
            told = {name: value for name, value in self._fields(message).items() if name not in ("kind", "resubmit")}
            body = {"api_type": "json", "items": items, "show_error_list": True, **told}
            answer = yield Request("POST", f"{API}/api/submit_gallery_post.json", Json(body), self._headers, commits=True)
        else:
            fields = self._fields(message) | ({"url": uploaded[0][1]} if uploaded else {})
            answer = yield Request("POST", f"{API}/api/submit", _form(fields), self._headers, commits=True)
        told = answer.get("json", "data", default={})
        if told.get("id"):
            return PartReceipt(f"t3_{str(told['id']).removeprefix('t3_')}", str(told.get("url", "")))
        if not uploaded:
            raise OutcomeUnknown(f"Reddit answered {answer.status} without the id of a post")
        return (yield from self._appeared(message, answer))

    def _appeared(self, message: PayloadPart, answer: Answer) -> Publishing:
        """The receipt of a picture's post once it is listed: not older than the `answer` to its form, by Reddit's own clock."""
        user, sent, since = (yield from self._user()), self._fields(message), made_at(answer)
        for seconds in WAITS:
            listing = yield own(API, self._headers, user, "submitted")
            for item in items_of(listing) or ():
                if time_of(item) >= since and is_same(item, sent):
                    return receipt_of(item)
            yield Wait(seconds)
        return PartReceipt(NAMELESS, f"{WEB}/user/{user}/submitted/", {"note": "Reddit was still working on the picture"})

    def _comment(self, text: str, post: PartReceipt) -> Publishing:
        sent = {"thing_id": post.id, "text": text}
        answer = yield Request("POST", f"{API}/api/comment", _form(sent), self._headers, commits=True)
        made = answer.get("json", "data", "things", 0, "data", default={})
        if not made.get("name"):
            raise OutcomeUnknown(f"Reddit answered {answer.status} without the id of a comment")
        return receipt_of(made)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's newest posts, or comments."""
        user, message = (yield from self._user()), payload.parts[intent.part]
        if "comment" in message.fields:
            if not isinstance(earlier, PartReceipt):
                return CannotTell(f"{WEB}/user/{user}/comments/")
            sent = {"thing_id": earlier.id, "text": message.text}
            listing = yield own(API, self._headers, user, "comments")
        else:
            sent = self._fields(message)
            listing = yield own(API, self._headers, user, "submitted")
        return judged(listing, intent, sent, f"{WEB}/user/{user}/")

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """The text of text posts and comments can be changed, nothing else."""
        message = payload.parts[part]
        if message.fields.get("kind", "self") != "self":
            raise Rejected("Reddit changes the text of text posts and comments only", hint="smm post withdraw, then publish anew")
        yield Request("POST", f"{API}/api/editusertext", _form({"thing_id": receipt.id, "text": message.text}), self._headers)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete; Reddit says the same of what is gone."""
        if receipt.id == NAMELESS:
            raise Rejected("Reddit did not say which post it made of the picture", hint=f"delete it by hand: {receipt.url}")
        yield Request("POST", f"{API}/api/del", Form((("id", receipt.id),)), self._headers, reads="any")

    def verify(self) -> Verifying:
        """Who the token belongs to, and what the subreddit demands."""
        me = yield Request("GET", f"{API}/api/v1/me", headers=self._headers, query=(("raw_json", "1"),))
        if me.get("is_suspended"):
            raise AuthFailed("Reddit has suspended this account")
        name, sr = str(me.get("name", default="")), self.settings.subreddit
        rules = yield Request("GET", f"{API}/api/v1/{sr}/post_requirements", headers=self._headers, may_fail=True)
        told = {"title": rules.get("title_text_max_length"), "text": rules.get("body_text_max_length")} if rules.ok else {}
        limits = {key: value for key, value in told.items() if isinstance(value, int) and value > 0}
        facts = {"subreddit": sr, "flair": bool(rules.get("is_flair_required"))} if rules.ok else {}
        return Account(f"u/{name}", str(me.get("id", default="")), name, f"{WEB}/user/{name}", limits=limits, facts=facts)

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """OAuth 2 with an app of the user's own, id and secret as Basic."""
        return (yield from self._named_to(sign_in(DOORS, self.settings.client_id, inputs, self.title)))

    def refresh(self) -> LoggingIn:
        """Tokens last an hour, the refresh token until it is taken back."""
        return (yield from self._named_to(renew(DOORS, self.settings.client_id, self.title)))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body)

    # -- parts -----------------------------------------------------------------------------------------------------------

    @property
    def _headers(self) -> dict[str, str]:
        """A user agent of the form that Reddit demands: others get 429 or 403."""
        user = self._typed or (self.account.name if self.account else "") or "unknown"
        return {"user-agent": f"cli:smm-cli:1 (by /u/{user})"}

    @property
    def _typed(self) -> str:
        """The `user` of the channel, who may have written it with u/ before it."""
        return str(self.settings.user).strip("/").removeprefix("u/")

    def _named_to(self, conversation: LoggingIn) -> LoggingIn:
        told: Any = None
        while True:
            try:
                step = conversation.send(told)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            told = yield replace(step, headers=self._headers) if isinstance(step, Request) else step

    def _user(self) -> Generator[Step, Any, str]:
        known = (self.account.name if self.account else "") or self._typed
        if known:
            return str(known)
        me = yield Request("GET", f"{API}/api/v1/me", headers=self._headers)
        return str(me.get("name", default=""))

    def _kind(self, post: Post) -> str:
        chosen = str(self.options(post).kind)
        if chosen or post.media or "![" in post.body:
            return chosen or "image"
        return "link" if post.link and not post.body.strip() else "self"

    def _fields(self, message: PayloadPart) -> dict[str, Any]:
        """What a post says of itself. A link that stands in the subreddit already is refused rather than doubled (`resubmit`)."""
        told = {**message.fields, "sendreplies": self.settings.replies, "resubmit": False, "validate_on_submit": True}
        return told | ({"text": message.text} if told["kind"] == "self" or self.settings.text_beside else {})

    def _named(self, facts: Facts) -> Callable[[Mention], str]:
        """u/name for people with a handle here, others by name."""
        usual = self.mention(facts)

        def written(mention: Mention) -> str:
            name = usual(mention)
            return f"u/{name[1:].removeprefix('u/')}" if name.startswith("@") else name

        return written


def _form(fields: Mapping[str, Any]) -> Form:
    said = {"api_type": "json", "raw_json": "1", **fields}
    return Form(tuple((name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in said.items()))


NETWORK = Reddit
