"""The REST API of WordPress (wp/v2), as a site of one's own and WordPress.com have it."""

from __future__ import annotations

import html as escaping
from collections.abc import Generator, Mapping
from datetime import UTC
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, Rejected, SmmError
from smm_cli.networks._article import Article, Drawn, Kept, Written, alt_of, figure, free_name, kept_files, place, placed
from smm_cli.networks._file import blob_of
from smm_cli.networks._moment import earliest, moment
from smm_cli.networks._short import short
from smm_cli.networks._wordpress_fault import KNOWN_TERM, read_fault
from smm_cli.networks.base import Facts, Later
from smm_cli.text.gutenberg import gutenberg, wrapped
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request
from smm_cli.words.limit import AVIF, GIF, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, MediaLimit
from smm_cli.words.post import Media, Post
from smm_cli.words.problem import WARNING, Place, Problem
from smm_cli.words.tree import Block

CODE, READ = "wordpress 6.1.9, wp-includes/rest-api/endpoints and functions.php (get_allowed_mime_types)", "2026-11-22"
MB = 1_000_000
NUMBERED = range(2, 6)
STATUSES = "publish,future,draft,pending,private"
FIELDS = ("_fields", "id,slug,status,link,title,date_gmt")
SOUNDS = ("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/flac")
Asking = Generator[Step, Any, Any]


