"""What mail reads in channels.toml."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import field_validator, model_validator

from smm_cli.networks._table import Table

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
"""Addresses in ASCII, without quotes and comments: what every server takes of RFC 5321, section 4.1.2."""


def a_mailbox(value: str) -> str:
    """`value` where it is `name@host` or `Name <name@host>`, on one line. Raises ValueError."""
    name, address = parseaddr(value)
    if not value.isprintable() or not ADDRESS.fullmatch(address) or (value != address and not name):
        raise ValueError('must be an address, like "news@acme.example" or "Acme <news@acme.example>"')
    return value.strip()


class Settings(Table):
    """`server`: "smtps://host:465" (TLS at once) or "smtp://host:587" (STARTTLS, which is demanded). `login`: false for a relay that
    asks for no password. `sender`, and `to`: the addresses of your lists, each of which gets a message of its own. `send`: without it
    messages are laid into the folder `output`. `unsubscribe`: an https or mailto address; `one_click`: it takes a POST (RFC 8058).
    """

    sender: str
    to: tuple[str, ...]
    server: str = ""
    login: bool = True
    send: bool = False
    output: str = "outbox"
    reply_to: str = ""
    unsubscribe: str = ""
    one_click: bool = False

    @field_validator("to", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        found = [value] if isinstance(value, str) else value
        if not found:
            raise ValueError("must name at least one address")
        return found

    @field_validator("sender", "reply_to")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        return a_mailbox(value) if value else value

    @field_validator("to")
    @classmethod
    def _mailboxes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len({parseaddr(one)[1].casefold() for one in value}) < len(value):
            raise ValueError("names an address twice")
        return tuple(a_mailbox(one) for one in value)

    @field_validator("server")
    @classmethod
    def _a_server(cls, value: str) -> str:
        found = urlsplit(value.strip().rstrip("/"))
        schemes: tuple[Literal["smtp", "smtps"], ...] = ("smtp", "smtps")
        if value and (found.scheme not in schemes or not found.hostname or found.path or found.query or "@" in found.netloc):
            raise ValueError('must be like "smtps://mail.example:465" or "smtp://mail.example:587"')
        port = {"smtp": ":587", "smtps": ":465"}.get(found.scheme, "") if found.port is None else ""
        return f"{found.scheme}://{found.netloc.lower()}{port}" if value else ""

    @field_validator("unsubscribe")
    @classmethod
    def _a_way_out(cls, value: str) -> str:
        if value and not re.fullmatch(r"(https://|mailto:)[!-;=?-~]+", value):
            raise ValueError("must be an https or mailto address")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        if self.send and not self.server:
            raise ValueError("send = true needs a server")
        if self.one_click and not self.unsubscribe.startswith("https://"):
            raise ValueError("one_click needs an https address in unsubscribe")
        return self
