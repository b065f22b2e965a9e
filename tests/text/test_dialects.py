from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from smm_cli.text.dialects import Span, commonmark, html, plain, rich
from smm_cli.text.markdown import read
from smm_cli.words.tree import Block, CodeBlock, Link, Mention, Paragraph, Picture, Plain

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines that build are busy

GALLERY = {
    "announcement": (
        "# Neu: der Katalog\n\nAb **heute** im *Laden* und unter https://example.com/katalog.\n"
        "Mit Texten von @{ada} & @{nobody}!\n\n#Herbst #neu"
    ),
    "lists": (
        "Was neu ist:\n\n- Farben\n  - rot\n  - blau\n\n    mehr dazu\n- Formen\n\n1. eins\n2. zwei\n\n   > zitiert\n\n* kurz\n* knapp"
    ),
    "links": '[Ein Name](https://example.com/a_(b)?x=1&y=2 "Titel"), [example.com](https://example.com), <ada@example.com>, [fett **und** @{ada}](https://x.de)',
    "code": "So geht `pip install smm`:\n\n```sh\nsmm check  # <alles>\n\nsmm publish\n```\n\n> Zitat\n>\n> mit *zwei* Absätzen\n\nEnde",
    "struck": 'Nur ~~99 €~~ 79 €\n\n---\n\nBild im ![Text](<a b.png> "T") und **zwei\nZeilen**',
    "literal": "2*3*4 \\*kein\\* \\#tag \\@{x} 1986. Jahr a\\_b \\[x\\] \\`c\\` \\<b> &amp; &copy; \\\\ http\\://x.de !\\[a](b)",
}


def person(mention: Mention) -> str:
    return {"ada": "@ada.example.social"}.get(mention.person, mention.person)


def blocks_of(body: str) -> tuple[Block, ...]:
    return read(body, threads=False).parts[0].blocks


@pytest.mark.parametrize("name", GALLERY)
def test_the_gallery_in_all_dialects(name: str, snapshot: SnapshotAssertion):
    blocks = blocks_of(GALLERY[name])
    text, spans = rich(blocks, person)
    assert plain(blocks, person) == snapshot(name="plain")
    assert plain(blocks, person, links="label") == snapshot(name="labels")
    assert plain(blocks, person, links="url") == snapshot(name="addresses")
    assert [text, *((text.encode()[span.start : span.end].decode(), span.kind, span.value) for span in spans)] == snapshot(name="rich")
    assert html(blocks, person) == snapshot(name="html")
    assert commonmark(blocks, person) == snapshot(name="commonmark")


def test_spans_are_offsets_in_bytes():
    # The vector is Bluesky's reckoning of facets: UTF-8 bytes, the end excluded (docs.bsky.app, rich text, 2026-11-22).
    blocks = blocks_of("Hé 👋 see [example.com/x](https://example.com/x) by @{ann} #día")
    text, spans = rich(blocks, lambda mention: "@ann.bsky.social")
    assert text == "Hé 👋 see example.com/x by @ann.bsky.social #día"
    assert spans == (
        Span(13, 26, "link", "https://example.com/x"),
        Span(30, 46, "mention", "ann.bsky.social"),
        Span(47, 52, "tag", "día"),
    )


def test_a_person_without_handle_is_no_span():
    assert rich(blocks_of("@{ada} @{lin}"), person) == ("@ada.example.social lin", (Span(0, 19, "mention", "ada.example.social"),))


def test_a_label_over_two_lines_is_two_spans():
    assert rich(blocks_of("[a\nb](https://x.de)"), person)[1] == (Span(0, 1, "link", "https://x.de"), Span(2, 3, "link", "https://x.de"))


def test_two_links_beside_each_other_stay_two():
    assert len(rich(blocks_of("[a](https://x.de)[b](https://x.de)"), person)[1]) == 2


def test_a_label_with_marks_is_one_span():
    assert rich(blocks_of("[a **b** c](https://x.de)"), person) == ("a b c", (Span(0, 5, "link", "https://x.de"),))


