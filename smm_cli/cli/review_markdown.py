"""A review as the comment on a pull request: nothing in it pings, links or runs, and what does not fit is counted."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from smm_cli.cli.output import clean
from smm_cli.cli.review import Review
from smm_cli.cli.review_deliveries import UNNEEDED, Changed
from smm_cli.cli.review_text import (
    SHOWN,
    changed_said,
    costs_said,
    counts_of,
    faults,
    headline,
    problem_said,
    rendering,
    setting_said,
    summary,
    visible,
)

LIMIT = 65_536
"""Most characters of a comment on GitHub (422 body is too long, maximum is 65536 characters). Counted here as bytes: never fewer."""
ROOM = 1_000
"""Bytes kept free for the words that say what was left out."""
ROWS = 200
"""Rows of one list; more are counted."""
WIDEST = 500
"""Characters of one value in a row."""
LONGEST_LIST = 28_000
"""Bytes of one list: what must be looked at first and the deliveries fit into one comment."""
LONGEST = 6_000
"""Characters of one rendering."""
PINGS = re.compile(r"[@#]")
ACTIVE = re.compile(r"[\\`*\[\]|~$]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""Signs that Markdown obeys between tags too (CommonMark 0.31 6.6; addresses: GFM 6.9), beside those of HTML."""
BEHIND = "\u2060"
"""A word joiner, invisible: `@ada` with it behind the sign is nobody's name, in code and out of it."""


def as_markdown(review: Review) -> str:
    """The whole comment, at most LIMIT bytes. The list of what to look at first is never left out, only cut."""
    kept, left, used = list[str](), 0, 0
    for number, block in enumerate(_blocks(review)):
        size = len(block.encode()) + 2
        if number and used + size > LIMIT - ROOM:
            left += 1
            continue
        kept.append(block)
        used += size
    if left:
        again = f"smm plan --diff {review.old.ref} --to {review.new.ref}"
        kept.append(f"**{left} more blocks did not fit into a comment.** {code(again)} shows all.")
    return "\n\n".join(kept) + "\n"


def code(text: str) -> str:
    """`text` as code in a line: no sign of it acts, whatever reads it."""
    said = " ".join(text.split())
    if len(said) > WIDEST:
        said = f"{said[:WIDEST]} … {len(said) - WIDEST} more characters"
    escaped = html.escape(_harmless(said) or " ", quote=False)
    return f"<code>{ACTIVE.sub(lambda found: f'&#x{ord(found[0]):x};', escaped)}</code>"


def fenced(lines: Sequence[str]) -> str:
    """A block of code that nothing inside can end."""
    text = _harmless("\n".join(lines))
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n… {len(text) - LONGEST} more characters"
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def _harmless(text: str) -> str:
    return PINGS.sub(lambda found: found[0] + BEHIND, clean(visible(text)))


def _blocks(review: Review) -> Iterator[str]:
    """What stands in the comment, the most important first."""
    zone = ZoneInfo(review.timezone)
    first = [code(line) for line in faults(review)]
    first += [f"{code('channels.toml' + (f':{one.line}' if one.line else ''))} {code(setting_said(one))}" for one in review.loud]
    first += [f"{code(one.path)} {one.why}" for one in review.acting]
    first += [f"{code(one.delivery.name)} {UNNEEDED}" for one in review.unneeded]
    head = f"### {code(headline(review))}\n\n{code(summary(review))}"
    if first:
        why = "Who approves, where it goes, as whom, or what runs changes here."
        head += f"\n\n> [!CAUTION]\n> **Look here first.** {why}\n>\n" + "\n".join(f"> - {line}" for line in _cut(first))
    yield head
    if review.changed:
        rows = [f"| {' | '.join(code(cell) if cell else '' for cell in changed_said(one, zone))} |" for one in review.changed]
        yield "\n".join(["**Deliveries**", "", "| what | delivery | when | state |", "|---|---|---|---|", *_cut(rows, row=True)])
    errors = sorted(review.problems, key=lambda problem: problem.severity != "error")
    yield from _list("New problems", [f"{code(str(problem.place))} {code(problem_said(problem))}" for problem in errors])
    yield from _list("Public already", [f"{code(d.name)} changed: {code(f'smm post correct {d.post}')}" for d in review.outdated])
    yield from _list("Settings", [code(setting_said(one)) for one in review.settings if not one.loud])
    yield from _list("Costs", [code(line) for line in costs_said(review)])
    for one in review.changed:
        if one.view is not None:
            yield _folded(one)
    yield from _list("Mended", [f"{code(str(problem.place))} {code(problem.what)}" for problem in review.mended])


def _folded(one: Changed) -> str:
    assert one.view is not None
    title = "  ".join(filter(None, (one.delivery.name, counts_of(one.view), one.digest[:SHOWN])))
    return f"<details><summary>{code(title)}</summary>\n\n{fenced(list(rendering(one)))}\n\n</details>"


def _list(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield "\n".join([f"**{title}**", "", *(f"- {line}" for line in _cut(lines))])


def _cut(lines: Sequence[str], row: bool = False) -> list[str]:
    """As many of `lines` as one list may have, and how many more there are."""
    used, kept = 0, list[str]()
    for line in lines[:ROWS]:
        used += len(line.encode()) + len("> - \n")
        if used > LONGEST_LIST:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    more = f"… {left} more"
    return [*kept, *([f"| {more} | | | |" if row else more] if left else [])]
