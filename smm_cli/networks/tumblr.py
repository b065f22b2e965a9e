"""Tumblr: posts in the Neue Post Format, by an app of one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, Rejected, Retriable, SmmError
from smm_cli.networks._handoff import links_in
from smm_cli.networks._oauth import OAuthDoors, renew, sign_in
from smm_cli.networks._short import described, short
from smm_cli.networks._tumblr_fault import read_fault
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.text.dialects import plain
from smm_cli.text.npf import npf
from smm_cli.text.slug import slug
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Field, Form, Json, Multipart, Request
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, QUICKTIME, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import Place, Problem

HOST = "api.tumblr.com"
NPF = "https://github.com/tumblr/docs/blob/master/npf-spec.md#post-content-limits"
READ = "2024-10-18"
SIZES = f"{NPF}; bytes are not told there (20 MB and 500 MB are what others found, unverified): [channels.…] limits may say other ones"
MB = 1_000_000
LARGEST, MOST_BLOCKS, MOST_LINKS = 1_000_000, 1000, 100
"""Bytes of a post as it is kept, blocks, links within text (npf-spec.md, Post Content Limits)."""
SCOPES = ("basic", "write", "offline_access")
STATES = {"public": "published", "private": "private"}
PAGE, PAGES = 20, 5
SKEW = timedelta(seconds=60)
MARK = 10
"""Hexadecimal digits of the payload's key at the end of a slug: by them a post is found again."""
MARKED = re.compile(rf"(?:^|-)[0-9a-f]{{{MARK}}}$")


