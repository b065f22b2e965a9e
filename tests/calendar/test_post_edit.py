"""Editing front matter: exactly the lines that must change, whatever stands around them."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smm_cli.calendar.edit import edit_post, new_post
from smm_cli.calendar.frontmatter import read_front
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.posts import read_post
from smm_cli.errors import PostError

FILE = """---
# Herbst, mit Ada besprochen
id: launch        # nie aendern
title: "Herbst: neu"  # kurz halten
tags: [neu,   angebot]   # drei höchstens 🍂

channels:
  - blog   # zuerst
  - mastodon
notes: |
  Erste Zeile
    eingerückt

  # kein Kommentar
# vor dem Termin
publish_at: 2026-11-24 09:00  # Dienstag
status: draft
for:
  blog:
    title: 'Anders'
# ganz am Ende
---

Hallo --- Welt

---

Zwei
"""
CALENDAR = Calendar(Path("/nowhere"), "demo")


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines taken out, lines put in."""
    found = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [line[2:] for line in found if line.startswith("- ")], [line[2:] for line in found if line.startswith("+ ")]


def edit(changes: dict[str, str | list[str] | None], text: str = FILE) -> tuple[list[str], list[str]]:
    return changed(text, edit_post(text.encode(), changes).decode())


def test_scheduling_changes_two_lines_and_keeps_their_comments():
    assert edit({"publish_at": "2026-12-01 10:30", "status": "ready"}) == (
        ["publish_at: 2026-11-24 09:00  # Dienstag", "status: draft"],
        ["publish_at: 2026-12-01 10:30  # Dienstag", "status: ready"],
    )


def test_quotes_stay_where_they_were_and_appear_only_where_yaml_needs_them():
    assert edit({"title": "Winter"})[1] == ['title: "Winter"  # kurz halten']
    assert edit({"id": "winter"})[1] == ["id: winter        # nie aendern"]
    assert edit({"status": "a: b"})[1] == ['status: "a: b"']
    assert edit({"status": 'sagt "ja": so'})[1] == ["status: 'sagt \"ja\": so'"]
    assert edit({"status": "null"})[1] == ['status: "null"']
    assert edit({"status": "no"})[1] == ["status: no"]
    assert edit({"status": "@ada"})[1] == ['status: "@ada"']


def test_a_missing_key_is_added_before_the_fence():
    assert edit({"approved": ["ada 2026-11-23T14:02Z v1:9f3a"]}) == ([], ["approved:", "  - ada 2026-11-23T14:02Z v1:9f3a"])
    assert edit({"language": "de"}) == ([], ["language: de"])


def test_a_second_approval_is_one_more_line():
    once = edit_post(FILE.encode(), {"approved": ["ada 2026-11-23T14:02Z v1:9f3a"]})
    twice = edit_post(once, {"approved": ["ada 2026-11-23T14:02Z v1:9f3a", "bo 2026-11-23T15:00Z v1:9f3a"]})
    assert changed(once.decode(), twice.decode()) == ([], ["  - bo 2026-11-23T15:00Z v1:9f3a"])


def test_a_list_of_lines_changes_only_in_the_items_that_differ():
    assert edit({"channels": ["blog", "linkedin"]}) == (["  - mastodon"], ["  - linkedin"])
    assert edit({"channels": ["blog"]}) == (["  - mastodon"], [])
    assert edit({"channels": ["blog", "mastodon"]}) == ([], [])


def test_a_list_in_brackets_stays_in_brackets():
    assert edit({"tags": ["neu", "angebot", "herbst, bunt"]})[1] == ['tags: [neu,   angebot, "herbst, bunt"]   # drei höchstens 🍂']
    assert edit({"tags": ["alt"]})[1] == ["tags: [alt]   # drei höchstens 🍂"]


def test_a_key_is_removed_with_its_value_and_the_comments_around_stay():
    assert edit({"publish_at": None}) == (["publish_at: 2026-11-24 09:00  # Dienstag"], [])
    assert edit({"channels": None}) == (["channels:", "  - blog   # zuerst", "  - mastodon"], [])
    assert edit({"for": None}) == (["for:", "  blog:", "    title: 'Anders'"], [])
    assert edit({"nothing": None}) == ([], [])


def test_a_block_of_text_is_replaced_whole():
    taken, put = edit({"notes": "Kurz"})
    assert taken == ["notes: |", "  Erste Zeile", "    eingerückt", "", "  # kein Kommentar"]
    assert put == ["notes: Kurz"]
    taken, put = edit({"notes": "Eins\nZwei: drei\n"})
    assert put == ["  Eins", "  Zwei: drei"]


