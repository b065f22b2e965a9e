"""What a handoff of any kind reads in channels.toml."""

from __future__ import annotations

import re

from pydantic import field_validator

from smm_cli.networks._table import Table

PLACES = ("text", "link", "title")


class Settings(Table):
    """`template`: an address that opens where the post is made, with {text}, {link} and {title} in it; each is escaped."""

    template: str = ""

    @field_validator("template")
    @classmethod
    def _known_places(cls, value: str) -> str:
        unknown = [name for name in re.findall(r"\{([^{}]*)\}", value) if name not in PLACES]
        if unknown:
            raise ValueError(f"knows {', '.join(f'{{{name}}}' for name in PLACES)}, not {{{unknown[0]}}}")
        if value and not re.match(r"[a-z][a-z0-9+.-]*:", value):
            raise ValueError('must be an address, like "https://example.org/share?text={text}"')
        return value
