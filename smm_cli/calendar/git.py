"""The only caller of git: commits, trees, blobs, marks of a ref, and the commits that smm is asked to make.

Works from any folder inside a repository: a calendar may be a folder of a bigger one, a linked worktree or a submodule. Paths are
relative to that folder, posix, and passed and read with -z. No prompt is ever shown and no optional lock taken.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smm_cli.errors import ConfigError
from smm_cli.words.frozen import dataclass

if TYPE_CHECKING:
    import subprocess

QUICK, SLOW = 30.0, 180.0
LOCAL = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")
"""What git itself sets inside a hook, naming another folder than the one asked about."""
NO_BARE = ("-c", "safe.bareRepository=explicit")
"""Else HEAD, config, objects/ committed into the calendar were a repository, whose config runs programs (git-config(1), 2.38)."""
WINNERS = ("refs/heads/{}", "refs/remotes/{}", "refs/tags/{}", "refs/remotes/origin/{}")
"""What a ref's name means, the first that exists: a branch before a tag of its name; `main` of a fresh checkout is origin's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit: git's mode (`100644`, `120000` a symbolic link) and the id of its bytes."""

    mode: str
    blob: str

    @property
    def is_file(self) -> bool:
        return self.mode.startswith("100")


@dataclass(frozen=True, slots=True)
class Status:
    """`committed`: the last commit has the file; `dirty`: the work tree differs from it (also: not committed at all)."""

    committed: bool
    dirty: bool


def run(root: Path, *arguments: str, stdin: bytes | None = None, limit: float = QUICK, write: bool = False) -> bytes:
    """What `git <arguments>` prints in `root`. Raises ConfigError with git's words, where git is missing or too slow too."""
    done = _start(root, arguments, stdin, limit, write)
    if done.returncode:
        said = _told(done.stderr) or f"exit {done.returncode}"
        raise ConfigError(f"git {arguments[0]}: {said}", where=str(root), slug="git")
    return done.stdout


def ask(root: Path, *arguments: str, stdin: bytes | None = None, limit: float = QUICK) -> bytes | None:
    """As run, but None where git refuses: for questions to which no is an answer."""
    done = _start(root, arguments, stdin, limit, False)
    return None if done.returncode else done.stdout


def command(root: Path, arguments: Sequence[str], write: bool = False) -> list[str]:
    return ["git", *([] if write else ["--no-optional-locks"]), *NO_BARE, "--literal-pathspecs", "-C", str(root), *arguments]


def environment() -> dict[str, str]:
    """This process's, without another repository's folders, in English, without prompts."""
    kept = {name: value for name, value in os.environ.items() if name not in LOCAL}
    ssh = kept.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
    return {**kept, "LC_ALL": "C", "LANGUAGE": "", "GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": ssh, "GIT_PAGER": "cat"}


def _no_git() -> ConfigError:
    return ConfigError("git is not installed, or not on the PATH", hint='install git, or set publish_from = "worktree"', slug="no-git")