def test_an_empty_value_is_filled_in_before_its_comment():
    text = "---\ntitle: # offen\nlink:\nid: a\n---\nHallo\n"
    assert edit({"title": "x", "link": "https://a.de"}, text)[1] == ["title: x # offen", "link: https://a.de"]


def test_lists_become_texts_and_texts_lists():
    text = "---\nchannels: blog  # eins\ntags: [a, b]\n---\n"
    assert edit({"channels": ["blog", "x"], "tags": "c"}, text)[1] == ["channels: [blog, x]  # eins", "tags: c"]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_line_endings_bom_and_body_stay_byte_for_byte(ending: str, bom: bytes):
    data = bom + FILE.replace("\n", ending).encode()
    changes: dict[str, str | list[str] | None] = {
        "status": "ready",
        "channels": ["blog", "x"],
        "notes": "a\nb",
        "language": "de",
        "tags": None,
    }
    edited = edit_post(data, changes)
    assert edited.startswith(bom + b"---")
    assert edited[len(bom) :].decode().replace("\r\n", "\n").encode() == edit_post(FILE.encode(), changes)
    assert edited.count(b"\n") == edited.count(ending.encode())
    assert edited.endswith(f"---{ending}{ending}Hallo --- Welt{ending}{ending}---{ending}{ending}Zwei{ending}".encode())


def test_an_empty_front_matter_takes_its_first_key():
    assert edit_post(b"---\n---\nHallo\n", {"id": "a"}) == b"---\nid: a\n---\nHallo\n"


def test_toml_front_matter_is_edited_in_toml():
    text = '+++\n# oben\nid = "a" # nie\nstatus = "draft"\n\n[for.blog]\ntitle = "x"  # anders\n+++\nHallo\n'
    assert edit({"status": "ready", "publish_at": "2026-11-24 09:00"}, text) == (
        ['status = "draft"'],
        ['status = "ready"', 'publish_at = "2026-11-24 09:00"'],
    )
    assert edit({"id": None}, text) == (['id = "a" # nie'], [])
    windows = edit_post(text.replace("\n", "\r\n").encode(), {"status": "ready"})
    assert windows.count(b"\n") == windows.count(b"\r\n")


@pytest.mark.parametrize(
    "broken",
    [
        b"Hallo",
        b"---\nid: a\n",
        b"---\ntitle: a: b\n---\n",
        b"---\n{id: a}\n---\n",
        b"---\n- a\n---\n",
        b"---\na: 1\na: 2\n---\n",
        b"+++\na = \n+++\n",
        b"---\ntitle: \xff\n---\n",
    ],
)
def test_what_cannot_be_read_is_not_edited(broken: bytes):
    with pytest.raises(PostError) as raised:
        edit_post(broken, {"id": "b"})
    assert raised.value.hint


def test_a_value_that_would_end_the_front_matter_is_written_so_that_it_does_not():
    edited = edit_post(b"---\nid: a\n---\nHallo\n", {"notes": "eins\n---\nzwei"})
    post, problems = read_post("a.md", edited, CALENDAR)
    assert problems == []
    assert post is not None
    assert post.body == "Hallo"


def test_a_new_post_reads_back_as_it_was_meant():
    data = new_post({"id": "herbst", "title": "Neu: der Katalog", "channels": ["blog", "mastodon"], "status": "draft"}, "Hallo\n\nWelt\n")
    assert data == b'---\nid: herbst\ntitle: "Neu: der Katalog"\nchannels: [blog, mastodon]\nstatus: draft\n---\n\nHallo\n\nWelt\n'
    post, problems = read_post("posts/herbst.md", data, CALENDAR)
    assert problems == []
    assert post is not None
    assert (post.title, post.channels, post.body) == ("Neu: der Katalog", ("blog", "mastodon"), "Hallo\n\nWelt")


# -- whatever stands there ------------------------------------------------------------------------------------------------------

