"""A stranger's pull request: files that want out of the calendar, into a terminal, a page, a repository, or to take for ever."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from smm_cli.accounts.masks import masked
from smm_cli.calendar import git
from smm_cli.calendar.config import read_calendar
from smm_cli.calendar.media_files import find_media
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.source import Commit, WorkTree
from smm_cli.cli.output import clean
from smm_cli.errors import ConfigError, LedgerError, PostError, UsageError
from smm_cli.ledger.receipts import read_receipt, read_receipts, write_receipt
from smm_cli.plan.phrase import read_moment
from smm_cli.text.append import append_link_and_tags
from smm_cli.text.dialects import commonmark, html, plain
from smm_cli.text.markdown import read
from smm_cli.text.rulers import measure
from smm_cli.text.slug import slug
from smm_cli.text.targets import split_targets
from smm_cli.words.delivery import Receipt

CHANNELS = (
    b'[calendar]\nname = "x"\ntimezone = "UTC"\npublish_from = "worktree"\n'
    b'[channels.blog]\nnetwork = "site"\naddress = "https://a.example"\n'
)
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
SIGNS = 100_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    (root / "channels.toml").write_bytes(CHANNELS)
    (tmp_path / "outside.png").write_bytes(b"not yours")
    return root


def post_of(root: Path, front: str, body: str = "hi", fence: str = "---") -> tuple[Any, list[str]]:
    calendar, problems = read_calendar(root, CHANNELS)
    assert calendar, problems
    found, problems = read_post("posts/a.md", f"{fence}\n{front}\n{fence}\n\n{body}\n".encode("utf-8", "surrogatepass"), calendar)
    return found, [problem.slug for problem in problems]


# -- signs that nobody sees ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("front", "fence"),
    [
        ('id: a\ntitle: "a\\0token\\0b"', "---"),
        ('id: a\ntitle: "\\e]0;owned\\a"', "---"),
        ('id: a\ntitle: "\\N31m"', "---"),
        ('id: a\ntags: [x, "\\x00token\\x00"]', "---"),
        ('id: a\nfor:\n  blog:\n    text: "\\0token\\0"', "---"),
        ('id: a\nfor:\n  blog: {"vis\\0ible": x}', "---"),
        ('id: a\nmedia:\n- path: p.png\n  alt: "\\0secret\\0"', "---"),
        ('id = "a"\ntitle = "\\u0000token\\u0000"', "+++"),
        ('id = "a"\ntitle = "\\u009b31m"', "+++"),
    ],
)
def test_an_escape_cannot_write_the_frame_of_a_secret_nor_drive_a_terminal(root: Path, front: str, fence: str) -> None:
    found, slugs = post_of(root, front, fence=fence)
    assert found is None
    assert "control-character" in slugs or "unknown-key" in slugs


@pytest.mark.parametrize("front", ['id: a\ntitle: "\\ud800"', 'id: a\ntitle: "\ud800"'])
def test_half_a_character_is_a_problem_and_no_crash(root: Path, front: str) -> None:
    found, slugs = post_of(root, front)
    assert found is None
    assert slugs


def test_ordinary_escapes_stay(root: Path) -> None:
    found, slugs = post_of(root, 'id: a\ntitle: "Caf\\u00e9\\t\\"x\\" \\\\0"')
    assert slugs == []
    assert found.title == 'Café\t"x" \\0'


@pytest.mark.parametrize("line", ['title = "\\u0000token\\u0000"', 'description = "\\u001b]0;x\\u0007"', '"ti\\u0000tle" = 1'])
def test_channels_toml_cannot_forge_the_stand_in_of_a_secret(root: Path, line: str) -> None:
    calendar, problems = read_calendar(root, CHANNELS + line.encode())
    assert calendar is None
    assert [(problem.slug, problem.place.line) for problem in problems] == [("control-character", 8)] or problems[
        0
    ].slug == "control-character"
    assert not any(ord(sign) < 32 for problem in problems for sign in problem.what)


@pytest.mark.parametrize(
    "body",
    [
        "&#0;token&#0;",
        "&#x0;token&#x0;",
        "<https://a.example/%00token%00>",
        "https://a.example/%00token%00",
        "[%00](https://a/%00token%00)",
    ],
)
def test_markdown_cannot_write_the_frame_of_a_secret(body: str) -> None:
    blocks = read(body).parts[0].blocks
    assert blocks
    for written in (html(blocks, str), plain(blocks, str, links="after"), commonmark(blocks, str)):
        assert "\x00" not in written


@pytest.mark.parametrize("text", ["{0.x.y} {x!r}", "%s %(name)s %n", "{{7*7}} {% raw %} ${HOME} `id`", "\ufffe\ufeff", "$(id)"])
def test_what_looks_like_a_template_is_text(text: str) -> None:
    blocks = read(text).parts[0].blocks
    assert plain(blocks, str, links="after").replace("`", "") == text.replace("`", "")
    assert "49" not in html(blocks, str)


# -- ways out of the calendar -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["../outside.png", "/../outside.png", "./../../outside.png", "media/../../outside.png", "media/link.png", "media/folder/outside.png",
     "%2e%2e/outside.png", "..\\outside.png", "file:///etc/passwd", "/etc/passwd", "C:/x", "media/\x00.png"],
)  # fmt: skip
def test_no_medium_is_read_outside_of_the_calendar(root: Path, written: str) -> None:
    media = root / "media"
    media.mkdir()
    (media / "link.png").symlink_to(root.parent / "outside.png")
    (media / "folder").symlink_to(root.parent, target_is_directory=True)
    assert find_media(written, "posts/a.md", WorkTree(root)) == ""
    with pytest.raises(FileNotFoundError):
        WorkTree(root).read(written)


@pytest.mark.parametrize(
    "written", [".smm/tokens/blog.json", "media/token", "media/state/tokens/blog.json", "/.smm/tokens/blog.json", ".git/config"]
)
def test_tokens_and_the_repository_are_nobodys_media(root: Path, written: str) -> None:
    for kept in (root / ".smm" / "tokens" / "blog.json", root / ".git" / "config"):
        kept.parent.mkdir(parents=True)
        kept.write_text("secret")
    (root / "media").mkdir()
    (root / "media" / "token").symlink_to("../.smm/tokens/blog.json")
    (root / "media" / "state").symlink_to("../.smm", target_is_directory=True)
    assert find_media(written, "posts/a.md", WorkTree(root)) == ""
    with pytest.raises(FileNotFoundError):
        WorkTree(root).read(written)


def test_a_linked_posts_folder_is_not_read(root: Path) -> None:
    elsewhere = root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.md").write_text("---\nid: a\n---\nhi\n")
    (root / "posts").rmdir()
    (root / "posts").symlink_to(elsewhere, target_is_directory=True)
    assert WorkTree(root).paths("posts") == []


def receipt(**more: Any) -> bytes:
    table = {"format": "1", "state": '"published"', "post": '"a"', "channel": '"blog"', "at": "2026-11-24T09:00:00Z", **more}
    return "\n".join(f"{key} = {value}" for key, value in table.items()).encode()


HOSTILE = [
    ("post", '"../../x"'),
    ("post", '""'),
    ("post", "[]"),
    ("channel", '"../x"'),
    ("channel", '"/etc"'),
    ("occurrence", '"../../y"'),
    ("at", '"x"'),
    ("at", "2026-11-24"),
    ("at", "2026-11-24T09:00:00"),
    ("at", "0001-01-01T00:00:00+14:00"),
    ("at", "9999-12-31T23:59:59-12:00"),
    ("attempts", "1" + "0" * 30),
    ("attempts", "-1"),
    ("attempts", "inf"),
    ("attempts", "nan"),
    ("attempts", "9" * 5000),
    ("state", '"weird"'),
    ("state", "1"),
    ("parts", "[1]"),
    ("parts", "1"),
    ("parts", '[{id = "1", more = 5}]'),
    ("parts", '[{id = "1", at = 3}]'),
    ("next_at", '"x"'),
    ("next_at", "9" * 18),
    ("due", "09:00:00"),
    ("changes", '[{what = "x", at = 5}]'),
    ("approved_by", "5"),
    ("format", "2"),
    ("format", '"1"'),
    ("more", "[" * 5000),
    ("x", "{a = " * 3000),
    ("state", '"published"\n<<<<<<< HEAD'),
]


@pytest.mark.parametrize(("key", "value"), HOSTILE, ids=[f"{key}={value[:20]}" for key, value in HOSTILE])
def test_a_receipt_of_a_hostile_merge_stops_with_words_and_never_a_traceback(root: Path, key: str, value: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read_receipt(receipt(**{key: value}), "receipts/a/blog.toml")
    assert caught.value.exit_code == 7
    assert caught.value.where == "receipts/a/blog.toml"
    assert len(str(caught.value)) < 1000


def test_the_receipt_that_the_table_varies_is_read(root: Path) -> None:
    assert read_receipt(receipt(), "receipts/a/blog.toml").delivery == "a@blog"


def test_links_in_the_receipts_are_not_followed(root: Path) -> None:
    folder, elsewhere = root / "receipts", root.parent / "elsewhere"
    (elsewhere / "a").mkdir(parents=True)
    (elsewhere / "a" / "blog.toml").write_bytes(receipt())
    folder.mkdir()
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "out").symlink_to(elsewhere, target_is_directory=True)
    (folder / "file.toml").symlink_to(elsewhere / "a" / "blog.toml")
    assert read_receipts(folder) == []


def test_a_receipt_is_not_written_through_a_link(root: Path) -> None:
    folder, elsewhere = root / "receipts", root.parent / "elsewhere"
    elsewhere.mkdir()
    folder.mkdir()
    (folder / "a").symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(OSError, match="leads out"):
        write_receipt(folder, Receipt("a@blog", "a", "blog", "site", "published", AT))
    assert list(elsewhere.iterdir()) == []


# -- git --------------------------------------------------------------------------------------------------------------------


def in_git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", root, "-c", "user.email=a@b.example", "-c", "user.name=n", *arguments], check=True, capture_output=True)


def test_committed_files_that_look_like_a_repository_run_nothing(tmp_path: Path) -> None:
    """A calendar below the top of its repository, with a bare one's files in it: git would take that for the repository."""
    top, ran = tmp_path / "top", tmp_path / "ran"
    inner = top / "calendar"
    (inner / "posts").mkdir(parents=True)
    in_git(top, "init", "-q", "-b", "main")
    (inner / "HEAD").write_text("ref: refs/heads/main\n")
    for folder in ("objects", "refs"):
        (inner / folder).mkdir()
        (inner / folder / ".keep").touch()
    config = f'[core]\n repositoryformatversion = 0\n bare = false\n worktree = .\n fsmonitor = "touch {ran}; false"\n'
    (inner / "config").write_text(config)
    in_git(top, "add", "-A")
    in_git(top, "commit", "-qm", "x")
    subprocess.run(["git", "-C", inner, "status"], capture_output=True, check=False)
    assert ran.exists(), "plain git runs it: the trap works"
    ran.unlink()
    assert not git.is_repository(inner)
    for ask in (
        lambda: git.statuses(inner),
        lambda: git.head(inner),
        lambda: Commit(inner, "main"),
    ):
        with pytest.raises(ConfigError):
            ask()
    assert not git.status_of(inner, "config").committed
    assert not ran.exists()