def _told(stderr: bytes) -> str:
    """Why git, a hook or the server refused: their own words, the first of them."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines()]
    marked = [line.split(":", 1)[1].strip() for line in lines if line.startswith(("fatal:", "error:", "remote:"))]
    return "; ".join([line for line in marked or lines if line][:3])


def _start(root: Path, arguments: Sequence[str], stdin: bytes | None, limit: float, write: bool) -> subprocess.CompletedProcess[bytes]:
    import subprocess

    none = subprocess.DEVNULL if stdin is None else None
    whole = command(root, arguments, write)
    try:
        return subprocess.run(whole, stdin=none, input=stdin, capture_output=True, env=environment(), timeout=limit, check=False)
    except FileNotFoundError:
        raise _no_git() from None
    except subprocess.TimeoutExpired:
        raise ConfigError(f"git {arguments[0]} took longer than {limit:g} s", where=str(root), slug="git-slow") from None


# -- where we are -----------------------------------------------------------------------------------------------------------


def is_repository(root: Path) -> bool:
    """Whether `root` lies in a work tree of git; False where git is missing."""
    try:
        return ask(root, "rev-parse", "--is-inside-work-tree") == b"true\n"
    except ConfigError:
        return False


def branch(root: Path) -> str:
    """The branch checked out, also one without a commit; empty where HEAD is detached."""
    said = ask(root, "symbolic-ref", "--quiet", "--short", "HEAD")
    return said.decode().strip() if said else ""


def full_ref(root: Path, ref: str) -> str:
    """The whole name of `ref` (`refs/heads/main`), or `ref` as it is where it is no ref: HEAD, a commit, HEAD~1."""
    return _named(root, ref)[0] or ref


def head(root: Path, ref: str = "HEAD") -> str:
    """The id of the commit that `ref` names: a branch, `origin/main`, a tag, a commit. Raises ConfigError where there is none."""
    _, commit = _named(root, ref)
    if commit:
        return commit
    said = ask(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if said is not None:
        return said.decode().strip()
    refused = _told(_start(root, ("rev-parse", "--git-dir"), None, QUICK, False).stderr)
    if refused.startswith("not a git repository"):
        raise ConfigError("not a git repository", where=str(root), hint='git init, or set publish_from = "worktree"', slug="no-repository")
    if refused:  # a folder of another user, a format of a later version: git says what to do
        raise ConfigError(f"git: {refused}", where=str(root), slug="git")
    raise ConfigError(
        f"{ref}: no commit of that name",
        where=str(root),
        hint="git branch --all lists them; a new repository needs a first commit",
        slug="unknown-ref",
    )


def _named(root: Path, ref: str) -> tuple[str, str]:
    """The whole name of a ref and its commit; both empty where `ref` is none."""
    if ref == "HEAD":
        return "HEAD", ""
    names = [ref] if ref.startswith("refs/") else [pattern.format(ref) for pattern in WINNERS]
    said = ask(root, "for-each-ref", "--format=%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname)", "--", *names)
    rows = [line.split() for line in (said or b"").decode("utf-8", "surrogateescape").splitlines()]
    found = {row[0]: row[row.index("commit", 1) + 1] for row in rows if "commit" in row[1:]}
    return next(((name, found[name]) for name in names if name in found), ("", ""))


def ref_marks(root: Path, ref: str) -> tuple[Path, ...]:
    """Files whose stat or content changes when `ref` moves: HEAD where it counts, the loose ref, the packed refs. Some may not exist."""
    said = run(root, "rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir").decode().splitlines()
    own, common = Path(said[0]), Path(said[1])
    name = full_ref(root, ref)
    marks = [common / "packed-refs", common / "reftable" / "tables.list"]
    if name == "HEAD":
        target = ask(root, "symbolic-ref", "--quiet", "HEAD")
        marks.insert(0, own / "HEAD")
        name = target.decode().strip() if target else ""
    if name.startswith("refs/"):
        marks.insert(0, common / name)
    return tuple(marks)


def tags(root: Path) -> dict[str, str]:
    """Every tag and the id of the commit it names."""
    said = run(root, "for-each-ref", "--format=%(refname:strip=2)%00%(*objectname)%00%(objectname)", "refs/tags")
    rows = [line.split("\0") for line in said.decode("utf-8", "surrogateescape").splitlines()]
    return {name: peeled or own for name, peeled, own in rows}


def fetch(root: Path, ref: str) -> None:
    """Bring what `ref` names up to the remote's state; the work tree stays as it is.

    Raises ConfigError with git's words, and where nothing could be brought: the work tree, a branch that is checked out.
    """
    remotes = run(root, "remote").decode().split()
    if ref == "worktree" or not remotes:
        what = "there is no remote to fetch from" if not remotes else "the work tree is published, which no fetch changes"
        raise ConfigError(what, where=str(root), hint='git remote add origin URL, and publish_from = "origin/main"', slug="no-fetch")
    name, short = full_ref(root, ref), ref.removeprefix("refs/heads/")
    if not name.startswith("refs/heads/"):
        own = [remote for remote in remotes if name.removeprefix("refs/remotes/").startswith(f"{remote}/")]
        run(root, "fetch", "--quiet", "--tags", max(own, key=len, default=sorted(remotes, key="origin".__ne__)[0]), limit=SLOW, write=True)
        return
    if branch(root) == short:
        hint = f'git pull, or set publish_from = "{remotes[0]}/{short}" in [calendar]'
        raise ConfigError(f"{short} is checked out here: a fetch does not move it", where=str(root), hint=hint, slug="no-fetch")
    said = ask(root, "config", f"branch.{short}.remote")
    run(root, "fetch", "--quiet", said.decode().strip() if said else remotes[0], f"{short}:{short}", limit=SLOW, write=True)


# -- what a commit holds ------------------------------------------------------------------------------------------------------


def tree(root: Path, commit: str, folder: str = "") -> dict[str, Entry]:
    """Files of `commit` below `folder`, by path relative to `root`; submodules left out."""
    where = ["--", f"{folder.rstrip('/')}/"] if folder else []
    return _entries(run(root, "ls-tree", "-r", "-z", "--end-of-options", commit, *where))


def entry(root: Path, commit: str, path: str) -> Entry | None:
    """One file of `commit`; None where there is none of exactly this name."""
    if not path or path.startswith(("/", "../")) or path == "..":
        return None
    return _entries(run(root, "ls-tree", "-z", "--end-of-options", commit, "--", path)).get(path)


def _entries(said: bytes) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for row in said.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        about, path = row.split("\t", 1)
        mode, kind, blob = about.split()
        if kind == "blob":
            found[path] = Entry(mode, blob)
    return found


def read_blob(root: Path, blob: str) -> bytes:
    """The bytes of one blob."""
    return run(root, "cat-file", "blob", blob)


def read_blobs(root: Path, blobs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Each blob with its bytes, in the order asked, through one git process. Raises ConfigError where one is missing."""
    import subprocess
    import tempfile

    with tempfile.TemporaryFile() as asked:  # a file, not a pipe: git may answer long before it was asked everything
        asked.write("".join(f"{blob}\n" for blob in blobs).encode())
        asked.seek(0)
        arguments = command(root, ("cat-file", "--batch"))
        try:
            git = subprocess.Popen(
                arguments, stdin=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(), bufsize=1 << 20
            )
        except FileNotFoundError:
            raise _no_git() from None
        with git:
            assert git.stdout is not None
            try:
                while line := git.stdout.readline():
                    about = line.split()
                    if len(about) != 3 or about[1] != b"blob":
                        raise ConfigError(f"git has no {line.decode('ascii', 'replace').strip()}", where=str(root), slug="git")
                    data = git.stdout.read(int(about[2]) + 1)
                    if len(data) <= int(about[2]):
                        raise ConfigError("git stopped in the middle of a file", where=str(root), slug="git")
                    yield about[0].decode(), data[:-1]
            finally:
                git.stdout.close()
                git.terminate()


