"""The people whom a post mentions with @{name}, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from smm_cli.words.post import Post
from smm_cli.words.tree import Mention

Found = tuple[str, int, tuple[str | int, ...], str]
"""Name, line of the text (0 where keys tell the place), keys of the front matter, target (empty: the whole post)."""
Kind = TypeVar("Kind")
SHORT = ("title", "content_warning", "first_comment")


def mentioned(post: Post) -> list[Found]:
    """Every person named in the texts of a post and of its targets, each once for each text. Code and \\@{ are no mentions."""
    found: list[Found] = [(name, line, (), "") for name, line in _in_text(post.body, post.body_line)]
    for key in SHORT:
        found += [(name, 0, (key,), "") for name, _ in _in_text(getattr(post, key), 1)]
    for number, item in enumerate(post.media):
        found += [(name, 0, ("media", number, "alt"), "") for name, _ in _in_text(item.alt, 1)]
    for target, said in post.targets.items():
        found += [(name, line, (), target) for name, line in _in_text(str(said.get("text", "")), int(said.get("text_line", 1)))]
        for key in SHORT:
            found += [(name, 0, ("for", target, key), target) for name, _ in _in_text(str(said.get(key, "")), 1)]
    return list(dict.fromkeys(found))


def _in_text(text: str, line: int) -> list[tuple[str, int]]:
    if "@{" not in text:
        return []
    from smm_cli.text.markdown import read

    parts = read(text, line=line, threads=False).parts
    names = dict.fromkeys(mention.person for part in parts for mention in inlines(part.blocks, Mention))
    return [(name, line + text.count("\n", 0, max(text.find(f"@{{{name}}}"), 0))) for name in names]


def inlines(node: Any, kind: type[Kind]) -> Iterator[Kind]:
    """Every inline of `kind` below a node of the tree, in order."""
    if isinstance(node, kind):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from inlines(item, kind)
    elif is_dataclass(node):
        for field in fields(node):
            yield from inlines(getattr(node, field.name), kind)
