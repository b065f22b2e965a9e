"""The only printer. Data goes to stdout, words for people to stderr; colour and tables only on a terminal."""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from smm_cli.cli.catalogue import say
from smm_cli.errors import SmmError, UsageError
from smm_cli.words.problem import ERROR, WARNING, Problem

CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COLOURS = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "dim": "2", "bold": "1"}
SAID = {"info": "note"}
"""Severities that people know by another word."""
NARROW, WIDEST = 40, 100
"""Columns: below the first there is no frame, above the second it grows no wider."""
OURS = re.compile(rf"(\x1b\[(?:{'|'.join(COLOURS.values())}|0)m)")
IN_JSON = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What json leaves as it is, and a terminal or its reader might obey."""


def clean(text: str) -> str:
    """`text` without control sequences: what servers and files say must not drive a terminal."""
    return CONTROL.sub("", text).encode("utf-8", "replace").decode("utf-8")  # a lone surrogate cannot be printed at all


def coloured(stream: TextIO) -> bool:
    """Whether `stream` takes colours: a terminal, and NO_COLOR is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, stream: TextIO | None = None) -> str:
    """`text` in a colour, where there are colours."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if colour and coloured(stream or sys.stdout) else text


def out(text: str = "") -> None:
    """A line of data or of an answer, on stdout; of control sequences only the colours of `paint` get through."""
    pieces = OURS.split(text) if coloured(sys.stdout) else [text]
    print("".join(piece if number % 2 else clean(piece) for number, piece in enumerate(pieces)))


def tell(text: str = "") -> None:
    """A line for a person, on stderr, after all that was printed before."""
    sys.stdout.flush()
    print(say(clean(text)), file=sys.stderr)


def progress(text: str) -> None:
    """What long work is at, on the last line of a terminal, over what stood there; an empty text wipes it. Elsewhere nothing."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{say(clean(text))}", end="", file=sys.stderr, flush=True)


