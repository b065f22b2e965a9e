"""One small file kept under a ref of its own, outside branches: no pull request, no protection, seen by every clone that fetches it."""

from __future__ import annotations

from pathlib import Path

from smm_cli.calendar.git import SLOW, ask, run
from smm_cli.errors import ConfigError

WHO = ("-c", "user.name=smm", "-c", "user.email=smm@localhost")


def remote_of(root: Path, published: str = "") -> str:
    """The remote to tell: the one whose branch is published (`upstream/main`), else origin, else the first; empty where there is none."""
    names = (ask(root, "remote") or b"").decode().split()
    named = [name for name in names if published.removeprefix("refs/remotes/").startswith(f"{name}/")]
    return max(named, key=len, default=min(names, key=lambda name: (name != "origin", name), default=""))


def read_note(root: Path, ref: str, name: str) -> bytes | None:
    """The file `name` under `ref`, as this clone knows it; None where there is none."""
    return ask(root, "cat-file", "blob", f"{ref}:{name}")


def fetch_note(root: Path, ref: str, published: str = "") -> None:
    """Bring `ref` up to the remote's state; gone there is gone here. Raises ConfigError where the remote cannot be asked."""
    remote = remote_of(root, published)
    if not remote:
        return
    if run(root, "ls-remote", remote, ref, limit=SLOW).strip():
        run(root, "fetch", "--quiet", "--no-tags", remote, f"+{ref}:{ref}", limit=SLOW, write=True)
    else:
        _forget(root, ref)


def write_note(root: Path, ref: str, name: str, data: bytes, message: str, published: str = "") -> None:
    """Keep `data` as the file `name` under `ref`, here and at the remote. Raises ConfigError where the remote does not take it:
    then it stands here all the same."""
    blob = run(root, "hash-object", "-w", "--stdin", stdin=data, write=True).decode().strip()
    tree = run(root, "mktree", stdin=f"100644 blob {blob}\t{name}\n".encode(), write=True).decode().strip()
    commit = run(root, *WHO, "commit-tree", tree, "-m", message, write=True).decode().strip()
    known = (ask(root, "rev-parse", "--verify", "--quiet", ref) or b"").decode().strip()
    run(root, "update-ref", ref, commit, write=True)
    if remote := remote_of(root, published):
        _push(root, remote, f"--force-with-lease={ref}:{known}", f"{commit}:{ref}")
        if not run(root, "ls-remote", remote, ref, limit=SLOW).startswith(commit.encode()):
            raise ConfigError(f"{remote} said yes, but does not have {ref}", slug="git")
        run(root, "update-ref", _seen(ref), commit, write=True)


def drop_note(root: Path, ref: str, published: str = "") -> None:
    """Take `ref` away, at the remote first. Raises ConfigError where the remote does not let it go."""
    known = (ask(root, "rev-parse", "--verify", "--quiet", ref) or b"").decode().strip()
    if known and (remote := remote_of(root, published)) and run(root, "ls-remote", remote, ref, limit=SLOW).strip():
        _push(root, remote, f"--force-with-lease={ref}:{known}", f":{ref}")
    _forget(root, ref)


def _push(root: Path, remote: str, lease: str, what: str) -> None:
    run(root, "push", "--quiet", "--no-verify", lease, remote, what, limit=SLOW, write=True)


def _forget(root: Path, ref: str) -> None:
    run(root, "update-ref", "-d", ref, write=True)
    run(root, "update-ref", "-d", _seen(ref), write=True)


def _seen(ref: str) -> str:
    """Where a runner with claims through git keeps what it last saw of `ref`: so it can tell what others do from what is not told yet."""
    return ref.replace("refs/smm/", "refs/smm/seen/", 1)
