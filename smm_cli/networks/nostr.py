"""Nostr: notes and long articles on relays of one's own choice.

An event's id is the hash of what it says, and `created_at` is the planned time: the same post is the same event whenever and however
often it is sent. One relay that takes it makes it public; the others are told at the same time, and those that failed once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.networks._nostr_fault import read_fault
from smm_cli.networks._nostr_note import event_of, kept_at, later_event, message_of, targets_of
from smm_cli.networks._nostr_relays import Relays, demanded
from smm_cli.networks._nostr_remarks import remarks_on
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks.base import Facts, Later, Network, Repeat, host_of
from smm_cli.text.markdown import Reading, read
from smm_cli.words.auth import NostrKey
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import AVIF, GIF, JPEG, PNG, WEBP, Limit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import Problem

NIPS = "https://github.com/nostr-protocol/nips/blob/master"
READ = "2026-07-22"
EVENT_SIZE = "github.com/hoytech/strfry strfry.conf: maxEventSize 65536, less tags and signature; NIP-11 of a relay may say less"
SERVERS = "as the Blossom server says; no common limit"


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
    media = usual_files(100_000_000, 10, SERVERS, READ, (JPEG, PNG, GIF, WEBP, AVIF), ("audio/mpeg", "audio/ogg", "audio/wav", "audio/mp4"))
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

    fault = staticmethod(read_fault)

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

    def reading(self, post: Post) -> Reading:
        """An article is one part, whatever rules stand in it."""
        return read(post.body, line=post.body_line, threads=self.options(post).kind == "note")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        return message_of(part, post, self.options(post), facts, self.mention(facts))

    def fields(self, post: Post, facts: Facts) -> Mapping[str, Any]:
        return targets_of(post, facts)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The addresses and descriptions of files are part of the event."""
        more = sum(300 + len(medium.alt.encode()) for medium in part.media) if limit.name == "text" else 0
        return super().measured(part, limit) + more

    def fetched(self, medium: Media) -> bool:
        """Readers fetch pictures from a public address, where no Blossom server takes them."""
        return not self.settings.blossom

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return tuple(remarks_on(post, payload, facts, self.channel))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload, find what is answered, then one event for all relays; who failed for now is told once more."""
        media = yield from kept_at(self.settings.blossom, payload.parts[part].media)
        target = (yield from self._relays.found(payload.fields.get("reply_to"), "reply_to")) if part == 0 else None
        quoted = demanded(payload.fields.get("quote"), "quote") if part == 0 else None
        earlier = yield Earlier()
        before = {"id": earlier.id, "own": True, **earlier.more} if earlier else target
        return (yield from self._relays.publish(event_of(payload, part, media, before, quoted)))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """An article is replaced by a later one of its name. A note cannot be changed."""
        event = yield from later_event(self.settings.blossom, payload, part, receipt)
        return self._relays.receipt((yield self._relays.tell(event)))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Ask for deletion. Relays may keep it nevertheless, and others may have copies."""
        yield self._relays.withdrawal(receipt)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from self._relays.look_for(intent))

    def verify(self) -> Verifying:
        return (yield from self._relays.account())


NETWORK = Nostr
