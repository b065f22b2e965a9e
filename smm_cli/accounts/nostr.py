"""Nostr keys: reading a secret one, and signing events with it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from smm_cli.accounts import bip340
from smm_cli.accounts.masks import remember
from smm_cli.errors import ConfigError
from smm_cli.text.nostr import HEX, decode, event_id

UPLOAD, KNOCK = 24_242, 22_242
"""Kinds of events that are no posts: leave for an upload (Blossom BUD-11), and who we are (NIP-42)."""
LEAVE = 600
"""Seconds for which a leave to upload holds."""


class Key:
    """A secret key as nsec or hex. `public` is the account, in hex. Raises ConfigError; says nothing of the key."""

    def __init__(self, text: str) -> None:
        self._secret = _read(text)
        remember(self._secret.hex())
        try:
            self.public = bip340.public(self._secret).hex()
        except ValueError:
            raise _wrong("is no secret key") from None

    def __repr__(self) -> str:
        return f"Key({self.public})"

    def signed(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """`event` with pubkey, id and sig: the same for the same event, always."""
        whole = {**event, "pubkey": self.public}
        id = event_id(whole)
        return {**whole, "id": id, "sig": bip340.sign(bytes.fromhex(id), self._secret).hex()}

    def knock(self, relay: str, challenge: str, now: datetime) -> dict[str, Any]:
        """The answer to a relay that asks who we are (NIP-42)."""
        tags = [["relay", relay], ["challenge", challenge]]
        return self.signed({"created_at": int(now.timestamp()), "kind": KNOCK, "tags": tags, "content": ""})

    def upload(self, sha256: str, now: datetime) -> str:
        """The Authorization header for an upload of the file with this SHA-256 (Blossom BUD-11)."""
        at = int(now.timestamp())
        tags = [["t", "upload"], ["x", sha256], ["expiration", str(at + LEAVE)]]
        event = self.signed({"created_at": at, "kind": UPLOAD, "tags": tags, "content": "Upload"})
        return f"Nostr {base64.urlsafe_b64encode(json.dumps(event).encode()).decode().rstrip('=')}"


def _read(text: str) -> bytes:
    if HEX.fullmatch(text):
        return bytes.fromhex(text)
    if text.startswith("ncryptsec1"):
        raise _wrong("is locked with a password (ncryptsec)", "unlock it in your client, or keep the nsec in an age: file")
    try:
        prefix, content = decode(text)
    except ValueError as wrong:
        raise _wrong(f"cannot be read: {wrong}") from None
    if prefix != "nsec" or len(content) != 32:
        raise _wrong(f"begins with {prefix}1, which is not secret" if prefix.startswith("n") else "is no nsec")
    return content


def _wrong(what: str, hint: str = "the secret key begins with nsec1, or is 64 hexadecimal digits") -> ConfigError:
    return ConfigError(f"the secret nsec {what}", hint=hint, slug="secret")
