from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from smm_cli.calendar import git
from smm_cli.errors import ConfigError


def run(folder: Path, *arguments: str, **environment: str) -> str:
    who = {
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@acme.example",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "a@acme.example",
    }
    kept = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, **environment}
    return subprocess.run(["git", *arguments], cwd=folder, env=kept, check=True, capture_output=True, text=True).stdout.strip()


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(write(tmp_path / "gitconfig", "[user]\nname = Ada\nemail = ada@acme.example\n")))
    root = tmp_path / "calendar"
    root.mkdir()
    run(root, "init", "-q", "-b", "main")
    write(root / "posts" / "a.md", "one\n")
    write(root / "posts" / "mit Ümlaut und\nZeile.md", "two\n")
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "first")
    return root


def test_a_commit_is_named_by_branch_tag_short_id_and_head(calendar: Path):
    run(calendar, "tag", "v1")
    whole = run(calendar, "rev-parse", "HEAD")
    assert {git.head(calendar, ref) for ref in ("HEAD", "main", "refs/heads/main", "v1", whole, whole[:10])} == {whole}


def test_a_branch_wins_over_a_tag_of_its_name(calendar: Path):
    run(calendar, "tag", "-a", "main", "-m", "confusing")
    write(calendar / "posts" / "b.md", "new")
    run(calendar, "add", "-A")
    run(calendar, "commit", "-q", "-m", "second")
    assert git.head(calendar, "main") == run(calendar, "rev-parse", "refs/heads/main")
    assert git.tags(calendar) == {"main": run(calendar, "rev-parse", "HEAD~1")}


def test_a_clone_without_the_branch_reads_that_of_origin(calendar: Path, tmp_path: Path):
    run(tmp_path, "clone", "-q", str(calendar), "clone")
    clone = tmp_path / "clone"
    run(clone, "checkout", "-q", "--detach")
    run(clone, "branch", "-q", "-D", "main")
    assert git.head(clone, "main") == git.head(clone, "origin/main") == git.head(calendar)
    assert git.branch(clone) == ""


@pytest.mark.parametrize("ref", ["nowhere", "--all", "-x", "main^{tree}"])
def test_a_ref_that_names_no_commit_is_a_config_error(calendar: Path, ref: str):
    with pytest.raises(ConfigError) as caught:
        git.head(calendar, ref)
    assert caught.value.slug == "unknown-ref"


def test_a_folder_without_repository_says_so(tmp_path: Path):
    assert not git.is_repository(tmp_path)
    with pytest.raises(ConfigError, match="not a git repository"):
        git.head(tmp_path, "main")


def test_a_repository_that_git_refuses_to_read_is_told_in_gits_words(calendar: Path):
    run(calendar, "config", "core.repositoryFormatVersion", "99")
    with pytest.raises(ConfigError, match="version"):
        git.head(calendar, "main")


