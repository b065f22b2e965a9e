"""Bookmarks: a link with a title, a note and tags. What all services of that kind share.

Before a bookmark is saved its service is asked for one of the same link: one that says something else and was not made by this
delivery is overwritten only where the post or the channel says `replace = true`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import field, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable, SmmError
from smm_cli.networks._short import short
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.text.dialects import commonmark, plain
from smm_cli.words.conversation import Absent, Doing, Earlier, Found, Intent, Looking, Publishing, Wait
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Part, Post
from smm_cli.words.tree import Block, Mention

MARKUP = re.compile(r"<[^<>]*>")
LOOKED_FOR = 60.0
"""Seconds that the answer to "is there one already?" stays good."""
TRACKING = re.compile(r"utm_|xtor|fb_|ns_|PHPSESSID|fbclid|gclid", re.IGNORECASE)
"""Query keys that bookmark services drop from addresses. Source: shaarli application/http/Url.php (2026-11-22)."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A bookmark that the service has of the same link. `more`: what changing it needs, plain JSON."""

    id: str
    page: str = ""
    title: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def receipt(self) -> PartReceipt:
        """The receipt of a bookmark that is ours."""
        return PartReceipt(self.id, self.page, dict(self.more))


class Bookmarks(Network):
    """A service that keeps bookmarks. Subclasses say how one is found, saved, read from an answer and taken away."""

    dialect = "plain"
    takes = frozenset({"title", "link", "tags", "visibility"})
    demands = frozenset({"link"})
    appends = frozenset()
    visibilities = ("public", "private")
    spaced = False
    """Whether a tag may hold blanks; else several words are joined by a hyphen."""
    pause = 0.0
    """Seconds to let pass before each request."""

    Settings = Later("smm_cli.networks._bookmark_tables", "Settings")
    Options = Later("smm_cli.networks._bookmark_tables", "Options")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The note as text; a bookmark without one has its title in the place of a text, which is then not sent twice."""
        mention = self.mention(facts)
        note = self.note(part.blocks, mention)
        title = " ".join(short(post.title, mention).split())
        visibility = post.visibility or getattr(self.settings, "visibility", "public")
        fields: dict[str, Any] = {"url": post.link, "title": title, "tags": list(tag_words(post.tags, spaced=self.spaced))}
        fields |= {"private": True} if visibility == "private" else {}
        fields |= {"replace": True} if self.options(post).replace or self.settings.replace else {}
        fields |= {} if note.strip() else {"bare": True}
        return PayloadPart(note if note.strip() else title or post.link, fields, part.media, part.line)

    def note(self, blocks: tuple[Block, ...], mention: Callable[[Mention], str]) -> str:
        """The text in the dialect of notes; empty where there is no place for one."""
        return commonmark(blocks, mention) if self.dialect == "commonmark" else plain(blocks, mention, links="after")

    # -- what subclasses say -----------------------------------------------------------------------------------------------

    def find(self, message: PayloadPart) -> Generator[Request, Answer, Twin | None]:
        """The bookmark that the service has of this link, if any."""
        yield from ()
        raise NotImplementedError

    def save(self, message: PayloadPart, twin: Twin | None) -> Request:
        """The request that saves: a new bookmark, or `twin` changed."""
        raise NotImplementedError

    def saved(self, answer: Answer, message: PayloadPart) -> Twin:
        """The bookmark that an answer to `save` tells of."""
        raise NotImplementedError

    def removal(self, receipt: PartReceipt) -> Request:
        """The request that takes a bookmark away."""
        raise NotImplementedError

    def is_gone(self, answer: Answer) -> bool:
        """Whether an answer to `removal` says that there is no such bookmark."""
        return answer.status in (404, 410)

    # -- conversations -----------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Look for a bookmark of the link, then save."""
        message = payload.parts[part]
        yield Earlier()
        yield from self._calmly()
        twin = yield from self.find(message)
        if twin and not message.fields.get("replace") and not is_like(twin, message):
            raise _taken(self.title, message, twin)
        yield from self._calmly()
        answer = yield self.save(message, twin)
        return self._receipt(answer, message, twin)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """The service has a bookmark of this link that says the same, or it has not: there is no other way to publish one."""
        message = payload.parts[intent.part]
        twin = yield from self.find(message)
        return Found(twin.receipt) if twin and is_like(twin, message, more_tags=True) else Absent()

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Save it again, whole."""
        message = payload.parts[part]
        yield from self._calmly()
        ours = Twin(receipt.id, receipt.url, more=receipt.more)
        answer = yield replace(self.save(message, ours), commits=False)
        return self._receipt(answer, message, ours)

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Take it away; one that is gone already is success, an error in a 200 is not."""
        yield from self._calmly()
        answer = yield self.removal(receipt)
        error = self.fault(answer.status, answer.headers, answer.body)
        if (error or not answer.ok) and not self.is_gone(answer):
            raise error or Retriable(f"{self.title} did not answer")

    def _calmly(self) -> Generator[Wait, Any, None]:
        if self.pause:
            yield Wait(self.pause)

    def _receipt(self, answer: Answer, message: PayloadPart, twin: Twin | None) -> PartReceipt:
        """What was changed keeps its name, however the server writes the link."""
        found = self.saved(answer, message)
        found = replace(found, id=twin.id) if twin else found
        if not found.id:
            raise OutcomeUnknown(f"{self.title} answered {answer.status} without a bookmark")
        return found.receipt

    @property
    def server(self) -> str:
        """Address of the service, without a final slash."""
        return str(self.settings.server)