def test_a_picture_in_html_is_the_callers():
    assert html((Paragraph((Picture("a.png", "x"),)),), person, lambda picture: f"[{picture.alt}]") == "<p>[x]</p>"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "vbscript:x", "java\tscript:x", "\x01javascript:x"]
)
def test_an_address_that_runs_something_is_no_link_in_html(url: str):
    assert html((Paragraph((Link(url, (Plain("x"),)),)),), person) == "<p>x</p>"
    assert "script" not in html((Paragraph((Picture(url, "x"),)),), person)


PIECES = [
    *[
        "a",
        "Wort ",
        " ",
        "ü",
        "👋🏽",
        "日本",
        "\n",
        "\n\n",
        "\n\n",
        "**",
        "*",
        "_",
        "~~",
        "`",
        "``",
        "#",
        "#tag",
        "@{ada}",
        "@{lin}",
        "\\",
        "&",
        "&lt;",
        "<",
        ">",
        '"',
        "'",
    ],
    *[
        "[x](https://x.de)",
        "[",
        "](https://y.de/ü)",
        "![p](p.png)",
        '![p q](<a b.png> "t")',
        "https://z.de/a_b_c",
        "<https://q.de/>",
        "<mailto:a@b.de>",
        "http\\://n.de",
    ],
    *[
        "\n- ",
        "\n  - ",
        "\n1. ",
        "\n2) ",
        "\n> ",
        "\n# ",
        "\n---\n",
        "\n\n```\n",
        "    ",
        "!",
        "|",
        "=",
        "+",
        "-",
        ".",
        "1.",
        "\\#",
        "\\@{x}",
        "(",
        ")",
        "<b>",
        "\x00",
        "\u00a0",
    ],
]
BODIES = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@unhurried
@given(BODIES)
def test_spans_cut_the_text_at_what_they_mean(body: str):
    text, spans = rich(blocks_of(body), person)
    data = text.encode()
    for span in spans:
        shown = data[span.start : span.end].decode()
        assert shown
        assert "\n" not in shown
        assert span.kind == "link" or shown == {"mention": "@", "tag": "#"}[span.kind] + span.value
    assert all(before.end <= after.start for before, after in pairwise(spans))


@unhurried
@given(BODIES)
def test_plain_and_rich_say_the_same(body: str):
    blocks = blocks_of(body)
    assert plain(blocks, person, links="label") == rich(blocks, person)[0]


@unhurried
@given(BODIES)
def test_plain_text_has_no_nul_and_no_empty_lines_around(body: str):
    for links in ("after", "label", "url"):
        text = plain(blocks_of(body), person, links=links)
        assert "\x00" not in text
        assert not text or (text.split("\n")[0].strip() and text.split("\n")[-1].strip())


class Reader(HTMLParser):
    """The text of a page, and the tags that it has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.tags: set[str] = set()

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert {name for name, _ in attrs} <= {"href", "title", "src", "alt", "class", "start"}


TAGS = {"p", "em", "strong", "del", "code", "a", "br", "hr", "ul", "ol", "li", "pre", "blockquote", "img", *(f"h{n}" for n in range(1, 7))}


@unhurried
@given(BODIES, st.text())
def test_html_escapes_everything(body: str, words: str):
    page = Reader()
    page.feed(
        html(
            (*blocks_of(body), Paragraph((Plain(words), Link(words, (Plain(words),), words))), CodeBlock(words, words)),
            lambda mention: words,
        )
    )
    page.close()
    assert page.tags <= TAGS
    assert words.replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n") in "".join(page.text).replace("\r\n", "\n").replace(
        "\r", "\n"
    )


def bracketed(mention: Mention) -> str:
    """A mention as it stands in the source: with punctuation around it, so that the word edges beside it stay the same."""
    return f"({mention.person})"


def said(blocks: tuple[Block, ...]) -> str:
    return html(blocks, bracketed, repr)


@unhurried
@example("a\n\\\n- ")
@given(BODIES)
def test_commonmark_means_the_same_when_read_again(body: str):
    blocks = blocks_of(body)
    again = read(commonmark(blocks, bracketed), threads=False).parts[0]
    assert said(again.blocks) == said(blocks)
