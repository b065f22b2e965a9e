"""Where files are read from: the work tree, or a commit of git. Both answer alike, so that nothing else asks which it is."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from smm_cli.calendar import git
from smm_cli.calendar.model import WORKTREE
from smm_cli.errors import ConfigError

LFS = b"version https://git-lfs.github.com/spec/v1\n"
"""How a Git LFS pointer begins; it is at most 1024 bytes. Source: git-lfs docs/spec.md, 2026-11-22."""
LINKS = 8
"""Most symbolic links followed one after the other."""
ALONE = 4
"""So many files of a commit are looked up one by one: channels.toml alone must not cost reading a tree of 10,000 names."""
OURS = frozenset({".git", ".smm"})


class Source(Protocol):
    """A calendar's files. Paths are posix and relative to `root`."""

    root: Path

    def mark(self) -> str:
        """The commit's id, or `worktree`."""

    def paths(self, folder: str = "") -> list[str]:
        """Files below `folder`, sorted, symbolic links left out."""

    def links(self, folder: str = "") -> list[str]:
        """Symbolic links below `folder`, sorted: nothing is read through one."""

    def exists(self, path: str) -> bool:
        """Whether there is a file of exactly this name."""

    def read(self, path: str) -> bytes:
        """Its bytes. Raises FileNotFoundError, also for what lies outside the calendar."""

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Many files at once, in the order asked, Git LFS pointers as they are. Raises FileNotFoundError."""

    def fetch(self, path: str) -> Path:
        """A real file on disk with those bytes. Raises FileNotFoundError."""


def is_lfs_pointer(data: bytes) -> bool:
    """Whether these bytes only stand for a file that Git LFS keeps."""
    return len(data) <= 1024 and data.startswith(LFS)


def open_source(root: Path, publish_from: str) -> Source:
    """The work tree where `publish_from` says so, else the commit that this ref names now. Raises ConfigError."""
    return WorkTree(root) if publish_from == WORKTREE else Commit(root, publish_from)


class WorkTree:
    """The files as they lie on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def mark(self) -> str:
        return WORKTREE

    def paths(self, folder: str = "") -> list[str]:
        return sorted(path for path, entry in self.entries(folder) if entry.is_file(follow_symlinks=False))

    def links(self, folder: str = "") -> list[str]:
        return sorted(path for path, entry in self.entries(folder) if entry.is_symlink())

    def entries(self, folder: str = "") -> list[tuple[str, os.DirEntry[str]]]:
        """Everything below `folder` that is not a folder, as the system lists it, not sorted; .git and .smm left out."""
        found: list[tuple[str, os.DirEntry[str]]] = []
        if folder and not self.holds(folder):
            return found
        folders = [(str(self.root / folder), f"{folder.strip('/')}/" if folder else "")]
        while folders:
            where, prefix = folders.pop()
            try:
                with os.scandir(where) as listed:
                    entries = list(listed)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except PermissionError as error:  # what lies in it would be lost without a word
                raise ConfigError(f"{where} cannot be read: {error.strerror}", hint="check its permissions", slug="unreadable") from error
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    found.append((prefix + entry.name, entry))
                elif entry.name not in OURS:
                    folders.append((entry.path, f"{prefix}{entry.name}/"))
        return found

    def holds(self, folder: str) -> bool:
        """Whether no symbolic link stands on the way to `folder`."""
        return os.path.realpath(self.root / folder) == str(Path(os.path.realpath(self.root)) / folder)

    def exists(self, path: str) -> bool:
        try:
            return self.fetch(path).is_file()
        except FileNotFoundError:
            return False

    def read(self, path: str) -> bytes:
        try:
            return self.fetch(path).read_bytes()
        except (NotADirectoryError, IsADirectoryError):
            raise FileNotFoundError(path) from None

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return ((path, self.read(path)) for path in paths)

    def fetch(self, path: str) -> Path:
        place = self.root / path
        try:
            real = Path(os.path.realpath(place)).relative_to(os.path.realpath(self.root))
            inside = OURS.isdisjoint(real.parts)  # tokens and the ledger lie in .smm: no post may name one of them as its picture
            there = inside and place.is_file()
        except (OSError, ValueError):  # elsewhere, a NUL in the name, or a name too long for any file
            there = False
        if not there:
            raise FileNotFoundError(path)
        return place


