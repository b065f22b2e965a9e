"""What Nostr reads in channels.toml and in a post's `for:`."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import field_validator

from smm_cli.networks._table import Table

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(Table):
    """`relays` that keep the notes (one that takes a note makes it public); `blossom`: servers for pictures, the first is used.

    Without `blossom` pictures go where `[media] host` says. `viewer`: where links of receipts lead, before the nevent.
    """

    relays: tuple[str, ...]
    blossom: tuple[str, ...] = ()
    viewer: str = "https://njump.me/"
    numbering: str = ""

    @field_validator("relays")
    @classmethod
    def _some_relays(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError('name at least one relay, like "wss://relay.example"')
        return _addresses(value, "wss", "ws", "wss://relay.example")

    @field_validator("blossom")
    @classmethod
    def _some_servers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _addresses(value, "https", "http", "https://blossom.example")


class Options(Table):
    """`kind`: a note, or a long article (its own title, Markdown, and a `name` that stays when it is changed; default: the post's id)."""

    kind: Literal["note", "article"] = "note"
    name: str = ""
    summary: str = ""


def _addresses(value: tuple[str, ...], safe: str, bare: str, example: str) -> tuple[str, ...]:
    for address in value:
        found = urlsplit(address)
        if found.scheme not in ((safe, bare) if found.hostname in LOOPBACK else (safe,)) or not found.hostname or found.query:
            raise ValueError(f'must be addresses like "{example}"')
    return tuple(address.rstrip("/") for address in value)