def test_attributes_of_a_stranger_run_nothing(root: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (root / ".gitattributes").write_text("* filter=evil diff=evil\n*.md textconv=evil merge=evil\n")
    (root / ".gitconfig").write_text(f'[filter "evil"]\n clean = touch {ran}\n smudge = touch {ran}\n required = true\n')
    (root / "posts" / "a.md").write_text("---\nid: a\n---\nhi\n")
    in_git(root, "init", "-q", "-b", "main")
    in_git(root, "add", "-A")
    in_git(root, "commit", "-qm", "x")
    (root / "posts" / "a.md").write_text("---\nid: a\n---\nho\n")
    assert git.statuses(root)["posts/a.md"].dirty
    assert Commit(root, "main").read("posts/a.md").endswith(b"hi\n")
    assert git.changed(root, git.head(root), git.head(root)) == []
    assert not ran.exists()


@pytest.mark.parametrize("ref", ["--upload-pack=touch ran", "-c", "--help", "main:posts", "$(touch ran)", "main;touch ran", "@{-1}", "\n"])
def test_a_ref_of_channels_toml_is_no_option_of_git(root: Path, ref: str) -> None:
    in_git(root, "init", "-q", "-b", "main")
    in_git(root, "add", "-A")
    in_git(root, "commit", "-qm", "x")
    with pytest.raises(ConfigError):
        Commit(root, ref)
    assert not (root / "ran").exists()


# -- time -------------------------------------------------------------------------------------------------------------------


def times(piece: str, most: int = SIGNS) -> str:
    return (piece * (most // len(piece) + 1))[:most]


PIECES = [
    "[",
    "![",
    "[[[](",
    "![a](",
    "[a]: ",
    "(",
    "*",
    "**a",
    "_a_",
    "`",
    "``` ",
    "<",
    "<a ",
    "<!--",
    "<!-- for: a -->",
    "@{",
    "#",
    "#a",
    "&",
    "&#",
    "\\",
    "> ",
    "- ",
    "1. ",
    "|",
    "a@b.",
    "://a",
    "http://",
    "https://a.b/(",
    "http://a<",
    "~~",
    "a\n",
    "\t",
    "\u202e",
    "é",
    "[a](b)",
    "bearer ",
    "eyJa.",
    "/hooks/",
    "?token=",
    "\x1b[",
    "a, ",
    "in 1 ",
]


def seconds(act: Callable[[], object]) -> float:
    """Processor time, so that a busy machine does not count."""
    start = time.process_time()
    act()
    return time.process_time() - start


NASTY = {**{piece: times(piece) for piece in PIECES}, "a tail of brackets": "https://a" + ")" * SIGNS}


@pytest.mark.parametrize("piece", NASTY)
def test_no_text_takes_for_ever_to_read(piece: str) -> None:
    text = NASTY[piece]
    # markdown-it needs about 8 µs a sign on the slowest of these; a quadratic rule would need minutes
    assert seconds(lambda: read(text)) < 2.5
    assert seconds(lambda: split_targets(text)) < 1
    assert seconds(lambda: slug(text)) < 1
    assert seconds(lambda: masked(text)) < 1
    assert seconds(lambda: clean(text)) < 1
    for ruler in ("code_points", "utf16", "utf8", "graphemes"):
        assert seconds(lambda ruler=ruler: measure(text, ruler)) < 1
    parts = read("hi").parts
    assert seconds(lambda: append_link_and_tags(parts, "https://a.example", (text,))) < 2.5


@pytest.mark.parametrize("piece", NASTY)
def test_no_words_take_for_ever_to_be_read_as_a_time(piece: str) -> None:
    def act() -> None:
        with pytest.raises((UsageError, PostError)):
            read_moment(NASTY[piece], AT, ZoneInfo("UTC"))

    assert seconds(act) < 0.5


@pytest.mark.parametrize("piece", [*PIECES, "{", "a: ", "- - ", "? ", "&a ", "*a ", "!", "!!python/object:os.system ", "a:\n ", "'", '"'])
def test_no_front_matter_takes_for_ever_to_read(root: Path, piece: str) -> None:
    front = times(piece.replace("\n", " ") if piece != "a:\n " else piece, 60_000)
    assert seconds(lambda: post_of(root, front)) < 1.5
    assert seconds(lambda: post_of(root, f"id: a\ntitle: {front}")) < 1.5
    assert seconds(lambda: post_of(root, f"x = {front}", fence="+++")) < 1.5
    assert seconds(lambda: read_calendar(root, CHANNELS + f"x = {front}".encode())) < 1.5


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9))


def test_a_bomb_of_aliases_is_refused(root: Path) -> None:
    spent = seconds(lambda: post_of(root, BOMB))
    found, slugs = post_of(root, BOMB)
    assert (found, spent < 1) == (None, True)
    assert slugs


@pytest.mark.parametrize("value", ["[" * 20_000, "{a=" * 5_000, "9" * 20_000, "1e999999999", "2026-02-31", "[" * 90 + "]" * 90])
def test_a_monstrous_value_in_channels_toml_is_a_problem_of_it(root: Path, value: str) -> None:
    calendar, problems = read_calendar(root, CHANNELS + f"x = {value}".encode())
    assert calendar is None
    assert problems


def test_too_many_brackets_are_said_where_they_stand() -> None:
    found = read("one\n\n" + "[" * 3000, line=5)
    assert [(problem.slug, problem.place.line) for problem in found.problems] == [("too-many-brackets", 7)]
    assert not read("[a](https://a.example) " * 900).problems


def test_a_huge_post_is_refused_before_it_is_parsed(root: Path) -> None:
    found, slugs = post_of(root, "id: a", "x" * (2 << 20))
    assert (found, slugs) == (None, ["too-big"])
