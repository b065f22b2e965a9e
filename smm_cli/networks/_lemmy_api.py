"""Lemmy's API in its two versions: v3 of 0.19, v4 of 1.0 (a beta by 2026-08: what only it does could not be tried).

Source: LemmyNet/lemmy 0.19.20 and 1.0.0-beta.1 (crates/routes, crates/api_common), lemmy-js-client, 2026-08-12.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import timedelta
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, Retriable
from smm_cli.networks._moment import moment
from smm_cli.networks._nodeinfo import ask_node, named
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, LoggingIn, Looking, Tokens, Verifying
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request, handle
from smm_cli.words.post import Media

DAY = 86_400.0
PAGE = 50
"""The most that a profile lists at once (crates/db_views: FETCH_LIMIT_MAX)."""
SKEW = timedelta(seconds=60)
GONE = frozenset({"couldnt_find_post", "couldnt_find_comment", "not_found", "deleted", "removed"})


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
        if medium.blob is None:
            raise Rejected(f"{medium.path} was not read", hint="smm check")
        name = f"media.{medium.blob.type.rpartition('/')[2]}"
        file = Multipart((Field("images[]", medium.blob, name, medium.blob.type),))
        if self.new:
            answer = yield Request("POST", self.at("image"), file, timeout=120.0)
            return str(answer.get("image_url"))
        url = f"{self.server}/pictrs/image"
        answer = yield Request("POST", url, file, timeout=120.0, secret=("files.0.delete_token",))
        return f"{url}/{answer.get('files', 0, 'file')}"

    def delete(self, id: str, *, comment: bool) -> Request:
        """The request that takes down a post or a comment; only its owner may bring it back."""
        kind = "comment" if comment else "post"
        body = Json({f"{kind}_id": int(id), "deleted": True})
        if self.new:
            return Request("DELETE", self.at(kind), body, reads="any", may_fail=True)
        return Request("POST", self.at(f"{kind}/delete"), body, reads="any", may_fail=True)

    def receipt(self, item: Mapping[str, Any], media: Mapping[str, str], *, comment: bool) -> PartReceipt:
        """The receipt of a post or comment; `media` are addresses by SHA-256."""
        id = str(item.get("id", ""))
        more: dict[str, Any] = {"kind": "comment"} if comment else {}
        more |= {"media": dict(media)} if media else {}
        more |= {"ap_id": item["ap_id"]} if isinstance(item.get("ap_id"), str) else {}
        return PartReceipt(id, f"{self.server}/{'comment' if comment else 'post'}/{id}", more, _published(item))

    def look_for(self, intent: Intent, media: Mapping[str, str], *, hidden: bool) -> Looking:
        """Among the newest things on the own profile. `hidden`: a profile may leave this one out (nsfw): never absent."""
        sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
        comment, since = "content" in sent, intent.at - SKEW
        person, me = yield from self.who()
        name, hidden = person.get("name", ""), hidden or _hides(me, sent)
        where = f"{self.server}/u/{name}"
        if self.new:
            query = (("username", name), ("type_", "comments" if comment else "posts"), ("limit", str(PAGE)))
            answer = yield Request("GET", self.at("person/content"), query=query)
            listed = answer.get("content", default=answer.get("items"))
        else:
            query = (("username", name), ("sort", "New"), ("limit", str(PAGE)))
            answer = yield Request("GET", self.at("user"), query=query)
            listed = answer.get("comments" if comment else "posts")
        if not isinstance(listed, list):
            return CannotTell(where)
        found = [one.get("comment" if comment else "post") for one in listed if isinstance(one, Mapping)]
        items: list[Mapping[str, Any]] = [item for item in found if isinstance(item, Mapping)]
        for item in reversed(items):
            at = _published(item)
            if at and at >= since and _same(item, sent):
                return Found(self.receipt(item, media, comment=comment))
        older = any((at := _published(item)) and at < since for item in items)
        return Absent() if (older or len(items) < PAGE) and not hidden else CannotTell(where)


def ask_account(server: str, wanted: str, host: str) -> Verifying:
    """Who the password belongs to, which version the server speaks, its languages, and how long to wait after a limit."""
    software, version = named((yield from ask_node(server)))
    api = Api(server, wanted or ("v3" if version.startswith("0.") or not version else "v4"))
    me, _ = yield from api.who()
    if not me.get("name"):
        raise Retriable(f"{host} does not tell whose token this is")
    site = yield Request("GET", api.at("site"))
    languages = site.get("all_languages", default=[])
    known = {str(one.get("code")): one.get("id") for one in languages if isinstance(one, Mapping)} if isinstance(languages, list) else {}
    facts = {"api": api.version, "languages": known, "pause": _pause(site)}
    name = str(me["name"])
    shown = str(me.get("display_name") or name)
    return Account(f"@{name}@{host}", str(me.get("id", "")), shown, f"{server}/u/{name}", software, version, facts=facts)


def _pause(site: Answer) -> float:
    """Seconds in which the server's bucket for posts fills by one: its interval by its capacity (100 with the defaults)."""
    rates = site.get("site_view", "local_site_rate_limit", default={})
    most = rates.get("post_max_requests") or rates.get("post") or 6
    seconds = rates.get("post_interval_seconds") or rates.get("post_per_second") or 600
    return max(1.0, float(seconds) / float(most))


def _published(item: Mapping[str, Any]) -> Any:
    """v3 says `published`, v4 `published_at`."""
    return moment(item.get("published_at") or item.get("published"))


def _hides(me: Answer, sent: Mapping[str, Any]) -> bool:
    """Whether the account's own settings keep this off the profile that it sees: bots, languages (0 is none; crates/db_views)."""
    user = me.get("local_user_view", default={})
    bot = user.get("person", {}).get("bot_account") is True and user.get("local_user", {}).get("show_bot_accounts") is False
    languages = me.get("discussion_languages", default=[])
    return bot or bool(languages and sent.get("language_id", 0) not in languages)


def _same(item: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    if "content" in sent:
        return item.get("content") == sent["content"] and item.get("post_id") == sent.get("post_id")
    if item.get("community_id") != sent.get("community_id") or item.get("name") != sent.get("name"):
        return False
    return (item.get("body") or "").strip() == (sent.get("body") or "").strip() and (item.get("url") or "") == (sent.get("url") or "")
