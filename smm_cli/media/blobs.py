"""Bytes kept on disk by their SHA-256: what was looked at, what was fitted, what a delivery froze."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from smm_cli.words.post import Blob

CHUNK = 1 << 20


class Blobs:
    """A folder of files named by the SHA-256 (hex) of their bytes; files are 0600, the folder 0700, made on first use.

    Beside a blob stand notes, `<sha256>.<name>.json`: what was found out about these bytes. A note that is missing or
    unreadable is only work to do again. Everything is written beside, fsynced and renamed, so that no half file is seen.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, blob: Blob) -> Path:
        """Where the bytes of `blob` are, or would be."""
        return self.folder / blob.sha256

    def has(self, blob: Blob) -> bool:
        """Whether the bytes are here, whole."""
        try:
            return self.path(blob).stat().st_size == blob.size
        except OSError:
            return False

    def read(self, blob: Blob) -> bytes:
        """The bytes. Raises FileNotFoundError."""
        return self.path(blob).read_bytes()

    def keep(self, data: bytes, type: str) -> Blob:
        """Keep `data`, of MIME type `type`."""
        blob = Blob(hashlib.sha256(data).hexdigest(), len(data), type)
        if not self.has(blob):
            self._write(blob.sha256, data)
        return blob

    def keep_file(self, path: Path, type: str) -> Blob:
        """Keep the bytes of the file at `path`, which may be larger than memory. Raises OSError."""
        with path.open("rb") as source:
            sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        blob = Blob(sha256, path.stat().st_size, type)
        return blob if self.has(blob) else self._copy(path, type)

    def _copy(self, path: Path, type: str) -> Blob:
        new = self._beside()
        digest, size = hashlib.sha256(), 0  # of what was copied: the file may have changed since it was hashed
        try:
            with path.open("rb") as source, os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            blob = Blob(digest.hexdigest(), size, type)
            new.replace(self.path(blob))
        finally:
            new.unlink(missing_ok=True)
        self._sync()
        return blob

    def drop_unused(self, keep: set[str]) -> int:
        """Remove all blobs but those with a SHA-256 in `keep`, and the notes of what is removed; how many files went."""
        gone = 0
        for file in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            if file.name.split(".")[0] not in keep and file.is_file():
                file.unlink(missing_ok=True)
                gone += 1
        return gone

    def note(self, sha256: str, name: str) -> Any:
        """What was noted about these bytes under `name`; None where nothing was."""
        try:
            return json.loads((self.folder / f"{sha256}.{name}.json").read_bytes())
        except (OSError, ValueError):
            return None

    def store_note(self, sha256: str, name: str, value: Any) -> None:
        """Note `value` (plain JSON) about these bytes."""
        self._write(f"{sha256}.{name}.json", json.dumps(value, sort_keys=True).encode())

    def _beside(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.folder / f".new-{secrets.token_hex(8)}"

    def _write(self, name: str, content: bytes) -> None:
        new = self._beside()
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                target.write(content)
                target.flush()
                os.fsync(target.fileno())
            new.replace(self.folder / name)
        finally:
            new.unlink(missing_ok=True)
        self._sync()

    def _sync(self) -> None:
        if os.name == "posix":  # a rename lasts once its folder is on disk; Windows knows no such thing
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
