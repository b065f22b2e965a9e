from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smm_cli.errors import PostError
from smm_cli.text.dialects import plain
from smm_cli.text.leaves import blocks_of_leaves, leaves_of
from smm_cli.text.markdown import read
from smm_cli.text.rulers import clusters, measure
from smm_cli.text.split import split_parts
from smm_cli.words.post import Media, Part
from smm_cli.words.tree import Code, Hashtag, Inline, Link, Mention, Paragraph, Plain, Strong

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines that build are busy

WORDS = st.sampled_from(
    [
        *[
            "Das",
            "ist",
            "ein",
            "Satz.",
            "Und",
            "noch",
            "einer!",
            "Wirklich?",
            "z.",
            "B.",
            "am",
            "24.",
            "November",
            "**fett",
            "zwei**",
            "*kursiv*",
            "~~weg~~",
        ],
        *[
            "#tag",
            "@{ada}",
            "https://example.com/a/b?c=d",
            "`co de`",
            "[Ein Name](https://example.com)",
            "(https://a.de),",
            "日本語の文。",
            "かな",
        ],
        *[
            "👨‍👩‍👧‍👦",
            "e\u0301e\u0301",
            "🇩🇪🇫🇷",
            "\n",
            "\n",
            "\n\n",
            "\n\n- eins\n- zwei drei\n\n",
            "\n\n1. a b c\n2. d e f\n3. g\n\n",
            "\n\n> zitiert von ihr\n\n",
        ],
        *[
            "\n\n```\ncode eins\ncode zwei\n```\n\n",
            "\n\n## Titel hier\n\n",
            "Donaudampfschifffahrtsgesellschaft",
            "\n\n- a\n  - b c d\n    e\n  - f\n\n",
        ],
    ]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=60).map(" ".join)


def shown(part: Part) -> str:
    return plain(part.blocks, lambda mention: f"@{mention.person}")


def at_most(count: int):
    return lambda part: measure(shown(part), "graphemes") <= count


def cut(body: str, count: int, numbering: str = "") -> list[str]:
    return [shown(part) for part in split_parts(read(body).parts, at_most(count), numbering)]


def unbreakable(parts: tuple[Part, ...]) -> list[Inline]:
    return [leaf.inline for part in parts for leaf in leaves_of(part.blocks) if isinstance(leaf.inline, Link | Mention | Code | Hashtag)]


def letters(parts: tuple[Part, ...]) -> str:
    """All that is read, without blanks."""
    leaves = [leaf for part in parts for leaf in leaves_of(part.blocks)]
    return "".join("".join(leaf.text.split()) if isinstance(leaf.inline, Plain) else repr(leaf.inline) for leaf in leaves if not leaf.blank)


def test_what_fits_is_not_touched():
    parts = read("Kurz.\n\n---\n\nAuch kurz.").parts
    assert split_parts(parts, at_most(20), "") == parts


def test_one_part_that_fits_gets_no_number():
    parts = read("Kurz.").parts
    assert split_parts(parts, at_most(5), "{n}/{of}") == parts


def test_a_text_is_cut_at_the_end_of_a_sentence():
    assert cut("Erster Satz hier. Zweiter Satz, der länger ist. Dritter.", 45) == [
        "Erster Satz hier.",
        "Zweiter Satz, der länger ist. Dritter.",
    ]


def test_a_date_and_an_abbreviation_end_no_sentence():
    assert cut("Wir sehen uns am 24. November mit Dr. Müller in Fürth", 42) == ["Wir sehen uns am 24. November mit Dr.", "Müller in Fürth"]


def test_a_text_without_sentences_is_cut_between_words():
    assert cut("eins zwei drei vier fünf", 12) == ["eins zwei", "drei vier", "fünf"]


def test_a_line_break_is_a_better_edge_than_a_blank():
    assert cut("eins zwei\ndrei vier fünf", 14) == ["eins zwei", "drei vier fünf"]


def test_a_script_without_blanks_is_cut_but_not_before_a_closing_mark():
    assert cut("日本語の文です、そして続く", 8) == ["日本語の文です、", "そして続く"]


