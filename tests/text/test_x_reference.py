"""The count of X against the reference implementation of its maker (npm twitter-text; scripts/install_twitter_text.sh)."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from smm_cli.text.tables import rows
from smm_cli.text.x import _emoji, weighted_length

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / ".tools/twitter-text/node_modules"
COUNT = """
const { parseTweet } = require(process.argv[1] + "/twitter-text");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => parseTweet(text).weightedLength)));
"""
PIECES = [
    *["a", "B", "z9", "Wort", "das ", "und", " ", " ", "\n", "\t", "\u00a0", "\u3000", "\u200b", "\u2028", "\u180e"],
    *["é", "e\u0301", "ü", "ÿ", "ı", "ſ", "ß", "ι", "Ω", "я", "Ж", "א", "ع", "ि", "ก", "가", "日本", "語", "かな", "。", "、", "・", "Ａ"],
    *["http://", "https://", "HTTPS://", "ftp://", "//", "://", "www.", "t.co/", "https://t.co/", "@", "＠", "#", "＃", "$"],
    *["example.com", "EXAMPLE.Com", "a.b.c.de", "ex-ample.org", "-bad.com", "bad-.com", "under_score.net", "sub_dom.example.com"],
    *[
        "münchen.de",
        "日本.jp",
        "例え.テスト",
        "пример.рф",
        "xn--mnchen-3ya.de",
        "xn--p1ai",
        "test.xn--p1ai",
        "foo.中国",
        "x.みんな",
        "a.онлайн",
    ],
    *["readme.md", "main.rs", "file.py", "Node.js", "v1.0", "192.168.0.1", "localhost", "example.invalid", "a..b.com", ".com", "co.uk"],
    *[
        "/",
        "/path",
        "/a/b-c_d",
        "/wiki/Foo_(bar)",
        "/(a(b)c)",
        "/((x))",
        "/@ada/1",
        "/ü",
        "/日",
        "/Привет",
        "/x.",
        "/a,b",
        "/%20",
        "/–x",
        "/~u",
    ],
    *[
        "?",
        "?q=1",
        "?a=b&c=d",
        "?x=(y)",
        "?ä",
        "#frag",
        ":80",
        ":8080/x",
        ":",
        ".",
        ",",
        ";",
        "!",
        "?!",
        "(",
        ")",
        "[",
        "]",
        '"',
        "'",
        "“",
        "”",
        "…",
    ],
    *["-", "_", "+", "*", "/", "\\", "|", "~", "&", "=", "%", "<", ">", "{", "}", "^", "`", "€", "→", "™", "©", "©\ufe0f", "®", "†"],
    *[
        "👋",
        "👨‍👩‍👧‍👦",
        "🙋🏽",
        "🇫🇷",
        "🇫",
        "1️⃣",
        "1\u20e3",
        "👍🏿",
        "❤️",
        "❤",
        "❤\ufe0e",
        "☝🏽",
        "☝️🏽",
        "☝\ufe0e",
        "🏳️‍🌈",
        "🏴‍☠️",
        "👁‍🗨",
        "👁️‍🗨️",
        "⛹🏻‍♀️",
        "⛹️‍♀️",
    ],
    *["❤️‍🔥", "🫱🏻‍🫲🏿", "🥹", "🫠", "🧑‍🚀", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏻", "♀️", "\ufe0f", "\ufe0e", "\u200d", "\u20e3", "𝒳", "𠮷", "\ue50a", "♟️", "♟"],
    *["\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\u061c", "\ufffe", "\ufeff", "\uffff"],
    *["user@example.com", "@user@mastodon.social", "@ada", "#tag", "$CASH", "b" * 63 + ".com", "b" * 64 + ".com", "ü" * 60 + ".com"],
    *["https://t.co/" + "a" * 40, "https://t.co/" + "a" * 41, "https://t.co/abc/def", "http://t.co/abc?x=1!", "日本。com"],
]


def need_reference() -> None:
    if not shutil.which("node"):
        pytest.skip("node is not installed: the reference of X's count cannot run")
    if not (PACKAGES / "twitter-text").exists():
        pytest.skip("npm twitter-text is not installed: run scripts/install_twitter_text.sh")


def counted_by_reference(texts: list[str]) -> list[int]:
    need_reference()
    ran = subprocess.run(["node", "-e", COUNT, str(PACKAGES)], input=json.dumps(texts), capture_output=True, text=True, check=True)
    counts: list[int] = json.loads(ran.stdout)
    return counts


def differing(texts: list[str]) -> list[tuple[str, int, int]]:
    """Text, our count, the reference's, where they differ."""
    counts = counted_by_reference(texts)
    ours = [weighted_length(text) for text in texts]
    assert len(counts) == len(texts)
    return [(text, mine, theirs) for text, mine, theirs in zip(texts, ours, counts, strict=True) if mine != theirs]


def test_texts_of_all_kinds_count_as_the_reference_counts_them():
    chance = random.Random(20261122)
    domains, sequences = rows("top-level-domains.txt"), known_sequences()
    pieces = [*PIECES * 3, *(f"x.{domain}" for domain in chance.sample(domains, 150)), *chance.sample(sequences, 150)]
    texts = ["".join(chance.choices(pieces, k=chance.randint(1, 14))) for _ in range(6000)]
    assert differing(texts) == []


def test_every_top_level_domain_makes_a_link():
    hosts = [f"see a.{domain} or b.{domain.upper()}/x, c.{domain}z {domain}" for domain in rows("top-level-domains.txt")]
    assert differing(hosts) == []


def test_every_sequence_of_emoji_counts_as_in_the_reference():
    assert (
        differing([form for one in known_sequences() for form in (one, f"a{one}\ufe0e", f"{one}\ufe0f{one}", f"{one}🏽", f"{one}\u200d♂️")])
        == []
    )


def test_every_character_counts_as_in_the_reference():
    letters = [chr(code) for code in range(1, 0x3100)] + [chr(code) for code in range(0x3100, 0x20000, 37) if not 0xD800 <= code < 0xE000]
    assert (
        differing([f"{letter}|a{letter}b.com|{letter}c.com/{letter}|https://d{letter}.de/x{letter}?{letter}" for letter in letters]) == []
    )


def test_the_tables_are_as_their_sources_are():
    need_reference()
    ran = subprocess.run([sys.executable, str(ROOT / "scripts/renew_tables.py"), "--check"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.strip()) == (0, "the tables are as their sources are")


def known_sequences() -> list[str]:
    known, unless_text, _, _ = _emoji()
    found = sorted(known | unless_text)
    assert len(found) > 2500
    return [one.encode("utf-16-le", "surrogatepass").decode("utf-16-le") for one in found]
