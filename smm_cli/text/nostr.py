"""Nostr's texts: what an event's id is the hash of (NIP-01), and names in bech32 (NIP-19, BIP-173). Pure.

Source: github.com/nostr-protocol/nips 01 and 19 (2026-07-22); bips bip-0173 (checksum).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
HEX = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Signs that programs write in different ways into the text that is hashed: taken out, so that everybody gets the same id."""
SPECIAL, RELAY, AUTHOR, KIND = range(4)


def event_id(event: Mapping[str, Any]) -> str:
    """The id of an event with pubkey, created_at, kind, tags and content."""
    shape = [0, event["pubkey"], event["created_at"], event["kind"], event["tags"], event["content"]]
    return hashlib.sha256(json.dumps(shape, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def clean(text: str) -> str:
    """`text` without control characters other than tab and line breaks."""
    return CONTROL.sub("", text)


def encode(prefix: str, content: bytes) -> str:
    """Bech32 of `content` under `prefix` (npub, note, nevent …)."""
    words = _regrouped(content, 8, 5)
    check = _checksum([*_expanded(prefix), *words, 0, 0, 0, 0, 0, 0]) ^ 1
    return f"{prefix}1" + "".join(LETTERS[word] for word in [*words, *((check >> 5 * (5 - n)) & 31 for n in range(6))])


def decode(text: str) -> tuple[str, bytes]:
    """Prefix and content of a bech32 name, however long. Raises ValueError."""
    text = text.lower() if text.isupper() else text
    prefix, _, rest = text.rpartition("1")
    if not prefix or len(rest) < 6 or any(letter not in LETTERS for letter in rest):
        raise ValueError("this is no bech32")
    words = [LETTERS.index(letter) for letter in rest]
    if _checksum([*_expanded(prefix), *words]) != 1:
        raise ValueError("a letter is wrong: the checksum does not fit")
    return prefix, _regrouped(words[:-6], 5, 8)


def pointer(prefix: str, special: bytes, relays: Iterable[str], author: str, kind: int) -> str:
    """nevent (`special` is the id) or naddr (the name of an article) with where to find it, who wrote it, and its kind."""
    records = [(SPECIAL, special), *((RELAY, relay.encode("ascii")) for relay in relays if relay.isascii())]
    records += [(AUTHOR, bytes.fromhex(author)), (KIND, kind.to_bytes(4, "big"))]
    return encode(prefix, b"".join(bytes((kind, len(value))) + value for kind, value in records if len(value) < 256))


def profile_of(text: str) -> str:
    """The public key (hex) that an npub, an nprofile or hex names; empty for anything else."""
    name = text.strip().removeprefix("nostr:").removeprefix("@")
    if HEX.fullmatch(name):
        return name.lower()
    try:
        prefix, content = decode(name)
    except ValueError:
        return ""
    found = content if prefix == "npub" else _records(content).get(SPECIAL, b"") if prefix == "nprofile" else b""
    return found.hex() if len(found) == 32 else ""


def event_of(text: str) -> dict[str, Any]:
    """What a note, nevent or naddr (in whatever address) points to: `id` or `name`, and `relay`, `author`, `kind` where told."""
    found = re.search(r"\b(note|nevent|naddr)1[a-z0-9]+", text)
    if not found:
        return {"id": text.lower()} if HEX.fullmatch(text) else {}
    try:
        prefix, content = decode(found[0])
    except ValueError:
        return {}
    if prefix == "note":
        return {"id": content.hex()} if len(content) == 32 else {}
    records = _records(content)
    special = records.get(SPECIAL, b"")
    told: dict[str, Any] = {"id": special.hex()} if prefix == "nevent" else {"name": special.decode(errors="replace")}
    told |= {"relay": records[RELAY].decode("ascii", "replace")} if RELAY in records else {}
    told |= {"author": records[AUTHOR].hex()} if AUTHOR in records else {}
    return told | ({"kind": int.from_bytes(records[KIND], "big")} if KIND in records else {})


def _records(content: bytes) -> dict[int, bytes]:
    """The first of each kind."""
    found: dict[int, bytes] = {}
    while len(content) >= 2 and len(content) >= 2 + content[1]:
        found.setdefault(content[0], content[2 : 2 + content[1]])
        content = content[2 + content[1] :]
    return found


def _expanded(prefix: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]


def _checksum(words: Iterable[int]) -> int:
    check = 1
    for word in words:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word
        for bit, generator in enumerate(GENERATOR):
            check ^= generator if top >> bit & 1 else 0
    return check


def _regrouped(values: Iterable[int], width: int, wanted: int) -> Any:
    """`values` of `width` bits as values of `wanted` bits: padded to 5, exact to 8. Raises ValueError."""
    held = bits = 0
    made: list[int] = []
    for value in values:
        held, bits = held << width | value, bits + width
        while bits >= wanted:
            bits -= wanted
            made.append(held >> bits & (1 << wanted) - 1)
    rest = held & (1 << bits) - 1
    if wanted == 5:
        return made + ([rest << 5 - bits] if bits else [])
    if bits >= width or rest:
        raise ValueError("this bech32 is cut off")
    return bytes(made)
