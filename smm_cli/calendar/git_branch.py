"""A branch that smm alone writes, its files kept in a folder of .smm: merged with the remote's, committed without work tree or index."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha1, sha256
from pathlib import Path

from smm_cli.calendar import git
from smm_cli.calendar.below import files_below
from smm_cli.calendar.git_refs import make_objects
from smm_cli.calendar.source import keep
from smm_cli.errors import ConfigError

FOLDERS = ("receipts", "progress", "corrections", "channels")
"""What of the branch is ours; whatever else stands on it stays as it is."""
WHO = ("-c", "user.name=smm", "-c", "user.email=smm@localhost")
Files = dict[str, str]
"""Paths below the calendar, and their blobs."""
Resolve = Callable[[str, bytes | None, bytes | None, bytes | None], bytes | None]
"""What a file becomes that both sides changed: path, then what it was, what it is here, what it is there. None: no file."""


class Mirror:
    """The branch's files as of `tip`, in `folder`, with whatever was written there since. One process at a time works with it."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self._state = folder.with_name(f"{folder.name}.json")
        self.tip, self._stats = "", dict[str, list[int]]()
        self.base: Files = {}
        with suppress(OSError, ValueError, KeyError):  # without the folder all begins anew: else what is not here were gone from the branch
            kept = json.loads(self._state.read_bytes()) if folder.is_dir() else {}
            self.tip, self.base, self._stats = str(kept["tip"]), dict(kept["base"]), dict(kept["stats"])

    def save(self) -> None:
        """Keep what is known of the branch. Raises OSError."""
        kept = {"tip": self.tip, "base": self.base, "stats": self._stats}
        keep(self._state, json.dumps(kept, separators=(",", ":")).encode())

    def news(self) -> dict[str, str]:
        """Files here that are not as the branch has them: path, and the blob (made in git), empty where the file is gone here."""
        here = dict(_files(self.folder))
        fresh = [path for path, stat in here.items() if self._stats.get(path) != stat or path not in self.base]
        long = len(self.tip) == 64
        contents = {path: _read(self.folder / path) for path in fresh}
        same = {path for path, data in contents.items() if self.base.get(path) == _blob_id(data, long)}
        self._stats.update({path: here[path] for path in same})
        mine = [path for path in fresh if path not in same]
        made = dict(zip(mine, make_objects(self.root, [contents[path] for path in mine]), strict=True))
        return {**made, **{path: "" for path in self.base if path not in here}}

    def merge(self, tip: str, prefix: str, resolve: Resolve) -> list[str]:
        """Bring the folder up to `tip` (a commit of the branch that is here, or empty); what was changed on both sides is resolved.

        The paths that changed here by it.
        """
        there = _tree(self.root, tip, prefix)
        news = self.news()
        changed = [path for path in sorted({*there, *self.base}) if there.get(path) != self.base.get(path)]
        if changed:  # what is written here of a delivery may be over by what came
            changed += [path for path, blob in news.items() if blob and path.startswith(f"{FOLDERS[1]}/") and path not in changed]
        needed = {blob for path in changed for blob in (there.get(path), self.base.get(path) if path in news else None) if blob}
        contents = dict(git.read_blobs(self.root, sorted(needed))) if needed else {}
        written: list[str] = []
        for path in sorted(changed, key=lambda path: (FOLDERS.index(path.partition("/")[0]), path)):  # receipts first
            content = contents.get(there.get(path, ""))
            if path in news:
                if news[path] == there.get(path, ""):
                    continue
                own = _read(self.folder / path) if news[path] else None
                content = resolve(path, contents.get(self.base.get(path, "")), own, content)
                if content == own:
                    continue
            try:
                self._put(path, content)
            except OSError as error:
                what = f"{path} stands on the branch and cannot be written here: {error.strerror}"
                raise ConfigError(what, where=str(self.folder), hint="is the disk full? if not, take the file off the branch") from error
            written.append(path)
        self.tip, self.base = tip, there
        self._stats = {path: stat for path, stat in self._stats.items() if path not in changed}
        return written

    def commit(self, news: Mapping[str, str], prefix: str, message: str) -> str:
        """A commit with `news` on top of the tip; its id. It is made with an index of its own and moves nothing."""
        with tempfile.TemporaryDirectory(prefix="smm-index-") as folder:
            index = str(Path(folder) / "index")
            null = "0" * len(self.tip or next(filter(None, news.values()), "0" * 40))
            rows = [f"100644 {blob}\t{prefix}{path}" if blob else f"0 {null}\t{prefix}{path}" for path, blob in sorted(news.items())]
            _indexed(self.root, index, "read-tree", *([self.tip] if self.tip else ["--empty"]))
            _indexed(self.root, index, "update-index", "-z", "--index-info", stdin="".join(f"{row}\0" for row in rows).encode())
            tree = _indexed(self.root, index, "write-tree").decode().strip()
        parent = ["-p", self.tip] if self.tip else []
        return git.run(self.root, *WHO, "commit-tree", tree, *parent, "-m", message, write=True).decode().strip()

    def _put(self, path: str, content: bytes | None) -> None:
        place = self.folder / path
        if content is None:
            place.unlink(missing_ok=True)
            with suppress(OSError):
                place.parent.rmdir()
        else:
            keep(place, content)


def _indexed(root: Path, index: str, *arguments: str, stdin: bytes | None = None) -> bytes:
    import subprocess

    environment = {**git.environment(), "GIT_INDEX_FILE": index}
    command = git.command(root, ["-c", "core.splitIndex=false", "-c", "core.fsmonitor=false", *arguments], write=True)
    done = subprocess.run(command, input=stdin or b"", capture_output=True, env=environment, timeout=git.SLOW, check=False)
    if done.returncode:
        raise ConfigError(f"git {arguments[0]}: {done.stderr.decode('utf-8', 'replace').strip()}", where=str(root), slug="git")
    return done.stdout


def _tree(root: Path, tip: str, prefix: str) -> Files:
    """Our files of a commit; symbolic links, hidden files and what would lead out of the folder are passed over.

    Only receipts lie in folders of folders.
    """
    if not tip:
        return {}
    folders = [f"{prefix}{folder}/" for folder in FOLDERS]
    said = git.run(root, "ls-tree", "-r", "-z", "--full-tree", "--end-of-options", tip, "--", *folders)
    found: Files = {}
    for row in said.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        about, path = row.split("\t", 1)
        mode, kind, blob = about.split()
        name = path.removeprefix(prefix)
        if not name.startswith(f"{FOLDERS[0]}/") and name.count("/") > 1:
            continue
        if kind == "blob" and mode.startswith("100") and not any(part.startswith(".") for part in name.split("/")) and "\\" not in name:
            found[name] = blob
    return found


def _files(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """Every file of ours below `folder`, posix, and what changes when it does."""
    for name in FOLDERS:
        for path, stat in files_below(folder / name):
            yield f"{name}/{path}", [stat.st_mtime_ns, stat.st_size, stat.st_ino]


def _blob_id(data: bytes, long: bool) -> str:
    kind = sha256 if long else sha1
    return kind(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # taken away this moment: as if it were empty, it is looked at again
        return b""
