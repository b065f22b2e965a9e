from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smm_cli.text.markdown import read
from smm_cli.words.post import Media
from smm_cli.words.problem import WARNING
from smm_cli.words.tree import (
    Break,
    Bullets,
    Code,
    CodeBlock,
    Emphasis,
    Hashtag,
    Heading,
    Inline,
    Link,
    Mention,
    Numbers,
    Paragraph,
    Picture,
    Plain,
    Quote,
    Rule,
    Strike,
    Strong,
)

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines that build are busy


def inlines(body: str) -> tuple[Inline, ...]:
    """The inlines of a body that is one paragraph."""
    (part,) = read(body).parts
    (block,) = part.blocks
    assert isinstance(block, Paragraph)
    return block.children


def slugs(body: str, **more: bool) -> list[tuple[int, str]]:
    return [(problem.place.line, problem.slug) for problem in read(body, **more).problems]


def bare(url: str) -> Link:
    return Link(url, (Plain(url),), bare=True)


# -- parts -----------------------------------------------------------------------------------------------


def test_an_empty_body_is_one_empty_part_and_no_problem():
    reading = read("", line=7)
    assert [(part.blocks, part.line) for part in reading.parts] == [((), 7)]
    assert reading.problems == ()


@pytest.mark.parametrize("rule", ["---", "***", "___", "- - -", "* * *", "-----", "   ---  "])
def test_a_line_of_dashes_stars_or_underscores_starts_a_part(rule: str):
    reading = read(f"eins\n\n{rule}\n\nzwei")
    assert [part.blocks for part in reading.parts] == [(Paragraph((Plain("eins"),)),), (Paragraph((Plain("zwei"),)),)]
    assert reading.problems == ()


def test_parts_know_their_line_in_the_file():
    assert [part.line for part in read("eins\n\n---\n\nzwei\n\n***\ndrei", line=10).parts] == [10, 14, 17]


def test_where_there_are_no_threads_parts_are_joined_by_a_rule():
    (part,) = read("eins\n\n---\n\n![b](b.png)\n\nzwei", threads=False).parts
    assert part.blocks == (Paragraph((Plain("eins"),)), Rule(), Paragraph((Plain("zwei"),)))
    assert part.media == (Media("b.png", "b", line=5),)


@pytest.mark.parametrize("body", ["- eins\n\n  ---\n\n  zwei", "> eins\n>\n> ---\n>\n> zwei", "```\n---\n```", "    ---", "1. a\n\n   ***"])
def test_rules_in_lists_quotes_and_code_start_no_part(body: str):
    assert len(read(body).parts) == 1


@pytest.mark.parametrize(
    ("body", "lines"), [("---\n\na", [1]), ("a\n\n---", [3]), ("a\n\n---\n\n---\n\nb", [3]), ("---", [1]), ("a\n\n***\n___\n\nb", [3])]
)
def test_an_empty_part_is_a_problem(body: str, lines: list[int]):
    assert slugs(body) == [(line, "empty-part") for line in lines]
    assert slugs(body, threads=False) == []


def test_a_part_of_pictures_alone_is_not_empty():
    assert slugs("a\n\n---\n\n![b](b.png)") == []


# -- headings and underlines -----------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["--", "-- ", "---", "----", "==", "===", "  ==="])
def test_text_directly_above_an_underline_is_a_problem_that_names_both_readings(sign: str):
    (problem,) = read(f"Gruss\n{sign}\nAda", line=5).problems
    assert (problem.place.line, problem.slug) == (6, "underline")
    assert "heading" in problem.what
    assert ("new part" in problem.what) == sign.startswith("---")
    assert "empty line" in problem.hint


def test_text_above_dashes_starts_a_part_and_is_no_heading():
    assert [part.blocks for part in read("Erster Teil\n---\nZweiter Teil").parts] == [
        (Paragraph((Plain("Erster Teil"),)),),
        (Paragraph((Plain("Zweiter Teil"),)),),
    ]


@pytest.mark.parametrize("body", ["> a\n> ---", "> a\n> ===", "- a\n  ---\n", "- a\n  ==="])
def test_underlines_in_quotes_and_lists_are_problems_too(body: str):
    assert slugs(body) == [(2, "underline")]


