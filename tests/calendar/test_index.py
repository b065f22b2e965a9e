from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from smm_cli.calendar.index import Index, Indexed
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.packed import pack, unpack
from smm_cli.calendar.source import Source, open_source
from smm_cli.words.post import Media, Poll, Post, WaitFor
from smm_cli.words.problem import WARNING

OLD = time.time() - 3600
COUNT = count()


def write(root: Path, path: str, text: str = "", *, id: str = "", age: float = 3600) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    front = f"---\nid: {id or file.stem}\nchannels: [blog]\n---\n\n{text or 'Hello'}\n"
    file.write_text(front, encoding="utf-8")
    moment = int(time.time() - age) + next(COUNT)  # git compares whole seconds
    os.utime(file, (moment, moment))
    return file


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@a.example", *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "a commit")


class CountingIndex(Index):
    """Counts what is parsed; parses like any other."""

    def __init__(self, calendar: Calendar) -> None:
        super().__init__(calendar)
        self.parsed: list[str] = []

    def _parse(self, path: str, data: bytes):
        self.parsed.append(path)
        return super()._parse(path, data)


@pytest.fixture
def calendar(tmp_path: Path) -> Calendar:
    root = tmp_path / "calendar"
    for name in "abc":
        write(root, f"posts/{name}.md", f"Text {name}")
    (root / ".gitignore").write_text(".smm/\n")
    git(root, "init", "-q", "-b", "main")
    commit(root)
    return Calendar(root, "acme")


@pytest.fixture(params=["worktree", "main"])
def ref(request: pytest.FixtureRequest) -> str:
    return request.param


def look(calendar: Calendar, ref: str = "worktree", **more) -> tuple[Indexed, list[str]]:
    index = CountingIndex(calendar)
    return index.posts(source(calendar, ref), **more), index.parsed


def source(calendar: Calendar, ref: str = "worktree") -> Source:
    return open_source(calendar.root, ref)


def ids(indexed: Indexed) -> list[str]:
    return [post.id for post in indexed.posts]


def test_what_did_not_change_is_not_parsed_again_and_is_the_same(calendar: Calendar, ref: str):
    first, parsed = look(calendar, ref)
    assert len(parsed) == 3
    second, parsed = look(calendar, ref)
    assert parsed == []
    assert second == first
    assert [post.body.strip() for post in second.posts] == ["Text a", "Text b", "Text c"]


def test_only_a_changed_file_is_parsed_again(calendar: Calendar, ref: str):
    look(calendar, ref)
    write(calendar.root, "posts/b.md", "Other text", age=1800)
    commit(calendar.root)
    found, parsed = look(calendar, ref)
    assert parsed == ["posts/b.md"]
    assert [post.body.strip() for post in found.posts] == ["Text a", "Other text", "Text c"]


def test_new_and_deleted_files_are_seen(calendar: Calendar, ref: str):
    look(calendar, ref)
    (calendar.root / "posts" / "a.md").unlink()
    write(calendar.root, "posts/2027/d.md")
    commit(calendar.root)
    found, parsed = look(calendar, ref)
    assert (ids(found), parsed) == (["d", "b", "c"], ["posts/2027/d.md"])


def test_the_commit_and_the_work_tree_share_what_was_parsed(calendar: Calendar):
    look(calendar, "main")
    write(calendar.root, "posts/b.md", "not committed")
    found, parsed = look(calendar)
    assert parsed == ["posts/b.md"]
    published, parsed = look(calendar, "main")
    assert parsed == []
    assert published.posts[1].body.strip() == "Text b"
    assert found.posts[1].body.strip() == "not committed"


def test_a_commit_that_was_looked_at_before_costs_nothing(calendar: Calendar):
    look(calendar, "main")
    write(calendar.root, "posts/b.md", "second")
    commit(calendar.root)
    look(calendar, "main")
    found, parsed = look(calendar, "HEAD~1")
    assert parsed == []
    assert found.posts[1].body.strip() == "Text b"


