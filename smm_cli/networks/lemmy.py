"""Lemmy: a post in a community, by the API of 0.19 (v3) or 1.0 (v4).

The Idempotency-Key of 1.0 is not used: it burns with the first try, whatever became of it, and answers 422 without the post.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._lemmy_api import GONE, Api, ask_account
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.text.commonmark import commonmark
from smm_cli.text.quiet import quiet
from smm_cli.words.auth import Session
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import AVIF, GIF, JPEG, MP4, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.tree import Paragraph, Plain

CODE = "github.com/LemmyNet/lemmy 0.19.20, crates/utils/src/utils/validation.rs"
PICTRS = "pict-rs: as its administrator says, often 10 to 40 MB; the least is taken"
READ = "2026-08-12"
SIZE = 10_000_000
EXTRA = re.compile(r"\^|^:(?=::)")
"""Marks of Lemmy beside CommonMark: superscript, and containers (`::: spoiler`). Source: join-lemmy.org/docs, Markdown Guide (2026-08)."""
SEAL = "\ue000"
ENDED = frozenset({"not_logged_in"})
BARRED = frozenset(
    {"incorrect_login", "missing_totp_token", "incorrect_totp_token", "email_not_verified", "registration_application_is_pending"}
    | {"registration_application_denied", "person_is_banned_from_site", "site_ban", "banned", "user_not_logged_in"}
)
LIMITED = frozenset({"rate_limit_error", "too_many_requests"})


class Lemmy(Network):
    """One community, by one account on one server."""

    name = "lemmy"
    title = "Lemmy"
    docs = "https://join-lemmy.org/api/"
    auth = Session()
    text = (
        Limit("text", 50_000, "code_points", f"{CODE} POST_BODY_MAX_LENGTH", READ),
        Limit("title", 200, "code_points", f"{CODE} is_valid_post_title", READ, minimum=3),
        Limit("comment", 10_000, "code_points", f"{CODE} BODY_MAX_LENGTH", READ),
        Limit("url", 2000, "code_points", f"{CODE} URL_MAX_LENGTH", READ),
        Limit("alt", 1500, "code_points", f"{CODE} ALT_TEXT_MAX_LENGTH", READ),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF), SIZE), 20, PICTRS, READ),
        MediaLimit("video", {MP4: SIZE}, 1, PICTRS, READ),
    )
    media_count = 20
    mixing = True
    dialect = "commonmark"
    appends = frozenset()
    takes = frozenset({"title", "link", "language", "first_comment", "alt"})
    demands = frozenset({"title"})
    steps = (
        "Register an account for this at your server (a bot says so in its settings), without two-factor login: Lemmy knows no app "
        "passwords. Put its name as identifier and the community into the channel, the password where `secret` says."
    )

    Settings = Later("smm_cli.networks._lemmy_tables", "Settings")
    Options = Later("smm_cli.networks._lemmy_tables", "Options")

    @property
    def api(self) -> Api:
        """In the version that the settings say, else the server; v3 until it was asked."""
        told = str(self.account.facts.get("api") or "") if self.account else ""
        return Api(str(self.settings.server), self.settings.api or told or "v3")

    @property
    def host(self) -> str:
        return urlsplit(str(self.settings.server)).netloc

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """CommonMark; `title`, `url`, `community`, `nsfw`, `language_id` of a post, `comment` marks the first comment."""
        options, mention = self.options(post), self.mention(facts)
        sealed = quiet(quiet(part.blocks), EXTRA, SEAL, code=False)
        text = re.sub(f"(.){SEAL}", r"\\\1", commonmark(sealed, mention))
        if part.comment:
            return PayloadPart(text, {"comment": True}, (), part.line)
        fields: dict[str, Any] = {"title": " ".join(short(post.title, mention).split())}
        fields["community"] = options.community or self.settings.community
        fields |= {"url": post.link} if post.link else {}
        fields |= {"nsfw": True} if (self.settings.nsfw if options.nsfw is None else options.nsfw) else {}
        language = post.language or self.settings.language
        known = self.account.facts.get("languages", {}) if self.account else {}
        id = known.get(language) or known.get(language.partition("-")[0])
        fields |= {"language_id": id} if isinstance(id, int) else {}
        return PayloadPart(text, fields, described(part.media, mention), part.line)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The text with what its pictures will add to it; a first comment has a maximum of its own."""
        if limit.name == "comment":
            return len(part.text) if part.fields.get("comment") else 0
        more = 120 * max(0, len(part.media) - 1) + sum(len(medium.alt) for medium in part.media[1:])
        return super().measured(part, limit) + (more if limit.name == "text" else 0)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Find the community, upload, then the one request that publishes; the first comment answers the post."""
        message, api = payload.parts[part], self.api
        if message.fields.get("comment"):
            earlier = yield Earlier()
            said = {"content": message.text, "post_id": int(earlier.id)}
            return self._receipt((yield Request("POST", api.at("comment"), Json(said), commits=True)), {}, comment=True)
        community = yield from api.community(str(message.fields["community"]))
        kept = yield from self._uploaded(message.media, {})
        yield Earlier()
        body = {"community_id": community, **_body(message, kept)}
        answer = yield Request("POST", api.at("post"), Json(body), commits=True)
        return self._receipt(answer, kept, comment=False)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change a post or the first comment; pictures that it has already are not uploaded again."""
        message, api = payload.parts[part], self.api
        if message.fields.get("comment"):
            said = {"comment_id": int(receipt.id), "content": message.text}
            return self._receipt((yield Request("PUT", api.at("comment"), Json(said))), {}, comment=True)
        kept = yield from self._uploaded(message.media, receipt.more.get("media") or {})
        body = {"post_id": int(receipt.id), **_body(message, kept)}
        return self._receipt((yield Request("PUT", api.at("post"), Json(body))), kept, comment=False)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        answer = yield self.api.delete(receipt.id, comment=receipt.more.get("kind") == "comment")
        if not answer.ok and answer.get("error") not in GONE and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable(f"{self.host} did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        message = payload.parts[intent.part]
        sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
        addresses = [str(sent.get("url") or ""), *re.findall(r"!\[[^\n]*\]\(([^)\s]+)\)", str(sent.get("body") or ""))]
        own = [address for address in addresses if "/image" in address and urlsplit(address).netloc == self.host]
        media = dict(zip((m.blob.sha256 for m in message.media if m.blob), own, strict=False)) if len(own) >= len(message.media) else {}
        nsfw = sent.get("nsfw") or any(answer.get("community_view", "community", "nsfw") for answer in answers)
        return (yield from self.api.look_for(intent, media, hidden=bool(nsfw)))

    def verify(self) -> Verifying:
        return (yield from ask_account(str(self.settings.server), self.settings.api, self.host))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        return (yield from self.api.log_in(inputs.get("identifier") or self.settings.identifier))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """`{"error": "snake_case"}`, mostly 400, also for rate limits (0.19). A token that has ended acts as nobody's: not_logged_in."""
        code = body.get("error") if isinstance(body, Mapping) else None
        if status < 400 or not isinstance(code, str):
            return fault_by_status(status, headers, body)
        told = f"{self.host} answered {status}: {code}"
        if code in LIMITED or status == 429:
            pause = self.account.facts.get("pause", 100.0) if self.account else 100.0
            return RateLimited(told, after=retry_after(headers) or float(pause))
        if code in ENDED:
            return AuthFailed(told, expired=True)
        if code in BARRED or status == 401:
            return AuthFailed(told, hint="Lemmy knows no app passwords: turn two-factor login off" if "totp" in code else "")
        return Retriable(told) if status >= 500 or code.startswith("federation_") else Rejected(told)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _uploaded(self, media: tuple[Media, ...], had: Mapping[str, str]) -> Generator[Request, Any, dict[str, str]]:
        """Addresses by SHA-256, in order."""
        kept: dict[str, str] = {}
        for medium in media:
            sha = medium.blob.sha256 if medium.blob else ""
            kept[sha] = str(had[sha]) if sha in had else (yield from self.api.upload(medium))
        return kept

    def _receipt(self, answer: Answer, media: Mapping[str, str], *, comment: bool) -> PartReceipt:
        kind = "comment" if comment else "post"
        item = answer.get(f"{kind}_view", kind, default={})
        if not isinstance(item, Mapping) or not item.get("id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a {kind}")
        return self.api.receipt(item, media, comment=comment)


def _body(message: PayloadPart, kept: Mapping[str, str]) -> dict[str, Any]:
    """What creating and changing share. A link is the post's address, else its first picture is; the others stand below the text."""
    fields, media = message.fields, list(message.media)
    body: dict[str, Any] = {"name": fields["title"], "nsfw": bool(fields.get("nsfw"))}
    if "url" in fields:
        body["url"] = fields["url"]
    elif media:
        first = media.pop(0)
        body["url"] = kept[first.blob.sha256 if first.blob else ""]
        body |= {"alt_text": first.alt} if first.alt else {}
    pictures = [f"![{_label(medium)}]({kept[medium.blob.sha256 if medium.blob else '']})" for medium in media]
    body["body"] = "\n\n".join(filter(None, (message.text, *pictures)))
    return body | ({"language_id": fields["language_id"]} if "language_id" in fields else {})


def _label(medium: Media) -> str:
    return commonmark((Paragraph((Plain(" ".join(medium.alt.split())),)),), lambda mention: mention.person)


NETWORK = Lemmy
