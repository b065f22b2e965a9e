"""What differs between two versions of channels.toml and of the files beside it that act: what a reviewer must hear of first."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smm_cli.accounts.masks import masked
from smm_cli.calendar.toml_lines import lines_of
from smm_cli.words.frozen import dataclass

QUIET_OF_CHANNEL = frozenset({"title", "slots", "gap", "daily_limit", "max_late", "quiet", "since", "formerly"})
"""Keys of a channel that change when it publishes, not where, as whom, or by what program. All others are told loudly."""
LOUD_TABLES = frozenset({"approval", "pause", "ledger", "alerts", "media", "networks", "check"})
LOUD_KEYS = (
    ("calendar", "publish_from"),
    ("calendar", "name"),
    ("calendar", "posts"),
    ("campaigns", "*", "approval"),
    ("people", "*", "git"),
    ("people", "*", "login"),
)
REFERENCE = re.compile(r"(env|file|command|age|keyring):")
ACTING = re.compile(
    r"(.*/)?(\.lfsconfig|\.gitattributes|\.gitmodules|\.mailmap|\.gitlab-ci\.yml|Containerfile|Dockerfile)"
    r"|(.*/)?\.(github|forgejo|gitea)(/.*)?",
    re.IGNORECASE | re.DOTALL,
)
RECEIPTS = re.compile(r"(receipts|\.smm)(/.*)?", re.IGNORECASE | re.DOTALL)
"""A folder's name alone is a link or a submodule in its place; some disks do not tell capitals."""
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of channels.toml that differs; `before` or `after` is empty where it was not there. `line` is that of the new file."""

    key: str
    before: str
    after: str
    loud: bool
    line: int = 0


@dataclass(frozen=True, slots=True)
class Acting:
    """A file beside the posts that runs, routes, or proves something: `why` it matters."""

    path: str
    why: str


def read_tables(data: bytes) -> tuple[dict[str, Any], str]:
    """channels.toml as tables, whatever they mean; or why it is no TOML."""
    try:
        return tomllib.loads(data.decode("utf-8-sig")), ""
    except (ValueError, RecursionError) as error:
        return {}, str(error) or type(error).__name__


def settings_changed(before: Mapping[str, Any], after: Mapping[str, Any], text: str) -> list[Setting]:
    """Every key that differs, loud ones first, in the order of the new file's lines. `text` is the new file's."""
    old, new, lines = dict(_flat(before)), dict(_flat(after)), lines_of(text)
    found = []
    for key in {**new, **old}:
        was, now = old.get(key), new.get(key)
        if was != now:
            line = next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), 0)
            found.append(Setting(".".join(key), _said(key, was), _said(key, now), is_loud(key, was, now), line))
    return sorted(found, key=lambda one: (not one.loud, one.line == 0, one.line, one.key))


def is_loud(key: Key, *values: Any) -> bool:
    """Whether a change of this key may change who decides, what is sent where and as whom, or what runs."""
    if any("command:" in str(value) for value in values if value is not None):
        return True
    if key[0] in LOUD_TABLES:
        return True
    if key[0] == "channels":
        return len(key) < 3 or (key[2] not in QUIET_OF_CHANNEL and key[2] != "limits")
    return any(len(key) >= len(loud) and all(want in ("*", said) for want, said in zip(loud, key, strict=False)) for loud in LOUD_KEYS)


def acting_files(paths: Iterable[str]) -> list[Acting]:
    """Those of the changed files that act by themselves, or say what went out."""
    found = []
    for path in sorted(set(paths)):
        if RECEIPTS.fullmatch(path):
            found.append(Acting(path, "says what went out: without it, or with a false one, a post is sent twice or never"))
        elif ACTING.fullmatch(path):
            found.append(Acting(path, "is read by git or run by the host, not by smm"))
    return found


def _flat(value: Any, key: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Leaves of tables, by path; lists of tables by number, other lists as one value."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flat(item, (*key, str(name)))
        if not value and key:
            yield key, {}
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value, 1):
            yield from _flat(item, (*key, str(number)))
    else:
        yield key, value


def _said(key: Key, value: Any) -> str:
    """A value for people; what may be a secret is not shown."""
    if value is None:
        return ""
    if isinstance(value, str):
        hidden = any(word in part.lower() for part in key for word in ("secret", "token", "password")) and not REFERENCE.match(value)
        return "(a value that is no reference)" if hidden else masked(value)
    if isinstance(value, list):
        return masked(", ".join(map(str, value))) or "(empty)"
    return masked(str(value).lower() if isinstance(value, bool) else str(value))
