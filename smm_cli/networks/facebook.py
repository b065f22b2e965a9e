"""Facebook Pages, by the Graph API. Personal profiles and groups cannot be posted to by programs.

A post is made unseen first and shown by a second request (setting `draft_first`): showing it twice changes nothing, and after a lost
answer the post itself says whether it is public. Facebook's own scheduling is not used: a pause could not call it back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._facebook_account import SCOPES, page_of, sign_in_to
from smm_cli.networks._facebook_film import REEL_HOST, film_fields, find_film, publish_reel, publish_video, reel_problems
from smm_cli.networks._facebook_post import find_draft, find_made, publish_post
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Earlier, Intent, Looking, Publishing
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Form
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

DOCS = "https://developers.facebook.com/docs/pages-api"


class Facebook(MetaNetwork):
    """One Page."""

    name = "facebook"
    title = "Facebook"
    docs = f"{DOCS}/posts"
    auth = OAuth2(scopes=SCOPES)
    apis = ("graph.facebook.com", REEL_HOST)
    text = (Limit("text", 63_206, "utf16", "no document of Meta says it: the number that integrators found", "2026-11-22"),)
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF), 4_000_000), 10, "error 1366046 advises 4 MB; ten is our bound", "2026-11-22"),
        MediaLimit("video", dict.fromkeys((MP4, QUICKTIME), 1_000_000_000), 1, f"{DOCS}/../video-api", "2026-11-22", seconds=1200.0,
                   exclusive=True),
    )  # fmt: skip
    media_count = 10
    takes = frozenset({"link", "tags", "alt", "first_comment", "title"})
    appends = frozenset({"tags"})
    comment_order = (("filter", "stream"), ("order", "reverse_chronological"))
    steps = (
        "At developers.facebook.com make an app of the type Business and add Facebook Login for Business. Copy its id and secret into "
        "[networks.facebook] (client_id, client_secret), register a redirect address and name it as redirect_uri. As long as you have a "
        "role on the app it may post to your own Pages without a review."
    )

    Settings = Later("smm_cli.networks._facebook_tables", "Settings")
    Options = Later("smm_cli.networks._facebook_tables", "Options")

    @property
    def graph(self) -> str:
        return f"https://graph.facebook.com/{self.settings.api_version}"

    @property
    def page(self) -> str:
        """The Page in paths: `me` is whose token it is."""
        return self.settings.page or "me"

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Plain text. The link makes a card; beside pictures there is none, so that it is written into the text."""
        made = self.plain_part(part, facts)
        if part.comment or number:
            return made
        text, fields = made.text, dict(made.fields)
        if post.link and not made.media:
            fields["link"] = post.link
        elif post.link and post.link not in text:
            text = f"{text}\n\n{post.link}".strip()
        if any(medium.kind == "video" for medium in made.media):
            fields |= film_fields(made.media[0], self.options(post).video_as, short(post.title, self.mention(facts)))
        return replace(made, text=text, fields=fields)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return reel_problems(payload.parts[0], Place(post.path, channel=self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Pictures, then the post unseen, then the one request that shows it; films likewise; a comment below at last."""
        message = payload.parts[part]
        if message.fields.get("comment"):
            return (yield from self.comment(message.text, (yield Earlier())))
        if film := message.fields.get("film"):
            return (yield from (publish_reel if film == "reel" else publish_video)(self, self.page, message))
        return (yield from publish_post(self, self.page, message, draft_first=self.settings.draft_first))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """What was made unseen says itself whether it is public. A post made at once, and a comment, is looked for in a list."""
        message, body = payload.parts[intent.part], intent.request.body
        sent = dict(body.pairs) if isinstance(body, Form) else {}
        if message.fields.get("comment"):
            return (yield from self.find_comment(message.text, intent, earlier))
        if message.fields.get("film"):
            return (yield from find_film(self, sent, intent.request.url))
        return (yield from (find_draft if "is_published" in sent else find_made)(self, self.page, message.text, intent, earlier))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """The text alone: pictures stay as they are. Only what this app made can be changed."""
        text = payload.parts[part].text
        if not text:
            raise Rejected("Facebook cannot change a text to none")
        yield self.told(receipt.id, ("description" if receipt.more.get("kind") else "message", text))
        return receipt

    verify = page_of
    login = sign_in_to


NETWORK = Facebook
