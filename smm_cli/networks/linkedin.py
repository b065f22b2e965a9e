"""LinkedIn: a person's or a page's posts, by the versioned Community Management API.

Source where no other stands: learn.microsoft.com/linkedin, community-management/shares (li-lms-2026-09). Documents (PDF) are left out:
smm knows pictures, films and sounds. A person's own posts cannot be read (r_member_social is closed), so that what became of a lost
answer can only be told by her.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from smm_cli.errors import OutcomeUnknown, Retriable, SmmError
from smm_cli.networks._handoff import form
from smm_cli.networks._linkedin_account import WEB, ask_page, ask_person
from smm_cli.networks._linkedin_content import content_of, poll_of
from smm_cli.networks._linkedin_fault import read_fault
from smm_cli.networks._linkedin_lookup import comment_receipt, look_for_comment, look_for_post, receipt_of
from smm_cli.networks._linkedin_media import Uploads
from smm_cli.networks._linkedin_remarks import SHARED, remarks_on
from smm_cli.networks._oauth import OAuthDoors, renew, sign_in
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.text.dialects import plain
from smm_cli.text.little import called, little, visible
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Problem
from smm_cli.words.tree import Mention

API = "https://api.linkedin.com"
DOCS = "https://learn.microsoft.com/linkedin/marketing/community-management/shares"
READ = "2026-09-30"
PERSON, PAGE = ("openid", "profile", "w_member_social"), ("w_organization_social", "r_organization_social", "rw_organization_admin")
"""Scopes. Sources: the products Share on LinkedIn with OpenID Connect; the Community Management API."""


class LinkedIn(Network):
    """One author on LinkedIn."""

    name = "linkedin"
    title = "LinkedIn"
    docs = f"{DOCS}/posts-api"
    auth = OAuth2(scopes=PERSON)
    text = (
        # 3000 is the app's limit, the API's documents give none; whether it counts UTF-16 or code points is unverified: the stricter one
        Limit("text", 3000, "utf16", "https://www.linkedin.com/help/linkedin/answer/a528176", READ),
        Limit("comment", 1250, "utf16", "the app's limit (unverified)", READ),
        Limit("question", 140, "utf16", f"{DOCS}/poll-post-api-schema", READ),
        Limit("alt", 4086, "utf16", f"{DOCS}/images-api (unverified)", READ),
    )
    media = (
        # the largest picture in bytes is unverified: limits = { image_bytes = … } overrides
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF), 8_000_000), 20, f"{DOCS}/images-api", READ, pixels=36_152_320, exclusive=True),
        MediaLimit("video", {MP4: 500_000_000}, 1, f"{DOCS}/videos-api", READ, seconds=1800, exclusive=True),
    )
    media_count = 20
    poll = PollLimit(4, 30, 3600, 1_209_600, f"{DOCS}/poll-post-api-schema", READ)
    dialect = "little"
    takes = frozenset({"link", "tags", "title", "visibility", "poll", "quote", "first_comment", "alt"})
    visibilities = ("public", "private")
    steps = (
        "At linkedin.com/developers make an app, tied to a page. For your own profile add its products Share on LinkedIn and Sign In with "
        "LinkedIn using OpenID Connect; for a page apply for the Community Management API. Under Auth add the redirect address "
        "http://127.0.0.1:8737/callback. Put client_id and client_secret into [networks.linkedin]. The login holds for 60 days."
    )

    Settings = Later("smm_cli.networks._linkedin_tables", "Settings")
    Options = Later("smm_cli.networks._linkedin_tables", "Options")

    def hosts(self) -> tuple[str, ...]:
        """The API; uploads and tokens go to the site itself."""
        return ("api.linkedin.com", "www.linkedin.com")

    # -- composing -------------------------------------------------------------------------------------------------------

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        """As everywhere, but an address that is shown as a card does not stand in the text too."""
        return super().messages(replace(post, link="") if self._has_card(post) else post, facts)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Little text; a comment is plain, where escapes would be seen."""
        media = described(part.media, self.mention(facts))
        if part.comment:
            text = plain(part.blocks, self._named(facts, lambda name, urn: name))
            return PayloadPart(text, {"comment": text}, media, part.line)
        mention, options = self._named(facts, called), self.options(post)
        fields: dict[str, Any] = {"visibility": "CONNECTIONS" if self._is_private(post) else "PUBLIC"}
        if post.poll:
            fields["question"] = short(options.question or post.title, self._named(facts, lambda name, urn: name))
            fields["poll"] = poll_of(post.poll, fields["question"], list(post.poll.options))
        elif self._has_card(post):
            fields["article"] = {"source": post.link, "title": post.title or post.link}
            fields["article"] |= {"description": options.description} if options.description else {}
        if post.quote:
            receipt = facts.receipts.get(post.quote)
            fields["quote"] = receipt.parts[0].id if receipt and receipt.parts else post.quote
        return PayloadPart(little(part.blocks, mention), fields, media, part.line)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """What readers see counts, not the escapes."""
        return super().measured(replace(part, text=visible(part.text)) if limit.name == "text" else part, limit)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return remarks_on(self, post, payload, facts)

    def share_link(self, payload: Payload) -> str:
        """LinkedIn's own form, which takes a link alone."""
        link = (payload.parts[0].fields.get("article") or {}).get("source", "")
        return form(f"{WEB}/sharing/share-offsite/", url=link) if link else f"{WEB}/feed/"

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload, then the request that publishes; the last part may be a comment on the first."""
        message = payload.parts[part]
        author = yield from self._author()
        if "comment" in message.fields:
            earlier = yield Earlier()
            return (yield from self._comment(message.text, author, earlier))
        uploads, urns = Uploads(API, self._headers, author, self.settings.waits), []
        for medium in message.media:
            urns.append((yield from uploads.upload(medium)))
        yield Earlier()
        spread = {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []}
        body = {"author": author, "commentary": message.text, "visibility": message.fields["visibility"], "distribution": spread}
        body |= {"lifecycleState": "PUBLISHED", "isReshareDisabledByAuthor": False}
        body |= {"content": content} if (content := content_of(message, urns)) else {}
        if quoted := message.fields.get("quote"):
            body["reshareContext"] = {"parent": _shared(quoted)}
        answer = yield Request("POST", f"{API}/rest/posts", Json(body), self._headers, commits=True)
        urn = answer.headers.get("x-restli-id") or answer.headers.get("x-linkedin-id")
        if not urn:
            raise OutcomeUnknown("LinkedIn published it without saying its id", hint="look at the profile")
        return receipt_of(urn)

    def _comment(self, text: str, author: str, post: PartReceipt) -> Publishing:
        body = {"actor": author, "object": post.id, "message": {"text": text}}
        url = f"{API}/rest/socialActions/{quote(post.id, safe='')}/comments"
        answer = yield Request("POST", url, Json(body), self._headers, commits=True)
        told = answer.body if isinstance(answer.body, Mapping) else {}
        if not (id := told.get("id") or answer.headers.get("x-restli-id")):
            raise OutcomeUnknown("LinkedIn published the comment without saying its id", hint=f"look at {post.url}")
        return comment_receipt({**told, "id": id}, post, author)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """The text alone can be changed."""
        text, headers = payload.parts[part].text, {**self._headers, "X-RestLi-Method": "PARTIAL_UPDATE"}
        change: dict[str, Any] = {"$set": {"commentary": text}}
        if "comment" in payload.parts[part].fields:
            change = {"message": {"$set": {"text": text}}}
        yield Request("POST", self._place(receipt), Json({"patch": change}), headers)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete a post or a comment; one that is gone already is success."""
        answer = yield Request("DELETE", self._place(receipt), headers={**self._headers, "X-RestLi-Method": "DELETE"}, may_fail=True)
        if not answer.ok and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("LinkedIn did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among a page's posts, or the comments on the part before."""
        if "/comments" in intent.request.url:
            return (yield from look_for_comment(API, self._headers, intent, earlier))
        return (yield from look_for_post(API, self._headers, intent))

    def verify(self) -> Verifying:
        """Who logged in; of a page, whether the login may post as it."""
        author, client_id = self.settings.author, self.settings.client_id
        if ":organization:" in author:
            return (yield from ask_page(API, self._headers, author, client_id))
        return (yield from ask_person(API, client_id))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """OAuth 2 with an app of the user's own; the token holds for 60 days."""
        return (yield from sign_in(self._doors, self.settings.client_id, inputs, self.title))

    def refresh(self) -> LoggingIn:
        """Only approved partners get refresh tokens."""
        return (yield from renew(self._doors, self.settings.client_id, self.title))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    @property
    def _headers(self) -> dict[str, str]:
        return {"LinkedIn-Version": self.settings.api_version, "X-Restli-Protocol-Version": "2.0.0"}

    @property
    def _doors(self) -> OAuthDoors:
        scopes = PAGE if ":organization:" in self.settings.author else PERSON
        return OAuthDoors(f"{WEB}/oauth/v2/authorization", f"{WEB}/oauth/v2/accessToken", scopes, pkce=False)

    def _author(self) -> Generator[Step, Any, str]:
        if self.settings.author or (self.account and self.account.id):
            return self.settings.author or (self.account.id if self.account else "")
        me = yield Request("GET", f"{API}/v2/userinfo")
        return f"urn:li:person:{me.get('sub')}"

    def _place(self, receipt: PartReceipt) -> str:
        if "comment" not in receipt.more:
            return f"{API}/rest/posts/{quote(receipt.id, safe='')}"
        post, comment, actor = (quote(str(receipt.more[name]), safe="") for name in ("post", "comment", "actor"))
        return f"{API}/rest/socialActions/{post}/comments/{comment}?actor={actor}"

    def _named(self, facts: Facts, element: Callable[[str, str], str]) -> Callable[[Mention], str]:
        """People with a URN by `element` (name, URN), others by name."""

        def written(mention: Mention) -> str:
            person = facts.people.get(mention.person)
            name = (person.title or person.name) if person else mention.person
            urn = person.handle(self.channel.name, self.name) if person else ""
            return element(name, urn) if urn.startswith("urn:li:") else name

        return written

    def _has_card(self, post: Post) -> bool:
        beside = post.media or post.poll or post.quote or "![" in post.body
        return bool(post.link and post.title and not beside and self.options(post).card)

    def _is_private(self, post: Post) -> bool:
        return (post.visibility or self.settings.visibility) == "private"


def _shared(quoted: str) -> str:
    """The URN of what is shared again."""
    found = SHARED.search(quoted)
    if not found:
        raise Retriable(f"quote: {quoted} is no post on LinkedIn, nor published on this channel yet")
    return found[0]


NETWORK = LinkedIn