def changed(root: Path, old: str, new: str, folder: str = "") -> list[str]:
    """Paths that differ between two commits, relative to `root`, sorted; a renamed file counts with both names."""
    where = ["--", f"{folder.rstrip('/')}/"] if folder else ["--", "."]
    said = run(root, "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--relative", old, new, *where)
    return sorted(said.decode("utf-8", "surrogateescape").split("\0")[:-1])


# -- the work tree ------------------------------------------------------------------------------------------------------------


def statuses(root: Path, folder: str = "") -> dict[str, Status]:
    """Files that differ from the last commit, those git ignores included, by path relative to `root`; what is missing here is clean."""
    base = run(root, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").strip("\n")
    options = ("-z", "--porcelain=v2", "--untracked-files=all", "--ignored=matching", "--no-renames")
    said = run(root, "status", *options, "--", folder or ".", limit=SLOW)
    found: dict[str, Status] = {}
    for row in said.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        fields = {"1": 8, "u": 10}.get(row[0], 1)
        path = row.split(" ", fields)[fields]
        if row[0] in "1u?!" and path.startswith(base):
            found[path.removeprefix(base)] = Status(committed=row[0] == "u" or (row[0] == "1" and row[2] != "A"), dirty=True)
    return found


def status_of(root: Path, path: str) -> Status:
    """Whether one file is committed, and whether it differs from the commit."""
    known = ask(root, "ls-tree", "-z", "HEAD", "--", path)
    if not known:
        return Status(committed=False, dirty=True)
    return Status(committed=True, dirty=bool(run(root, "status", "-z", "--porcelain", "--no-renames", "--", path)))


def add_commit_push(root: Path, paths: Sequence[str], message: str, *, push: bool = False) -> str:
    """Commit these paths alone (what else is staged stays staged) and, if asked, push the branch. The id of the commit.

    Nothing to commit is no error: the id is HEAD's. Raises ConfigError with git's own words where a hook or the server refuses.
    """
    run(root, "add", "--all", "--force", "--", *paths, limit=SLOW, write=True)
    if ask(root, "diff", "--cached", "--quiet", "HEAD", "--", *paths) is None:
        run(root, "commit", "--quiet", "--message", message, "--only", "--", *paths, limit=SLOW, write=True)
    if push:
        run(root, "push", "--quiet", limit=SLOW, write=True)
    return head(root)
