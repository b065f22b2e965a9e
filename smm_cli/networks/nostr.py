"""Nostr: notes and long articles on relays of one's own choice.

An event's id is the hash of what it says, and `created_at` is the planned time: the same post is the same event whenever and however
often it is sent. One relay that takes it makes it public; the others are told at the same time, and those that failed once more.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import Rejected, Retriable, SmmError
from smm_cli.networks import _nostr_event as events
from smm_cli.networks._hosted import public_address
from smm_cli.networks._nostr_fault import read_fault
from smm_cli.networks._nostr_relays import Relays, demanded, missing, took
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Later, Network, Repeat, host_of
from smm_cli.text.markdown import Reading, read
from smm_cli.text.nostr import clean, encode, profile_of
from smm_cli.words.auth import NostrKey
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying, Wait
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Request, Slice
from smm_cli.words.limit import AVIF, GIF, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import WARNING, Place, Problem

NIPS = "https://github.com/nostr-protocol/nips/blob/master"
READ = "2026-07-22"
EVENT_SIZE = "github.com/hoytech/strfry strfry.conf: maxEventSize 65536, less tags and signature; NIP-11 of a relay may say less"
SERVERS = "as the Blossom server says; no common limit"
SIZE = 100_000_000


class Nostr(Network):
    """One key pair, and where its notes are kept."""

    name = "nostr"
    title = "Nostr"
    docs = f"{NIPS}/README.md"
    auth = NostrKey()
    text = (
        Limit("text", 60_000, "utf8", EVENT_SIZE, READ),
        Limit("alt", 2000, "code_points", "no limit of its own: part of the event", READ),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF), SIZE), 10, SERVERS, READ),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), SIZE), 10, SERVERS, READ),
        MediaLimit("audio", dict.fromkeys(("audio/mpeg", "audio/ogg", "audio/wav", "audio/mp4"), SIZE), 10, SERVERS, READ),
    )
    media_count = 10
    mixing = True
    threads = True
    takes = frozenset({"title", "link", "tags", "content_warning", "reply_to", "quote", "alt"})
    steps = (
        "Your client shows your secret key (nsec1…), or makes you one: keep it where `secret` says, since whoever has it is you. "
        "Name your relays under `relays`, and a Blossom server for pictures under `blossom`."
    )

    Settings = Later("smm_cli.networks._nostr_tables", "Settings")
    Options = Later("smm_cli.networks._nostr_tables", "Options")

    @property
    def _relays(self) -> Relays:
        return Relays(tuple(self.settings.relays), str(self.settings.viewer))

    def hosts(self) -> tuple[str, ...]:
        """The relays, and where pictures are kept."""
        addresses = [*("http" + relay.removeprefix("ws") for relay in self.settings.relays), *self.settings.blossom]
        return tuple(dict.fromkeys(host_of(address) for address in addresses))

    def repeat(self) -> Repeat | None:
        """For ever: a relay that has an event says so (OK true, or OK false with `duplicate:`), and keeps one."""
        return Repeat(None, f"{NIPS}/01.md (ids are hashes; OK messages)", READ)

    # -- composing -------------------------------------------------------------------------------------------------------

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        return super().messages(replace(post, numbering=post.numbering or self.settings.numbering), facts)

    def reading(self, post: Post) -> Reading:
        """An article is one part, whatever rules stand in it."""
        return read(post.body, line=post.body_line, threads=self.options(post).kind == "note")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The content; `kind` and `tags` of the event as far as they need nobody else."""
        options, mention = self.options(post), self.mention(facts)
        if options.kind == "article":
            content, tags = events.article(part.blocks, mention)
            tags = [["d", options.name or post.id], ["title", _line(short(post.title, mention))], *tags]
            tags += [["summary", _line(options.summary)]] if options.summary else []
            tags += [["published_at", str(int(facts.at.timestamp()))]]
            fields: dict[str, Any] = {"kind": events.ARTICLE}
        else:
            content, tags = events.note(part.blocks, mention)
            fields = {"kind": events.NOTE}
        if post.content_warning:
            tags.append(["content-warning", _line(short(post.content_warning, mention))])
        return PayloadPart(content, {**fields, "tags": tags}, described(part.media, mention), part.line)

    def fields(self, post: Post, facts: Facts) -> Mapping[str, Any]:
        """`reply_to` and `quote` as far as they are known."""
        found = {name: (getattr(post, name), number) for name, number in (("reply_to", -1), ("quote", 0)) if getattr(post, name)}
        return {name: events.pointed(target, _known(facts, target, number)) for name, (target, number) in found.items()}

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The addresses and descriptions of files are part of the event."""
        more = sum(300 + len(medium.alt.encode()) for medium in part.media) if limit.name == "text" else 0
        return super().measured(part, limit) + more

    def fetched(self, medium: Media) -> bool:
        """Readers fetch pictures from a public address, where no Blossom server takes them."""
        return not self.settings.blossom

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Articles without a title, people whose handle is no npub, posts that cannot be found."""
        where, found = Place(post.path, channel=self.channel.name), []
        if payload.parts[0].fields["kind"] == events.ARTICLE and not post.title:
            found.append(Problem("title-missing", "an article on Nostr needs a title", where, "add title:"))
        for person in facts.people.values():
            told = person.handle(self.channel.name, self.name)
            if told and f"@{{{person.name}}}" in post.body and not profile_of(told):
                what = f"{person.name}'s handle on Nostr is no npub: {told}; the name is written, and nobody is called"
                found.append(Problem("handle-unreadable", what, where, "write her npub1… or nprofile1…", WARNING))
        for name in ("reply_to", "quote"):
            if unknown := payload.fields.get(name, {}).get("unknown"):
                what = f"{name}: {unknown} is no note, and no post that is public on {self.channel.name}"
                found.append(Problem("unknown-post", what, where, "write nevent1…, note1… or the id of a published post"))
        return tuple(found)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload, find what is answered, then one event for all relays; who failed for now is told once more."""
        message = payload.parts[part]
        media = yield from self._kept(message.media)
        target = (yield from self._relays.found(payload.fields.get("reply_to"), "reply_to")) if part == 0 else None
        quoted = demanded(payload.fields.get("quote"), "quote") if part == 0 else None
        earlier = yield Earlier()
        before = {"id": earlier.id, "own": True, **earlier.more} if earlier else target
        event = self._event(payload, part, media, before, quoted)
        answer = yield self._relays.tell(event, commits=True)
        receipt, others = self._relays.receipt(answer), missing(answer)
        if others:
            yield receipt
            yield Wait(5.0)
            again = yield self._relays.tell(event, others, may_fail=True)
            receipt = replace(receipt, more={**receipt.more, "relays": [*receipt.more["relays"], *took(again)]})
        return receipt

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """An article is replaced by a later one of its name. A note cannot be changed."""
        message = payload.parts[part]
        if message.fields["kind"] != events.ARTICLE:
            raise Rejected("a note on Nostr cannot be changed", hint="withdraw it, and publish anew")
        media = yield from self._kept(message.media)
        event = self._event(payload, part, media, None, None)
        event["created_at"] = max(int(receipt.more.get("created_at", 0)), event["created_at"]) + 1
        return self._relays.receipt((yield self._relays.tell(event)))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Ask for deletion. Relays may keep it nevertheless, and others may have copies."""
        yield self._relays.withdrawal(receipt)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from self._relays.look_for(intent))

    def verify(self) -> Verifying:
        return (yield from self._relays.account())

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _kept(self, media: tuple[Media, ...]) -> Generator[Request, Any, list[tuple[Media, str]]]:
        """Files with their addresses: on the first Blossom server, or where [media] says."""
        found = []
        for medium in media:
            if medium.blob is None:
                raise Rejected(f"{medium.path} was not read", hint="smm check")
            if self.settings.blossom:
                headers = {"x-sha-256": medium.blob.sha256}
                address = f"{self.settings.blossom[0]}/upload"
                answer = yield Request("PUT", address, Slice(medium.blob), headers, timeout=120.0)
                if not answer.get("url"):
                    raise Retriable(f"{self.settings.blossom[0]} gave no address for {medium.path}")
                found.append((medium, str(answer.get("url"))))
            else:
                found.append((medium, (yield from public_address(medium.blob))))
        return found

    def _event(
        self,
        payload: Payload,
        part: int,
        media: list[tuple[Media, str]],
        before: Mapping[str, Any] | None,
        quoted: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        message = payload.parts[part]
        tags = [list(tag) for tag in message.fields["tags"]]
        content, tags = events.with_media(message.text, tags, media)
        kind, at = int(message.fields["kind"]), int(payload.at.timestamp()) + part
        if kind == events.ARTICLE and (first := next((url for medium, url in media if medium.kind == "image"), "")):
            tags.append(["image", first])
        if before and kind == events.NOTE:
            tags = [*events.thread_tags(before), *tags]
        if quoted:
            content += f"\n\nnostr:{encode('note', bytes.fromhex(quoted['id']))}"
            tags.append(["q", str(quoted["id"]), str(quoted.get("relay") or ""), *([quoted["author"]] if quoted.get("author") else [])])
        return {"created_at": at, "kind": kind, "tags": tags, "content": content}


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _known(facts: Facts, target: str, part: int) -> dict[str, Any] | None:
    receipt = facts.receipts.get(target)
    if not receipt or not receipt.parts:
        return None
    found = receipt.parts[part]
    return {"id": found.id, "own": True, "relay": next(iter(found.more.get("relays", ())), ""), **found.more}


NETWORK = Nostr
