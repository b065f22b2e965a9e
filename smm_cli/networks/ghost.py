"""Ghost, on a server of one's own or at Ghost(Pro): the Admin API, with a key of a custom integration.

Its own scheduling is never used: a pause or a lapsed approval could not call it back.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import OutcomeUnknown, SmmError
from smm_cli.networks._article import Article, Kept, figure, free_name
from smm_cli.networks._ghost_post import fields_of, moment, read_fault, receipt_of, upload_all
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later
from smm_cli.text.html import html
from smm_cli.words.auth import SelfSigned
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Post
from smm_cli.words.problem import Place, Problem
from smm_cli.words.tree import Block, Mention, Picture

SCHEMA, READ = "npm ghost 5.130.6, core/server/data/schema/schema.js", "2026-11-22"
OURS = "smm: core has no limit, hosts do"
MB = 1_000_000
ALT = 191
"""Characters of feature_image_alt. Source: SCHEMA."""
SKEW = timedelta(seconds=60)
PROTECTED = frozenset({"ghost", "rss", "amp"})
"""Names that Ghost changes, as those of one letter. Source: models/base/plugins/generate-slug.js, @tryghost/url-utils (2026-11-23)."""
NUMBERED = (2, 3)
"""What Ghost puts behind a name that a page has: pages are not among the posts, but share their names (generate-slug.js)."""
VERBATIM = "<!--kg-card-begin: html-->\n{}\n<!--kg-card-end: html-->"


class Ghost(Article):
    """One site."""

    name = "ghost"
    title = "Ghost"
    docs = "https://docs.ghost.org/admin-api/"
    auth = SelfSigned(secrets=("admin_key",), scheme="Ghost", audience="/admin/", split=True)
    text = (Limit("title", 255, "code_points", SCHEMA, READ), Limit("excerpt", 300, "code_points", SCHEMA, READ))
    media = (
        MediaLimit("image", {**dict.fromkeys((JPEG, PNG, WEBP), 8 * MB), GIF: 16 * MB}, 40, OURS, READ, side=3000),
        MediaLimit("video", dict.fromkeys((MP4, WEBM), 64 * MB), 8, OURS, READ),
        MediaLimit("audio", dict.fromkeys(("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav"), 64 * MB), 8, OURS, READ),
    )
    media_count = 40
    demands = frozenset({"title"})
    steps = (
        "Open your site's admin (yoursite/ghost), Settings, Integrations, Custom, press Add custom integration and name it smm. Copy the "
        "Admin API key: an id, a colon and many digits. That is the secret admin_key; it does not end."
    )
    Settings = Later("smm_cli.networks._ghost_tables", "Settings")
    Options = Later("smm_cli.networks._ghost_tables", "Options")

    @property
    def api(self) -> str:
        return f"{self.settings.url}/ghost/api/admin"

    @property
    def host(self) -> str:
        return str(urlsplit(self.settings.url).netloc)

    @property
    def _version(self) -> dict[str, str]:
        return {"accept-version": self.settings.version}

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.host)

    # -- composing -------------------------------------------------------------------------------------------------------

    def body(
        self, blocks: tuple[Block, ...], media: tuple[Media, ...], mention: Callable[[Mention], str], picture: Callable[[Picture], str]
    ) -> str:
        """HTML that Ghost makes cards of; what it has no card for (films, sounds) stays HTML."""
        text = html(blocks, mention, picture)
        shown = [figure(one) if one.kind == "image" or self.settings.verbatim else VERBATIM.format(figure(one)) for one in media]
        whole = "\n".join(piece for piece in (text, *shown) if piece)
        return VERBATIM.format(whole) if self.settings.verbatim else whole

    def more_fields(self, post: Post, mention: Callable[[Mention], str]) -> Mapping[str, Any]:
        options, said = self.options(post), self.settings
        newsletter = options.newsletter or said.newsletter
        mailed = newsletter if newsletter != "none" else ""
        return {
            "status": options.status or said.status,
            "excerpt": short(options.excerpt, mention),
            "visibility": said.visibility,
            "top": options.top,
            "newsletter": mailed,
            "segment": (options.segment or said.segment) if mailed else "",
        }

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        over = len(str(payload.parts[0].fields.get("featured_alt", ""))) - ALT
        if over <= 0:
            return ()
        what = f"the description of the first picture has {ALT + over} characters, {over} more than the {ALT} that Ghost takes"
        return (Problem("alt-too-long", what, Place(post.path, channel=self.channel.name), f"shorten alt by {over}"),)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files, then whether the name is free, then the post. One that goes out by e-mail too is a draft first: Ghost mails on change."""
        message = payload.parts[part]
        kept = yield from upload_all(self.api, self._version, message.media, {})
        yield Earlier()
        name, title = str(message.fields["slug"]), message.fields["title"]
        there = yield from self._named(name)
        mailed = bool(message.fields.get("newsletter")) and message.fields["status"] == "published"
        ours = there if there and mailed and there.get("status") == "draft" and there.get("title") == title else None
        body = fields_of(message, kept) | {
            "slug": free_name(name, payload, bool(there and not ours) or self._is_changed(name)),
            "status": message.fields["status"],
        }
        if not mailed:
            return (yield from self._post(self._send("POST", "posts/", body, commits=True), kept))
        if not ours:
            ours = (yield self._send("POST", "posts/", body | {"status": "draft"})).get("posts", 0)
        body["updated_at"] = ours["updated_at"]
        mail = (("newsletter", str(message.fields["newsletter"])), ("email_segment", str(message.fields["segment"])))
        return (yield from self._post(self._send("PUT", f"posts/{ours['id']}/", body, mail, commits=True), kept))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one post; its address and status stay. Ghost wants to hear which version is changed."""
        message = payload.parts[part]
        kept = yield from upload_all(self.api, self._version, message.media, Kept.of(receipt.more))
        now = yield Request("GET", f"{self.api}/posts/{receipt.id}/", headers=self._version, keeps_for=0.0)
        body = fields_of(message, kept) | {"updated_at": now.get("posts", 0, "updated_at")}
        return (yield from self._post(self._send("PUT", f"posts/{receipt.id}/", body), kept))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the post for good; one that is gone already is success."""
        address = f"{self.api}/posts/{receipt.id}/"
        answer = yield Request("DELETE", address, headers=self._version, reads="any", may_fail=True)
        self.unless(answer, 404)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the name that was asked for, which was free just before; numbered, where a page had it. A draft that was to go out
        did not.
        """
        sent = intent.request.body.value["posts"][0] if isinstance(intent.request.body, Json) else {}
        name = str(sent.get("slug"))
        doubtful = False
        for asked in (name, *(f"{name}-{number}" for number in NUMBERED)):
            there = yield from self._named(asked)
            if there is None:
                continue
            at = moment(there)
            is_draft = there.get("status") == "draft" and sent.get("status") != "draft"
            if there.get("title") == sent.get("title") and not is_draft and (at is None or at >= intent.at - SKEW):
                return Found(receipt_of(there, {}))
            ours_to_come = is_draft and there.get("title") == sent.get("title")
            doubtful |= asked == name and not ours_to_come
        return CannotTell(self.settings.url) if doubtful else Absent()

    def verify(self) -> Verifying:
        """Whether the key may read posts, and what site it is."""
        yield Request("GET", f"{self.api}/posts/", headers=self._version, query=(("limit", "1"), ("fields", "id")))
        site = yield Request("GET", f"{self.api}/site/", headers=self._version, auth="", may_fail=True)
        name, version = str(site.get("site", "title", default="")), str(site.get("site", "version", default=""))
        return Account(self.host, name=name, url=self.settings.url, software="ghost", version=version)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _is_changed(self, name: str) -> bool:
        """Whether Ghost would give a post another name than this one."""
        return len(name) == 1 or name in {*PROTECTED, self.settings.url.rpartition("/")[2]}

    def _named(self, name: str) -> Generator[Step, Any, Mapping[str, Any] | None]:
        """The post of any status with this name."""
        answer = yield Request("GET", f"{self.api}/posts/slug/{name}/", headers=self._version, may_fail=True, keeps_for=60.0)
        self.unless(answer, 404)
        found: Mapping[str, Any] | None = answer.get("posts", 0) if answer.ok else None
        return found

    def _send(
        self, method: str, path: str, post: Mapping[str, Any], query: tuple[tuple[str, str], ...] = (), *, commits: bool = False
    ) -> Request:
        query = (("source", "html"), *query)
        return Request(method, f"{self.api}/{path}", Json({"posts": [dict(post)]}), self._version, query, commits=commits)

    def _post(self, request: Request, kept: Mapping[str, Kept]) -> Publishing:
        answer = yield request
        if not answer.get("posts", 0, "id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a post")
        return receipt_of(answer.get("posts", 0), kept)


NETWORK = Ghost
