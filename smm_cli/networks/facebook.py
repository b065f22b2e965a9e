"""Facebook Pages, by the Graph API. Personal profiles and groups cannot be posted to by programs.

A post is made unseen first and shown by a second request (setting `draft_first`): showing it twice changes nothing, and after a lost
answer the post itself says whether it is public. Facebook's own scheduling is not used: a pause could not call it back.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._facebook_film import REEL, REEL_HOST, address, find_film, is_reel, publish_reel, publish_video
from smm_cli.networks._meta import squashed
from smm_cli.networks._meta_login import sign_in_by_facebook
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._moment import moment
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Intent, LoggingIn, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Field, Form, Multipart, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import Place, Problem

DOCS = "https://developers.facebook.com/docs/pages-api"
SCOPES = ("pages_show_list", "pages_manage_posts", "pages_read_engagement", "pages_manage_engagement", "pages_read_user_content")
MB = 1_000_000
KEEPS = 20 * 3600.0
"""Photos for later are kept for about a day (photos edge, `temporary`); less a margin."""
SHOWN = "id,permalink_url,created_time"


class Facebook(MetaNetwork):
    """One Page."""

    name = "facebook"
    title = "Facebook"
    docs = f"{DOCS}/posts"
    auth = OAuth2(scopes=SCOPES)
    text = (Limit("text", 63_206, "utf16", "no document of Meta says it: the number that integrators found", "2026-11-22"),)
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF), 4 * MB), 10, "error 1366046 advises 4 MB; ten is our bound", "2026-11-22"),
        MediaLimit("video", dict.fromkeys((MP4, QUICKTIME), 1_000 * MB), 1, f"{DOCS}/../video-api", "2026-11-22", seconds=1200.0,
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

    def hosts(self) -> tuple[str, ...]:
        return ("graph.facebook.com", REEL_HOST)

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
            fields["film"] = "reel" if is_reel(made.media[0], self.options(post).video_as) else "video"
            fields |= {"title": short(post.title, self.mention(facts))} if post.title else {}
        return replace(made, text=text, fields=fields)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """A reel has its own length."""
        part = payload.parts[0]
        if part.fields.get("film") != "reel" or not (seconds := part.media[0].seconds) or REEL[0] <= seconds <= REEL[1]:
            return ()
        what = f"the film runs {seconds:g} s; a reel runs {REEL[0]:g} to {REEL[1]:g} s"
        return (Problem("media-too-long", what, Place(post.path, channel=self.channel.name), "video_as: video, or cut it"),)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Pictures, then the post unseen, then the one request that shows it; films likewise; a comment below at last."""
        message = payload.parts[part]
        if message.fields.get("comment"):
            return (yield from self.comment(message.text, (yield Earlier())))
        if film := message.fields.get("film"):
            return (yield from (publish_reel if film == "reel" else publish_video)(self, self.page, message))
        photos = []
        for medium in message.media:
            photos.append((yield from self._photo(medium)))
        pairs = [("message", message.text), ("link", str(message.fields.get("link") or ""))]
        pairs += [(f"attached_media[{n}]", json.dumps({"media_fbid": id}, separators=(",", ":"))) for n, id in enumerate(photos)]
        if not self.settings.draft_first:
            yield Earlier()
            answer = yield self.told(f"{self.page}/feed", *pairs, commits=True, query=(("fields", SHOWN),))
            return _receipt(self.id_in(answer, OutcomeUnknown), answer)
        id = self.id_in((yield self.told(f"{self.page}/feed", *pairs, ("published", "false"))))
        yield Earlier()
        answer = yield self.told(id, ("is_published", "true"), commits=True, query=(("fields", SHOWN),))
        id = str(answer.get("id") or id)  # the answer knows best: it is kept, whatever is done anew around it
        return _receipt(id, answer if answer.get("permalink_url") else (yield self.asked(id, SHOWN, may_fail=True)))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """What was made unseen says itself whether it is public. A post made at once is looked for; its absence proves nothing:
        the list is ranked and bounded (page/feed, 2026-11-22)."""
        message, body = payload.parts[intent.part], intent.request.body
        sent = dict(body.pairs) if isinstance(body, Form) else {}
        if message.fields.get("comment"):
            return (yield from self.find_comment(message.text, intent, earlier))
        if message.fields.get("film"):
            return (yield from find_film(self, sent, intent.request.url))
        if "is_published" in sent:
            return (yield from self._find_shown(intent.request.url.rpartition("/")[2]))
        newer, _ = yield from self.newer_than(intent, f"{self.page}/published_posts", f"message,{SHOWN}", "created_time", earlier)
        same = [item for item in newer if squashed(item.get("message")) == squashed(message.text)]
        if not same:
            return CannotTell(f"https://www.facebook.com/{self.settings.page}")
        return Found(_receipt(str(same[0].get("id")), Answer(200, {}, same[0])))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """The text alone: pictures stay as they are. Only what this app made can be changed."""
        text = payload.parts[part].text
        if not text:
            raise Rejected("Facebook cannot change a text to none")
        yield self.told(receipt.id, ("description" if receipt.more.get("kind") else "message", text))
        return receipt

    def verify(self) -> Verifying:
        """Whose token it is: a Page's, not a person's (only Pages have a category)."""
        me = yield self.asked("me", "id,name,username,link,category", may_fail=True)
        if not me.ok:
            if "nonexisting field (category)" in str(me.get("error", "message", default="")):
                raise AuthFailed("this is the token of a person, not of a Page", hint=f"smm channel login {self.channel.name}")
            raise self.fault(me.status, me.headers, me.body) or Retriable("Facebook does not say whose token this is")
        handle = str(me.get("username") or me.get("id", default=""))
        return Account(handle, str(me.get("id", default="")), str(me.get("name", default="")), str(me.get("link", default="")))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """A visit to Facebook, then the token of the Page, which does not end."""
        said = self.settings
        return (yield from sign_in_by_facebook(self.graph, said.client_id, SCOPES, said.page, inputs))

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _photo(self, medium: Media) -> Generator[Step, Any, str]:
        """Upload one picture that nobody sees yet; its id."""
        if medium.blob is None:
            raise Rejected(f"{medium.path} was not read", hint="smm check")
        name = f"picture.{medium.blob.type.rpartition('/')[2]}"
        fields = [Field("source", medium.blob, name, medium.blob.type), Field("published", "false")]
        fields += [Field("temporary", "true")] if self.settings.draft_first else []
        fields += [Field("alt_text_custom", medium.alt)] if medium.alt else []
        url = f"{self.graph}/{self.page}/photos"
        return self.id_in((yield Request("POST", url, Multipart(tuple(fields)), keeps_for=KEEPS, timeout=120.0)))

    def _find_shown(self, id: str) -> Looking:
        answer = yield self.asked(id, f"is_published,{SHOWN}", may_fail=True)
        if not answer.ok or not isinstance(answer.get("is_published"), bool):
            return CannotTell(address("", id))
        return Found(_receipt(id, answer)) if answer.get("is_published") else Absent()


def _receipt(id: str, answer: Answer) -> PartReceipt:
    link = str(answer.get("permalink_url", default="")) if answer.ok else ""
    return PartReceipt(id, address(link, id), {}, moment(answer.get("created_time")))


NETWORK = Facebook