def test_a_file_changed_within_the_tick_of_the_clock_is_seen(calendar: Calendar):
    file = write(calendar.root, "posts/b.md", "Text 1", age=0)
    before = file.stat()
    look(calendar)
    file.write_text(file.read_text().replace("Text 1", "Text 2"))
    os.utime(file, ns=(before.st_mtime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_ino) == (before.st_size, before.st_ino)
    found, _ = look(calendar)
    assert found.posts[1].body.strip() == "Text 2"


def test_a_file_just_written_is_read_but_not_parsed_again(calendar: Calendar):
    write(calendar.root, "posts/b.md", "fresh", age=0)
    look(calendar)
    _, parsed = look(calendar)
    assert parsed == []


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_seen(calendar: Calendar):
    file = calendar.root / "posts" / "b.md"
    look(calendar)
    before = file.stat()
    other = write(calendar.root, "posts/x.tmp", "Text x", id="b")
    os.utime(other, ns=(before.st_mtime_ns, before.st_mtime_ns))
    other.replace(file)
    assert file.stat().st_size == before.st_size
    found, parsed = look(calendar)
    assert parsed == ["posts/b.md"]
    assert found.posts[1].body.strip() == "Text x"


def test_readmes_and_hidden_names_are_no_posts(calendar: Calendar, ref: str):
    for path in ("README.md", "readme.md", "_draft.md", ".hidden.md", "_archive/x.md", ".obsidian/y.md", "notes.txt", "z.markdown"):
        write(calendar.root, f"posts/{path}")
    write(calendar.root, "posts/UPPER.MD", id="upper")
    write(calendar.root, "elsewhere/e.md")
    commit(calendar.root)
    assert sorted(ids(look(calendar, ref)[0])) == ["a", "b", "c", "upper"]


def test_a_post_that_is_a_link_is_a_problem_and_is_not_read(calendar: Calendar, ref: str):
    (calendar.root.parent / "private.md").write_text("private")
    (calendar.root / "posts" / "link.md").symlink_to("../../private.md")
    commit(calendar.root)
    for _ in range(2):  # while it is parsed and from the index
        found, _ = look(calendar, ref)
        assert [(problem.slug, problem.place.file) for problem in found.problems] == [("symbolic-link", "posts/link.md")]
        assert ids(found) == ["a", "b", "c"]


def test_a_folder_of_posts_that_is_a_link_is_not_walked(calendar: Calendar):
    (calendar.root / "posts").rename(calendar.root.parent / "elsewhere")
    (calendar.root / "posts").symlink_to("../elsewhere", target_is_directory=True)
    found, parsed = look(calendar)
    assert (ids(found), parsed) == ([], [])
    assert [(problem.slug, problem.place.file) for problem in found.problems] == [("symbolic-link", "posts")]


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="these systems keep names as text")
def test_a_file_name_that_is_no_text_is_a_problem(calendar: Calendar, ref: str):
    (calendar.root / "posts" / os.fsdecode(b"kaputt-\xff.md")).write_text("---\nid: x\n---\n")
    commit(calendar.root)
    for _ in range(2):
        found, _ = look(calendar, ref)
        assert [problem.slug for problem in found.problems] == ["bad-file-name"]
        str(found.problems[0]).encode()


def test_problems_are_kept_with_their_place(calendar: Calendar, ref: str):
    file = write(calendar.root, "posts/b.md")
    file.write_text("---\nid: b\ntitel: Hello\n---\n\nText\n")
    os.utime(file, (OLD, OLD))
    commit(calendar.root)
    first, _ = look(calendar, ref)
    second, parsed = look(calendar, ref)
    assert parsed == []
    assert second.problems == first.problems
    assert [(problem.place.file, problem.place.line) for problem in first.problems] == [("posts/b.md", 3)]


def test_a_file_that_cannot_be_read_is_a_problem_of_its_own(calendar: Calendar):
    look(calendar)
    (calendar.root / "posts" / "d.md").mkdir()
    assert ids(look(calendar)[0]) == ["a", "b", "c"]
    (calendar.root / "posts" / "pipe.md").symlink_to("/nowhere")
    assert [problem.slug for problem in look(calendar)[0].problems] == ["symbolic-link"]


def test_of_two_posts_with_one_id_neither_goes_out_while_none_is_published(calendar: Calendar, ref: str):
    write(calendar.root, "posts/copy.md", id="a")
    commit(calendar.root)
    found, _ = look(calendar, ref)
    assert ids(found) == ["a", "b", "c"]
    assert [(problem.slug, problem.place.file) for problem in found.problems] == [
        ("duplicate-id", "posts/a.md"),
        ("duplicate-id", "posts/copy.md"),
    ]
    assert "posts/copy.md" in found.problems[0].what and "posts/a.md" in found.problems[0].what
    assert [post.path for post in found.copies] == ["posts/copy.md"]


@pytest.mark.parametrize("by", ["path", "text_digest"])
def test_the_published_one_of_two_posts_stays_and_the_copy_is_named(calendar: Calendar, by: str):
    write(calendar.root, "posts/0-copy.md", "An edited copy", id="a")
    original = next(post for post in look(calendar)[0].posts + look(calendar)[0].copies if post.path == "posts/a.md")
    found, _ = look(calendar, published={getattr(original, by)})
    assert [post.path for post in found.posts if post.id == "a"] == ["posts/a.md"]
    assert [problem.place.file for problem in found.problems] == ["posts/0-copy.md"]
    assert "already published from posts/a.md" in found.problems[0].what


