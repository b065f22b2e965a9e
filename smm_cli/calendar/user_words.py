"""What is wrong with front matter, in the words of the person who typed it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smm_cli.calendar.yaml import Fault

Said = tuple[str, str, str]
"""Slug, what, hint."""

_ENTRY = re.compile(r"""^(?P<lead>\s*(?:-\s+)*)(?P<key>[\w"'][\w "'.@-]*?)\s*:(?:\s+(?P<value>.*))?$""")
_GLUED = re.compile(r"^\s*(?:-\s+)*([A-Za-z_]+):([^\s/].*)$")
_OWN_WORDS = {"@": "a name", "`": "a backtick", "%": "a per cent sign", "*": "a star", "&": "an ampersand", "!": "an exclamation mark"}
BROKEN = "yaml"


class Wrong(ValueError):
    """A value that a key does not take: `what` is wrong, `hint` what to write."""

    def __init__(self, what: str, hint: str = "", slug: str = "value") -> None:
        super().__init__(what)
        self.what, self.hint, self.slug = what, hint, slug


def explain(fault: Fault, lines: list[str]) -> Said:
    """Slug, what and hint for something that the YAML of a post may not have; `lines` are those of the front matter.

    What was opened and never closed is noticed at the end: its fault is moved to where it begins.
    """
    if fault.what in _SIMPLE:
        return _SIMPLE[fault.what]
    if fault.what == "duplicate":
        what = f"{fault.key} stands twice, here and in line {fault.opened + 2}"
        return "duplicate-key", what, "keep one of them"
    if fault.what == "comment":
        return _comment(fault)
    line = lines[fault.line] if fault.line < len(lines) else ""
    if fault.what in ("alias", "anchor", "tag"):
        return _first_sign(line, fault)
    return _syntax(fault, lines, line)


_SIMPLE: dict[str, Said] = {
    "control": ("control-character", "an invisible sign stands in the front matter", "delete it and type the place anew"),
    "depth": ("too-deep", "lists and keys are nested too deeply here", "a post needs no more than four levels"),
    "key": (BROKEN, "a key must be one word", "write key: value"),
    "no-keys": (BROKEN, "the front matter has no keys", 'write key: value, with a blank after the colon, as in "status: draft"'),
}


def _comment(fault: Fault) -> Said:
    if fault.opened < 0:
        shown = fault.said.split("#")[0].strip()
        return "comment", f"# starts a comment, so {fault.key} ends at {shown!r}", f"put it in quotes: {fault.key}: {quotes(fault.said)}"
    words = [word.strip("#,;") for word in fault.said.split()]
    wish = f"[{', '.join(filter(None, words))}]" if fault.key == "tags" else quotes(fault.said)
    return "comment", f"# starts a comment, so {fault.key} is empty", f"Write {fault.key}: {wish}"


def _syntax(fault: Fault, lines: list[str], line: str) -> Said:
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return BROKEN, "this line begins with a tab", "YAML takes only blanks there: replace it by two blanks"
    for number in (fault.line, fault.line - 1):
        if 0 <= number < len(lines) and (glued := _GLUED.match(lines[number])):
            return BROKEN, f"a blank is missing after {glued[1]}:", f"write {glued[1]}: {glued[2]}"
    if "flow" in fault.said:
        fault.opened = _bracket_above(lines, min(fault.line, max(fault.opened, 0)))
    opening = lines[fault.opened] if 0 <= fault.opened < len(lines) else line
    rules = (_colon, _quote_never_closed, _bracket_never_closed, _odd_first_sign, _indentation)
    for rule in rules:
        if found := rule(fault, line, opening):
            return found
    said = fault.said.split(": ")[-1]
    return BROKEN, f"this line cannot be read ({said})", "if it holds text with signs in it, put the text in quotes"


def _bracket_above(lines: list[str], number: int) -> int:
    """The nearest line, at `number` or before, that opens a bracket."""
    return next((at for at in range(min(number, len(lines) - 1), -1, -1) if re.search(r"[\[{]", lines[at])), number)


def _colon(fault: Fault, line: str, opening: str) -> Said | None:
    entry = _ENTRY.match(line)
    value = (entry["value"] or "") if entry else ""
    inside = re.search(r":(\s|$)", value)
    signs = ("mapping values", "did not find expected ',' or")
    if entry and inside and any(sign in fault.said for sign in signs):
        if value.startswith(("[", "{")):
            return BROKEN, "a text inside the brackets has a colon", 'put that text in quotes: "…"'
        return BROKEN, f'"{value}" has a colon: put it in quotes', f"write {entry['key']}: {quotes(value)}"
    return None


def _quote_never_closed(fault: Fault, line: str, opening: str) -> Said | None:
    if "quoted scalar" not in fault.said:
        return None
    fault.line, fault.column = max(fault.opened, 0), 0
    return BROKEN, f"a quotation mark opened in line {fault.opened + 2} is never closed", f"look at the end of: {opening.strip()}"


def _bracket_never_closed(fault: Fault, line: str, opening: str) -> Said | None:
    if "flow" not in fault.said:
        return None
    comment = re.search(r"[\[,]\s*(#\S[^\],]*)", opening)
    if comment:
        words = re.findall(r"[^\s#,\[\]]+", opening.split(":", 1)[-1])
        key = opening.split(":", 1)[0].strip()
        return "comment", f"{comment[1]}: # starts a comment here, so the list is never closed", f"Write {key}: [{', '.join(words)}]"
    sign = "[" if "sequence" in fault.said or "[" in opening else "{"
    closing = "]" if sign == "[" else "}"
    if opening.count(sign) > opening.count(closing):
        fault.line, fault.column = max(fault.opened, 0), opening.index(sign)
        return BROKEN, f"the {sign} in line {fault.opened + 2} is never closed", f"end the list with {closing}"
    return (
        BROKEN,
        f"the list between {sign} and {closing} cannot be read",
        "put a comma between its items, and quotes around texts with signs",
    )


def _odd_first_sign(fault: Fault, line: str, opening: str) -> Said | None:
    inside = line[fault.column :] if "cannot start any token" in fault.said else ""
    if inside[:1] in ("@", "`", "%") and re.search(r"(^\s*|[:-]\s+)[\[{]", line[: fault.column]):
        return _first_of(re.split(r"[,\]}]", inside)[0].strip(), "")
    entry = _ENTRY.match(line) or re.match(r"^\s*(?P<key>-)\s+(?P<value>.*)$", line)
    value = (entry["value"] or "").strip() if entry else ""
    if not entry or not value or value[0] not in "@`%*&!\"'{[-?>|],}":
        return None
    if value[0] in "\"'":
        return BROKEN, f"something follows the closing quotation mark in {value}", f"put all of it in quotes: {quotes(value)}"
    if "block sequence entries" in fault.said:
        return BROKEN, f'"{value}" begins with a list sign', f"put it in quotes, or in a line of its own below {entry['key']}:"
    return _first_of(value, entry["key"])


def _first_of(value: str, key: str) -> Said:
    if value.startswith("@{"):
        return BROKEN, f'"{value}" begins with @: put it in quotes', f"write {_before(key)}{quotes(value)}"
    wish = f"write {_before(key)}{quotes(value)}"
    if value[0] == "@" and key == "author":
        wish += f", or {value[1:]} as channels.toml names her"
    return BROKEN, f'"{value}" begins with {value[0]}: put it in quotes', wish


def _before(key: str) -> str:
    return "- " if key == "-" else f"{key}: " if key else ""


def _first_sign(line: str, fault: Fault) -> Said:
    """For `*x`, `&x`, `!x`: signs that mean something else in YAML, and that posts do not use."""
    entry = _ENTRY.match(line)
    value = line[fault.column :].strip()
    if entry and entry["value"] and value == entry["value"].strip():
        return _first_of(value, entry["key"])
    sign = {"alias": "*", "anchor": "&", "tag": "!"}[fault.what]
    return BROKEN, f"a text that begins with {sign} must stand in quotes", f"write {quotes(value or sign)}; posts use no YAML references"


def _indentation(fault: Fault, line: str, opening: str) -> Said | None:
    if (
        "mapping values" in fault.said
        or "did not find expected key" in fault.said
        or "document start" in fault.said
        or "'-' ind" in fault.said
    ):
        what = "this line does not fit the lines above it"
        return BROKEN, what, "keys of one level begin in the same column, and texts of several lines stand below | or >"
    if "could not find expected ':'" in fault.said:
        return BROKEN, "here a line is no key: value", "texts of several lines stand, indented, below key: |"
    return None


def quotes(value: str) -> str:
    """`value` in quotes, as a hint shows it."""
    bare = value.strip()
    if '"' in bare and "'" not in bare:
        return f"'{bare}'"
    return '"' + bare.replace("\\", "\\\\").replace('"', '\\"') + '"'