def test_a_word_longer_than_a_part_is_cut_between_graphemes():
    pieces = cut("👨‍👩‍👧‍👦" * 5, 2)
    assert pieces == ["👨‍👩‍👧‍👦" * 2, "👨‍👩‍👧‍👦" * 2, "👨‍👩‍👧‍👦"]


def test_a_link_that_does_not_fit_is_a_problem_that_names_it():
    with pytest.raises(PostError, match=r"https://example\.com/long does not fit") as caught:
        cut("hier: https://example.com/long", 20)
    assert caught.value.slug == "cannot-split"


def test_a_line_of_code_that_does_not_fit_is_a_problem():
    with pytest.raises(PostError):
        cut("```\n0123456789\n```", 5)


def test_a_part_that_does_not_fit_even_without_text_is_a_problem():
    with pytest.raises(PostError):
        split_parts((Part((), (Media("a.png"),)),), lambda part: False, "")


def test_bold_words_stay_bold_on_both_sides_of_a_cut():
    parts = split_parts(read("**eins zwei drei**").parts, at_most(10), "")
    assert [part.blocks for part in parts] == [(Paragraph((Strong((Plain("eins zwei"),)),)),), (Paragraph((Strong((Plain("drei"),)),)),)]


def test_a_numbered_list_goes_on_counting_and_a_cut_item_without_its_number():
    assert cut("1. eins zwei\n2. drei vier fünf\n3. sechs", 12) == ["1. eins zwei", "2. drei vier", "fünf", "3. sechs"]


def test_media_stay_with_the_first_piece():
    parts = split_parts(read("eins zwei\n\n![Bild](a.png)").parts, at_most(5), "")
    assert [len(part.media) for part in parts] == [1, 0]


def test_numbers_are_written_behind_each_part_and_counted():
    assert cut("eins zwei drei vier", 13, "{n}/{of}") == ["eins zwei 1/2", "drei vier 2/2"]


def test_numbers_of_two_digits_are_counted_with_two_digits():
    pieces = cut(" ".join(["wort"] * 24), 15, "({n}/{of})")
    assert pieces[0] == "wort (1/24)"
    assert max(map(len, pieces)) <= 15


def test_a_comment_is_neither_cut_nor_counted():
    comment = Part((Paragraph((Plain("ein langer Kommentar"),)),), comment=True)
    parts = split_parts((*read("eins zwei").parts, comment), at_most(8), "{n}/{of}")
    assert [shown(part) for part in parts] == ["eins 1/2", "zwei 2/2", "ein langer Kommentar"]


@unhurried
@given(TEXTS)
def test_the_leaves_of_a_text_make_the_same_text(body: str):
    for part in read(body).parts:
        assert blocks_of_leaves(leaves_of(part.blocks)) == part.blocks


@unhurried
@given(TEXTS, st.integers(29, 120), st.sampled_from(["", "{n}/{of}", "({n})"]))
def test_every_piece_fits_and_nothing_is_lost_or_torn(body: str, count: int, numbering: str):
    parts = read(body).parts
    fits = at_most(count + 8)
    pieces = split_parts(parts, fits, numbering)
    assert all(map(fits, pieces))
    bare = split_parts(parts, fits, "")
    assert unbreakable(bare) == unbreakable(parts)
    assert letters(bare) == letters(parts)
    whole = [cluster for part in parts for leaf in leaves_of(part.blocks) for cluster in clusters(leaf.text) if cluster.strip()]
    torn = [cluster for part in bare for leaf in leaves_of(part.blocks) for cluster in clusters(leaf.text) if cluster.strip()]
    assert torn == whole
    if numbering and len(pieces) > 1:
        written = [numbering.replace("{n}", str(n + 1)).replace("{of}", str(len(pieces))) for n in range(len(pieces))]
        assert [shown(piece).endswith(number) for piece, number in zip(pieces, written, strict=True)] == [True] * len(pieces)


@unhurried
@given(TEXTS, st.integers(1, 40))
def test_a_text_is_cut_to_fit_or_named_as_a_problem(body: str, count: int):
    try:
        assert all(map(at_most(count), split_parts(read(body).parts, at_most(count), "")))
    except PostError as problem:
        assert problem.slug == "cannot-split"
