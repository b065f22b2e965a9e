"""Content identifiers as the AT Protocol makes them: CIDv1 over SHA-256, of raw bytes or of DAG-CBOR. Source: atproto.com/specs, 2026."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

RAW, DAG_CBOR = 0x55, 0x71
LINK_TAG = 42


def cid_of_bytes(content: bytes) -> str:
    """The CID of a file: bafkrei…"""
    return _cid(RAW, content)


def cid_of_record(record: Any) -> str:
    """The CID of a record (plain JSON): bafyrei…. Raises ValueError for what no record may hold, such as a float."""
    return _cid(DAG_CBOR, _encoded(record))


def _cid(codec: int, content: bytes) -> str:
    raw = bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(content).digest()
    return "b" + base64.b32encode(raw).decode().rstrip("=").lower()


def _encoded(value: Any) -> bytes:
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, Mapping) and set(value) == {"$link"}:
        raw = b"\x00" + base64.b32decode(_padded(str(value["$link"])[1:].upper()))
        return _head(6, LINK_TAG) + _head(2, len(raw)) + raw
    if isinstance(value, Mapping):
        pairs = sorted(((key.encode(), one) for key, one in value.items()), key=lambda pair: (len(pair[0]), pair[0]))
        return _head(5, len(pairs)) + b"".join(_head(3, len(key)) + key + _encoded(one) for key, one in pairs)
    if isinstance(value, Sequence):
        return _head(4, len(value)) + b"".join(_encoded(one) for one in value)
    raise ValueError(f"a record holds no {type(value).__name__}")


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 8)


def _head(major: int, number: int) -> bytes:
    """Major type and length, as short as can be."""
    if number < 24:
        return bytes((major << 5 | number,))
    size = next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    return bytes((major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size],)) + number.to_bytes(size, "big")