def as_json(value: Any) -> None:
    """One JSON value on stdout; times as ISO 8601; control signs escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None, default=str)
    print(_escaped(text))


def as_json_array(values: Iterable[str]) -> None:
    """As as_json, of an array whose values are JSON already, written as json.dumps does."""
    text = f"[{', '.join(values)}]"
    if sys.stdout.isatty():
        as_json(json.loads(text))
    else:
        print(_escaped(text))


def _escaped(text: str) -> str:
    if text.isascii() and "\x7f" not in text:
        return text
    return IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def table(rows: Iterable[Sequence[str]], *, head: Sequence[str] = (), colours: Mapping[str, str] | None = None) -> None:
    """Aligned columns on stdout; the last one is cut at the width of a terminal. `colours`: cell text to colour."""
    lines = aligned([*([head] if head else []), *rows], colours)
    for number, line in enumerate(lines):
        out(paint(line, "bold") if head and number == 0 else line)


def aligned(rows: Sequence[Sequence[str]], colours: Mapping[str, str] | None = None) -> list[str]:
    """Each row as a line of aligned columns, cut at the width of a terminal. `colours`: cell text, or its first word, to colour."""
    cells = [[clean(str(cell)).replace("\n", " ") for cell in row] for row in rows]
    count = max((len(row) for row in cells), default=0)
    widths = [max((width(row[n]) for row in cells if n < len(row)), default=0) for n in range(count)]
    known = colours or {}

    def cell(text: str, n: int) -> str:
        return _cell(text, widths[n], known.get(text, known.get(text.partition(" ")[0], "")))

    return [fitted("  ".join(cell(text, n) for n, text in enumerate(row)).rstrip()) for row in cells]


def fitted(line: str) -> str:
    """`line`, cut with an ellipsis where a terminal is narrower; on a pipe as it is."""
    room = terminal_width()
    if not room or width(_bare(line)) <= room:
        return line
    kept, left = "", room - 1
    for number, piece in enumerate(OURS.split(line)):
        if number % 2:
            kept += piece  # a colour takes no room, and must be ended where it began
            continue
        for sign in piece:
            left -= width(sign)
            if left < 0:
                break
            kept += sign
    return kept + "…"


def terminal_width() -> int:
    """Columns of the terminal on stdout; 0 where there is none."""
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else 0


def _cell(text: str, wide: int, colour: str) -> str:
    return (paint(text, colour) if colour else text) + " " * (wide - width(text))


def width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _bare(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def show_error(error: SmmError) -> None:
    """An error as a person should read it: what, where, and the way out."""
    head = paint(say("error"), "red", sys.stderr)
    place = f"{clean(error.where)}: " if error.where else ""
    print(f"{head}: {place}{say(clean(error.what))}", file=sys.stderr)
    for line in clean_lines(error.hint):
        print(f"  {say(line)}", file=sys.stderr)


def clean_lines(text: str) -> list[str]:
    """The lines of `text`, each cleaned."""
    return [clean(line) for line in text.splitlines()]


def show_problems(problems: Iterable[Problem]) -> None:
    """Problems for a person, worst first, each with its place and hint, on stderr."""
    for problem in sorted(problems, key=lambda p: (p.severity != ERROR, p.place.file, p.place.line, p.place.channel, p.slug)):
        show_problem(problem, sys.stderr)


def show_problem(problem: Problem, stream: TextIO | None = None) -> None:
    """One problem with its place and hint: on stdout where problems are what was asked for."""
    stream = stream or sys.stdout
    for line in problem_lines(problem, stream):
        print(line, file=stream)


def problem_lines(problem: Problem, stream: TextIO | None = None) -> list[str]:
    """A problem as `file:line:column [channel]: severity: what [slug]`, its hint below."""
    colour = {ERROR: "red", WARNING: "yellow"}.get(problem.severity, "blue")
    place = f"{clean(str(problem.place))}: " if str(problem.place) else ""
    severity = paint(say(SAID.get(problem.severity, problem.severity)), colour, stream)
    first = f"{place}{severity}: {say(clean(problem.what))} [{problem.slug}]"
    return [first, *(f"  {say(line)}" for line in clean_lines(problem.hint))]


def frame(heading: str, lines: Sequence[str], *, first: bool = True) -> None:
    """A box around `lines` on a terminal; plain text with an empty line before the next elsewhere. Long lines are folded in the box."""
    room = terminal_width()
    if room < NARROW:
        for line in [*([] if first else [""]), paint(heading, "bold"), *lines]:
            out(line)
        return
    inner = min(room, WIDEST) - 4
    folded = [piece for line in lines for piece in _folded(line, inner)]
    heading = _folded(clean(heading), inner - 2)[0]
    out(f"╭─ {paint(heading, 'bold')} {'─' * (inner - width(heading) - 1)}╮")
    for line in folded:
        out(f"│ {line}{' ' * (inner - width(_bare(line)))} │")
    out(f"╰{'─' * (inner + 2)}╯")


def _folded(line: str, room: int) -> list[str]:
    """`line` in pieces of at most `room` columns, cut at spaces where there are any; colours go on."""
    bare = _bare(line)
    indent = " " * min(len(bare) - len(bare.lstrip(" ")), room // 2)
    pieces, here, used, space, colour = [], "", 0, -1, ""
    for number, piece in enumerate(OURS.split(line)):
        if number % 2:
            here, colour = here + piece, "" if piece == "\x1b[0m" else piece
            continue
        for sign in clean(piece).expandtabs(4):
            if used + width(sign) > room:
                cut = space if here[:space].strip() else len(here)
                pieces.append(here[:cut] + ("\x1b[0m" if colour else ""))
                here = colour + indent + here[cut:].lstrip(" ")
                used, space = width(_bare(here)), -1
            if sign == " ":
                space = len(here)
            here, used = here + sign, used + width(sign)
    return [*pieces, here]


def confirm(question: str, *, yes: bool, default: bool = False) -> bool:
    """Ask before something becomes public. `yes` answers; without it and without a terminal: UsageError."""
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{question} Nobody is at the terminal to say yes.", hint="add --yes", slug="not-confirmed")
    answer = ask(f"{question} [{'Y/n' if default else 'y/N'}]").lower()
    return answer in ("y", "yes", "j", "ja") if answer else default


def ask(question: str, *, default: str = "", hidden: bool = False) -> str:
    """A line typed by a person; `hidden` for secrets. Raises UsageError where nobody can type."""
    prompt = f"{clean(say(question))}{f' [{default}]' if default else ''} "
    if hidden and sys.stdin.isatty():
        import getpass

        return getpass.getpass(prompt) or default
    if not sys.stdin.isatty():
        raise UsageError(f"{question} nobody is at the terminal to answer", hint="give every answer as an option: see --help")
    print(prompt, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or default
