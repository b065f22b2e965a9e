"""Which secrets a job of a git host needs, by name; and how a person puts them there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from smm_cli.cli import output
from smm_cli.errors import ConfigError

ENV = re.compile(r"env:\s*([A-Za-z_][A-Za-z0-9_]*)")
AGE = "SMM_AGE_IDENTITY"
RESERVED = ("GITHUB_", "FORGEJO_", "GITEA_", "CI_", "RUNNER_", "ACTIONS_")
"""Names that hosts keep for themselves. Source: docs.github.com, Secrets reference, naming; forgejo.org, Secrets (2026-11-23)."""
COMMANDS = {"github": "gh secret set {}", "gitlab": "glab variable set {} --masked --protected", "forgejo": ""}
PAGES = {
    "github": "Settings > Secrets and variables > Actions",
    "gitlab": "Settings > CI/CD > Variables",
    "forgejo": "Settings > Actions > Secrets",
}
WITHOUT = ("file:", "command:", "keyring:")


def secrets_of(data: bytes) -> list[str]:
    """The variables that channels.toml refers to, sorted. Raises ConfigError for a name that git hosts do not take."""
    references = list(_texts(tomllib.loads(data.decode("utf-8"))))
    names = sorted({found[1] for text in references if (found := ENV.fullmatch(text.strip()))})
    for name in names:
        if name.upper().startswith(RESERVED):
            raise ConfigError(f"env:{name}: git hosts keep names like this for themselves", where="channels.toml", hint=f"env:MY_{name}")
    return [*names, AGE] if any(text.startswith("age:") for text in references) else names


def tell_secrets(where: str, names: Sequence[str]) -> None:
    """Where they belong, with the command for each."""
    if names:
        output.tell(f"Secrets, under {PAGES[where]}:")
    for name in names:
        output.tell(f"  {COMMANDS[where].format(name) or name}")


def local_ones(data: bytes) -> list[str]:
    """References that only a machine of one's own can follow, sorted."""
    return sorted({text for text in _texts(tomllib.loads(data.decode("utf-8"))) if text.startswith(WITHOUT)})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
