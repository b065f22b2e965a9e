"""What pydantic says, in the words of channels.toml: the key, its line, what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from smm_cli.calendar import config_model as model
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.toml_lines import Key, line_of
from smm_cli.words.problem import ERROR, Place, Problem

FILE = "channels.toml"
TABLES: Mapping[str, type[BaseModel]] = {
    "calendar": model.CalendarTable,
    "campaigns": model.CampaignTable,
    "approval": model.ApprovalTable,
    "ledger": model.LedgerTable,
    "pause": model.PauseTable,
    "alerts": model.AlertsTable,
    "check": model.CheckTable,
}
NEEDED = {
    "string_type": 'must be a text in quotes: {key} = "…"',
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "list_type": 'must be a list: {key} = ["…", "…"]',
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "date_type": "must be a day: {key} = 2026-11-24",
    "datetime_type": "must be a time: {key} = 2026-11-24 09:00:00",
}


def keys_of(table: type[BaseModel]) -> list[str]:
    """The keys of a table as they are written."""
    return [field.alias or name for name, field in table.model_fields.items()]


def name_of(path: Sequence[str | int]) -> str:
    """`[channels.blog]` of ("channels", "blog")."""
    words = [str(key) for key in path if isinstance(key, str)]
    return f"[[{words[0]}]]" if words[:1] == ["pause"] else f"[{'.'.join(words)}]"


def problem(slug: str, what: str, path: Sequence[str | int], lines: dict[Key, int], hint: str = "", severity: str = ERROR) -> Problem:
    """A problem of channels.toml at the line of `path`."""
    channel = str(path[1]) if len(path) > 1 and path[0] == "channels" else ""
    return Problem(slug, what, Place(FILE, line_of(lines, path), channel=channel), hint, severity)


def problems_of(errors: Iterable[Mapping[str, Any]], lines: dict[Key, int], base: Key = (), known: Sequence[str] = ()) -> list[Problem]:
    """Problems of pydantic's `errors()`; `base` is where its model stands in the file, `known` the keys there."""
    found: dict[tuple[Any, ...], Problem] = {}
    for error in errors:
        path = (*base, *_said(error))
        found.setdefault((path, error["type"] == "missing"), _problem(error, path, lines, known))
    return list(found.values())


def _said(error: Mapping[str, Any]) -> Key:
    """Where, without what pydantic adds for unions and dict keys."""
    added = {"str", "int", "float", "dict[str,str]", "list[str]", "date", "[key]", "none"}
    return tuple(key for key in error["loc"] if key not in added and not str(key).startswith(("function-", "constrained-", "nullable")))


def _problem(error: Mapping[str, Any], path: Key, lines: dict[Key, int], known: Sequence[str]) -> Problem:
    kind, key = error["type"], str(path[-1]) if path else ""
    table = name_of(path[:-1]) if len(path) > 1 else FILE
    if kind == "extra_forbidden":
        choices = known or _keys_at(path[:-1])
        advice = did_you_mean(key, choices, f"known are {', '.join(choices)}" if len(choices) < 16 else "")
        return problem("unknown-key", f"{table} has no key {key}", path, lines, advice)
    if kind == "missing":
        return problem(
            "missing-key", f"{table} needs {key}", path[:-1] or path, lines, f'add {key} = "…"' if len(path) > 1 else f"add [{key}]"
        )
    if kind == "value_error":
        return problem("bad-value", f"{table} {key}: {error['ctx']['error']}", path, lines)
    if kind == "literal_error":
        return problem("bad-value", f"{table} {key} must be {error['ctx']['expected']}", path, lines)
    if kind == "list_type" and path[:1] == ("pause",):
        return problem("bad-value", "a pause stands in double brackets", path, lines, "write [[pause]]")
    said = NEEDED.get(kind, "").format(key=key) or str(error["msg"])[:1].lower() + str(error["msg"])[1:]
    return problem("bad-value", f"{table} {key}: {said}" if path else said, path, lines)


def _keys_at(path: Key) -> list[str]:
    if not path:
        return keys_of(model.ChannelsFile)
    return keys_of(TABLES[str(path[0])]) if path[0] in TABLES else []