def test_posts_without_an_id_are_no_copies_of_each_other(calendar: Calendar):
    for name in "xy":
        write(calendar.root, f"posts/{name}.md").write_text("---\ntitle: none\n---\n\ntext\n")
    found, _ = look(calendar)
    assert [post.path for post in found.posts] == ["posts/a.md", "posts/b.md", "posts/c.md", "posts/x.md", "posts/y.md"]
    assert found.copies == ()


def test_reading_one_post_asks_the_file_not_the_index(calendar: Calendar):
    index = Index(calendar)
    index.posts(source(calendar))
    write(calendar.root, "posts/a.md", "just now")
    post, problems = index.read(source(calendar), "posts/a.md")
    assert post is not None and post.body.strip() == "just now" and problems == []
    assert [problem.slug for problem in index.read(source(calendar), "posts/gone.md")[1]] == ["post-unreadable"]


def test_every_field_of_a_post_comes_back_from_its_row():
    post = Post(
        id="a", path="posts/a.md",
        body="Body\0 with — everything\n", body_line=9, title="T \ud800 ü", tags=("x", "y"), channels=("all",),
        order=3, urgent=True, split=True, approved=("ada 2026-11-23T14:02Z v1:9f3a",), wait_for=WaitFor(tag="v2", limit=3600.0),
        media=(Media("a.png", alt="A", focus=(0.5, -0.25), line=4), Media("b.png", decorative=True)),
        poll=Poll(("1", "2"), 60, multiple=True),
        options={"list": ["a", {"b": None}], "number": 1.5}, targets={"blog": {"media": (Media("c.png"),), "text": "x", "tags": ["z"]}},
    )  # fmt: skip
    other = Post(id="b", path="posts/b.md")
    rows = [(each.path, each.body, pack(each), None) for each in (post, other)]
    assert unpack(rows) == [post, other]
    assert unpack([("posts/none.md", "", None, None)]) == []
    first, second = unpack([rows[1], rows[1]])
    assert first.targets is not second.targets
    assert replace(first, id="c").id == "c"


# -- damage and neighbours ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"not a database at all, but long enough to be taken for one" * 20, None])
def test_a_damaged_index_is_made_again_without_a_word(calendar: Calendar, ref: str, damage: bytes | None):
    first, _ = look(calendar, ref)
    file = calendar.state / "index.db"
    if damage is None:
        whole = bytearray(file.read_bytes())
        whole[4096:] = b"\xff" * (len(whole) - 4096)
        damage = bytes(whole)
    file.write_bytes(damage)
    second, parsed = look(calendar, ref)
    assert second == first
    assert len(parsed) == 3
    assert look(calendar, ref)[1] == []


@pytest.mark.parametrize(
    "change", ["UPDATE parsed SET post = '[1'", "UPDATE parsed SET post = '[1]'", "DROP TABLE parsed", "DELETE FROM parsed"]
)
def test_rows_that_do_not_fit_are_made_again(calendar: Calendar, ref: str, change: str):
    first, _ = look(calendar, ref)
    database = sqlite3.connect(calendar.state / "index.db", isolation_level=None)
    database.execute(change)
    database.close()
    assert look(calendar, ref)[0] == first
    assert look(calendar, ref)[1] == []


def test_another_version_of_smm_parses_everything_again(calendar: Calendar, ref: str):
    look(calendar, ref)
    database = sqlite3.connect(calendar.state / "index.db", isolation_level=None)
    database.execute("UPDATE about SET value = '0.0.1'")
    database.close()
    assert len(look(calendar, ref)[1]) == 3
    assert look(calendar, ref)[1] == []


def test_other_tables_of_a_later_form_are_replaced(calendar: Calendar):
    look(calendar)
    database = sqlite3.connect(calendar.state / "index.db", isolation_level=None)
    database.executescript("PRAGMA user_version = 99; CREATE TABLE news (x); DROP TABLE wake")
    database.close()
    assert len(look(calendar)[1]) == 3
    assert Index(calendar).store_wake({"wake_at": "1"})


class HastyIndex(Index):
    """Does not wait for others."""

    patience = 0.05


