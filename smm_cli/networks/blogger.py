"""Blogger: a post is put there as a draft; what publishes it is a request of its own, so that nothing is published twice."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.errors import Retriable
from smm_cli.networks._article import Article, placed
from smm_cli.networks._articles import put_up
from smm_cli.networks._blogger_post import account_of, look_for_draft, receipt_of
from smm_cli.networks._google import Google
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Absent, Doing, Earlier, Found, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, PNG, WEBP, MediaLimit
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

DOCS = "https://developers.google.com/blogger/docs/3.0/reference/posts"
HOST = "blogger.googleapis.com"
SCOPES = ("https://www.googleapis.com/auth/blogger",)
LABELS, LABEL_LENGTH = 20, 200
"""Labels of a post, and characters of them together. Source: reports of users (unverified, so a warning; 2026-11-22)."""
LIVE = "LIVE"


class Blogger(Article, Google):
    """One blog on Blogger."""

    name = "blogger"
    title = "Blogger"
    docs = DOCS
    auth = OAuth2(SCOPES)
    scopes = SCOPES
    apis = (HOST,)
    featured = False
    media = (MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 10**8), 50, "no limit: bytes are not sent", "2026-11-22"),)
    media_count = 50
    fetches = frozenset({"image"})
    takes = frozenset({"title", "link", "tags", "alt"})
    steps = (
        "At console.cloud.google.com: make a project, enable “Blogger API v3”, set up the consent screen and publish it (in Testing a "
        "login ends after seven days), make an OAuth client of the kind Desktop app. Put its client_id and client_secret into "
        "[networks.blogger], and the number of the blog into the channel."
    )

    Settings = Later("smm_cli.networks._blogger_tables", "Settings")

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        length = sum(map(len, post.tags))
        if len(post.tags) <= LABELS and length <= LABEL_LENGTH:
            return ()
        what = f"{len(post.tags)} tags with {length} characters; Blogger may take no more than {LABELS} with {LABEL_LENGTH}"
        return (Problem("too-many-tags", what, Place(post.path, channel=self.channel.name), "leave some out", WARNING),)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """The draft, then its publication; a channel of drafts ends with the draft."""
        body = yield from self._body(payload.parts[part])
        as_draft = (("isDraft", "true"),)
        if self.settings.draft:
            yield Earlier()
            answer = yield Request("POST", self._url("posts"), Json(body), query=as_draft, commits=True)
            return receipt_of(answer.body)
        draft = yield Request("POST", self._url("posts"), Json(body), query=as_draft)
        if not (id := str(draft.get("id", default=""))):
            raise Retriable("Blogger gave the draft no id")
        yield Earlier()
        answer = yield Request("POST", self._url(f"posts/{id}/publish"), commits=True)
        return receipt_of(answer.body)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        body = {"labels": [], **(yield from self._body(payload.parts[part]))}  # what a PATCH does not name stays
        answer = yield Request("PATCH", self._url(f"posts/{receipt.id}"), Json(body))
        return receipt_of(answer.body)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Back to the drafts, with its comments. A post that is gone is success."""
        answer = yield Request("POST", self._url(f"posts/{receipt.id}/revert"), reads="any", may_fail=True)
        self.unless(answer, 404)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """The very post, by the id in what was asked; a draft among the newest of its title."""
        if not intent.request.url.endswith("/publish"):
            return (yield from look_for_draft(self._url("posts"), intent))
        id = intent.request.url.removesuffix("/publish").rpartition("/posts/")[2]
        answer = yield Request("GET", self._url(f"posts/{id}"), query=(("view", "ADMIN"),), may_fail=True)
        self.unless(answer, 404)
        return Found(receipt_of(answer.body)) if answer.get("status") == LIVE else Absent()

    def verify(self) -> Verifying:
        """The blog, among those that the login may write to."""
        query = (("role", "ADMIN"), ("role", "AUTHOR"))
        answer = yield Request("GET", f"https://{HOST}/{self.settings.version}/users/self/blogs", query=query)
        return account_of(answer.get("items"), self.settings.blog)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _body(self, message: PayloadPart) -> Generator[Request, Any, dict[str, Any]]:
        """The post, its pictures at public addresses."""
        kept = yield from put_up(message.media)
        body = {"kind": "blogger#post", "title": message.fields.get("title", ""), "content": placed(message.text, kept)}
        return body | ({"labels": message.fields["tags"]} if "tags" in message.fields else {})

    def _url(self, path: str) -> str:
        return f"https://{HOST}/{self.settings.version}/blogs/{self.settings.blog}/{path}"


NETWORK = Blogger
