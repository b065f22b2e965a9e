"""smm runner site: a job of a git host has no folder that lasts, so that the site's pages are kept on a branch, as they went out."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from smm_cli.calendar import git
from smm_cli.calendar.git_notes import remote_of
from smm_cli.calendar.model import Calendar
from smm_cli.cli import output
from smm_cli.cli.channel_rebuild import rebuild
from smm_cli.cli.session import Session
from smm_cli.errors import ConfigError, SmmError, UsageError
from smm_cli.ledger.intake import write_out

KEPT = "refs/smm/site"
"""What of the branch lies in the folder, whole; with -there, what it is at the remote, and with -next, what it is to be."""
TRIES = 3
WHO = b"smm <smm@localhost>"


def site_of(calendar: Calendar) -> tuple[Path, tuple[str, ...]]:
    """The folder of the calendar's site, and the channels that write into it. Raises UsageError where there is none, or several."""
    sites = {name: str(one.settings.get("output", "public")).strip("/") for name, one in calendar.channels.items() if one.network == "site"}
    if len(set(sites.values())) != 1:
        what = "there is no site in channels.toml" if not sites else f"a job keeps one site, and there are {len(set(sites.values()))}"
        raise UsageError(what, hint="a machine of your own publishes any number: smm runner install cron", slug="site")
    return calendar.root / next(iter(sites.values())), tuple(sites)


def restore(session: Session, branch: str) -> int:
    """Lay the pages of the branch into the site's folder. Raises ConfigError where the remote cannot be asked."""
    calendar = session.calendar()
    folder, _ = site_of(calendar)
    count = _lay(calendar.root, folder, branch, over=True)
    output.tell(f"{count} files of the site from {branch}.")
    return 0


def keep(session: Session, branch: str) -> int:
    """Make what receipts prove and the folder lacks, and push the folder to the branch; another's push is taken in first.

    4 where a page could not be made. Raises ConfigError.
    """
    calendar = session.calendar()
    folder, channels = site_of(calendar)
    _hear(session)
    if not _kept(calendar.root):  # what was not laid here, or half, would be taken from the branch
        _lay(calendar.root, folder, branch, over=False)
    for again in range(TRIES):
        code = max(rebuild(session, name, changed=False, yes=True, dry_run=False) for name in channels)
        if not folder.is_dir():
            output.tell("Nothing is on the site yet.")
            return code
        try:
            _push(calendar.root, folder, branch)
            return code
        except SmmError:
            if again + 1 == TRIES or not _lay(calendar.root, folder, branch, over=False):
                raise
    return code


def _hear(session: Session) -> None:
    """Bring the receipts of all runners here: without them the site would be made again without its pages. Raises ConfigError."""
    with session.runner() as runner:
        if why := runner.hear():
            raise ConfigError(f"the site is left as it is: {why}", where=str(runner.calendar.root), slug="not-heard")
        write_out(runner.ledger, runner.calendar.receipts)


def _lay(root: Path, folder: Path, branch: str, *, over: bool) -> int:
    """Fetch the branch and lay its files into the folder, with `over` also where there is one; how many it has."""
    remote = remote_of(root)
    if not remote:
        raise ConfigError(
            "this clone has no remote to keep the site at", where=str(root), hint="git remote add origin URL", slug="no-remote"
        )
    ref, there = f"refs/heads/{branch}", f"{KEPT}-there"
    git.run(root, "update-ref", "-d", KEPT, write=True)
    if not git.run(root, "ls-remote", remote, ref, limit=git.SLOW).strip():
        return 0
    git.run(root, "fetch", "--quiet", "--no-tags", "--depth=1", remote, f"+{ref}:{there}", limit=git.SLOW, write=True)
    count = 0
    with tarfile.open(fileobj=io.BytesIO(git.run(_top(root), "archive", there, limit=git.SLOW))) as files:
        for file in files:
            count += file.isfile()
            if file.isfile() and (over or not (folder / file.name).exists()):
                files.extract(file, folder, filter="data")
    git.run(root, "update-ref", KEPT, there, write=True)
    return count


def _kept(root: Path) -> str:
    return (git.ask(root, "rev-parse", "--verify", "--quiet", KEPT) or b"").decode().strip()


def _top(root: Path) -> Path:
    """The top of the repository: elsewhere git archives a part only."""
    return Path(git.run(root, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n"))


def _push(root: Path, folder: Path, branch: str) -> None:
    """Raises ConfigError where the remote does not take it."""
    before, after = _kept(root), f"{KEPT}-next"
    stream = b"".join(_stream(folder, after, before))
    git.run(root, "fast-import", "--quiet", "--force", "--date-format=now", stdin=stream, limit=git.SLOW, write=True)
    if before and _tree(root, before) == _tree(root, after):
        output.tell("The site is as it was.")
        return
    git.run(root, "push", "--quiet", "--no-verify", remote_of(root), f"{after}:refs/heads/{branch}", limit=git.SLOW, write=True)
    git.run(root, "update-ref", KEPT, after, write=True)
    output.out(f"kept  the site, on {branch}")


def _tree(root: Path, commit: str) -> bytes:
    return git.run(root, "rev-parse", f"{commit}^{{tree}}")


def _stream(folder: Path, ref: str, before: str) -> Iterator[bytes]:
    """The folder as a commit. Source: git-fast-import(1), input format (git 2.39, 2026-11-23)."""
    yield b"commit %s\ncommitter %s now\ndata 8\nThe site\n" % (ref.encode(), WHO)
    yield b"from %s\n" % before.encode() if before else b""
    yield b"deleteall\n"
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            name = path.relative_to(folder).as_posix().replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            yield b'M 100644 inline "%s"\ndata %d\n' % (name.encode("utf-8", "surrogateescape"), len(data))
            yield data + b"\n"