@pytest.mark.parametrize(
    "body",
    [
        "a\n\n---\n\nb",
        "# a\n---\nb",
        "a\n***\nb",
        "a\n- - -\nb",
        "- a\n\n---\n\nb",
        "```\na\n---\n```",
        "a\n\n--\n\nb",
        "a -- b\nc",
        "a\n--x",
    ],
)
def test_other_lines_of_dashes_are_no_problem(body: str):
    assert slugs(body) == []


def test_headings_are_written_with_a_number_sign():
    assert read("## Über *uns*").parts[0].blocks == (Heading(2, (Plain("Über "), Emphasis((Plain("uns"),)))),)


# -- text that stays as written --------------------------------------------------------------------------


def test_a_single_line_break_stays():
    assert inlines("Zeile eins\nZeile zwei  \ndrei") == (Plain("Zeile eins"), Break(), Plain("Zeile zwei"), Break(), Plain("drei"))


def test_several_empty_lines_count_as_one():
    assert read("a\n\n\n\nb").parts[0].blocks == read("a\n\nb").parts[0].blocks


@pytest.mark.parametrize(
    "text",
    [
        *[
            "1986. Ein gutes Jahr",
            "2) zweitens",
            "0. null",
            "2*3*4",
            "a*b*c",
            "Leser*innen und Kund*innen",
            "snake_case_name",
            "5 * 3 * 4",
            "*ohne Paar",
        ],
        *[
            "mit *markiert",
            "_unten",
            "a_",
            "C:*",
            "**",
            "***x",
            "1 < 2 > 0",
            "a & b",
            "#1",
            "a#b",
            "x@{ada}",
            "@{ada",
            "@ {ada}",
            "@{}",
            "Preis: 5,-",
            "a~b~c",
        ],
    ],
)
def test_text_without_meaning_stays_as_written(text: str):
    assert inlines(text) == (Plain(text),)
    assert slugs(text) == []


def test_a_year_in_a_paragraph_stays_in_its_line():
    assert inlines("Damals:\n1986. Ein gutes Jahr") == (Plain("Damals:"), Break(), Plain("1986. Ein gutes Jahr"))


def test_marks_at_word_edges_have_meaning():
    assert inlines("*a* **b** _c_ ~~d~~ (*e*), ***f***") == (
        *(
            Emphasis((Plain("a"),)),
            Plain(" "),
            Strong((Plain("b"),)),
            Plain(" "),
            Emphasis((Plain("c"),)),
            Plain(" "),
            Strike((Plain("d"),)),
        ),
        *(Plain(" ("), Emphasis((Plain("e"),)), Plain("), "), Emphasis((Strong((Plain("f"),)),))),
    )


def test_scripts_without_blanks_have_word_edges_everywhere():
    assert inlines("これは**強調**です") == (Plain("これは"), Strong((Plain("強調"),)), Plain("です"))


# -- lists, code, quotes ---------------------------------------------------------------------------------


def test_lists_keep_their_signs():
    one, two = (Paragraph((Plain("a"),)),), (Paragraph((Plain("b"),)),)
    assert read("- a\n- b").parts[0].blocks == (Bullets((one, two)),)
    assert read("+ a\n\n+ b").parts[0].blocks == (Bullets((one, two), tight=False, marker="+"),)
    assert read("1) a\n2) b").parts[0].blocks == (Numbers((one, two), delimiter=")"),)


def test_a_later_item_may_begin_with_a_list():
    inner = Bullets(((Paragraph((Plain("b"),)),),))
    assert read("1. a\n2. - b").parts[0].blocks == (Numbers(((Paragraph((Plain("a"),)),), (inner,))),)


def test_a_list_that_counts_otherwise_is_a_warning():
    (problem,) = read("1. a\n1986. b").problems
    assert (problem.slug, problem.severity) == ("list-numbers", WARNING)
    assert "1, 1986" in problem.what


@pytest.mark.parametrize("body", ["1. a\n2. b\n3. c", "1. a\n1. b\n1. c", "1. a\n   1. x\n   2. y\n2. b"])
def test_lists_that_count_on_are_no_problem(body: str):
    assert slugs(body) == []


def test_code_and_quotes_are_blocks():
    assert read("```python title\nx = 1\n\ny\n```\n\n> q\n> > r").parts[0].blocks == (
        CodeBlock("x = 1\n\ny", "python"),
        Quote((Paragraph((Plain("q"),)), Quote((Paragraph((Plain("r"),)),)))),
    )


