"""Posts and problems as rows of JSON and back, quickly: 10,000 posts are made in one go, column by column, without pydantic."""

from __future__ import annotations

import gc
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from itertools import repeat
from operator import attrgetter
from typing import Any

from smm_cli.words.post import Blob, Media, Poll, Post, WaitFor
from smm_cli.words.problem import Place, Problem

Row = tuple[str, str, str | None, str | None]
"""Path, body, the rest of the post as JSON (None: it does not parse), problems as JSON (None: there are none)."""

OFTEN = (
    "id",
    "title",
    "link",
    "tags",
    "language",
    "author",
    "date",
    "campaign",
    "channels",
    "publish_at",
    "slot",
    "status",
    "body_line",
    "text_digest",
)
"""Fields that stand in every row, in this order; behind them comes one table of the others that are not as they are by default."""
APART = ("path", "body")
DEFAULTS = {field.name: field.default for field in fields(Post) if field.default is not MISSING}
TABLES = tuple(field.name for field in fields(Post) if field.default_factory is not MISSING)
SHAPE = ",".join(field.name for field in fields(Post))
"""What a row depends on beside the parser."""
CLASSES: dict[str, Any] = {kind.__name__: kind for kind in (Media, Poll, WaitFor, Blob)}
TAG = "\0"
"""Begins the only key of a table that stands for a tuple or a value of CLASSES."""
_SET = {field.name: Post.__dict__[field.name].__set__ for field in fields(Post)}
REST = tuple(name for name in _SET if name not in OFTEN and name not in APART)
USUAL = tuple(DEFAULTS.get(name, {}) for name in REST)
_get_often, _get_rest = attrgetter(*OFTEN), attrgetter(*REST)
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@contextmanager
def no_collection() -> Iterator[None]:
    """Without the collector, which would look through all new values again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def pack(post: Post | None) -> str | None:
    """The JSON of a post without its path and body."""
    if post is None:
        return None
    values = _get_rest(post)
    rest = {} if values == USUAL else {name: _plain(v) for name, v, usual in zip(REST, values, USUAL, strict=True) if v != usual}
    return _as_json([*_get_often(post), rest])


def unpack(rows: Sequence[Row]) -> list[Post]:
    """The posts of rows that hold one, in their order. Raises ValueError, TypeError or KeyError where a row was not packed by this."""
    with no_collection():
        rows = [row for row in rows if row[2] is not None]
        posts = list(map(object.__new__, repeat(Post, len(rows))))
        if not posts:
            return posts
        columns = list(zip(*json.loads(f"[{','.join([row[2] for row in rows if row[2]])}]"), strict=True))
        if len(columns) != len(OFTEN) + 1:
            raise ValueError("a row of another form")
        _fill(posts, "path", [row[0] for row in rows])
        _fill(posts, "body", [row[1] for row in rows])
        for name, column in zip(OFTEN, columns, strict=False):
            _fill(posts, name, map(tuple, column) if isinstance(DEFAULTS.get(name), tuple) else column)
        for name, default in DEFAULTS.items():
            if name not in OFTEN and name not in APART:
                _fill(posts, name, repeat(default))
        for name in TABLES:
            _fill(posts, name, [{} for _ in posts])
        for post, rest in zip(posts, columns[-1], strict=True):
            if rest:
                for name, value in rest.items():
                    _SET[name](post, _whole(value))
    return posts


def pack_problems(problems: Sequence[Problem]) -> str | None:
    """The JSON of problems; None for none."""
    plain = [[p.slug, p.what, p.place.file, p.place.line, p.place.column, p.place.channel, p.hint, p.severity] for p in problems]
    return json.dumps(plain, ensure_ascii=False) if plain else None


def unpack_problems(rows: Iterable[Row]) -> list[Problem]:
    """The problems of all rows."""
    return [
        Problem(slug, what, Place(file, line, column, channel), hint, severity)
        for row in rows
        if row[3]
        for slug, what, file, line, column, channel, hint, severity in json.loads(row[3])
    ]


def _fill(posts: Sequence[Post], name: str, values: Iterable[Any]) -> None:
    deque(map(_SET[name], posts, values), maxlen=0)  # all of it in C: the slots of a frozen value, set while it is being made


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return {f"{TAG}tuple": [_plain(inner) for inner in value]}
    if is_dataclass(value) and not isinstance(value, type):
        kept = {field.name: _plain(getattr(value, field.name)) for field in fields(value) if getattr(value, field.name) != field.default}
        return {f"{TAG}{type(value).__name__}": kept}
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (tag := next(iter(value))).startswith(TAG):
        inner = value[tag]
        if tag == f"{TAG}tuple":
            return tuple(_whole(one) for one in inner)
        return CLASSES[tag[1:]](**{key: _whole(one) for key, one in inner.items()})
    return {key: _whole(inner) for key, inner in value.items()}