letters = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff")
texts = st.one_of(
    st.text(letters, max_size=30),
    st.sampled_from(
        [
            "",
            "no",
            "null",
            "~",
            "a: b",
            "#x",
            "x #y",
            "@a",
            "- a",
            "[a",
            "{a}",
            "'",
            '"',
            "|",
            "> x",
            "a, b",
            "%",
            "`",
            "!x",
            "*x",
            "&x",
            "? x",
            ":",
            "-",
            "---",
            "...",
            "=",
            "<<",
            " a ",
            "a:",
            "0",
            "2026-11-24 09:00",
            "\\",
            "a\\b\"'",
        ]
    ),
)
lines = st.one_of(texts, st.lists(texts, min_size=2, max_size=4).map("\n".join))
names = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
comments = st.sampled_from(["", "  # ein Kommentar", " # mit 'Zeichen' \"und\" : mehr"])
styles = st.sampled_from(["plain", "double", "single", "block", "fold", "flow", "items"])


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@st.composite
def entries(draw: st.DrawFn, key: str) -> str:
    """A key with a value in any of YAML's styles, with comments, possibly above, and blank lines."""
    style, comment = draw(styles), draw(comments)
    above = draw(st.sampled_from(["", "# oben\n", "\n", "  # eingerueckt\n\n"]))
    words = draw(st.lists(st.from_regex(r"[a-zäöü]{1,6}", fullmatch=True), min_size=1, max_size=3))
    quoted = _single(draw(st.text(letters, max_size=10)))
    match style:
        case "plain":
            value = f"{' '.join(words)}{comment}\n"
        case "double":
            value = f'"{" ".join(words)}"{comment}\n'
        case "single":
            value = f"{quoted}{comment}\n"
        case "block":
            value = "|" + comment + "\n" + "".join(f"  {word}\n" for word in words)
        case "fold":
            value = ">-" + comment + "\n" + "\n".join(f"    {word}" for word in words) + "\n"
        case "flow":
            value = f"[{', '.join([*words, quoted])}]{comment}\n"
        case _:
            return above + f"{key}:{comment}\n" + "".join(f"  - {word}{comment}\n" for word in [*words, quoted])
    return above + f"{key}: {value}"


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[str]]:
    keys = draw(st.lists(names, min_size=0, max_size=5, unique=True))
    front = "".join(draw(entries(key)) for key in keys) + draw(st.sampled_from(["", "# unten\n", "\n"]))
    body = draw(st.sampled_from(["", "Hallo\n", "\nEins\n---\nZwei\n+++\n"]))
    text = f"---\n{front}---\n{body}"
    return (text.replace("\n", "\r\n") if draw(st.booleans()) else text), keys


@settings(deadline=None)
@given(files(), st.data())
def test_an_edit_sets_what_was_asked_and_nothing_else(file: tuple[str, list[str]], data: st.DataObject):
    text, keys = file
    asked = st.dictionaries(
        st.one_of(names, st.sampled_from(keys)) if keys else names, st.one_of(st.none(), lines, st.lists(texts, max_size=4)), max_size=3
    )
    changes = data.draw(asked)
    before, problems = read_front("a.md", text.encode())
    assert before is not None
    assert problems == []
    try:
        edited = edit_post(text.encode(), changes)
    except PostError:
        assert "  # eingerueckt" in text, "only a comment that would become part of a text stands in the way"
        return
    after, problems = read_front("a.md", edited)
    assert after is not None
    assert problems == []
    expected = {**before.values, **changes}
    assert after.values == {key: value for key, value in expected.items() if value is not None}
    assert after.body == before.body
    kept = [line for line in text.split("\n") if line.strip().startswith("#")]
    untouched = [line for line in edited.decode().split("\n") if line.strip().startswith("#")]
    if all(isinstance(value, str) and "\n" not in value for value in changes.values()):
        assert [line for line in kept if line.rstrip("\r") in ("# oben", "  # eingerueckt", "# unten")] == [
            line for line in untouched if line.rstrip("\r") in ("# oben", "  # eingerueckt", "# unten")
        ]
    assert edit_post(edited, changes) == edited


@settings(deadline=None)
@given(files(), names, lines)
def test_what_is_added_and_removed_again_leaves_no_trace(file: tuple[str, list[str]], key: str, value: str):
    text, keys = file
    if key in keys:
        return
    added = edit_post(text.encode(), {key: value})
    assert edit_post(added, {key: None}) == text.encode()


@settings(deadline=None)
@given(st.dictionaries(names, st.one_of(lines, st.lists(texts, max_size=4)), max_size=6), st.text(letters, max_size=40))
def test_a_new_file_reads_back_whatever_its_values(values: dict[str, str | list[str]], body: str):
    front, problems = read_front("a.md", new_post(values, body))
    assert front is not None
    assert problems == []
    assert dict(front.values) == values
    assert front.body == body.strip("\n").rstrip()
