"""The carrier of `file:` requests: reads and writes inside the output folder of a `site`, and nowhere else."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from smm_cli.errors import ConfigError, Rejected, Retriable
from smm_cli.media.blobs import CHUNK, Blobs
from smm_cli.words.exchange import Answer, Body, Json, Request, Slice, Text

SCHEME = "file:"
KEPT_OUT = frozenset({".git", ".smm", "posts", "receipts", "channels.toml"})
"""What belongs to the calendar: a folder that is one of these, or holds one or a Markdown file, is no output folder. (A page may be
named `posts`, so that a folder of that name alone says nothing.)"""


def output_folder(root: Path, output: str) -> Path:
    """The folder below the calendar at `root` that `output` names. Raises ConfigError where a site must not be written."""
    hint = 'output = "public" is a good one; to serve it elsewhere, let the web server read it there or copy it after smm publish'
    parts = PurePosixPath(output.replace("\\", "/")).parts
    if not parts or PurePosixPath(output).is_absolute() or ".." in parts or ":" in parts[0] or "\0" in output:
        raise ConfigError(f'output = "{output}" is not a folder below the calendar', hint=hint, slug="site-output")
    folder = root.joinpath(*parts)
    home = root.resolve()
    if home not in folder.resolve().parents:
        raise ConfigError(f'output = "{output}" leads out of the calendar through a link', hint=hint, slug="site-output")
    if parts[0] in KEPT_OUT or any((folder / name).exists() for name in KEPT_OUT - {"posts"}) or any(folder.rglob("*.md")):
        raise ConfigError(f'output = "{output}" holds the calendar itself, which a site would write over', hint=hint, slug="site-output")
    return folder


class Files:
    """Answers requests to `file:<path>`, relative to the output folder, as a server would.

    GET 200 or 404 · PUT 201, or 200 where the file was there (equal bytes are not written again) · DELETE 204 or 404, and
    folders that it empties · LIST of a pattern (`*` within one step of the path) 200 with JSON [{"path", "size"}], sorted by path; with the
    query `read=1` each with `body`, parsed JSON (null where it cannot be parsed); `without=a` leaves out its key a, `path=p` (repeatable)
    names the only files wanted. Writing is atomic: beside, fsync, rename. Raises Rejected for a path that leaves the folder, Retriable when
    the disk refuses, ConfigError for a folder that is none.
    """

    def __init__(self, root: Path, output: str) -> None:
        self.root = root
        self.output = output
        self._folder: Path | None = None

    async def send(self, request: Request, blobs: Blobs) -> Answer:
        """The answer to `request`. Bodies are read from `blobs`; `reads="blob"` keeps what is read there."""
        folder = self._folder = self._folder or output_folder(self.root, self.output)
        try:
            match request.method:
                case "LIST":
                    return Answer(200, {}, _listing(folder, _steps(request.url, "*"), request.query))
                case "GET":
                    return _get(_inside(folder, request.url), request.reads, blobs)
                case "PUT":
                    return _put(_inside(folder, request.url), request.body, blobs)
                case "DELETE":
                    return _delete(_inside(folder, request.url), folder)
        except OSError as refused:
            what = f"{self.output}: {refused.strerror or refused}"
            raise Retriable(what, hint="is the disk full, or the folder somebody else's?", slug="site-disk") from None
        return Answer(405)


def _steps(url: str, wild: str = "") -> tuple[str, ...]:
    """The steps of the path in `url`. Raises Rejected for what could lead elsewhere."""
    path = url.removeprefix(SCHEME)
    steps = tuple(path.split("/"))
    bad = any(not step or step in (".", "..") or set(step) & set('\\:\0<>|?"*') - set(wild) or step.startswith(".git") for step in steps)
    if not url.startswith(SCHEME) or bad:
        raise Rejected(f"{url!r} is not a path inside the output folder", slug="site-path")
    return steps


def _inside(folder: Path, url: str) -> Path:
    path = folder.joinpath(*_steps(url))
    if folder.resolve() not in path.resolve().parents:  # a link in the output folder
        raise Rejected(f"{url!r} leads out of the output folder", slug="site-path")
    return path


def _get(path: Path, reads: str, blobs: Blobs) -> Answer:
    if not path.is_file():
        return Answer(404)
    if reads == "blob":
        return Answer(200, {}, blobs.keep_file(path, "application/octet-stream"))
    content = path.read_bytes()
    return Answer(200, {}, _parsed(content) if reads == "json" else content.decode("utf-8", "replace"))


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _chunks(body: Body | None, blobs: Blobs) -> Iterator[bytes]:
    match body:
        case None:
            return
        case Text(value):
            yield value.encode()
        case Json(value):
            yield json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
        case Slice(blob, start, stop):
            left = (blob.size if stop is None else stop) - start
            with blobs.path(blob).open("rb") as source:
                source.seek(start)
                while left > 0 and (chunk := source.read(min(CHUNK, left))):
                    left -= len(chunk)
                    yield chunk
        case _:
            raise Rejected("a file takes text, JSON or bytes", slug="site-body")


def _put(path: Path, body: Body | None, blobs: Blobs) -> Answer:
    was = path.exists()
    if was and _equal(path, body, blobs):
        return Answer(200, {}, {"changed": False})
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with new.open("xb") as target:
            for chunk in _chunks(body, blobs):
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    _settle(path.parent)
    return Answer(200 if was else 201, {}, {"changed": True})


def _equal(path: Path, body: Body | None, blobs: Blobs) -> bool:
    with path.open("rb") as there:
        return all(there.read(len(chunk)) == chunk for chunk in _chunks(body, blobs)) and not there.read(1)


def _settle(folder: Path) -> None:
    if os.name == "posix":  # a rename lasts once its folder is on disk; Windows knows no such thing
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _delete(path: Path, folder: Path) -> Answer:
    if not path.is_file():
        return Answer(404)
    path.unlink()
    for above in path.parents:
        if above == folder or any(above.iterdir()):
            break
        above.rmdir()
    return Answer(204)


def _listing(folder: Path, pattern: tuple[str, ...], query: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    wanted = {value for name, value in query if name == "path"}
    without = {value for name, value in query if name == "without"}
    names = [name for name in _matching(str(folder), pattern) if not wanted or name in wanted]
    found = []
    for name in sorted(names, key=lambda name: name.split("/")):
        path = f"{folder}/{name}"
        entry: dict[str, Any] = {"path": name, "size": os.stat(path).st_size}  # noqa: PTH116  a site lists thousands of pages
        if ("read", "1") in query:
            body = _parsed(Path(path).read_bytes())
            entry["body"] = {key: value for key, value in body.items() if key not in without} if isinstance(body, dict) else body
        found.append(entry)
    return found


def _matching(folder: str, pattern: tuple[str, ...], before: str = "") -> Iterator[str]:
    """Files below `folder` that fit, as paths from there, through no link, none hidden."""
    if not os.path.isdir(folder):  # noqa: PTH112
        return
    with os.scandir(folder) as there:
        for item in there:
            if item.name.startswith(".") or not fnmatchcase(item.name, pattern[0]):
                continue
            if len(pattern) == 1 and item.is_file(follow_symlinks=False):
                yield before + item.name
            elif len(pattern) > 1 and item.is_dir(follow_symlinks=False):
                yield from _matching(item.path, pattern[1:], f"{before}{item.name}/")