# -- people, tags, addresses -----------------------------------------------------------------------------


def test_a_person_in_braces_is_a_mention():
    assert inlines("@{ada}, (@{grace}) und **@{lin}**") == (
        *(Mention("ada"), Plain(", ("), Mention("grace"), Plain(") und "), Strong((Mention("lin"),))),
    )


def test_a_mention_in_code_in_an_address_or_escaped_is_none():
    assert inlines("`@{a}` \\@{b} https://x.de/@{c}") == (Code("@{a}"), Plain(" @{b} "), bare("https://x.de/@{c}"))


def test_a_mention_may_stand_in_a_label_and_in_a_description():
    assert inlines("[frag @{ada}](https://x.de)") == (Link("https://x.de", (Plain("frag "), Mention("ada"))),)
    (medium,) = read("![Foto von @{ada} #1 *hier*](a.png)").parts[0].media
    assert medium.alt == "Foto von @{ada} #1 hier"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("#tag", "tag"),
        ("(#Über_uns)", "Über_uns"),
        ("#a1, b", "a1"),
        ("#日本語", "日本語"),
        ("#हिन्दी!", "हिन्दी"),
        ("#col·legi.", "col·legi"),
        ("#x·", "x"),
    ],
)
def test_hashtags(text: str, tag: str):
    assert Hashtag(tag) in inlines(text)


@pytest.mark.parametrize("text", ["C#", "#123", "a#b", "\\#tag", "&#tag", "##tag", "/#tag", "`#tag`"])
def test_what_only_looks_like_a_hashtag(text: str):
    assert not [inline for inline in inlines(text) if isinstance(inline, Hashtag)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.com", "https://example.com"),
        ("siehe https://example.com/a_b_c/*x?y=1&z=2#f.", "https://example.com/a_b_c/*x?y=1&z=2#f"),
        ("(https://example.com)", "https://example.com"),
        ("https://de.wikipedia.org/wiki/Foo_(Bar), ja", "https://de.wikipedia.org/wiki/Foo_(Bar)"),
        ("**https://example.com/x**", "https://example.com/x"),
        ("„https://example.com“", "https://example.com"),
        ("日本https://example.com/日本、", "https://example.com/日本"),
        ("HTTP://EXAMPLE.COM!", "HTTP://EXAMPLE.COM"),
        ("https://example.com/a\\_b", "https://example.com/a_b"),
        ("<https://example.com/ü%20>", "https://example.com/ü%20"),
        ("https://münchen.de/ü", "https://münchen.de/ü"),
    ],
)
def test_addresses_in_text_are_links_as_written(text: str, url: str):
    def found(inline: Inline) -> list[Inline]:
        return [inline, *(below for child in getattr(inline, "children", ()) if not isinstance(inline, Link) for below in found(child))]

    assert bare(url) in [below for inline in inlines(text) for below in found(inline)]


@pytest.mark.parametrize(
    "text",
    ["https://", "xhttps://example.com", "ftp://example.com", "example.com", "`https://example.com`", "https:// x", "javascript://x.de"],
)
def test_what_is_no_address(text: str):
    assert not [inline for inline in inlines(text) if isinstance(inline, Link)]


def test_a_link_has_its_label_and_title():
    assert inlines('[A *b*](https://x.de/ü "T") [c][r]\n\n[r]: <https://y.de/a b>')[:3] == (
        *(Link("https://x.de/ü", (Plain("A "), Emphasis((Plain("b"),))), "T"), Plain(" "), Link("https://y.de/a%20b", (Plain("c"),))),
    )


def test_a_mail_address_in_brackets_is_a_link():
    assert inlines("<ada@example.com>") == (Link("mailto:ada@example.com", (Plain("ada@example.com"),), bare=True),)


# -- pictures --------------------------------------------------------------------------------------------


def test_a_picture_alone_in_a_paragraph_is_media_of_its_part():
    reading = read("eins\n\n![Ein Bild](bilder/a%20b.png)\n\n---\n\n![x](<c d.png>)\n![y](e.png)\n\nzwei", line=3)
    assert [part.media for part in reading.parts] == [
        (Media("bilder/a b.png", "Ein Bild", line=5),),
        (Media("c d.png", "x", line=9), Media("e.png", "y", line=9)),
    ]
    assert [len(part.blocks) for part in reading.parts] == [1, 1]


