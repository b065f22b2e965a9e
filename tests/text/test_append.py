from __future__ import annotations

import pytest

from smm_cli.text.append import append_link_and_tags, as_tag
from smm_cli.text.dialects import plain
from smm_cli.text.markdown import read
from smm_cli.text.slug import slug
from smm_cli.words.post import Part
from smm_cli.words.tree import Hashtag, Link, Paragraph, Plain

LINK = "https://example.com/a"


def appended(body: str, link: str = LINK, tags: tuple[str, ...] = ()) -> list[str]:
    return [plain(part.blocks, str) for part in append_link_and_tags(read(body).parts, link, tags)]


def test_link_and_tags_are_the_last_paragraphs_of_the_last_part():
    parts = append_link_and_tags(read("eins\n\n---\n\nzwei").parts, LINK, ("neu", "open source"))
    assert parts[0].blocks == (Paragraph((Plain("eins"),)),)
    assert parts[1].blocks[1:] == (
        Paragraph((Link(LINK, (Plain(LINK),), bare=True),)),
        Paragraph((Hashtag("neu"), Plain(" "), Hashtag("OpenSource"))),
    )


@pytest.mark.parametrize("body", [f"siehe {LINK}", f"[hier]({LINK}/)\n\n---\n\nzwei", f"- **[hier]({LINK})**", f"> {LINK}"])
def test_a_link_that_a_part_has_is_not_added(body: str):
    assert appended(body) == [plain(part.blocks, str) for part in read(body).parts]


def test_a_longer_address_is_another_link():
    assert appended(f"{LINK}/b")[0].endswith(f"\n\n{LINK}")


def test_tags_that_the_text_has_are_not_added():
    assert appended("Ganz #Neu hier", "", ("neu", "#NEU", "gut", "Gut")) == ["Ganz #Neu hier\n\n#gut"]


def test_nothing_to_add_leaves_the_parts_alone():
    parts = read("eins").parts
    assert append_link_and_tags(parts, "", ()) is parts


def test_a_comment_gets_nothing():
    comment = Part((Paragraph((Plain("dazu"),)),), comment=True)
    first, second = append_link_and_tags((*read("eins").parts, comment), LINK, ())
    assert (len(first.blocks), second) == (2, comment)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("open source", "OpenSource"),
        ("#neu", "neu"),
        ("Künstliche Intelligenz", "KünstlicheIntelligenz"),
        ("open-source", "OpenSource"),
        ("snake_case", "snake_case"),
        ("日本", "日本"),
        ("हिन्दी", "हिन्दी"),
        ("e\u0301te\u0301", "été"),
        ("!", ""),
    ],
)
def test_tags_are_written_as_networks_read_them(text: str, tag: str):
    assert as_tag(text) == tag


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *[
            ("Über uns: Größe & Maß", "ueber-uns-groesse-mass"),
            ("U\u0308ber", "ueber"),
            ("Café déjà-vu", "cafe-deja-vu"),
            ("Ærø Łódź", "aeroe-lodz"),
        ],
        *[("  --Neu!--  ", "neu"), ("日本", ""), ("Ada's Tag", "adas-tag"), ("ẞ", "ss"), ("2026", "2026"), ("", "")],
    ],
)
def test_slugs(text: str, name: str):
    assert slug(text) == name


def test_a_long_slug_is_cut_between_words():
    name = slug("wort " * 40)
    assert len(name) <= 80
    assert name.endswith("wort")
    assert len(slug("w" * 200)) == 80
