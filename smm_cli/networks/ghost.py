"""Ghost, on a server of one's own or at Ghost(Pro): the Admin API, with a key of a custom integration.

Its own scheduling is never used: a pause or a lapsed approval could not call it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import SmmError
from smm_cli.networks._article import Article, Drawn, Kept, Written, free_name
from smm_cli.networks._ghost_admin import Admin
from smm_cli.networks._ghost_post import carded, fields_of, is_changed, mailing, read_fault, remarks_on, saved
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later
from smm_cli.text.html import html
from smm_cli.words.auth import SelfSigned
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Post
from smm_cli.words.problem import Place, Problem
from smm_cli.words.tree import Block

SCHEMA, READ = "npm ghost 5.130.6, core/server/data/schema/schema.js", "2026-11-22"
OURS = "smm: core has no limit, hosts do"
MB = 1_000_000


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
    def admin(self) -> Admin:
        """The API of the site."""
        return Admin(self.settings.url, self.settings.version, self.unless)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.host)

    # -- composing -------------------------------------------------------------------------------------------------------

    def body(self, blocks: tuple[Block, ...], media: tuple[Media, ...], mention: Written, picture: Drawn) -> str:
        return carded(html(blocks, mention, picture), media, self.settings.verbatim)

    def more_fields(self, post: Post, mention: Written) -> Mapping[str, Any]:
        options = self.options(post)
        return {"excerpt": short(options.excerpt, mention), "top": options.top, **mailing(options, self.settings)}

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return remarks_on(payload.parts[0], Place(post.path, channel=self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files, then whether the name is free, then the post. One that goes out by e-mail too is a draft first: Ghost mails on change."""
        message, admin = payload.parts[part], self.admin
        kept = yield from admin.upload_all(message.media, {})
        yield Earlier()
        name, title = str(message.fields["slug"]), message.fields["title"]
        there = yield from admin.named(name)
        mailed = bool(message.fields.get("newsletter")) and message.fields["status"] == "published"
        ours = there if there and mailed and there.get("status") == "draft" and there.get("title") == title else None
        free = free_name(name, payload, bool(there and not ours) or is_changed(name, self.settings.url))
        body = fields_of(message, kept) | {"slug": free, "status": message.fields["status"]}
        if not mailed:
            return saved((yield admin.send("POST", "posts/", body, commits=True)), kept, self.host)
        if not ours:
            ours = (yield admin.send("POST", "posts/", body | {"status": "draft"})).get("posts", 0)
        body["updated_at"] = ours["updated_at"]
        mail = (("newsletter", str(message.fields["newsletter"])), ("email_segment", str(message.fields["segment"])))
        return saved((yield admin.send("PUT", f"posts/{ours['id']}/", body, mail, commits=True)), kept, self.host)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one post; its address and status stay. Ghost wants to hear which version is changed."""
        message, admin = payload.parts[part], self.admin
        kept = yield from admin.upload_all(message.media, Kept.of(receipt.more))
        now = yield admin.ask("GET", f"posts/{receipt.id}/", keeps_for=0.0)
        body = fields_of(message, kept) | {"updated_at": now.get("posts", 0, "updated_at")}
        return saved((yield admin.send("PUT", f"posts/{receipt.id}/", body)), kept, self.host)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the post for good; one that is gone already is success."""
        self.unless((yield self.admin.ask("DELETE", f"posts/{receipt.id}/", reads="any", may_fail=True)), 404)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from self.admin.look_for(intent))

    def verify(self) -> Verifying:
        return (yield from self.admin.site(self.host))


NETWORK = Ghost
