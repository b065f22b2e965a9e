"""The output folder as conversations see it: requests to its carrier, and the files that follow from all pages."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator

from smm_cli.networks._article import file_name
from smm_cli.networks.site import feeds, pages, paging
from smm_cli.networks.site.entry import Entry, is_entry, newest_first
from smm_cli.networks.site.pages import Look
from smm_cli.words.delivery import Payload
from smm_cli.words.exchange import Answer, Body, Request, Text
from smm_cli.words.post import Blob

HTML, XML, JSON, CSS = "text/html", "application/xml", "application/json", "text/css"
BESIDE = "post.json"
NOT_IN_LISTS = ("attachments", "authors", "content_html", "external_url", "id", "image", "tags")

Asking = Generator[Request, Answer, None]


def put(path: str, body: Body, *, commits: bool = False) -> Request:
    """Write a file; equal bytes are not written again."""
    return Request("PUT", f"file:{path}", body, commits=commits, auth="", reads="any")


def delete(path: str) -> Request:
    """Remove a file; one that is gone already is well."""
    return Request("DELETE", f"file:{path}", expect=(204, 404), auth="", reads="any")


def listing(pattern: str, *query: tuple[str, str]) -> Request:
    """What lies in the folder now: an older answer would forget what was published since."""
    return Request("LIST", f"file:{pattern}", query=query, keeps_for=0.0, auth="")


def clear(pattern: str, wanted: set[str]) -> Asking:
    """Remove the files of `pattern` that are not wanted."""
    for item in (yield listing(pattern)).body:
        if item["path"] not in wanted:
            yield delete(item["path"])


def known() -> Generator[Request, Answer, list[Entry]]:
    """The entries of all pages, newest first, with what lists show of them."""
    answer = yield listing(f"*/{BESIDE}", ("read", "1"), *(("without", key) for key in NOT_IN_LISTS))
    return newest_first([item["body"] for item in answer.body if is_entry(item["body"])])


def newest(every: list[Entry]) -> Generator[Request, Answer, list[Entry]]:
    """Those of `every` that stand in feeds, with their content."""
    wanted = [("path", f"{entry['_smm']['slug']}/{BESIDE}") for entry in every[: feeds.IN_FEED]]
    if not wanted:
        return []
    answer = yield listing(f"*/{BESIDE}", ("read", "1"), *wanted)
    return newest_first([item["body"] for item in answer.body if is_entry(item["body"])])


def entry_of(payload: Payload, part: int = 0) -> Entry:
    """The entry with the key of the payload that it comes from."""
    told = dict(payload.parts[part].fields["entry"])
    return told | {"_smm": {**told["_smm"], "key": payload.key}}


def entry_file(entry: Entry) -> tuple[str, Body]:
    """The JSON beside a page."""
    return f"{entry['_smm']['slug']}/{BESIDE}", Text(json.dumps(entry, ensure_ascii=False, indent=1, sort_keys=True) + "\n", JSON)


def media_files(payload: Payload, part: int = 0) -> list[tuple[str, Blob]]:
    """The media beside a page."""
    folder = payload.parts[part].fields["entry"]["_smm"]["slug"]
    return [(f"{folder}/{file_name(media)}", media.blob) for media in payload.parts[part].media if media.blob]


def style_file(look: Look) -> tuple[str, Body]:
    """The style sheet of all pages."""
    return "style.css", Text(pages.style(look), CSS)


def page_file(look: Look, entry: Entry, content: str) -> tuple[str, Body]:
    """The page itself."""
    return f"{entry['_smm']['slug']}/index.html", Text(pages.page(look, entry, content), HTML)


def archive_path(number: int) -> str:
    """Where archive page `number` stands."""
    return f"page/{number}/index.html"


def archive_file(look: Look, every: list[Entry], number: int) -> tuple[str, Body]:
    """One archive page."""
    return archive_path(number), Text(pages.archive(look, every, number), HTML)


def overviews(look: Look, every: list[Entry], newest: list[Entry]) -> Iterator[tuple[str, Body]]:
    """What one more post always changes."""
    yield "index.html", Text(pages.index(look, every), HTML)
    yield "feed.xml", Text(feeds.atom(look, newest), XML)
    yield "feed.json", Text(feeds.json_feed(look, newest), JSON)
    yield "sitemap.xml", Text(feeds.sitemap(look, every), XML)
    if look.indexnow:
        yield f"{look.indexnow}.txt", Text(look.indexnow)


def put_archive(look: Look, every: list[Entry], changed: Entry) -> Asking:
    """Archive pages from the place of `changed` on, and those that are missing; those that are too many go."""
    there = {item["path"] for item in (yield listing("page/*/index.html")).body}
    last = paging.archives(len(every))
    too_many = there - {archive_path(number) for number in range(1, last + 1)}
    first = paging.place_of(every, changed)
    for number in range(1, last + 1):
        begun = number < last and archive_path(number + 1) not in there  # a page leads to the next newer one
        ended = number == last and bool(too_many)
        if number >= first or archive_path(number) not in there or begun or ended:
            yield put(*archive_file(look, every, number))
    for path in sorted(too_many):
        yield delete(path)
