from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smm_cli.text.rulers import RULERS, graphemes, measure
from smm_cli.text.tables import FOLDER, rows
from smm_cli.text.x import invalid_characters

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines that build are busy

FAMILY = "👨‍👩‍👧‍👦"
# Found by running twitter-text 3.1.0, 2026-11-22.
X = {
    "Hello, world! 👋": 16,
    "https://example.com": 23,
    "example.com": 23,
    "see example.com/a/very/long/path?x=1#f ok": 30,
    "https://example.com.": 24,
    "(https://example.com)": 25,
    "https://a.com,https://b.com": 47,
    "x.com": 23,
    "readme.md": 23,
    "main.rs": 23,
    "file.py is code": 31,
    "Node.js": 7,
    "e.g. foo": 8,
    "v1.0": 4,
    "http://192.168.0.1/abcdef": 25,
    "user@example.com": 16,
    "@user@mastodon.social hi": 24,
    "ftp://example.com": 17,
    "日本語": 6,
    "#日本語": 7,
    "é": 1,
    "e\u0301": 1,
    FAMILY: 2,
    "🙋🏽": 2,
    "🇫🇷": 2,
    "1️⃣": 2,
    "👍🏿👍": 4,
    "€": 2,
    "→": 2,
    "✓": 2,
    "™": 2,
    "©": 1,
    "“quotes”—dash…": 15,
    "\u200b": 1,
    "a\r\nb": 4,
    "日本example.com": 27,
    "https://example.com/ünïcode": 23,
    "": 0,
    "❤️‍🔥": 5,
    "🫱🏻‍🫲🏿": 9,
    "https://t.co/" + "a" * 40: 23,
    "https://t.co/" + "a" * 41: 54,
}
MASTODON = {
    "https://example.com/very/long": 23,
    "see https://a.bc.": 28,
    "@ann@example.social hi": 7,
    FAMILY: 1,
    "example.com": 11,
    "": 0,
    "http://x.de": 23,
    "ann@example.social": 18,
    "@ann hi": 7,
    "(https://example.com/a_(b))": 25,
    "https://example.com/日本語/ü?q=é": 23,
    "https://example.com/@ann@example.social": 23,
    "@ann@example.social@x": 21,
    "ftp://example.com": 17,
    "https://localhost:8000/abcdefghijklmnop": 39,
    "@a@b.de @c@d.de https://e.de/f": 2 + 1 + 2 + 1 + 23,
    "e\u0301" * 3: 3,
}


@pytest.mark.parametrize(("text", "length"), X.items())
def test_x_counts_weights(text: str, length: int):
    assert measure(text, "x") == length


@pytest.mark.parametrize(("text", "length"), MASTODON.items())
def test_mastodon_counts_addresses_and_mentions_short(text: str, length: int):
    assert measure(text, "mastodon") == length


def test_the_length_of_a_link_is_the_servers():
    assert (measure("https://example.com", "mastodon", 30), measure("https://example.com", "x", 30)) == (30, 30)


@pytest.mark.parametrize(
    ("ruler", "length"), [("code_points", 7), ("utf16", 11), ("utf8", 25), ("graphemes", 1), ("mastodon", 1), ("x", 2)]
)
def test_a_family_has_a_length_by_each_ruler(ruler: str, length: int):
    assert measure(FAMILY, ruler) == length


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("abc", 3), ("a\r\nb", 3), ("ä\r\nb", 3), ("🇩🇪🇫🇷", 2), ("क्षि", 1), ("e\u0301", 1), ("🧑🏽‍🚀", 1)]
)
def test_graphemes_are_what_a_reader_sees_as_one(text: str, count: int):
    assert graphemes(text) == count


def test_another_ruler_is_refused():
    with pytest.raises(ValueError, match="graphemes"):
        measure("x", "metres")


@unhurried
@given(st.text(), st.sampled_from(RULERS))
def test_every_text_has_a_length(text: str, ruler: str):
    assert measure(text, ruler) >= 0
    assert (measure(text, ruler) == 0) == (text == "")


def test_characters_that_x_refuses_are_found():
    assert invalid_characters("a\ufeffb\uffff") == "\ufeff\uffff"


@pytest.mark.parametrize("name", ["top-level-domains.txt", "x-emoji.txt"])
def test_tables_name_their_source_date_and_licence(name: str):
    head = "".join(row for row in (FOLDER / name).read_text("utf-8").splitlines() if row.startswith("#"))
    assert all(word in head for word in ("Source: ", "read 20", "Licence: "))
    assert len(rows(name)) > 50