class Tumblr(Network):
    """One blog."""

    name = "tumblr"
    title = "Tumblr"
    docs = "https://www.tumblr.com/docs/en/api/v2"
    auth = OAuth2(scopes=SCOPES, rotates=True)
    text = (Limit("alt", 4096, "code_points", NPF, READ),)
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP), 20 * MB), 30, SIZES, READ),
        MediaLimit("video", dict.fromkeys((MP4, QUICKTIME), 500 * MB), 1, SIZES, READ),
        MediaLimit("audio", {"audio/mpeg": 20 * MB}, 1, SIZES, READ),
    )
    media_count = 30
    mixing = True
    dialect = "npf"
    appends = frozenset()
    takes = frozenset({"title", "link", "tags", "canonical", "visibility", "alt"})
    visibilities = tuple(STATES)
    steps = (
        "At https://www.tumblr.com/oauth/apps register an application; its OAuth2 redirect URL is http://127.0.0.1:8976/callback. "
        "Put its consumer key as client_id and that address as redirect_uri into [networks.tumblr], the consumer secret as client_secret "
        "into [networks.tumblr] secret. Then smm channel login."
    )

    Settings = Later("smm_cli.networks._tumblr_tables", "Settings")
    Options = Later("smm_cli.networks._tumblr_tables", "Options")

    def hosts(self) -> tuple[str, ...]:
        return (HOST,)

    @property
    def api(self) -> str:
        return f"https://{HOST}/{self.settings.api_version}"

    @property
    def posts(self) -> str:
        """Where the blog's posts are."""
        return f"{self.api}/blog/{self.settings.blog}/posts"

    @property
    def doors(self) -> OAuthDoors:
        return OAuthDoors("https://www.tumblr.com/oauth2/authorize", f"{self.api}/oauth2/token", SCOPES, pkce=False)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Blocks: the title, then (when sent) the media, the text, the link where the text has it not. Tags stand beside them."""
        mention = self.mention(facts)
        title = short(post.title, mention)
        fields: dict[str, Any] = {"title": title} if title else {}
        blocks = npf(part.blocks, mention)
        if post.link and post.link not in set(links_in(part.blocks)):
            blocks.append({"type": "link", "url": post.link})
        fields |= {"blocks": blocks, "slug": slug(self.options(post).slug or post.title), "state": STATES.get(post.visibility, "published")}
        if post.tags:
            fields["tags"] = ",".join(dict.fromkeys(tag.replace(",", " ").strip().removeprefix("#") for tag in post.tags))
        if source := post.canonical or post.link:
            fields["source_url"] = source
        return PayloadPart(plain(part.blocks, mention, links="label"), fields, described(part.media, mention), part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """What the whole of a post may not exceed."""
        blocks = payload.parts[0].fields["blocks"]
        links = sum(mark["type"] == "link" for block in blocks for mark in block.get("formatting", ()))
        counts = (("bytes", len(json.dumps(blocks)), LARGEST), ("blocks", len(blocks), MOST_BLOCKS), ("links", links, MOST_LINKS))
        where = Place(post.path, channel=self.channel.name)
        return tuple(
            Problem("too-long", f"the post has {used} {what}; Tumblr takes {most}", where, "make two of it")
            for what, used, most in counts
            if used > most
        )

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Find who is mentioned, then one request with the post and its files."""
        message = payload.parts[part]
        blocks = yield from self._called(message.fields["blocks"])
        yield Earlier()
        answer = yield Request("POST", self.posts, self._body(payload, message, blocks), timeout=300.0, commits=True)
        return self._receipt(answer.get("response", default={}))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Replace the whole post; its files are sent again."""
        message = payload.parts[part]
        blocks = yield from self._called(message.fields["blocks"])
        yield Request("PUT", f"{self.posts}/{receipt.id}", self._body(payload, message, blocks), timeout=300.0)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        form = Form((("id", receipt.id),))
        answer = yield Request("POST", f"{self.api}/blog/{self.settings.blog}/post/delete", form, reads="any", may_fail=True)
        if not answer.ok and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("Tumblr did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the digits of the key at the end of its slug, among the blog's newest posts; by its texts where the slug was changed.

        Private ones may not be listed.
        """
        since, mark, fields = intent.at - SKEW, payload.key[:MARK], payload.parts[intent.part].fields
        private = fields["state"] != "published"
        texts = _texts([*([{"type": "text", "text": fields["title"]}] if "title" in fields else []), *fields["blocks"]])
        for page in range(PAGES):
            query = (("npf", "true"), ("limit", str(PAGE)), ("offset", str(page * PAGE)))
            answer = yield Request("GET", self.posts, query=query)
            posts = answer.get("response", "posts")
            if not isinstance(posts, list):
                break
            listed = [post for post in posts if isinstance(post, Mapping)]
            for post in listed:
                slug = str(post.get("slug", ""))
                alike = not MARKED.search(slug) and _moment(post) >= since and _texts(post.get("content")) == texts != []
                if slug.endswith(mark) or alike:
                    return Found(self._receipt(post))
            older = any(_moment(post) < since for post in listed if not post.get("is_pinned"))
            if (older or len(posts) < PAGE) and not private:
                return Absent()
        return CannotTell(f"https://www.tumblr.com/{self.settings.blog}")

    def verify(self) -> Verifying:
        """Whose token it is, and whether the blog is hers."""
        answer = yield Request("GET", f"{self.api}/user/info")
        user = answer.get("response", "user", default={})
        blogs = {str(blog.get("name")): blog for blog in user.get("blogs", ()) if isinstance(blog, Mapping)}
        own = blogs.get(self.settings.blog)
        if own is None:
            known = ", ".join(sorted(blogs)) or "none"
            raise AuthFailed(f"{user.get('name')} has no blog {self.settings.blog}; she has {known}", hint="set blog in channels.toml")
        facts = {"user": str(user.get("name"))}
        url = str(own.get("url") or f"https://{self.settings.blog}.tumblr.com/")
        return Account(f"@{self.settings.blog}", str(own.get("uuid", "")), str(own.get("title") or self.settings.blog), url, facts=facts)

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        return (yield from sign_in(self.doors, self.settings.client_id, inputs, self.title))

    def refresh(self) -> LoggingIn:
        """A token holds 42 minutes; each refresh token holds for one use."""
        return (yield from renew(self.doors, self.settings.client_id, self.title))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _called(self, blocks: Sequence[Mapping[str, Any]]) -> Generator[Request, Any, list[dict[str, Any]]]:
        """The blocks with the ids of the blogs that they mention; who cannot be found is plain text."""
        ids: dict[str, str] = {}
        for name in dict.fromkeys(mark["blog"]["name"] for block in blocks for mark in block.get("formatting", ()) if "blog" in mark):
            answer = yield Request("GET", f"{self.api}/blog/{name}/info", may_fail=True)
            ids[name] = str(answer.get("response", "blog", "uuid", default="")) if answer.ok else ""
        done = []
        for block in blocks:
            marks = [_marked(mark, ids) for mark in block.get("formatting", ()) if "blog" not in mark or ids[mark["blog"]["name"]]]
            rest = {name: value for name, value in block.items() if name != "formatting"}
            done.append({**rest, **({"formatting": marks} if marks else {})})
        return done

    def _body(self, payload: Payload, message: PayloadPart, blocks: list[dict[str, Any]]) -> Json | Multipart:
        """The post as JSON; where it names files, that is the first part of a form, and they follow (api.md, NPF media)."""
        fields = message.fields
        title = [{"type": "text", "subtype": "heading1", "text": fields["title"]}] if "title" in fields else []
        files = [Field(f"m{n}", _blob(medium), f"m{n}", _blob(medium).type) for n, medium in enumerate(message.media)]
        content = [*title, *(_medium(n, medium) for n, medium in enumerate(message.media)), *blocks]
        named = "-".join(filter(None, (fields["slug"][:60].strip("-"), payload.key[:MARK])))
        said = {"content": content, "state": fields["state"], "slug": named}
        said |= {name: fields[name] for name in ("tags", "source_url") if name in fields}
        if not files:
            return Json(said)
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return Multipart((Field("json", text, type="application/json"), *files))

    def _receipt(self, post: Mapping[str, Any]) -> PartReceipt:
        """A post's id has more digits than JSON numbers hold everywhere: the string is taken where there is one."""
        id = str(post.get("id_string") or post.get("id") or "")
        if not id:
            raise OutcomeUnknown("Tumblr answered without the id of a post")
        return PartReceipt(id, f"https://www.tumblr.com/{self.settings.blog}/{id}")


def _marked(mark: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    return {**mark, "blog": {"uuid": ids[mark["blog"]["name"]]}} if "blog" in mark else dict(mark)


def _medium(number: int, medium: Media) -> dict[str, Any]:
    """A picture (a list of sizes, of which we give one), a film or a sound."""
    blob = _blob(medium)
    found: dict[str, Any] = {"type": blob.type, "identifier": f"m{number}"}
    found |= {"width": medium.width, "height": medium.height} if medium.width and medium.height else {}
    alt = {"alt_text": medium.alt} if medium.alt and medium.kind == "image" else {}
    return {"type": medium.kind, "media": [found] if medium.kind == "image" else found, **alt}


def _blob(medium: Media) -> Any:
    if medium.blob is None:
        raise Rejected(f"{medium.path} was not read", hint="smm check")
    return medium.blob


def _texts(content: Any) -> list[str]:
    """The words of each text block, without white space."""
    blocks = [block for block in content if isinstance(block, Mapping)] if isinstance(content, list) else []
    return ["".join(str(block.get("text", "")).split()) for block in blocks if block.get("type") == "text"]


def _moment(post: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(post.get("timestamp") or 0), UTC)


NETWORK = Tumblr