def _taken(title: str, message: PayloadPart, twin: Twin) -> SmmError:
    what = f"{title} has a bookmark of {message.fields['url']} already, which says something else: {(twin.title or twin.note)[:80]}"
    hint = "replace: true (in the post, for this channel) writes over it"
    return Rejected(what, hint=hint, slug="link-exists")


def note_of(message: PayloadPart) -> str:
    """The note as it is sent."""
    return "" if message.fields.get("bare") else message.text


def is_like(twin: Twin, message: PayloadPart, *, more_tags: bool = False) -> bool:
    """Whether a bookmark says what `message` says; blanks, the letter case of tags and their order do not count.

    `more_tags`: nor do tags that `message` does not have, since some servers add their own by rules or by AI.
    """
    fields = message.fields
    same_words = _squashed(twin.title) == _squashed(fields["title"] or twin.title) and _squashed(twin.note) == _squashed(note_of(message))
    theirs, ours = {tag.casefold() for tag in twin.tags}, {tag.casefold() for tag in fields["tags"]}
    return same_words and (theirs >= ours if more_tags else theirs == ours)


def _squashed(text: Any) -> str:
    """Words alone: servers clean the HTML of notes in ways of their own."""
    return " ".join(unescape(MARKUP.sub(" ", str(text))).split())


def same_link(one: str, other: str) -> bool:
    """Whether two addresses mean one page: a final slash, letter case of the host and tracking keys do not count."""
    return _plain_address(one) == _plain_address(other)


def _plain_address(url: str) -> str:
    parts = urlsplit(url.strip())
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.match(key)])
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), query, parts.fragment))


def first_twin(items: Any, message: PayloadPart, key: str, read: Callable[[Mapping[str, Any]], Twin]) -> Twin | None:
    """Of the listed bookmarks that are of the same link the one that says the same, else the first; `read` makes a Twin of one."""
    listed = [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
    twins = [read(item) for item in listed if same_link(str(item.get(key) or ""), message.fields["url"])]
    return next((twin for twin in twins if is_like(twin, message)), twins[0] if twins else None)


def names_of(tags: Any, key: str = "name") -> tuple[str, ...]:
    """Tags as an API lists them: words, or objects with a name."""
    listed = tags if isinstance(tags, list) else []
    return tuple(str(tag.get(key) if isinstance(tag, Mapping) else tag) for tag in listed)


def tag_words(tags: Iterable[str], *, spaced: bool) -> tuple[str, ...]:
    """Tags without sign, comma and repetition; `spaced` keeps blanks, else `open source` becomes open-source."""
    found: dict[str, str] = {}
    for tag in tags:
        words = tag.strip().removeprefix("#").replace(",", " ").split()
        if words:
            written = (" " if spaced else "-").join(words)
            found.setdefault(written.casefold(), written)
    return tuple(found.values())