@pytest.mark.parametrize("body", ["Text ![x](a.png)", "- ![x](a.png)", "[![x](a.png)](https://x.de)"])
def test_a_picture_beside_text_stays_where_it_is(body: str):
    reading = read(body)
    assert reading.parts[0].media == ()
    assert repr(Picture("a.png", "x")) in repr(reading.parts[0].blocks)


@pytest.mark.parametrize(("body", "what"), [("a\n![Bild](mein bild.png)", "picture"), ("a\n[x](https://x.de/a b)", "link")])
def test_an_address_with_blanks_is_a_problem_that_shows_how(body: str, what: str):
    (problem,) = read(body).problems
    assert (problem.slug, problem.place.line) == ("blanks", 2)
    assert what in problem.what
    assert "(<" in problem.hint


@pytest.mark.parametrize("body", ['[x](https://x.de "ein Titel")', "![x](<a b.png>)", "`[x](a b)`", "[x] (a b)", "\\[x](a b)"])
def test_addresses_with_titles_and_brackets_are_no_problem(body: str):
    assert slugs(body) == []


# -- HTML ------------------------------------------------------------------------------------------------


def test_html_is_a_problem_with_a_hint():
    (first, second) = read("a\nEin <b>Wort</b>").problems
    assert (first.slug, first.place.line, second.slug) == ("html", 2, "html")
    assert "**bold**" in first.hint


@pytest.mark.parametrize(
    ("body", "line"), [("<!-- Notiz -->", 1), ("a\n\n<!--\nlang\n-->", 3), ("a <!-- b --> c", 1), ("- x\n\n  <!-- y -->", 3)]
)
def test_a_comment_is_a_problem_that_names_notes(body: str, line: int):
    (problem,) = read(body).problems
    assert (problem.slug, problem.place.line) == ("comment", line)
    assert "notes:" in problem.hint


@pytest.mark.parametrize("body", ["Text <!-- for: linkedin --> mehr", "<!-- for linkedin -->", "<!-- on: linkedin -->"])
def test_a_marker_in_the_wrong_place_is_told_how_it_is_written(body: str):
    (problem,) = read(body).problems
    assert problem.slug == "marker"
    assert "<!-- for: linkedin -->" in problem.hint


@pytest.mark.parametrize("body", ["1 < 2", "I <3 you", "`<b>`", "```\n<b>\n```", "\\<b>", "a <- b"])
def test_signs_that_are_no_html(body: str):
    assert slugs(body) == []


# -- anything --------------------------------------------------------------------------------------------

ALPHABET = st.one_of(
    st.sampled_from([*list("ab1 \n\n\t*_~`#@{}[]()<>!-=+.:/\\&\"'|\x00\r"), "https://x.de", "<!--", "-->", "&#0;", "@{a}", "\n---\n"]),
    st.characters(),
)


@unhurried
@given(st.lists(ALPHABET, max_size=60).map("".join), st.booleans())
def test_any_text_is_read_into_parts_without_nul(body: str, threads: bool):
    reading = read(body, threads=threads)
    assert reading.parts
    assert "\\x00" not in repr(reading)
    assert all(problem.place.line >= 1 for problem in reading.problems)
    assert list(reading.problems) == sorted(reading.problems, key=lambda problem: problem.place.line)


def test_quotes_deeper_than_the_parser_goes_are_a_problem():
    assert ("too-deep") in [slug for _, slug in slugs("> " * 120 + "tief")]


@pytest.mark.parametrize(
    "body",
    [
        "- " * 300 + "x",
        "> " * 300 + "x",
        "[" * 3000,
        "*a " * 3000,
        "![" * 1000,
        "`" * 3001,
        "<" * 3000,
        "@{" * 3000,
        "#" * 3000,
        "\\" * 3000,
    ],
)
def test_texts_made_to_be_slow_are_read(body: str):
    assert read(body).parts


def test_importing_the_reader_of_targets_loads_no_parser():
    code = "import sys, smm_cli.text.targets, smm_cli.text.rulers; print(*('markdown_it' in sys.modules, 'regex' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == ["False", "False"]
