"""YAML as posts use it: every scalar a string, no aliases, anchors or tags, bounded depth. The only importer of PyYAML.

Nodes are composed once, by libyaml where it is there; values are built from them, and their marks answer where a key stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

MAX_DEPTH = 12
"""Deepest nesting of lists and tables in front matter; a post needs four. Own rule, 2026-11-22."""
SAFE_OPENERS = 200
"""With fewer signs than this that may open a level, libyaml's recursive composer is called without a scan before it. It overflows
the C stack somewhere above 10,000 levels (PyYAML 6.0.3, measured 2026-11-22), which 64 KB of `[` reach."""
STR, MAP, SEQ = "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"
SHARED = (STR, MAP, SEQ)
NOTHING = frozenset({"~", "null"})

Node = Any
"""yaml.Node and its kinds; typed loosely, since their fields depend on the kind."""


class Fault(Exception):
    """Something in YAML that a post may not have. `line` and `column` count from 0; `what` is the kind, `said` the parser's words.

    Kinds: syntax, control, alias, anchor, tag, depth, duplicate, key, comment, no-keys. `opened` is the line where the broken thing
    began (of a comment: -1 where only the rest of a value is hidden).
    """

    def __init__(self, what: str, line: int, column: int, said: str = "", *, opened: int = -1, key: str = "") -> None:
        super().__init__(f"{what}: {said}")
        self.what, self.line, self.column, self.said, self.opened, self.key = what, line, column, said, opened, key


class _Resolving:
    """No implicit resolvers: `no`, `9:30` and `2026-11-24` stay what was typed. Called for each node, so that it does no more."""

    def resolve(self, kind: type[Any], value: Any, implicit: Any) -> str:
        return STR if kind is yaml.ScalarNode else MAP if kind is yaml.MappingNode else SEQ

    def descend_resolver(self, node: Any, index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class PlainPython(_Resolving, yaml.SafeLoader):
    """What reads YAML where libyaml is missing; ten times slower."""


_base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strings(_Resolving, _base):  # type: ignore[misc]
    """What reads YAML: libyaml where it is there."""


def compose(text: str, loader: Any = None) -> Node | None:
    """The node tree of one document; None where there is nothing but comments. Raises Fault."""
    loader = loader or _Strings
    if text.count("[") + text.count("{") + text.count("-") + text.count("?") > SAFE_OPENERS:
        _scan_depth(text, loader)
    if "*" in text or "&" in text:
        _refuse_sharing(text, loader)
    try:
        reader = loader(text)
        try:
            node: Node | None = reader.get_single_node()
        finally:
            reader.dispose()
    except yaml.YAMLError as error:
        raise _fault(error) from None
    except RecursionError:
        raise Fault("depth", 0, 0) from None
    return node


def values(node: Node, text: str) -> tuple[Any, list[Fault]]:
    """Strings, lists and dicts of `node`, with what a post may not have: duplicate keys, tags, keys that are no text, hidden values."""
    faults: list[Fault] = []
    built = _build(node, faults, 0, "!" in text)
    if _SWALLOWS.search(text):
        faults += hidden(node, text)
    return built, faults


def is_table(node: Node | None) -> bool:
    return isinstance(node, yaml.MappingNode)


def is_list(node: Node | None) -> bool:
    return isinstance(node, yaml.SequenceNode)


def place(node: Node, keys: tuple[str | int, ...], first_line: int) -> tuple[int, int]:
    """Line and column (from 1) of a key or list item, or of the nearest thing around it; `first_line` is the line of the first one."""
    mark = node.start_mark
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            found = next(((name, item) for name, item in node.value if name.value == key), None)
            if found is None:
                break
            mark, node = found[0].start_mark, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            mark = node.start_mark
        else:
            break
    return mark.line + first_line, mark.column + 1


def _build(node: Node, faults: list[Fault], depth: int, tags: bool) -> Any:
    kind = type(node)
    if tags and node.tag not in SHARED:
        faults.append(Fault("tag", node.start_mark.line, node.start_mark.column, str(node.tag)))
    value = node.value
    if kind is yaml.ScalarNode:
        return "" if value in NOTHING and not node.style else value
    if depth >= MAX_DEPTH:
        faults.append(Fault("depth", node.start_mark.line, node.start_mark.column))
        return ""
    if kind is yaml.SequenceNode:
        return [_build(item, faults, depth + 1, tags) for item in value]
    built: dict[str, Any] = {}
    for key, item in value:
        name = key.value
        if type(key) is not yaml.ScalarNode:
            faults.append(Fault("key", key.start_mark.line, key.start_mark.column))
            continue
        if name in built:
            first = next(k for k, _ in value if k.value == name)
            faults.append(Fault("duplicate", key.start_mark.line, key.start_mark.column, opened=first.start_mark.line, key=name))
        if tags or type(item) is not yaml.ScalarNode or (item.value in NOTHING and not item.style):
            built[name] = _build(item, faults, depth + 1, tags)
        else:
            built[name] = item.value
    return built


# -- before composing ---------------------------------------------------------------------------------------------------------


def _events(text: str, loader: Any) -> Iterator[Any]:
    reader = loader(text)
    try:
        while reader.check_event():
            yield reader.get_event()
    except yaml.YAMLError as error:
        raise _fault(error) from None
    finally:
        reader.dispose()


def _scan_depth(text: str, loader: Any) -> None:
    depth = 0
    for event in _events(text, loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise Fault("depth", event.start_mark.line, event.start_mark.column)


def _refuse_sharing(text: str, loader: Any) -> None:
    for event in _events(text, loader):
        if getattr(event, "anchor", None) is not None:
            what = "alias" if isinstance(event, yaml.AliasEvent) else "anchor"
            raise Fault(what, event.start_mark.line, event.start_mark.column, event.anchor)


def _fault(error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    said = ": ".join(filter(None, (getattr(error, "context", None), getattr(error, "problem", None)))) or str(error).splitlines()[0]
    if mark is None:
        return Fault("control", 0, 0, said)
    return Fault("syntax", mark.line, mark.column, said, opened=opened.line if opened else -1)


# -- what a comment sign swallowed --------------------------------------------------------------------------------------------

_SWALLOWED = re.compile(r"[ \t]*#([^\s#][^\n]*)")
_SWALLOWS = re.compile(r"[ \t]#[^\s#]")
"""Whether there can be one at all."""
_TEXTS = frozenset({"title", "content_warning", "first_comment", "alt", "text", "tags", "options"})
"""Keys after whose value a word with # is more likely text than a comment."""


