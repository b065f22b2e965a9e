"""A static site: one page for each post, an index, feeds and a sitemap, written into a folder that any web server can serve.

The page is the commit. What is a function of all pages (index, archive, feeds, sitemap) is written after it, from one JSON that stands
beside each page, so that the folder alone says what the site is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import SmmError
from smm_cli.networks._article import inline_media
from smm_cli.networks.base import Facts, Network, Repeat
from smm_cli.networks.fault import fault_by_status
from smm_cli.networks.site import folder
from smm_cli.networks.site.announce import announce
from smm_cli.networks.site.content import Content
from smm_cli.networks.site.entry import Entry, language_of, make_entry, newest_first
from smm_cli.networks.site.feeds import IN_FEED
from smm_cli.networks.site.pages import Look
from smm_cli.networks.site.paging import archives
from smm_cli.networks.site.settings import SiteSettings
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, Doing, Found, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Body, Request, Slice, Text
from smm_cli.words.limit import AVIF, GIF, JPEG, MP4, PNG, WEBM, WEBP, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.tree import Mention

OURS, READ = "smm: what a page of text can carry to a telephone in a few seconds", "2026-11-22"
MB = 1_000_000


class Site(Network):
    """A folder of files. Its carrier stands in delivery/files.py."""

    name = "site"
    title = "Site"
    docs = "https://www.rfc-editor.org/rfc/rfc4287"
    media = (
        MediaLimit("image", {JPEG: 2 * MB, PNG: 2 * MB, WEBP: 2 * MB, AVIF: 2 * MB, GIF: 8 * MB}, 40, OURS, READ, side=2400),
        MediaLimit("video", {MP4: 100 * MB, WEBM: 100 * MB}, 4, OURS, READ),
        MediaLimit("audio", {"audio/mpeg": 100 * MB, "audio/mp4": 100 * MB, "audio/ogg": 100 * MB, "audio/flac": 100 * MB}, 4, OURS, READ),
    )
    media_count = 40
    mixing = True
    dialect = "html"
    takes = frozenset({"title", "link", "tags", "language", "canonical", "author", "date", "alt", "content_warning"})
    appends = frozenset()
    settles = 0.0
    late_limit = False

    class Settings(SiteSettings):
        """See SiteSettings."""

    @cached_property
    def look(self) -> Look:
        """How the site looks as a whole."""
        said = self.settings
        title = said.title or self.channel.title or urlsplit(said.address).netloc
        return Look(said.address, title, said.description, said.author, said.language or "en", said.hub, said.accent, said.indexnow)

    def look_of(self, every: list[Entry]) -> Look:
        """As `look`, in the language of most entries where the settings name none."""
        return self.look if self.settings.language else replace(self.look, language=language_of(every))

    def repeat(self) -> Repeat | None:
        """For ever: the same bytes at the same place."""
        return Repeat(None, "a file is written at a path that follows from the post's id", READ)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """A file that is not there is an answer."""
        return None if status == 404 else fault_by_status(status, headers, body)

    # -- composing ---------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The HTML of the content; the entry of lists and feeds in the field `entry`."""
        language = post.language or facts.language or self.look.language
        content = Content(part, post, facts.media, self.mention(facts), language)
        person = facts.people.get(post.author)
        author = (person.title or person.name) if person else post.author or self.settings.author
        told = make_entry(content, facts, self.settings.address, author)
        sent = {media.blob.sha256: media for media in (*part.media, *inline_media(part.blocks, facts.media)) if media.blob}
        return PayloadPart(content.html(), {"title": told["title"], "entry": told}, tuple(sent.values()), part.line)

    def mention(self, facts: Facts) -> Callable[[Mention], str]:
        """A person's name: a page has no handles."""

        def written(mention: Mention) -> str:
            person = facts.people.get(mention.person)
            return (person.title or person.name) if person else mention.person

        return written

    # -- conversations -----------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Media and style first, then the page, which is the commit; then its JSON and all that follows from all pages."""
        entry, receipt = folder.entry_of(payload, part), self._receipt(payload, part)
        for path, blob in folder.media_files(payload, part):
            yield folder.put(path, Slice(blob))
        yield folder.put(*folder.style_file(self.look))
        yield folder.put(*folder.page_file(self.look, entry, payload.parts[part].text), commits=True)
        yield receipt
        yield folder.put(*folder.entry_file(entry))
        yield from self._lists(entry)
        return receipt

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """The page again, at the place where it was published; media that it no longer shows go."""
        done = yield from self.publish(payload, part)
        beside = {path for path, _ in folder.media_files(payload, part)}
        yield from folder.clear(f"{done.id}/*", {f"{done.id}/index.html", f"{done.id}/{folder.BESIDE}", *beside})
        return done

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """The page, its JSON and its media go; the lists are made without it."""
        before = yield from folder.known()
        gone = next((entry for entry in before if entry["_smm"]["slug"] == receipt.id), {})
        yield folder.delete(f"{receipt.id}/index.html")
        yield from folder.clear(f"{receipt.id}/*", set())
        yield from self._lists(gone)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """The JSON beside the page names the payload that made it."""
        receipt = self._receipt(payload, intent.part)
        answer: Answer = yield Request("GET", f"file:{receipt.id}/{folder.BESIDE}", expect=(200, 404), auth="")
        return Found(receipt) if answer.get("_smm", "key") == payload.key else Absent()

    def announce(self, urls: Sequence[str]) -> Doing:
        """The hub and the search engines hear of new pages."""
        said = self.settings
        return (yield from announce(said.address, said.hub, said.indexnow, said.indexnow_engine, urls))

    def verify(self) -> Verifying:
        """Whether the folder can be written; the handle is the site's address."""
        yield folder.put("smm-can-write.txt", Text("smm looked whether it may write here. This file can go.\n"))
        yield folder.delete("smm-can-write.txt")
        parts = urlsplit(self.settings.address)
        return Account(f"{parts.netloc}{parts.path}", self.settings.address, self.look.title, f"{self.settings.address}/", "smm site")

    def rebuild(self, payloads: Iterable[Payload], kept: Iterable[Entry] = ()) -> list[tuple[str, Body]]:
        """Every file of a site that shows `payloads` (sealed; in any order), by its path in the output folder. Pure.

        `kept` are entries of pages that stay as they stand: lists and feeds name them too.
        """
        files: list[tuple[str, Body]] = [folder.style_file(self.look)]
        every: list[Entry] = list(kept)
        for payload in payloads:
            entry = folder.entry_of(payload)
            every.append(entry)
            files += [(path, Slice(blob)) for path, blob in folder.media_files(payload)]
            files += [folder.page_file(self.look, entry, payload.parts[0].text), folder.entry_file(entry)]
        every = newest_first(every)
        look = self.look_of(every)
        files += [folder.archive_file(look, every, number) for number in range(1, archives(len(every)) + 1)]
        return [*files, *folder.overviews(look, every, every[:IN_FEED])]

    def _receipt(self, payload: Payload, part: int) -> PartReceipt:
        entry = payload.parts[part].fields["entry"]
        return PartReceipt(entry["_smm"]["slug"], entry["url"])

    def _lists(self, changed: Entry) -> folder.Asking:
        """All that is a function of all pages, after `changed` came, changed or went."""
        every = yield from folder.known()
        newest = yield from folder.newest(every)
        look = self.look_of(every)
        yield from folder.put_archive(look, every, changed)
        for path, body in folder.overviews(look, every, newest):
            yield folder.put(path, body)


NETWORK = Site
