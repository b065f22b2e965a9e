"""Link cards: what a page says of itself, and that nothing of it harms a post."""

from __future__ import annotations

import pytest

from smm_cli.networks._bluesky_card import DESCRIPTION, TITLE, Card, card, clean, read_card
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Blob

PAGE = "https://example.com/a/page"
BLOB = {"$type": "blob", "ref": {"$link": "bafkrei"}, "mimeType": "image/jpeg", "size": 9}


def keep(blob: Blob) -> Request:
    return Request("POST", "https://pds.example/upload", may_fail=True)


def play(*answers: Answer):
    """The embed that follows from `answers`, and the requests that were made."""
    conversation, asked, told = card(PAGE, keep), [], None
    waiting = list(answers)
    while True:
        try:
            asked.append(conversation.send(told))
        except StopIteration as stop:
            return stop.value, asked
        told = waiting.pop(0)


def page(html: str) -> Answer:
    return Answer(200, {"content-type": "text/html"}, html)


def test_opengraph_comes_before_twitter_and_plain_html():
    html = """<title>plain</title><meta name="twitter:title" content="tw"><meta property="og:title" content="og">
    <meta name="description" content="d"><meta property="og:image" content="/i.png">"""
    assert read_card(html, PAGE) == Card("og", "d", "https://example.com/i.png")


def test_a_page_with_a_title_alone_has_a_card_and_one_without_has_none():
    assert read_card("<html><head><title>\n Only a\n title </title>", PAGE) == Card("Only a title", "", "")
    assert read_card("<p>no title</p>", PAGE) is None


def test_the_first_of_several_wins_and_titles_of_drawings_do_not_count():
    html = '<meta property="og:title" content="one"><meta property="og:title" content="two"><title>a</title><svg><title>b</title></svg>'
    assert read_card(html, PAGE).title == "one"
    assert read_card("<title>a</title><svg><title>b</title></svg>", PAGE).title == "a"


def test_words_of_strangers_become_plain_text_on_one_line():
    assert clean("<b>Hi</b>\x1b[31m\u202e there\x00\n\n a < b", 300) == "Hi [31m there a < b"
    assert clean("👩\u200d💻", 300) == "👩\u200d💻"


def test_long_words_are_cut():
    words = "x" * 5000
    found = read_card(f'<title>{words}</title><meta name="description" content="{words}">', PAGE)
    assert (found.title, found.description) == ("x" * (TITLE - 1) + "…", "x" * (DESCRIPTION - 1) + "…")


@pytest.mark.parametrize("image", ["javascript:alert(1)", "data:image/png;base64,xx", "file:///etc/passwd", "http://[broken", "a b.png"])
def test_a_picture_that_is_no_web_address_is_left_out(image):
    assert read_card(f'<title>t</title><meta property="og:image" content="{image}">', PAGE).image == ""


@pytest.mark.parametrize("html", ["<![broken", "<!DOCTYPE [<!ELEMENT", "<title>t</title><!-- never closed", "<" * 5000, "<a " * 20_000])
def test_broken_pages_break_nothing(html):
    assert read_card(html, PAGE) in (None, Card("t", "", ""))


def test_page_and_picture_are_fetched_as_strangers_without_credentials():
    picture = Blob("ab", 9, "image/jpeg; q=1")
    html = '<title>T</title><meta property="og:image" content="https://cdn.example/i.jpg">'
    embed, asked = play(page(html), Answer(200, {}, picture), Answer(200, {}, {"blob": BLOB}))
    assert embed["external"] == {"uri": PAGE, "title": "T", "description": "", "thumb": BLOB}
    assert [(request.foreign, request.auth) for request in asked[:2]] == [(True, ""), (True, "")]


@pytest.mark.parametrize("answer", [Answer(0), Answer(404, {}, "gone"), Answer(200, {}, ""), Answer(200, {}, {"json": 1})])
def test_a_page_that_cannot_be_read_leaves_the_post_without_a_card(answer):
    assert play(answer)[0] is None


@pytest.mark.parametrize(
    "answers",
    [
        (Answer(0),),
        (Answer(200, {}, Blob("ab", 1_000_001, "image/png")),),
        (Answer(200, {}, Blob("ab", 0, "image/png")),),
        (Answer(200, {}, Blob("ab", 9, "image/svg+xml")),),
        (Answer(200, {}, Blob("ab", 9, "image/png")), Answer(0)),
        (Answer(200, {}, Blob("ab", 9, "image/png")), Answer(413, {}, {})),
        (Answer(200, {}, Blob("ab", 9, "image/png")), Answer(200, {}, {"blob": {**BLOB, "mimeType": "application/xml"}})),
    ],
)
def test_a_picture_that_cannot_be_used_leaves_the_card_without(answers):
    embed, _ = play(page('<title>T</title><meta property="og:image" content="/i.png">'), *answers)
    assert embed["external"] == {"uri": PAGE, "title": "T", "description": ""}