def hidden(node: Node, text: str) -> list[Fault]:
    """Values after which `#` directly followed by a letter hides the rest: `tags: #neu`, `title: Ausgabe #3`. A comment has a blank."""
    return [fault for key, scalar in _scalars(node, "") if (fault := _swallowed(key, scalar, text))]


def _scalars(node: Node, key: str) -> Iterator[tuple[str, Node]]:
    if isinstance(node, yaml.ScalarNode):
        yield key, node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, key)
    elif isinstance(node, yaml.MappingNode):
        for name, item in node.value:
            yield from _scalars(item, str(name.value))


def _swallowed(key: str, node: Node, text: str) -> Fault | None:
    if node.style or (node.value and key not in _TEXTS):
        return None
    found = _SWALLOWED.match(text, node.end_mark.index)
    if not found:
        return None
    sign = found.start(1) - 1
    line_start = text.rfind("\n", 0, sign) + 1
    said = text[node.start_mark.index : found.end()].strip()
    return Fault("comment", node.end_mark.line, sign - line_start, said, key=key, opened=-1 if node.value else node.end_mark.line)


# -- writing ------------------------------------------------------------------------------------------------------------------


def written(value: str, style: str = "", flow: bool = False) -> str:
    """`value` as YAML on one line: plain where YAML allows, else in quotes. `style` is the quote to keep; `flow`: inside [ ]."""
    if not style and is_plain(value, flow):
        return value
    return quoted(value, style)


def is_plain(value: str, flow: bool = False) -> bool:
    """Whether `value` can stand without quotes, and means itself."""
    if not value or value in NOTHING or value != value.strip() or "\n" in value or "\r" in value:
        return False
    around = f"k: [{value}, x]\n" if flow else f"k: {value}\n"
    try:
        node = compose(around)
    except Fault:
        return False
    if node is None or len(node.value) != 1:
        return False
    item = node.value[0][1]
    item = item.value[0] if flow and is_list(item) and len(item.value) == 2 else item
    return isinstance(item, yaml.ScalarNode) and item.value == value and not item.style


def quoted(value: str, style: str = "") -> str:
    """`value` in quotes: double ones, single where that saves escapes or `style` asks for them."""
    simple = all(sign.isprintable() for sign in value)
    if simple and "'" not in value and (style == "'" or '"' in value or "\\" in value):
        return f"'{value}'"
    if simple and style == "'":
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(_escaped(sign) for sign in value) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(sign)
    return named.get(sign) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}")
