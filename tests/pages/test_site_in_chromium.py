"""The demo calendar's site, looked at in Chromium: telephone and desk, day and night."""

from __future__ import annotations

import asyncio
import shutil
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import feedparser
import pytest

from smm_cli.calendar.config import read_calendar
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.source import WorkTree
from smm_cli.delivery.files import Files
from smm_cli.delivery.prepare import Composer
from smm_cli.words.exchange import Request

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, DESK = (390, 844), (1280, 900)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here"), pytest.mark.xdist_group("chromium")]

EXTRA = f"""---
id: everything
title: Everything at once, and {LONG}
channels: blog
language: en
content_warning: Long words
tags: [one, two words, {LONG}]
link: https://other.example/{LONG}
---

# A heading

A paragraph with `code`, **bold**, *soft*, ~~gone~~ and a [link](https://example.org/{LONG}).

```python
{"x" * 300} = 1
```

1. one
2. two

> Quoted.

***

{LONG}
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing is said."""


def publish(root: Path) -> None:
    """Every post of the calendar that goes to the blog and is not repeated, through the real composer and carrier."""
    calendar, problems = read_calendar(root)
    assert calendar and not problems
    composer = Composer(calendar, WorkTree(root))
    files = Files(root, "public")
    for number, path in enumerate(sorted(root.glob("posts/*.md"))):
        post, problems = read_post(path.relative_to(root).as_posix(), path.read_bytes(), calendar)
        assert post and not problems, problems
        if "blog" not in post.channels:
            continue
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=number)
        ready = composer.prepare(post, calendar.channels["blog"], f"{post.id}@blog", at)
        assert ready.payload and not ready.problems, ready.problems
        conversation, told = ready.network.publish(ready.payload, 0), None
        try:
            while True:
                step = conversation.send(told)
                told = asyncio.run(files.send(step, composer.blobs)) if isinstance(step, Request) else None
        except StopIteration:
            pass


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("calendar")
    shutil.copytree(ROOT / "posts", root / "posts")
    shutil.copy(ROOT / "channels.toml", root)
    (root / "posts" / "everything.md").write_text(EXTRA, encoding="utf-8")
    for number in range(22):  # enough for an archive
        (root / "posts" / f"a{number:02}.md").write_text(
            f"---\nid: a{number:02}\ntitle: Post {number}\nchannels: blog\n---\n\nBread, number {number}.\n"
        )
    worker = threading.Thread(target=publish, args=(root,))  # the browser's loop may run in this one
    worker.start()
    worker.join()
    return root / "public"


@pytest.fixture(scope="module")
def address(public: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(public)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


PAGES = ["", "open-door/", "hand-built-wheels/", "lastenrad/", "closed-thursday/", "everything/", "page/1/"]


@pytest.fixture(scope="module", params=[(size, scheme) for size in (PHONE, DESK) for scheme in ("light", "dark")], ids=str)
def window(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    (width, height), scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    yield context
    context.close()


@pytest.fixture(scope="module")
def phone(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    yield context.new_page()
    context.close()


@pytest.fixture
def tab(window: Any) -> Iterator[Any]:
    page = window.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("requestfailed", lambda failed: page.complaints.append(failed.url))
    page.on("response", lambda answer: page.complaints.append(answer.url) if answer.status >= 400 else None)
    yield page
    page.close()


CONTRAST = """() => {
  const linear = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const read = text => text.match(/[\\d.]+/g).map(Number);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const found = read(getComputedStyle(node).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const node of document.querySelectorAll('body *')) {
    const speaks = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    if (!speaks || !node.checkVisibility() || node.matches('.unseen, .skip')) continue;
    const [a, b] = [light(read(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(node.tagName + ' ' + node.className + ' ' + ratio.toFixed(2));
  }
  return bad;
}"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_its_window_and_every_word_can_be_read(tab: Any, address: str, path: str) -> None:
    tab.goto(address + path)
    if tab.locator("details").count():
        tab.locator("summary").click()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.evaluate(CONTRAST) == []
    assert tab.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_title_one_heading_and_one_main_part(phone: Any, address: str, path: str) -> None:
    phone.goto(address + path)
    assert "Tailwind" in phone.title()
    assert phone.locator("h1").count() == 1 and phone.locator("main").count() == 1
    assert phone.locator("h1").inner_text().strip()
    assert phone.evaluate("document.documentElement.lang") == ("de" if path == "lastenrad/" else "en")
    levels = phone.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize("path", PAGES)
def test_all_pictures_load_and_have_descriptions(phone: Any, address: str, path: str) -> None:
    phone.goto(address + path)
    phone.evaluate("document.querySelectorAll('img').forEach(i => i.loading = 'eager')")
    phone.wait_for_load_state("networkidle")
    pictures = phone.evaluate("[...document.images].map(i => [i.naturalWidth, i.hasAttribute('alt'), i.getBoundingClientRect().width])")
    assert all(natural > 0 and alt and shown > 0 for natural, alt, shown in pictures)
    assert pictures or path not in ("", "open-door/", "hand-built-wheels/", "lastenrad/")


def test_night_is_dark_and_day_is_light(browser: Any, address: str) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(address)
        grounds[scheme] = sum(map(int, page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)")))
        page.close()
    assert grounds["light"] > 600 and grounds["dark"] < 150


def test_a_reader_finds_every_way_by_clicking(phone: Any, address: str) -> None:
    phone.goto(address)
    phone.get_by_role("link", name="How a wheel is built").click()
    assert phone.url == f"{address}hand-built-wheels/index.html"
    phone.get_by_role("link", name="All posts").click()
    phone.get_by_role("link", name="Older").click()
    assert "page/1/" in phone.url
    phone.get_by_role("link", name="Newer").click()
    assert phone.url == f"{address}index.html"


def test_the_site_works_in_a_folder_opened_without_a_server(browser: Any, public: Path) -> None:
    page = browser.new_page()
    page.goto((public / "index.html").as_uri())
    page.get_by_role("link", name="Ein Lastenrad").click()
    assert page.locator("h1").inner_text() == "Ein Lastenrad für alle"
    assert page.evaluate("getComputedStyle(document.querySelector('.tags')).display") == "flex"
    page.close()


def test_the_keyboard_reaches_the_content_first(phone: Any, address: str) -> None:
    phone.goto(address)
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.hash") == "#content"
    assert phone.evaluate("document.activeElement.getBoundingClientRect().width") > 50


def test_what_hides_behind_a_warning_opens(phone: Any, address: str) -> None:
    phone.goto(f"{address}everything/")
    assert not phone.get_by_role("heading", name="A heading").is_visible()
    phone.locator("summary").click()
    assert phone.get_by_role("heading", name="A heading").is_visible()


def test_no_page_runs_a_script(public: Path) -> None:
    pages = list(public.rglob("*.html"))
    assert len(pages) > 20
    assert not [page for page in pages if "<script" in page.read_text() or " onload=" in page.read_text()]


def test_feeds_and_sitemap_of_the_demo_are_well_formed(public: Path) -> None:
    feed = feedparser.parse((public / "feed.xml").read_bytes())
    assert feed.bozo == 0 and len(feed.entries) == 20
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    found = [url.text for url in ET.parse(public / "sitemap.xml").findall("s:url/s:loc", names)]
    assert "https://tailwind.example/lastenrad/" in found and len(found) == len(set(found)) == len(list(public.glob("*/post.json"))) + 1