class WordPressRest(Article):
    """One site and one of its users. Subclasses say where the API is and how requests are signed."""

    docs = "https://developer.wordpress.org/rest-api/reference/posts/"
    media = (
        # The true limit is PHP's upload_max_filesize, which no API tells; pictures above 2560 pixels are made smaller by WordPress anyway.
        MediaLimit("image", {**dict.fromkeys((JPEG, PNG, WEBP, AVIF), 8 * MB), GIF: 16 * MB}, 40, CODE, READ, side=2560),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), 64 * MB), 8, CODE, READ),
        MediaLimit("audio", dict.fromkeys(SOUNDS, 64 * MB), 8, CODE, READ),
    )
    media_count = 40
    reserved = frozenset({"feed", "rdf", "rss", "rss2", "atom", "embed"})
    """Names that WordPress numbers. Source: wp_unique_post_slug in wp-includes/post.php (6.1.9)."""
    Options = Later("smm_cli.networks._wordpress_tables", "Options")

    def api(self, path: str) -> str:
        """The address of `path` (posts, media …) of wp/v2."""
        raise NotImplementedError

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.host)

    # -- composing -------------------------------------------------------------------------------------------------------

    def body(self, blocks: tuple[Block, ...], media: tuple[Media, ...], mention: Written, picture: Drawn) -> str:
        if not self.settings.blocks:
            return super().body(blocks, media, mention, picture)
        return "\n\n".join(text for text in (gutenberg(blocks, mention, picture), *map(_block, media)) if text)

    def more_fields(self, post: Post, mention: Written) -> Mapping[str, Any]:
        options = self.options(post)
        return {
            "status": options.status or self.settings.status,
            "excerpt": short(options.excerpt, mention),
            "categories": list(options.categories or self.settings.categories),
            "comment_status": options.comments or self.settings.comments,
            "sticky": options.sticky,
        }

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        if not post.canonical or self.settings.canonical_meta:
            return ()
        what = "WordPress has no field for canonical; a plugin may open one"
        hint = "name that field in canonical_meta of the channel, or leave canonical out"
        return (Problem("key-not-taken", what, Place(post.path, channel=self.channel.name), hint, WARNING),)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files, tags and categories first; then whether the name is free; then the post."""
        message = payload.parts[part]
        kept = yield from self._upload(message.media, {})
        body = yield from self._article(message, kept)
        yield Earlier()
        name = str(message.fields["slug"])
        there = yield self._named(name)
        taken = bool(there.body) or name in self.reserved or name.isdigit()
        body |= {"slug": free_name(name, payload, taken), "status": message.fields["status"]}
        answer = yield Request("POST", self.api("posts"), Json(body), commits=True)
        if not answer.get("id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a post")
        return _receipt(answer.body, kept)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one post; its address and status stay. Files that it has are not uploaded again."""
        message = payload.parts[part]
        kept = yield from self._upload(message.media, Kept.of(receipt.more))
        body = {"tags": [], "excerpt": "", "featured_media": 0} | (yield from self._article(message, kept))
        answer = yield Request("POST", self.api(f"posts/{receipt.id}"), Json(body))
        return _receipt(answer.body, kept)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Into the trash, where a person can take it back; one that is gone already is success."""
        answer = yield Request("DELETE", self.api(f"posts/{receipt.id}"), may_fail=True, reads="any")
        self.unless(answer, 404, 410)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the name that was asked for, which was free just before; numbered, where a draft that this user cannot see had it."""
        sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
        name, title = str(sent.get("slug")), escaping.unescape(str(sent.get("title") or ""))
        there = yield self._named(",".join((name, *(f"{name}-{number}" for number in NUMBERED))))
        items = there.body if isinstance(there.body, list) else [{"slug": name}]
        for item in items:
            made = moment(item.get("date_gmt"), UTC)
            if item.get("id") and _title(item) == title and (made is None or made >= earliest(intent)):
                return Found(_receipt(item, {}))
        return CannotTell(f"the posts of {self.host}") if any(item.get("slug") == name for item in items) else Absent()

    def _me(self) -> Verifying:
        """The user, and what she may do."""
        me = yield Request("GET", self.api("users/me"), query=(("context", "edit"),))
        may = me.get("capabilities", default={})
        name = str(me.get("slug", default="")) or str(me.get("id", default=""))
        facts = {"publish": bool(may.get("publish_posts")), "upload": bool(may.get("upload_files"))} if may else {}
        if not facts.get("publish", True) and self.settings.status == "publish":
            raise AuthFailed(f"{name} may not publish on {self.host}", hint='give her the role of an author, or set status = "pending"')
        return Account(f"{name}@{self.host}", str(me.get("id", default="")), str(me.get("name", default="")), facts=facts)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _named(self, name: str) -> Request:
        """Posts of any status with this name, or one of several; the trash has other names."""
        return Request("GET", self.api("posts"), query=(("slug", name), ("status", STATUSES), ("context", "edit"), FIELDS), keeps_for=60.0)

    def _article(self, message: PayloadPart, kept: Mapping[str, Kept]) -> Asking:
        """What publishing and editing send alike."""
        fields = message.fields
        body: dict[str, Any] = {"title": fields.get("title", ""), "content": placed(message.text, kept)}
        body |= {key: fields[key] for key in ("excerpt", "comment_status", "sticky") if key in fields}
        for kind in ("categories", "tags"):
            if kind in fields:
                body[kind] = yield from self._terms(kind, fields[kind])
        if featured := kept.get(str(fields.get("featured", ""))):
            body["featured_media"] = int(featured.id)
        if meta := self._meta(fields):
            body["meta"] = meta
        return body

    def _meta(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        name = self.settings.canonical_meta
        return {name: fields["canonical"]} if name and "canonical" in fields else {}

    def _upload(self, media: tuple[Media, ...], had: Mapping[str, Kept]) -> Generator[Step, Any, dict[str, Kept]]:
        """Files by their names, which tell their bytes: those that the post or the site has are not uploaded again."""
        return (yield from kept_files(media, had, self._one_file))

    def _one_file(self, medium: Media, name: str) -> Generator[Step, Any, Kept]:
        blob, alt = blob_of(medium), alt_of(medium)
        query = (("slug", name.rpartition(".")[0]), ("_fields", "id,source_url,alt_text"))
        there = yield Request("GET", self.api("media"), query=query, keeps_for=0.0)  # a file whose answer was lost is there by now
        items = there.body if isinstance(there.body, list) else []
        found = next((item for item in items if escaping.unescape(str(item.get("alt_text"))) == alt), None)
        if found is None:
            fields = (Field("file", blob, name, blob.type), *((Field("alt_text", alt),) if alt else ()))
            found = (yield Request("POST", self.api("media"), Multipart(fields), timeout=300.0)).body
        return Kept(str(found.get("source_url")), str(found.get("id")))

    def _terms(self, kind: str, names: list[str]) -> Generator[Step, Any, list[int]]:
        """Numbers of tags or categories: those that the site has by name, else new ones."""
        found: list[int] = []
        for name in dict.fromkeys(names):
            query = (("search", name), ("per_page", "100"), ("_fields", "id,name"))
            there = yield Request("GET", self.api(kind), query=query)
            items = there.body if isinstance(there.body, list) else []
            known = next((item for item in items if escaping.unescape(str(item.get("name"))).casefold() == name.casefold()), None)
            found.append(int(known["id"]) if known else (yield from self._new_term(kind, name)))
        return list(dict.fromkeys(found))

    def _new_term(self, kind: str, name: str) -> Generator[Step, Any, int]:
        answer = yield Request("POST", self.api(kind), Json({"name": name}), may_fail=True)
        if answer.get("code") == KNOWN_TERM:
            return int(answer.get("data", "term_id"))
        if answer.status == 403 and kind == "categories":
            raise Rejected(f"{self.host} has no category {name}, and this user may not make one", hint="make it there, or name another")
        self.unless(answer)
        return int(answer.get("id"))


def _block(medium: Media) -> str:
    """A medium as a block of the editor; one with its number gets all its sizes."""
    if medium.kind != "image" or medium.blob is None:
        return wrapped("html", figure(medium))
    here, alt = place(medium), escaping.escape(alt_of(medium))
    shown = f'<figure class="wp-block-image size-full"><img src="{here}" alt="{alt}" class="wp-image-{here}#id"/></figure>'
    return wrapped("image", shown, f'{{"id":{here}#id,"sizeSlug":"full"}}')


def _receipt(post: Mapping[str, Any], kept: Mapping[str, Kept]) -> PartReceipt:
    more: dict[str, Any] = {key: str(post[key]) for key in ("slug", "status") if post.get(key)}
    if kept:
        more["media"] = {name: [one.url, one.id] for name, one in kept.items()}
    return PartReceipt(str(post.get("id", "")), str(post.get("link") or ""), more, moment(post.get("date_gmt"), UTC))


def _title(post: Mapping[str, Any]) -> str:
    said = post.get("title")
    return escaping.unescape(str(said.get("raw", "")) if isinstance(said, Mapping) else str(said or ""))
