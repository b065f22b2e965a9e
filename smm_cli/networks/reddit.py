"""Reddit: text, link and picture posts in a subreddit, with a first comment.

Since November 2025 new apps need Reddit's approval (Responsible Builder Policy). To post the same to many subreddits is spam there: give
each its own channel, text and time. Films are left out: their id comes through a web socket alone. Source where no other stands: Reddit's
API documentation and PRAW 8.0.3 (2026).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._oauth import OAuthDoors, OwnApp
from smm_cli.networks._reddit_account import API, SCOPES, agent, ask_account, ask_user, doors_for
from smm_cli.networks._reddit_compose import fields_of, kind_of, named, share_link
from smm_cli.networks._reddit_fault import read_fault
from smm_cli.networks._reddit_post import NAMELESS, change, find_again, publish_comment, publish_post
from smm_cli.networks._reddit_remarks import remarks_on
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later
from smm_cli.text.reddit import reddit
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Form, Request
from smm_cli.words.limit import GIF, JPEG, PNG, Limit, MediaLimit
from smm_cli.words.post import Part, Post

DOCS = "https://www.reddit.com/dev/api"
READ = "2026-11-22"


class Reddit(OwnApp):
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

    apis = ("oauth.reddit.com", "www.reddit.com")
    fault = staticmethod(read_fault)
    remarks = remarks_on
    share_link = staticmethod(share_link)

    @property
    def doors(self) -> OAuthDoors:
        return doors_for(self._headers)

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        """As everywhere, but the link of a link post is not in its text."""
        return super().messages(replace(post, link="") if kind_of(post, self.options(post).kind) == "link" else post, facts)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Reddit's Markdown; what belongs to the form of a post in the fields."""
        mention, options = named(self.mention(facts)), self.options(post)
        text = reddit(part.blocks, mention)
        if part.comment:
            return PayloadPart(text, {"comment": text}, (), part.line)
        fields = fields_of(kind_of(post, options.kind), short(post.title, mention), post.link, options, self.settings)
        return PayloadPart(text, fields, part.media, part.line)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """A post, with its pictures; the last part may be a comment on the first."""
        message = payload.parts[part]
        if "comment" in message.fields:
            return (yield from publish_comment(self._headers, message.text, (yield Earlier())))
        return (yield from publish_post(self._headers, message, self.settings, ask_user(self.settings.user, self.account)))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the account's newest posts, or comments."""
        user = ask_user(self.settings.user, self.account)
        return (yield from find_again(self._headers, user, payload.parts[intent.part], self.settings, intent, earlier))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """The text of text posts and comments can be changed, nothing else."""
        """The text of text posts and comments can be changed, nothing else."""
        return (yield from change(self._headers, receipt, payload.parts[part]))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete; Reddit says the same of what is gone."""
        if receipt.id == NAMELESS:
            raise Rejected("Reddit did not say which post it made of the picture", hint=f"delete it by hand: {receipt.url}")
        yield Request("POST", f"{API}/api/del", Form((("id", receipt.id),)), self._headers, reads="any")

    def verify(self) -> Verifying:
        return (yield from ask_account(self._headers, self.settings.subreddit))

    @property
    def _headers(self) -> dict[str, str]:
        return agent(self.settings.user, self.account)


NETWORK = Reddit
