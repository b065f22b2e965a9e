"""Films and sounds: size and duration by ffprobe where it is installed, the place of recording by reading the file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

from smm_cli.words.frozen import dataclass
from smm_cli.words.limit import MP4, QUICKTIME

PLACES = (b"\xa9xyz", b"com.apple.quicktime.location.ISO6709", b"loci")
"""Where MP4 and QuickTime write coordinates: QuickTime user data, Apple's metadata keys, 3GPP TS 26.244 (all read 2026-11-22)."""

MOST_HEADER = 64 << 20


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a recording; None where nothing could be measured. `place`: it holds coordinates."""

    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    place: bool = False
    broken: bool = False


def hear(path: Path, type_: str) -> Heard:
    """Look at the recording at `path`. Without ffprobe only its place is known. Raises OSError."""
    place = type_ in (MP4, QUICKTIME, "audio/mp4") and tells_place(path)
    probe = which("ffprobe")
    if probe is None:
        return Heard(place=place)
    said = _probe(probe, path)
    if said is None:
        return Heard(place=place, broken=True)
    film: dict[str, Any] = next((stream for stream in said.get("streams", ()) if stream.get("codec_type") == "video"), {})
    width, height = film.get("width"), film.get("height")
    turns = [side.get("rotation", 0) for side in film.get("side_data_list", ())]
    if any(abs(int(turn)) % 180 == 90 for turn in turns):
        width, height = height, width
    seconds = said.get("format", {}).get("duration")
    return Heard(width, height, round(float(seconds), 3) if seconds else None, place)


def _probe(probe: str, path: Path) -> dict[str, Any] | None:
    command = [probe, "-v", "error", "-protocol_whitelist", "file", "-of", "json", "-show_format", "-show_streams", str(path.resolve())]
    try:
        ran = subprocess.run(command, capture_output=True, timeout=60, check=False)
        said = json.loads(ran.stdout) if ran.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return said if isinstance(said, dict) and said.get("streams") else None


def tells_place(path: Path) -> bool:
    """Whether the header (`moov`, or `meta`) of an MP4 or QuickTime file holds coordinates."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4])
            if length == 1:  # the real length follows, in 8 bytes
                length = int.from_bytes(head[8:16])
            elif length == 0:
                length = size - at
            if head[4:8] in (b"moov", b"meta", b"udta"):
                file.seek(at)
                header = file.read(min(length, MOST_HEADER))
                if any(mark in header for mark in PLACES):
                    return True
            if length < 8:
                return False
            at += length
    return False
