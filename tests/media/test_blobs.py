"""Bytes by their hash."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from smm_cli.media.blobs import Blobs
from smm_cli.words.post import Blob


def test_bytes_are_found_again_by_their_hash(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "deep" / "blobs")
    blob = blobs.keep(b"bread", "image/png")
    assert blob == Blob(hashlib.sha256(b"bread").hexdigest(), 5, "image/png")
    assert Blobs(tmp_path / "deep" / "blobs").read(blob) == b"bread"


def test_a_file_and_its_bytes_are_the_same_blob(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    blobs = Blobs(tmp_path / "blobs")
    assert blobs.keep_file(tmp_path / "a", "video/mp4") == blobs.keep(b"x" * 3_000_000, "video/mp4")


def test_what_is_kept_is_for_nobody_else(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    (tmp_path / "a").write_bytes(b"film")
    for blob in (blobs.keep(b"bread", "image/png"), blobs.keep_file(tmp_path / "a", "video/mp4")):
        assert stat.S_IMODE(blobs.path(blob).stat().st_mode) == 0o600
    assert stat.S_IMODE(blobs.folder.stat().st_mode) == 0o700


def test_half_a_blob_is_none_and_is_made_whole(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blob = blobs.keep(b"bread", "image/png")
    blobs.path(blob).write_bytes(b"bre")
    assert not blobs.has(blob)
    blobs.keep(b"bread", "image/png")
    assert blobs.read(blob) == b"bread"


def test_what_is_not_used_is_dropped_with_its_notes(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    stays, goes = blobs.keep(b"stays", "image/png"), blobs.keep(b"goes", "image/png")
    for blob in (stays, goes):
        blobs.store_note(blob.sha256, "seen", {"width": 1})
    assert blobs.drop_unused({stays.sha256}) == 2
    assert blobs.has(stays) and not blobs.has(goes)
    assert blobs.note(stays.sha256, "seen") == {"width": 1} and blobs.note(goes.sha256, "seen") is None


def test_nothing_is_left_beside_when_a_file_cannot_be_read(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    with pytest.raises(FileNotFoundError):
        blobs.keep_file(tmp_path / "gone", "image/png")
    assert not blobs.folder.exists() or not list(blobs.folder.iterdir())


def test_a_note_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    blobs.store_note("ab", "seen", [1])
    (tmp_path / "ab.seen.json").write_text("{half")
    assert blobs.note("ab", "seen") is None