def test_a_machine_without_git_says_so(calendar: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert not git.is_repository(calendar)
    with pytest.raises(ConfigError, match="git is not installed"):
        git.head(calendar)
    with pytest.raises(ConfigError, match="git is not installed"):
        list(git.read_blobs(calendar, ["0" * 40]))


def test_paths_come_whole_whatever_stands_in_them(calendar: Path):
    files = git.tree(calendar, git.head(calendar), "posts")
    assert sorted(files) == ["posts/a.md", "posts/mit Ümlaut und\nZeile.md"]
    assert git.read_blob(calendar, files["posts/a.md"].blob) == b"one\n"


def test_a_calendar_in_a_folder_of_a_bigger_repository_sees_its_own_paths_only(calendar: Path):
    inner = calendar / "marketing" / "social"
    write(inner / "posts" / "x.md", "x")
    run(calendar, "add", "-A")
    run(calendar, "commit", "-q", "-m", "inner")
    old, new = git.head(inner, "HEAD~1"), git.head(inner)
    assert sorted(git.tree(inner, new)) == ["posts/x.md"]
    assert git.changed(inner, old, new) == ["posts/x.md"]
    write(inner / "posts" / "x.md", "changed")
    write(calendar / "outside.md", "new")
    assert git.statuses(inner) == {"posts/x.md": git.Status(committed=True, dirty=True)}


def test_a_folder_named_like_a_pattern_is_only_itself(calendar: Path):
    write(calendar / "p*" / "a.md", "x")
    run(calendar, "add", "-A")
    run(calendar, "commit", "-q", "-m", "stars")
    assert sorted(git.tree(calendar, "HEAD", "p*")) == ["p*/a.md"]
    assert git.status_of(calendar, "p*/a.md") == git.Status(committed=True, dirty=False)


def test_changed_names_both_sides_of_a_rename(calendar: Path):
    old = git.head(calendar)
    run(calendar, "mv", "posts/a.md", "posts/b.md")
    run(calendar, "commit", "-q", "-m", "moved")
    assert git.changed(calendar, old, "HEAD", "posts") == ["posts/a.md", "posts/b.md"]


def test_the_status_of_a_file_tells_committed_from_dirty(calendar: Path):
    write(calendar / "posts" / "a.md", "edited")
    write(calendar / "posts" / "new one.md", "n")
    write(calendar / "posts" / "staged.md", "s")
    write(calendar / ".gitignore", "secret.png\n")
    write(calendar / "secret.png", "x")
    run(calendar, "add", "posts/staged.md")
    expected = {
        "posts/a.md": (True, True),
        "posts/new one.md": (False, True),
        "posts/staged.md": (False, True),
        "secret.png": (False, True),
    }
    found = git.statuses(calendar)
    assert {path: (found[path].committed, found[path].dirty) for path in expected} == expected
    assert git.status_of(calendar, "posts/a.md") == git.Status(committed=True, dirty=True)
    assert git.status_of(calendar, "posts/staged.md") == git.Status(committed=False, dirty=True)
    assert git.status_of(calendar, "posts/mit Ümlaut und\nZeile.md") == git.Status(committed=True, dirty=False)


def test_ten_thousand_blobs_come_through_one_process(calendar: Path):
    texts = [f"blob {number}\n".encode() * 40 for number in range(10_000)]
    listed = b"".join(b"blob\ndata %d\n%s" % (len(text), text) for text in texts)
    marks = subprocess.run(["git", "fast-import", "--quiet", "--export-marks=marks"], cwd=calendar, input=_marked(listed), check=True)
    assert marks.returncode == 0
    names = [line.split()[1] for line in sorted((calendar / "marks").read_text().splitlines(), key=lambda line: int(line.split()[0][1:]))]
    assert [data for _, data in git.read_blobs(calendar, names)] == texts


def _marked(listed: bytes) -> bytes:
    pieces = listed.split(b"blob\ndata ")[1:]
    return b"".join(b"blob\nmark :%d\ndata %s" % (number, piece) for number, piece in enumerate(pieces, 1))


def test_a_missing_blob_is_an_error_and_leaves_no_process(calendar: Path):
    with pytest.raises(ConfigError, match="missing"):
        list(git.read_blobs(calendar, ["1" * 40]))


def test_reading_may_stop_in_the_middle(calendar: Path):
    blob = git.tree(calendar, "HEAD")["posts/a.md"].blob
    for name, data in git.read_blobs(calendar, [blob] * 5000):
        assert (name, data) == (blob, b"one\n")
        break


def stat_of(marks: tuple[Path, ...]) -> list[tuple[int, int, int] | None]:
    return [(s.st_mtime_ns, s.st_size, s.st_ino) if path.exists() and (s := path.stat()) else None for path in marks]


@pytest.mark.parametrize("ref", ["main", "HEAD", "origin/main"])
def test_the_marks_of_a_ref_change_when_it_moves_loose_or_packed(calendar: Path, tmp_path: Path, ref: str):
    run(tmp_path, "clone", "-q", str(calendar), "clone")
    clone = tmp_path / "clone"
    before = stat_of(git.ref_marks(clone, ref))
    assert before == stat_of(git.ref_marks(clone, ref))
    for text in ("loose", "after packing"):
        run(clone, "pack-refs", "--all")
        before = stat_of(git.ref_marks(clone, ref))
        write(clone / "posts" / "a.md", text)
        run(clone, "commit", "-q", "-a", "-m", text)
        run(clone, "push", "-q", "origin", "HEAD:refs/heads/other")
        run(clone, "update-ref", "refs/remotes/origin/main", "HEAD")
        assert stat_of(git.ref_marks(clone, ref)) != before


def test_a_linked_worktree_has_its_own_head_and_the_common_branches(calendar: Path, tmp_path: Path):
    run(calendar, "worktree", "add", "-q", "-b", "drafts", str(tmp_path / "linked"))
    linked = tmp_path / "linked"
    assert (linked / ".git").is_file()
    assert git.branch(linked) == "drafts"
    before_head, before_main = stat_of(git.ref_marks(linked, "HEAD")), stat_of(git.ref_marks(linked, "main"))
    write(linked / "posts" / "a.md", "draft")
    run(linked, "commit", "-q", "-a", "-m", "draft")
    assert stat_of(git.ref_marks(linked, "HEAD")) != before_head
    assert stat_of(git.ref_marks(linked, "main")) == before_main
    assert git.head(linked, "main") != git.head(linked)


def test_a_submodule_is_a_calendar_like_any_other_and_its_host_sees_no_files_of_it(calendar: Path, tmp_path: Path):
    host = tmp_path / "host"
    host.mkdir()
    run(host, "init", "-q", "-b", "main")
    run(host, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(calendar), "social")
    run(host, "commit", "-q", "-m", "with submodule")
    assert git.head(host / "social", "main") == git.head(calendar)
    assert git.ref_marks(host / "social", "main")[0].exists()
    assert sorted(git.tree(host, "HEAD")) == [".gitmodules"]


def test_a_sha256_repository_is_read_alike(tmp_path: Path):
    run(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256", ".")
    write(tmp_path / "posts" / "a.md", "one")
    run(tmp_path, "add", "-A")
    run(tmp_path, "commit", "-q", "-m", "first")
    blob = git.tree(tmp_path, git.head(tmp_path, "main"))["posts/a.md"].blob
    assert len(blob) == 64
    assert list(git.read_blobs(tmp_path, [blob])) == [(blob, b"one")]


def test_the_variables_of_a_hook_do_not_lead_to_another_repository(calendar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run(tmp_path, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / "index"))
    assert git.branch(calendar) == "main"
    assert git.status_of(calendar, "posts/a.md") == git.Status(committed=True, dirty=False)


def test_only_the_named_paths_are_committed(calendar: Path):
    write(calendar / "posts" / "a.md", "mine")
    write(calendar / "posts" / "other.md", "staged by the user")
    run(calendar, "add", "posts/other.md")
    commit = git.add_commit_push(calendar, ["posts/a.md"], "schedule a")
    assert commit == git.head(calendar)
    assert run(calendar, "show", "--name-only", "--format=%s", "HEAD").split("\n\n") == ["schedule a", "posts/a.md"]
    assert run(calendar, "diff", "--cached", "--name-only") == "posts/other.md"


def test_nothing_to_commit_is_no_error(calendar: Path):
    assert git.add_commit_push(calendar, ["posts/a.md"], "again") == git.head(calendar)
    assert run(calendar, "rev-list", "--count", "HEAD") == "1"


def test_the_first_commit_of_a_repository_can_be_made(tmp_path: Path, calendar: Path):
    run(tmp_path, "init", "-q", "-b", "main", "fresh")
    write(tmp_path / "fresh" / "channels.toml", "x")
    assert git.branch(tmp_path / "fresh") == "main"
    assert git.add_commit_push(tmp_path / "fresh", ["channels.toml"], "begin") == git.head(tmp_path / "fresh", "main")


def test_a_commit_is_pushed_and_a_refused_push_says_why(calendar: Path, tmp_path: Path):
    run(tmp_path, "clone", "-q", "--bare", str(calendar), "server.git")
    run(calendar, "remote", "add", "origin", str(tmp_path / "server.git"))
    run(calendar, "push", "-q", "-u", "origin", "main")
    write(calendar / "posts" / "a.md", "pushed")
    commit = git.add_commit_push(calendar, ["posts/a.md"], "edit", push=True)
    assert run(tmp_path / "server.git", "rev-parse", "main") == commit
    hook = write(tmp_path / "server.git" / "hooks" / "pre-receive", "#!/bin/sh\necho main is protected\nexit 1\n")
    hook.chmod(0o755)
    write(calendar / "posts" / "a.md", "refused")
    with pytest.raises(ConfigError, match="git push: main is protected"):
        git.add_commit_push(calendar, ["posts/a.md"], "edit", push=True)
