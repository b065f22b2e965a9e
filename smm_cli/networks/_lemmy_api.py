"""Lemmy's API in its two versions: v3 of 0.19, v4 of 1.0 (a beta by 2026-08: what only it does could not be tried).

The Idempotency-Key of 1.0 is not used: it burns with the first try, whatever became of it, and answers 422 without the post.
Source: LemmyNet/lemmy 0.19.20 and 1.0.0-beta.1 (crates/routes, crates/api_common), lemmy-js-client, 2026-08-12.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import AuthFailed, OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._file import blob_of
from smm_cli.networks._moment import moment
from smm_cli.words.conversation import LoggingIn, Tokens
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request, handle
from smm_cli.words.post import Media

DAY = 86_400.0


class Api:
    """Requests to one server, in one version."""

    def __init__(self, server: str, version: str) -> None:
        self.server = server
        self.version = version

    @property
    def new(self) -> bool:
        return self.version == "v4"

    def at(self, path: str) -> str:
        return f"{self.server}/api/{self.version}/{path}"

    @property
    def host(self) -> str:
        return urlsplit(self.server).netloc

    def log_in(self, identifier: str) -> LoggingIn:
        """The password for a token. 0.19 allows three logins in an hour for each address, so that tokens are kept."""
        body: dict[str, Any] = {"username_or_email": identifier, "password": handle("password")}
        body |= {"stay_logged_in": True} if self.new else {}
        path = "account/auth/login" if self.new else "user/login"
        answer = yield Request("POST", self.at(path), Json(body), auth="", secret=("jwt",))
        if not answer.get("jwt"):
            raise AuthFailed("the server gave no token: is the account confirmed?")
        return Tokens({"access": str(answer.get("jwt"))})

    def who(self) -> Generator[Request, Any, tuple[Mapping[str, Any], Answer]]:
        """The person behind the token, and her account. An invalid token is ignored elsewhere: only validate_auth refuses it."""
        if self.new:
            answer = yield Request("GET", self.at("account"))
        else:
            yield Request("GET", self.at("user/validate_auth"))
            answer = yield Request("GET", self.at("site"))
            answer = Answer(answer.status, body=answer.get("my_user", default={}))
        return dict(answer.get("local_user_view", "person", default={})), answer

    def community(self, name: str) -> Generator[Request, Any, int]:
        """The number of a community; one elsewhere that this server never heard of is fetched."""
        seen = yield Request("GET", self.at("community"), query=(("name", name),), keeps_for=DAY, may_fail=True)
        id = seen.get("community_view", "community", "id")
        if id is None and "@" in name:
            seen = yield Request("GET", self.at("resolve_object"), query=(("q", f"!{name}"),), keeps_for=DAY, may_fail=True)
            id = seen.get("community", "community", "id") or seen.get("results", 0, "community", "id")
        if not isinstance(id, int):
            if seen.status == 0 or seen.status >= 500:
                raise Retriable("the server does not tell its communities")
            raise Rejected(f"the server knows no community {name}", hint='community = "name" or "name@server" in channels.toml')
        return id

    def upload(self, medium: Media) -> Generator[Request, Any, str]:
        """The address of a picture at the server's own store (pict-rs)."""
        blob = blob_of(medium)
        file = Multipart((Field("images[]", blob, f"media.{blob.type.rpartition('/')[2]}", blob.type),))
        if self.new:
            answer = yield Request("POST", self.at("image"), file, timeout=120.0)
            return str(answer.get("image_url"))
        url = f"{self.server}/pictrs/image"
        answer = yield Request("POST", url, file, timeout=120.0, secret=("files.0.delete_token",))
        return f"{url}/{answer.get('files', 0, 'file')}"

    def upload_all(self, media: Iterable[Media], had: Mapping[str, str]) -> Generator[Request, Any, dict[str, str]]:
        """Addresses by SHA-256, in order; what is in `had` is there already."""
        kept: dict[str, str] = {}
        for medium in media:
            sha = medium.blob.sha256 if medium.blob else ""
            kept[sha] = str(had[sha]) if sha in had else (yield from self.upload(medium))
        return kept

    def delete(self, id: str, *, comment: bool) -> Request:
        """The request that takes down a post or a comment; only its owner may bring it back."""
        kind = "comment" if comment else "post"
        body = Json({f"{kind}_id": int(id), "deleted": True})
        if self.new:
            return Request("DELETE", self.at(kind), body, reads="any", may_fail=True)
        return Request("POST", self.at(f"{kind}/delete"), body, reads="any", may_fail=True)

    def write(self, method: str, kind: str, body: Mapping[str, Any], media: Mapping[str, str]) -> Generator[Request, Any, PartReceipt]:
        """Make (POST) or change (PUT) a post or a comment; `media` are addresses by SHA-256."""
        answer = yield Request(method, self.at(kind), Json(body), commits=method == "POST")
        item = answer.get(f"{kind}_view", kind, default={})
        if not isinstance(item, Mapping) or not item.get("id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a {kind}")
        return self.receipt(item, media, comment=kind == "comment")

    def receipt(self, item: Mapping[str, Any], media: Mapping[str, str], *, comment: bool) -> PartReceipt:
        """The receipt of a post or comment; `media` are addresses by SHA-256."""
        id = str(item.get("id", ""))
        more: dict[str, Any] = {"kind": "comment"} if comment else {}
        more |= {"media": dict(media)} if media else {}
        more |= {"ap_id": item["ap_id"]} if isinstance(item.get("ap_id"), str) else {}
        return PartReceipt(id, f"{self.server}/{'comment' if comment else 'post'}/{id}", more, published(item))


def published(item: Mapping[str, Any]) -> datetime | None:
    """v3 says `published`, v4 `published_at`."""
    return moment(item.get("published_at") or item.get("published"))
