"""The sandbox's page, looked at in Chromium: telephone and desk, day and night; faults by button; news without reloading."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from smm_cli.sandbox.base import Posted
from smm_cli.sandbox.server import Sandbox

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, DESK = (390, 844), (1280, 900)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ATTACK = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here"), pytest.mark.xdist_group("chromium")]


def said(number: int, text: str, reply_to: int = 0, **more: Any) -> Posted:
    url = f"http://127.0.0.1/@ada/{number}"
    made = Posted("mastodon", "ada", str(number), url, text, NOW + timedelta(minutes=number), reply_to=str(reply_to or ""))
    return replace(made, **more)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        fake = made.world.place(made.addresses["mastodon"].partition("//")[2], "mastodon")
        fake.publish(said(1, "The first of a thread.\n\nWith two paragraphs.", media=("A wheel on green ground.", "")))
        fake.publish(said(2, "The second of it.", 1))
        fake.publish(said(3, "Newer, and later corrected.", edited=True))
        fake.publish(said(4, "Taken down.", deleted=True))
        fake.publish(said(5, f"{ATTACK} {LONG}", media=(LONG,)))
        thread = threading.Thread(target=lambda: asyncio.run(made.serve()))
        thread.start()
        while not made.ready:
            time.sleep(0.01)
        yield made
        made.end()
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def tab(browser, sandbox) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.goto(sandbox.page)
    yield opened
    opened.close()
    assert [line for line in wrong if "favicon" not in line and "404" not in line] == []


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_can_be_read(tab, size, scheme):
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    light = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((sum, one) => sum + Number(one), 0)"
    assert (tab.evaluate(light) > 500) == (scheme == "light")
    heights = "[...document.querySelectorAll('button')].map(one => one.getBoundingClientRect().height).filter(Boolean)"
    assert min(tab.evaluate(heights)) >= 36  # asked at once: the page renews itself


def test_the_newest_thread_stands_first_and_a_thread_in_its_order(tab):
    texts = [one.inner_text() for one in tab.query_selector_all("section[data-network=mastodon] .text")]
    assert [text.split()[0] for text in texts] == ["<img", "Taken", "Newer,", "The", "The"]
    assert texts[3:] == ["The first of a thread.\n\nWith two paragraphs.", "The second of it."]
    assert tab.query_selector("article.deleted").inner_text().count("deleted") == 1
    assert "edited" in tab.query_selector("article.edited .by").inner_text()


def test_media_are_shown_by_their_descriptions_and_a_missing_one_is_said(tab):
    shown = [one.inner_text() for one in tab.query_selector_all(".media li")]
    assert "A wheel on green ground." in shown
    assert "no description" in shown


def test_text_from_outside_runs_nothing(tab):
    tab.wait_for_timeout(1300)
    assert tab.title() == "smm sandbox"
    assert tab.query_selector("main img, main script") is None


def test_what_is_posted_appears_without_reloading_and_open_lines_stay_open(tab, sandbox):
    tab.click("section[data-network=mastodon] summary")
    fake = sandbox.world.by_host[sandbox.addresses["mastodon"].partition("//")[2]]
    fake.publish(said(9, "Just now."))
    tab.wait_for_selector("text=Just now.", timeout=8000)
    assert tab.is_visible("section[data-network=mastodon] pre")


def test_a_button_arms_a_fault_and_another_takes_it_back(tab, sandbox):
    tab.click("section[data-network=mastodon] button[value=rate_limit]")
    tab.wait_for_selector("section[data-network=mastodon] .armed b:has-text('429')")
    fake = sandbox.world.by_host[sandbox.addresses["mastodon"].partition("//")[2]]
    assert [fault.kind for fault in fake.faults] == ["rate_limit"]
    tab.click("section[data-network=mastodon] .clear")
    tab.wait_for_selector("section[data-network=mastodon] .armed", state="detached")
    assert fake.faults == []


def test_buttons_work_without_scripts(browser, sandbox):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(sandbox.page)
        page.click("section[data-network=webhook] button[value=slow]")
        assert page.url.rstrip("/") == sandbox.page
        assert page.inner_text("section[data-network=webhook] .armed b") == "slow"


def test_the_page_says_when_the_sandbox_has_ended(browser, sandbox):
    tab = browser.new_page()
    tab.goto(sandbox.page)
    sandbox.end()
    tab.wait_for_selector("body.gone", timeout=8000)
    tab.close()
