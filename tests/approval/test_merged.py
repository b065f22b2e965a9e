"""by = "merge": what a protected branch has is approved, by whoever brought it there."""

from __future__ import annotations

import subprocess

import pytest

from smm_cli.calendar.config import read_calendar

GITHUB = "noreply@github.com"


def branched(desk, text="second", new="third", who="ada"):
    desk.git("switch", "-qc", "topic", who=who)
    desk.edit(text, new, who=who)
    desk.git("switch", "-q", "main", who=who)


def merge(desk, who, message="Merge it", committer=""):
    desk.git("merge", "-q", "--no-ff", "-m", message, "topic", who=who, committer=committer)


def test_where_nobody_is_named_the_branch_alone_approves(desk):
    desk.approval('by = "merge"')
    assert desk.why() == ""


@pytest.fixture
def reviewed(desk):
    desk.approval('by = "merge"\napprovers = ["ben", "cyn"]\nfour_eyes = true')
    return desk


def test_who_merged_approved(reviewed):
    branched(reviewed)
    merge(reviewed, "ben")
    assert reviewed.why() == ""


def test_who_pushes_her_own_post_has_not_approved_it(reviewed):
    reviewed.edit("second", "third", who="ben")
    assert reviewed.why() == "ben wrote it; needs cyn"


def test_a_merge_by_nobody_of_the_approvers_is_none(reviewed):
    branched(reviewed)
    merge(reviewed, "ada")
    assert reviewed.why() == "ada is none of the approvers; needs ben or cyn"


def test_a_merge_by_the_button_names_its_author(reviewed):
    branched(reviewed)
    merge(reviewed, "cyn", committer=GITHUB)
    assert reviewed.why() == ""


def test_a_squash_by_the_site_alone_says_what_is_missing(reviewed):
    branched(reviewed)
    reviewed.git("merge", "-q", "--squash", "topic")
    reviewed.git("commit", "-qm", "A change (#12)", committer=GITHUB)
    assert "Merged-by: NAME" in reviewed.why()
    assert "Merged-by: NAME" in reviewed.smm("check")


def test_a_squash_with_a_trailer_names_who_reviewed(reviewed):
    branched(reviewed)
    reviewed.git("merge", "-q", "--squash", "topic")
    reviewed.git("commit", "-qm", "A change (#12)\n\nReviewed-by: Cyn <cyn@t.example>", committer=GITHUB)
    assert reviewed.why() == ""


def test_each_change_must_be_merged_anew_and_so_must_a_picture(reviewed):
    (reviewed.root / "posts" / "a.png").write_bytes(b"one")
    branched(reviewed, "title: A title", "title: A title\nmedia: [{path: a.png, alt: An a}]")
    merge(reviewed, "ben")
    assert reviewed.why() == ""
    (reviewed.root / "posts" / "a.png").write_bytes(b"two")
    reviewed.commit("ada")
    assert "ada is none of the approvers" in reviewed.why()


def test_a_picture_of_one_channel_alone_is_merged_too(reviewed):
    (reviewed.root / "posts" / "a.png").write_bytes(b"one")
    branched(reviewed, "title: A title", "title: A title\nfor:\n  toots:\n    media: [{path: a.png, alt: An a}]")
    merge(reviewed, "ben")
    assert reviewed.why() == ""
    (reviewed.root / "posts" / "a.png").write_bytes(b"two")
    reviewed.commit("ada")
    assert "ada is none of the approvers" in reviewed.why()


def test_a_merge_of_something_else_approves_nothing(reviewed):
    reviewed.edit("second", "third", who="ada")
    reviewed.git("switch", "-qc", "topic")
    (reviewed.root / "other.txt").write_text("x")
    reviewed.commit("ada")
    reviewed.git("switch", "-q", "main")
    merge(reviewed, "ben")
    assert "ada is none of the approvers" in reviewed.why()


def test_a_clone_without_history_holds(reviewed, tmp_path):
    branched(reviewed)
    merge(reviewed, "ben")
    shallow = type(reviewed)(tmp_path / "shallow")
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{reviewed.root}", str(shallow.root)], check=True)
    assert "git fetch --unshallow" in shallow.why()


def test_a_line_where_merging_approves_is_refused_by_the_command(reviewed):
    assert "here merging approves" in reviewed.smm("post", "approve", "launch", fails=2)


def test_a_work_tree_cannot_be_merged_into(desk):
    text = (desk.root / "channels.toml").read_text().replace('publish_from = "main"', 'publish_from = "worktree"') + 'by = "merge"\n'
    _, problems = read_calendar(desk.root, text.encode())
    assert [problem.slug for problem in problems if problem.severity == "error"] == ["approval-worktree"]
