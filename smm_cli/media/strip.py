"""Taking out of a picture what tells about its maker (EXIF, GPS, XMP, IPTC, comments) without touching a pixel.

Colour profiles and animation stay. Layouts: JPEG ITU T.81 annex B, PNG 3rd edition (2025), WebP container (RFC 9649), GIF89a.
"""

from __future__ import annotations

from smm_cli.words.limit import GIF, JPEG, PNG, WEBP

_PNG_TELLING = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_WEBP_TELLING = {b"EXIF": 0x08, b"XMP ": 0x04}  # and the bit of VP8X that announces each
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


class Broken(ValueError):
    """The file ends early or is not laid out as its type demands."""


def strip(content: bytes, type: str) -> bytes:
    """`content` without what tells about its maker; equal to it where there was nothing. Raises Broken.

    Other types than JPEG, PNG, GIF and WebP come back unchanged.
    """
    cut = {JPEG: _jpeg, PNG: _png, WEBP: _webp, GIF: _gif}.get(type)
    try:
        return cut(content) if cut else content
    except IndexError:
        raise Broken("the file ends early") from None


def _jpeg(content: bytes) -> bytes:
    kept, at = [content[:2]], 2
    while True:
        if content[at] != 0xFF:
            raise Broken("a JPEG segment does not begin where it should")
        marker = content[at + 1]
        if marker == 0xFF:  # padding before a marker
            at += 1
        elif marker == 0xD9:  # end of the picture: what follows (a second picture, a film) is not part of it
            return b"".join((*kept, b"\xff\xd9"))
        elif marker in _BARE:
            kept.append(content[at : at + 2])
            at += 2
        else:
            end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
            if end > len(content) or end < at + 4:
                raise Broken("a JPEG segment ends behind the file")
            if marker == 0xDA:
                end = _scan_end(content, end)
            if not _jpeg_tells(marker, content[at + 4 : at + 18]):
                kept.append(content[at:end])
            at = end


def _jpeg_tells(marker: int, head: bytes) -> bool:
    if marker == 0xFE:
        return True  # a comment
    if not 0xE0 <= marker <= 0xEF:
        return False
    return marker not in {0xE0, 0xEE} and not (marker == 0xE2 and head.startswith(b"ICC_PROFILE\0"))


def _scan_end(content: bytes, at: int) -> int:
    """Where the compressed pixels that begin at `at` end: at the next marker that is neither stuffing nor a restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise Broken("the JPEG has no end")
        if content[at + 1] == 0 or 0xD0 <= content[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    while True:
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(content):
            raise Broken("a PNG chunk ends behind the file")
        if kind not in _PNG_TELLING:
            kept.append(content[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end


def _webp(content: bytes) -> bytes:
    chunks: list[tuple[bytes, bytes]] = []
    at, end = 12, min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    while at + 8 <= end:
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if at + 8 + size > len(content):
            raise Broken("a WebP chunk ends behind the file")
        chunks.append((content[at : at + 4], content[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    told = sum(bit for name, bit in _WEBP_TELLING.items() if any(kind == name for kind, _ in chunks))
    kept = b"".join(_webp_chunk(kind, inner, told) for kind, inner in chunks if kind not in _WEBP_TELLING)
    return b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + kept


def _webp_chunk(kind: bytes, inner: bytes, told: int) -> bytes:
    if kind == b"VP8X" and told:
        inner = bytes([inner[0] & ~told & 0xFF]) + inner[1:]
    return kind + len(inner).to_bytes(4, "little") + inner + b"\0" * (len(inner) % 2)


def _gif(content: bytes) -> bytes:
    at = 13 + _colours(content[10])
    kept = [content[:at]]
    while content[at] != 0x3B:
        start = at
        if content[at] == 0x21:
            label, head = content[at + 1], content[at + 3 : at + 14]
            at = _blocks_end(content, at + 2)
            telling = label == 0xFE or (label == 0xFF and not head.startswith((b"NETSCAPE2.0", b"ANIMEXTS1.0")))
        elif content[at] == 0x2C:
            at = _blocks_end(content, at + 10 + _colours(content[at + 9]) + 1)
            telling = False
        else:
            raise Broken("a GIF block of an unknown kind")
        if not telling:
            kept.append(content[start:at])
    return b"".join((*kept, b"\x3b"))


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    while size := content[at]:
        at += 1 + size
    return at + 1