class Commit:
    """The files of one commit: the one that `ref` names when this is made, whatever the ref does later. Raises ConfigError.

    Files that are fetched are laid into `extracted`.
    """

    def __init__(self, root: Path, ref: str) -> None:
        self.root = root
        self.ref = ref
        self.extracted = root / ".smm" / "extracted"
        self.commit = git.head(root, ref)
        self.downloads = False
        """Whether Git LFS may fetch what is not here: only to publish. Its server is named by .lfsconfig, a file of the calendar."""
        self._asked = 0

    def mark(self) -> str:
        return self.commit

    @cached_property
    def tree(self) -> dict[str, git.Entry]:
        """Every file of the calendar in this commit."""
        return git.tree(self.root, self.commit)

    def entries(self, folder: str = "") -> dict[str, git.Entry]:
        """Files and symbolic links below `folder`."""
        prefix = f"{folder.strip('/')}/" if folder else ""
        return {path: entry for path, entry in self.tree.items() if path.startswith(prefix)}

    def paths(self, folder: str = "") -> list[str]:
        return sorted(path for path, entry in self.entries(folder).items() if entry.is_file)

    def links(self, folder: str = "") -> list[str]:
        return sorted(path for path, entry in self.entries(folder).items() if not entry.is_file)

    def exists(self, path: str) -> bool:
        try:
            return bool(self._entry(path))
        except FileNotFoundError:
            return False

    def read(self, path: str) -> bytes:
        return self._through_lfs(git.read_blob(self.root, self._entry(path).blob), path)

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        self._asked = ALONE
        asked = [(path, self._entry(path).blob) for path in paths]
        read = git.read_blobs(self.root, (blob for _, blob in asked))
        return ((path, data) for (path, _), (_, data) in zip(asked, read, strict=True))

    def fetch(self, path: str) -> Path:
        entry = self._entry(path)
        kept = self.extracted / entry.blob[:2] / f"{entry.blob}{Path(path).suffix}"
        if not kept.exists():
            data = self.read(path)
            if is_lfs_pointer(data):  # not kept: once Git LFS has the file, the same pointer gives it
                kept = kept.with_name(f"{entry.blob}.pointer")
            keep(kept, data)
        return kept

    def _entry(self, path: str) -> git.Entry:
        """The file at `path`, or where links inside the calendar lead from there."""
        place = posixpath.normpath(path)
        for _ in range(LINKS):
            entry = self._found(place)
            if entry is None:
                break
            if entry.is_file:
                return entry
            target = git.read_blob(self.root, entry.blob).decode("utf-8", "surrogateescape")
            place = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
        raise FileNotFoundError(path)

    def _found(self, path: str) -> git.Entry | None:
        """A few files are asked for one by one; who wants more gets the whole tree read."""
        self._asked += 1
        if "tree" in self.__dict__ or self._asked > ALONE:
            return self.tree.get(path)
        return git.entry(self.root, self.commit, path)

    def _through_lfs(self, data: bytes, path: str) -> bytes:
        """What a pointer stands for: from the local LFS store, else through `git lfs smudge`; the pointer itself where neither has it."""
        if not is_lfs_pointer(data):
            return data
        stored = self._in_lfs_store(data)
        if stored is not None or not self.downloads:
            return data if stored is None else stored
        try:
            said = git.ask(self.root, "lfs", "smudge", "--", path, stdin=data, limit=git.SLOW)
        except ConfigError:
            said = None
        return said or data

    def _in_lfs_store(self, pointer: bytes) -> bytes | None:
        digest = next((line[11:].strip().decode() for line in pointer.splitlines() if line.startswith(b"oid sha256:")), "")
        common = git.run(self.root, "rev-parse", "--path-format=absolute", "--git-common-dir").decode().strip()
        try:
            data = (Path(common) / "lfs" / "objects" / digest[:2] / digest[2:4] / digest).read_bytes()
        except OSError:
            return None
        return data if sha256(data).hexdigest() == digest else None


def keep(path: Path, data: bytes) -> None:
    """Write a file of .smm/ whole or not at all: 0600, its folders 0700."""
    state = next((parent for parent in path.parents if parent.name == ".smm"), None)
    if state:
        make_state(state)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    beside.replace(path)


def make_state(state: Path) -> None:
    """Make .smm/: for this user alone, and out of git whatever the calendar's own .gitignore says. Raises OSError."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