def test_a_locked_index_is_done_without_and_said(calendar: Calendar, ref: str):
    look(calendar, ref)
    holder = sqlite3.connect(calendar.state / "index.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    write(calendar.root, "posts/b.md", "while locked")
    commit(calendar.root)
    found = HastyIndex(calendar).posts(source(calendar, ref))
    assert found.posts[1].body.strip() == "while locked"
    assert [(problem.slug, problem.severity) for problem in found.problems] == [("no-index", WARNING)]
    assert not HastyIndex(calendar).store_wake({"wake_at": "1"})
    holder.close()


def test_a_calendar_where_nothing_can_be_written_is_read_all_the_same(calendar: Calendar, ref: str):
    calendar.state.write_text("a file where the folder should be")
    found, parsed = look(calendar, ref)
    assert ids(found) == ["a", "b", "c"]
    assert len(parsed) == 3
    assert [problem.slug for problem in found.problems] == ["no-index"]


def test_the_index_is_private_and_never_committed(calendar: Calendar):
    (calendar.root / ".gitignore").unlink()
    look(calendar)
    git(calendar.root, "add", "-A")
    status = subprocess.run(["git", "ls-files", ".smm"], cwd=calendar.root, check=True, capture_output=True)
    assert status.stdout == b""
    assert calendar.state.stat().st_mode & 0o777 == 0o700
    assert (calendar.state / "index.db").stat().st_mode & 0o777 == 0o600


def test_forgotten_posts_leave_the_file(calendar: Calendar):
    look(calendar)
    for number in range(12):
        write(calendar.root, "posts/b.md", f"edit {number}")
        commit(calendar.root)
        look(calendar, "main")
        look(calendar)
    database = sqlite3.connect(calendar.state / "index.db", isolation_level=None)
    (rows,) = database.execute("SELECT count(*) FROM parsed").fetchone()
    database.close()
    assert rows <= 3 + 4


def test_many_processes_may_begin_and_go_on_at_once(calendar: Calendar):
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from smm_cli.calendar.index import Index
        from smm_cli.calendar.model import Calendar
        from smm_cli.calendar.source import open_source
        calendar = Calendar(Path(sys.argv[1]), "acme")
        for turn in range(4):
            beside = calendar.root / f"{sys.argv[2]}.new"
            beside.write_text(f"---\\nid: p{sys.argv[2]}\\n---\\n\\nturn {turn}\\n")
            beside.replace(calendar.root / "posts" / f"{sys.argv[2]}.md")
            for ref in ("worktree", "main"):
                found = Index(calendar).posts(open_source(calendar.root, ref))
                assert {"a", "b", "c"} <= {post.id for post in found.posts}, found
                assert not found.problems, found.problems
            found = Index(calendar).posts(open_source(calendar.root, "worktree")).posts
            own = [post.body.strip() for post in found if post.id == f"p{sys.argv[2]}"]
            assert own == [f"turn {turn}"], own
    """)
    arguments = [sys.executable, "-c", program, str(calendar.root)]
    running = [subprocess.Popen([*arguments, str(number)], stderr=subprocess.PIPE, text=True) for number in range(5)]
    for process in running:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert len(look(calendar)[0].posts) == 8


def test_threads_may_share_an_index(calendar: Calendar):
    index, found = Index(calendar), []
    threads = [threading.Thread(target=lambda: found.append(ids(index.posts(source(calendar))))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["a", "b", "c"]] * 4


# -- the door, and speed --------------------------------------------------------------------------------------------------------


def test_the_door_reads_what_the_last_tick_left(calendar: Calendar):
    index = Index(calendar)
    assert index.read_wake() == {}
    assert index.store_wake({"wake_at": "1", "commit": "abc"})
    assert index.store_wake({"wake_at": "2"})
    database = sqlite3.connect(calendar.state / "index.db")
    assert database.execute("SELECT key, value FROM wake").fetchall() == [("wake_at", "2")]
    database.close()
    look(calendar)
    assert index.read_wake() == {"wake_at": "2"}


@pytest.mark.parametrize("ref", ["worktree", "main"])
def test_a_warm_index_loads_none_of_the_heavy_libraries(calendar: Calendar, ref: str):
    (calendar.root / "channels.toml").write_text('[calendar]\nname = "acme"\n\n[channels.blog]\nnetwork = "xing"\n')
    commit(calendar.root)
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from smm_cli.calendar.cached import load_calendar
        from smm_cli.calendar.index import Index
        from smm_cli.calendar.source import open_source
        calendar = load_calendar(Path(sys.argv[1]))
        assert len(Index(calendar).posts(open_source(calendar.root, sys.argv[2])).posts) == 3
        print(*sorted(sys.modules))
    """)
    arguments = [sys.executable, "-c", program, str(calendar.root), ref]
    for _ in range(2):
        said = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.split()
    heavy = {"pydantic", "yaml", "tomlkit", "tomllib", "markdown_it", "zoneinfo", "difflib", "smm_cli.networks", "smm_cli.calendar.posts"}
    assert heavy & set(said) == set()
