"""Nobody approves what she wrote: enforced when the plan is made, whatever line stands in the file."""

from __future__ import annotations

import subprocess

import pytest

from tests.approval.test_random_edits import PICTURES

EYES = "four_eyes = true"


@pytest.fixture
def eyes(desk):
    desk.approval(EYES)
    return desk


def test_a_line_of_the_author_counts_for_nothing_even_where_she_wrote_it_by_hand(eyes):
    eyes.approve("ada")
    assert eyes.why() == "ada wrote it; needs somebody else"
    eyes.approve("ben")
    assert eyes.why() == ""


def test_the_hold_names_whom_it_needs(desk):
    desk.approval(EYES + '\napprovers = ["ada", "ben", "cyn"]\ncount = 2')
    desk.approve("ada", "ben")
    assert desk.why() == "1 of 2 approvals: ben; ada wrote it; needs cyn"


def test_who_only_approved_or_wrote_a_note_is_no_author(eyes):
    eyes.approve("ben")
    eyes.edit("notes: nobody sees this", "notes: I like it", who="ben")
    eyes.edit("# a word among us", "# a word", who="ben")
    eyes.edit("title: A title", "# fine by me\ntitle: A title", who="ben")
    assert eyes.why() == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A second paragraph.", "A third paragraph."),
        ("title: A title", "title: Another"),
        ("2026-12-01 09:00", "2026-12-02 09:00"),
        ("channels: [blog, toots]", "channels: [toots]"),
    ],
)
def test_who_changed_one_line_of_what_is_sent_is_an_author(eyes, old, new):
    eyes.edit(old, new, who="ben")
    eyes.approve("ben")
    assert eyes.why() == "ben wrote it; needs somebody else"
    eyes.approve("cyn")
    assert eyes.why() == ""


@pytest.mark.parametrize("committed", [True, False])
def test_who_brought_a_picture_is_an_author(eyes, committed):
    picture = eyes.root / "posts" / "a.png"
    picture.write_bytes(PICTURES[0])
    eyes.edit("A second", "![an a](a.png)\n\nA second")
    eyes.approve("ben")
    assert eyes.why() == ""
    picture.write_bytes(PICTURES[1])
    if committed:
        eyes.approve("ben")
        assert "ben wrote it" in eyes.why()
    else:
        eyes.git("config", "user.email", "ben@t.example")
        assert "ben wrote launch" in eyes.smm("post", "approve", "launch", fails=2)


def test_a_coauthor_is_an_author(eyes):
    eyes.post.write_text(eyes.post.read_text().replace("second", "third"))
    eyes.commit("ada", "Together\n\nCo-authored-by: Ben <ben@t.example>")
    eyes.approve("ben")
    assert "ben wrote it" in eyes.why()


def test_mailmap_and_ignored_revisions_of_the_calendar_hide_no_author(eyes):
    eyes.post.write_text(eyes.post.read_text().replace("second", "third"))
    (eyes.root / ".mailmap").write_text("Ben <ben@t.example> <ada@t.example>\n")
    eyes.commit("ada")
    (eyes.root / ".git-blame-ignore-revs").write_text(eyes.git("rev-parse", "HEAD") + "\n")
    eyes.git("config", "blame.ignoreRevsFile", ".git-blame-ignore-revs")
    eyes.commit("ada")
    eyes.approve("ada")
    assert "ada wrote it" in eyes.why()


def test_the_key_author_counts_beside_git(eyes):
    eyes.edit("title: A title", "title: A title\nauthor: ben")
    eyes.approve("ben")
    assert "ben wrote it" in eyes.why()


def test_an_approver_without_an_address_cannot_be_told_from_the_authors(eyes):
    eyes.approve("eve")
    assert "nobody can tell eve from the authors" in eyes.why()


def test_the_hidden_address_of_a_site_is_the_login(eyes):
    eyes.post.write_text(eyes.post.read_text().replace("second", "third"))
    eyes.git("add", "-A")
    eyes.git("commit", "-qm", "by the web editor", GIT_AUTHOR_EMAIL="123+ada-acme@users.noreply.github.com")
    eyes.approve("ada")
    assert "ada wrote it" in eyes.why()


def test_a_clone_without_history_holds_and_says_how_to_get_it(eyes, tmp_path):
    eyes.approve("ben")
    shallow = type(eyes)(tmp_path / "shallow")
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{eyes.root}", str(shallow.root)], check=True)
    assert "git fetch --unshallow" in shallow.why()
    assert "this clone lacks older commits" in shallow.smm("check")
    shallow.git("fetch", "-q", "--unshallow")
    assert shallow.why() == ""


def test_history_that_is_fetched_later_is_believed_at_the_same_commit(eyes, tmp_path):
    eyes.approve("ben")
    other = eyes.root / "posts" / "other.md"
    other.write_text(eyes.post.read_text().replace("id: launch", "id: other"))
    eyes.commit("cyn")
    shallow = type(eyes)(tmp_path / "shallow")
    subprocess.run(["git", "clone", "-q", "--depth", "2", f"file://{eyes.root}", str(shallow.root)], check=True)
    assert "git fetch --unshallow" in shallow.held()["launch@blog"]
    shallow.git("fetch", "-q", "--unshallow")
    assert shallow.held()["launch@blog"] == ""


def test_the_answer_is_kept_for_the_commit_and_asked_anew_for_the_next(eyes):
    eyes.approve("ben")
    assert eyes.why() == ""
    assert (eyes.root / ".smm" / "witness.json").exists()
    eyes.edit("second", "third", who="ben")
    eyes.approve("ben")
    assert "ben wrote it" in eyes.why()


def test_toml_front_matter_has_authors_too(eyes):
    eyes.post.write_text(
        '+++\nid = "launch"\ntitle = "A title"\nstatus = "ready"\nchannels = ["blog"]\npublish_at = "2026-12-01 09:00"\n'
        'notes = "none"\n+++\n\nGood morning.\n'
    )
    eyes.commit("ada")
    eyes.edit('notes = "none"', 'notes = "some"', who="ben")
    eyes.post.write_text(eyes.post.read_text().replace('notes = "some"', f'notes = "some"\napproved = ["{eyes.line("ben")}"]'))
    eyes.commit("ben")
    assert eyes.why() == ""
    eyes.edit('title = "A title"', 'title = "Other"', who="ben")
    eyes.post.write_text(eyes.post.read_text().replace(eyes.post.read_text().split(" v1:")[1][:64], eyes.digest()[3:]))
    eyes.commit("ben")
    assert "ben wrote it" in eyes.why()
