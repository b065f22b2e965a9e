"""What a file is, by its first bytes; never by its name. Pictures are confirmed by the decoder later."""

from __future__ import annotations

from smm_cli.words.limit import AVIF, GIF, HEIC, JPEG, MP4, PNG, QUICKTIME, WEBM, WEBP

HEAD = 512
"""How many of the first bytes `type_of` wants."""

SVG, LFS, TEXT, EMPTY, UNKNOWN = "image/svg+xml", "git-lfs", "text/plain", "empty", ""
BMP, TIFF, MATROSKA = "image/bmp", "image/tiff", "video/x-matroska"

EXTENSIONS = {
    JPEG: "jpg", PNG: "png", GIF: "gif", WEBP: "webp", AVIF: "avif", BMP: "bmp", TIFF: "tiff", MP4: "mp4", WEBM: "webm",
    QUICKTIME: "mov", MATROSKA: "mkv", "audio/mpeg": "mp3", "audio/mp4": "m4a",
    "audio/ogg": "ogg", "audio/flac": "flac", "audio/wav": "wav",
}  # fmt: skip
"""The usual extension of each type that `look` accepts."""

_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"version https://git-lfs.github.com/spec/", LFS),
)
_BRANDS = {  # ISO base media: the major brand at bytes 8 to 12 (registry at mp4ra.org, read 2026-11-22)
    b"avif": AVIF, b"avis": AVIF, b"heic": HEIC, b"heix": HEIC, b"hevc": HEIC, b"heim": HEIC, b"heis": HEIC, b"mif1": HEIC,
    b"msf1": HEIC, b"qt  ": QUICKTIME, b"M4A ": "audio/mp4", b"M4B ": "audio/mp4",
}  # fmt: skip


def type_of(head: bytes) -> str:
    """The MIME type of a file that begins with `head`; LFS, SVG, TEXT, EMPTY or UNKNOWN for what cannot be sent."""
    if not head:
        return EMPTY
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": "audio/wav"}.get(head[8:12], UNKNOWN)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return WEBM if b"webm" in head[:64] else MATROSKA
    return _text(head)


def _brand(head: bytes) -> str:
    major = _BRANDS.get(head[8:12])
    if major == HEIC and b"avif" in head[8:64]:  # mif1 says only "a picture": the list of compatible brands decides
        return AVIF
    return major or MP4


def _text(head: bytes) -> str:
    if b"\0" in head:
        return UNKNOWN
    if b"<svg" in head.lower():
        return SVG
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as broken:
        if broken.start < len(head) - 3:  # the head may end inside a character
            return UNKNOWN
    return TEXT
