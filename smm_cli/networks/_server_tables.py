"""Settings of networks that have many servers: the address of one."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import field_validator

from smm_cli.networks._table import Table


class Server(Table):
    """`server`: scheme and host, without a final slash."""

    server: str

    @field_validator("server")
    @classmethod
    def _an_address(cls, value: str) -> str:
        found = urlsplit(value.strip().rstrip("/"))
        loopback = found.hostname in ("127.0.0.1", "::1", "localhost")
        if found.scheme not in (("https", "http") if loopback else ("https",)) or not found.hostname or found.path or found.query:
            raise ValueError('must be the address of your server, like "https://social.example"')
        return f"{found.scheme}://{found.netloc.lower()}"
