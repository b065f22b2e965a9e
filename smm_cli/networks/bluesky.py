"""Bluesky and other servers of the AT Protocol. Facts: lexicons and PDS source of bluesky-social/atproto, 2026-08-20."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from smm_cli.errors import ConfigError, OutcomeUnknown, Rejected, SmmError
from smm_cli.networks import _bluesky_record as records
from smm_cli.networks import _bluesky_session as session
from smm_cli.networks import _bluesky_video as video
from smm_cli.networks._bluesky_card import card
from smm_cli.networks._bluesky_fault import bluesky_fault
from smm_cli.networks._bluesky_pds import Pds
from smm_cli.networks._bluesky_place import place, strong
from smm_cli.networks._bluesky_text import LANGUAGE, laid_out
from smm_cli.networks.base import Facts, Later, Network, Repeat, host_of
from smm_cli.text.dialects import rich
from smm_cli.words.auth import Session
from smm_cli.words.conversation import (
    Absent,
    CannotTell,
    Doing,
    Earlier,
    Found,
    Intent,
    LoggingIn,
    Looking,
    Publishing,
    Step,
    Tokens,
    Verifying,
)
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json
from smm_cli.words.limit import JPEG, MP4, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

LEXICONS = "github.com/bluesky-social/atproto, lexicons/app/bsky"
READ = "2026-08-20"


class Bluesky(Network):
    """Posts on Bluesky. There is no `edit`: a changed record has another cid, so that likes, replies and quotes of the first no
    longer fit, and the app goes on showing the first. Withdraw and publish anew instead."""

    name = "bluesky"
    title = "Bluesky"
    docs = "https://docs.bsky.app"
    auth = Session()
    text = (
        Limit("text", 300, "graphemes", f"{LEXICONS}/feed/post.json", READ),
        Limit("bytes", 3000, "utf8", f"{LEXICONS}/feed/post.json", READ),
        Limit("alt", 2000, "graphemes", "MAX_ALT_TEXT of github.com/bluesky-social/social-app (no maximum in the lexicon)", "2026-08"),
        Limit("video_alt", 1000, "graphemes", f"{LEXICONS}/embed/video.json", READ),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, WEBP), 2_000_000), 4, f"{LEXICONS}/embed/images.json", READ, exclusive=True),
        MediaLimit(
            "video", {MP4: 300_000_000}, 1, f"{LEXICONS}/embed/video.json; 10 minutes: social-app", READ, seconds=600, exclusive=True
        ),
    )
    media_count = 4
    threads = True
    dialect = "rich"
    takes = frozenset({"link", "tags", "language", "reply_to", "quote", "first_comment", "alt"})
    steps = (
        "In the app: Settings, Privacy and security, App passwords, Add App Password. Give it a name, leave direct messages off. "
        "Keep the password (four groups of four letters) where the channel's `secret` says."
    )

    Settings = Later("smm_cli.networks._bluesky_options", "Settings")
    Options = Later("smm_cli.networks._bluesky_options", "Options")

    # -- where ---------------------------------------------------------------------------------------------------------------

    @property
    def server(self) -> str:
        """Where the channel logs in."""
        return str(self.settings.server)

    @property
    def pds(self) -> str:
        """The account's own server, once verify has found it; the one of the settings before that."""
        return str(self._fact("pds") or self.server)

    @property
    def identifier(self) -> str:
        """What it logs in with, without an @ before it."""
        return str(self.settings.identifier or self.channel.account).removeprefix("@")

    def hosts(self) -> tuple[str, ...]:
        """The server that the channel logs in at, the one that keeps the account, and the video service.

        The last gets tokens made for it and for one method, as handles, never the session.
        """
        addresses = (self.server, self.pds, self.settings.video_service)
        return tuple(dict.fromkeys(host_of(address) for address in addresses if address))

    def _fact(self, name: str) -> Any:
        return self.account.facts.get(name) if self.account else None

    def repeat(self) -> Repeat | None:
        """For ever: the same record under the same key is what is there already; the server then makes no commit."""
        return Repeat(None, "putRecord of the PDS 0.4.217: no-op when the cid is the current one", READ)

    # -- composing -----------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Text, and as fields: `facets` (spans), `langs`, `card` (the address to show a card of), `video_alt`."""
        written, spans = rich(part.blocks, self.mention(facts))
        text, facets, bare = laid_out(written, spans, self.settings.shorten_links and not self.channel.by_hand)
        fields: dict[str, Any] = {"facets": facets} if facets else {}
        langs = [post.language] if post.language else list(self.settings.languages) or [facts.language]
        if any(langs):
            fields["langs"] = [lang for lang in langs if lang]
        shown = self._card(part, number, post, [span["value"] for span in facets if span["kind"] == "link"], bare)
        if shown:
            fields["card"] = shown
        film = next((one for one in part.media if one.kind == "video"), None)
        if film and film.alt:
            fields["video_alt"] = film.alt
        return PayloadPart(text, fields, part.media, part.line)

    def _card(self, part: Part, number: int, post: Post, linked: Sequence[str], bare: Sequence[str]) -> str:
        wanted = self.options(post).link_card
        if part.media or (post.quote and number == 0) or not (self.settings.link_cards if wanted is None else wanted):
            return ""
        if post.link in linked:
            return post.link
        return bare[0] if len(bare) == 1 else ""

    def fields(self, post: Post, facts: Facts) -> Mapping[str, Any]:
        """`reply_to` and `quote` as places, `labels`, `threadgate` (rules; [] for nobody), `quotes` where they are off."""
        said = self.options(post)
        found: dict[str, Any] = {}
        if post.reply_to:
            found["reply_to"] = place(post.reply_to, facts.receipts, -1)  # a reply goes on where the thread ends
        if post.quote:
            found["quote"] = place(post.quote, facts.receipts)
        if said.labels:
            found["labels"] = list(said.labels)
        if said.threadgate is not None:
            found["threadgate"] = [rule for rule in said.threadgate if rule != "nobody"]
        if not said.quotes:
            found["quotes"] = False
        return found

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Posts that cannot be found, a threadgate on a reply, languages that are none."""
        where, found = Place(post.path, channel=self.channel.name), []
        for name in ("reply_to", "quote"):
            unknown = payload.fields.get(name, {}).get("unknown")
            if unknown:
                what = f"{name}: {unknown} is no address of a Bluesky post, and no post that is public on {self.channel.name}"
                found.append(
                    Problem("unknown-post", what, where, f"write {self.settings.app}/profile/…/post/…, or the id of a published post")
                )
        if payload.fields.get("reply_to") and "threadgate" in payload.fields:
            found.append(
                Problem("threadgate", "threadgate: only the first post of a thread can say who answers, and this is a reply", where)
            )
        for lang in payload.parts[0].fields.get("langs", ()):
            if not LANGUAGE.fullmatch(lang):
                found.append(Problem("language", f"language: {lang} is no language code", where, "write de, en or pt-BR"))
        return tuple(found)

    def share_link(self, payload: Payload) -> str:
        """The app's own form, filled in with the first part. Source: docs.bsky.app/docs/advanced-guides/intent-links, 2026-04."""
        return f"{self.settings.app}/intent/compose?{urlencode({'text': payload.parts[0].text})}"

    # -- conversations -------------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload, fetch the card, find people and posts, then the one putRecord that publishes; who may answer or quote comes after it."""
        message, post, pds = payload.parts[part], payload.fields, Pds(self.pds)
        repo = self._fact("did") or (yield from session.who(self.server))["did"]
        media = yield from self._media(message, repo, pds)
        dids = yield from pds.people(span["value"] for span in message.fields.get("facets", ()) if span["kind"] == "mention")
        target = (yield from pds.post(post.get("reply_to"), "reply_to")) if part == 0 else None
        quoted = (yield from pds.post(post.get("quote"), "quote")) if part == 0 else None
        before = yield Earlier()
        target = (yield from pds.parent(before)) if before else target
        answers = target and records.answering(target)
        key, record = records.record_key(payload.at, payload.key, part), self._record(payload, part, media, dids, answers, quoted)
        answer = yield pds.put(repo, key, record, commits=True)
        uri, cid = str(answer.get("uri", default="")), answer.get("cid")
        if not uri or not cid:
            raise OutcomeUnknown(f"{pds.address} answered {answer.status} without the address of a record")
        gates = self._gates(payload, part, uri, record["createdAt"], bool(answers))
        beside = [gate["$type"] for gate in gates]
        receipt = records.receipt(uri, str(cid), self.settings.app, root=answers and answers["root"], gates=beside)
        if gates:
            yield receipt
        for gate in gates:
            yield pds.put(repo, key, gate)
        return receipt

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Read the record that was to be written, where it was to be written. Decisive: the server is asked, not an index of it."""
        sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
        repo, collection, key = (str(sent.get(name, "")) for name in ("repo", "collection", "rkey"))
        answer = yield Pds(intent.request.url.rpartition("/xrpc/")[0]).record(repo, collection, key)
        if answer.get("error") == "RecordNotFound":
            return Absent()
        meant = sent.get("record", {})
        if any(answer.get("value", name) != meant.get(name) for name in ("text", "createdAt")):
            return CannotTell(f"{self.settings.app}/profile/{repo or self.identifier}")
        uri, cid, written = str(answer.get("uri")), str(answer.get("cid")), answer.get("value", default={})
        beside = [gate["$type"] for gate in self._gates(payload, intent.part, uri, "", "reply" in written)]
        root = strong(uri, cid, written)["root"]
        return Found(records.receipt(uri, cid, self.settings.app, root=root, gates=beside))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the record, then what stood beside it. The server says 200 also when it is gone already."""
        where = place(receipt.id, {}) or place(receipt.url, {})
        if "rkey" not in where:
            raise Rejected(f"{receipt.id or receipt.url} is no address of a Bluesky post", hint="delete it in the app")
        for collection in (records.POST, *receipt.more.get("gates", ())):
            yield Pds(self.pds).delete(where["actor"], collection, where["rkey"])

    def verify(self) -> Verifying:
        """Whose password it is, which server keeps the account and how old that is."""
        return (yield from session.account_behind(self.server, self.settings.app))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """Exchange the app password for a session."""
        identifier = (inputs.get("identifier") or self.identifier).removeprefix("@")
        if not identifier:
            hint = f'write identifier = "ada.bsky.social" under [channels.{self.channel.name}]'
            raise ConfigError(f"{self.channel.name} does not say whom to log in", hint=hint, slug="identifier-missing")
        return (yield from session.log_in(self.server, identifier))

    def refresh(self) -> Generator[Step, Any, Tokens]:
        """Renew the session with its refresh token."""
        return (yield from session.renew(self.server))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return bluesky_fault(status, headers, body)

    # -- parts of conversations ----------------------------------------------------------------------------------------------

    def _media(self, message: PayloadPart, repo: str, pds: Pds) -> Generator[Step, Any, dict[str, Any] | None]:
        """The embed of a part: its film, its pictures, the card of its link, or none."""
        kept, service = [], self.settings.video_service
        for one in message.media:
            if one.blob is None:
                raise Rejected(f"{one.path} was not looked at", slug="media")
            if one.kind == "video" and service:
                kept.append((yield from video.upload(one.blob, did=repo, pds=pds.address, service=service)))
            else:
                kept.append((yield pds.keep(one.blob)).get("blob"))
        if message.media:
            first = message.media[0]
            return records.film(first, kept[0]) if first.kind == "video" else records.images(message.media, kept)
        url = message.fields.get("card")
        return (yield from card(url, lambda blob: pds.keep(blob, may_fail=True))) if url else None

    def _record(self, payload: Payload, part: int, media: Any, dids: Any, answers: Any, quoted: Any) -> dict[str, Any]:
        """The record of one part."""
        message = payload.parts[part]
        spans = message.fields.get("facets", ())
        return records.post_record(
            message.text,
            records.created_at(payload.at, part),
            facets=[facet for span in spans if (facet := records.facet(span, dids))],
            langs=message.fields.get("langs", ()),
            labels=payload.fields.get("labels", ()),
            reply=answers,
            embed=records.quoting(quoted, media) if quoted else media,
        )

    def _gates(self, payload: Payload, part: int, uri: str, created: str, answers: bool) -> list[dict[str, Any]]:
        """Records that stand beside the post under the same key: who may answer (the first of a thread only), who may quote."""
        gates = []
        if "threadgate" in payload.fields and part == 0 and not answers:
            gates.append(records.threadgate(uri, payload.fields["threadgate"], created))
        if payload.fields.get("quotes") is False:
            gates.append(records.postgate(uri, created))
        return gates


NETWORK = Bluesky
