"""The Admin API of a Ghost site: how it is asked, its posts by their names, its files, what site it is, and a post found again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

from smm_cli.networks._article import Kept, kept_files
from smm_cli.networks._file import blob_of
from smm_cli.networks._ghost_post import made_at, receipt_of
from smm_cli.networks._moment import earliest
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking, Step, Verifying
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media

NUMBERED = (2, 3)
"""What Ghost puts behind a name that a page has: pages are not among the posts, but share their names (generate-slug.js)."""
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Admin:
    """The API of one site; `must` raises what an answer that was forgiven means, unless its status is one of those given."""

    url: str
    version: str
    must: Callable[..., None]

    def ask(self, method: str, path: str, **more: Any) -> Request:
        """A request to the API."""
        return Request(method, f"{self.url}/ghost/api/admin/{path}", headers={"accept-version": self.version}, **more)

    def send(self, method: str, path: str, post: Mapping[str, Any], query: Pairs = (), *, commits: bool = False) -> Request:
        """A request with a post whose text is HTML."""
        return self.ask(method, path, body=Json({"posts": [dict(post)]}), query=(("source", "html"), *query), commits=commits)

    def named(self, name: str) -> Generator[Step, Any, Mapping[str, Any] | None]:
        """The post of any status with this name."""
        answer = yield self.ask("GET", f"posts/slug/{name}/", may_fail=True, keeps_for=60.0)
        self.must(answer, 404)
        found: Mapping[str, Any] | None = answer.get("posts", 0) if answer.ok else None
        return found

    def upload_all(self, media: tuple[Media, ...], had: Mapping[str, Kept]) -> Generator[Step, Any, dict[str, Kept]]:
        """Files by their names, with those that the post has. Each upload makes another file, even of the same bytes."""

        def send(medium: Media, name: str) -> Generator[Step, Any, Kept]:
            blob = blob_of(medium)
            kind = "images" if medium.kind == "image" else "media"
            fields: tuple[Field, ...] = (Field("file", blob, name, blob.type), Field("ref", name))
            fields += (Field("purpose", "image"),) if kind == "images" else ()
            answer: Answer = yield self.ask("POST", f"{kind}/upload/", body=Multipart(fields), timeout=300.0)
            return Kept(str(answer.get(kind, 0, "url")))

        return (yield from kept_files(media, had, send))

    def look_for(self, intent: Intent) -> Looking:
        """By the name that was asked for, which was free just before; numbered, where a page had it. A draft that was to go out
        did not.
        """
        sent = intent.request.body.value["posts"][0] if isinstance(intent.request.body, Json) else {}
        name = str(sent.get("slug"))
        doubtful = False
        for asked in (name, *(f"{name}-{number}" for number in NUMBERED)):
            there = yield from self.named(asked)
            if there is None:
                continue
            at = made_at(there)
            is_draft = there.get("status") == "draft" and sent.get("status") != "draft"
            if there.get("title") == sent.get("title") and not is_draft and (at is None or at >= earliest(intent)):
                return Found(receipt_of(there, {}))
            ours_to_come = is_draft and there.get("title") == sent.get("title")
            doubtful |= asked == name and not ours_to_come
        return CannotTell(self.url) if doubtful else Absent()

    def site(self, host: str) -> Verifying:
        """Whether the key may read posts, and what site it is."""
        yield self.ask("GET", "posts/", query=(("limit", "1"), ("fields", "id")))
        site = yield self.ask("GET", "site/", auth="", may_fail=True)
        name, version = str(site.get("site", "title", default="")), str(site.get("site", "version", default=""))
        return Account(host, name=name, url=self.url, software="ghost", version=version)
