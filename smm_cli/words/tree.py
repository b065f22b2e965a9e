"""Rich text: one tree for every dialect. Blocks hold inlines; nothing here knows a network."""

from __future__ import annotations

from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Plain:
    """Literal text, without line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """A line break inside a paragraph."""


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Text in italics."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strong:
    """Text in bold."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strike:
    """Text struck through."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Code within a line."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its label; a bare or <autolinked> address has its own text as label and `bare=True`."""

    url: str
    children: tuple[Inline, ...]
    title: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """`@{name}`: a person of channels.toml."""

    person: str


@dataclass(frozen=True, slots=True)
class Hashtag:
    """`#tag` as written in running text, or appended from `tags`; without the sign."""

    tag: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image inside running text (one alone in a paragraph becomes media of its part instead)."""

    url: str
    alt: str
    title: str = ""


Inline = Plain | Break | Emphasis | Strong | Strike | Code | Link | Mention | Hashtag | Picture


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is the highest."""

    level: int
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of code."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """`marker` is the sign as written: `-`, `*` or `+` (a plus may mean one)."""

    items: tuple[tuple[Block, ...], ...]
    tight: bool = True
    marker: str = "-"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A list counted from `start`: 1 as read from a file, more where a long list was split; `delimiter` is `.` or `)`."""

    items: tuple[tuple[Block, ...], ...]
    tight: bool = True
    start: int = 1
    delimiter: str = "."


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break: where threads do not exist it stands between joined parts."""


Block = Paragraph | Heading | CodeBlock | Quote | Bullets | Numbers | Rule
