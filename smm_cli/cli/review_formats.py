"""A review for programs: JSON with stable keys, annotations of GitHub's runners, SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from smm_cli import __version__
from smm_cli.accounts.masks import masked
from smm_cli.cli.costs import cost_shape
from smm_cli.cli.output import clean
from smm_cli.cli.review import Review, Side
from smm_cli.cli.review_deliveries import UNNEEDED, Changed
from smm_cli.cli.review_text import changed_said, faults, rendering, setting_said, summary
from smm_cli.cli.shapes import delivery_shape, problem_shape
from smm_cli.words.frozen import dataclass

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning"}


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to be told at a place of a file: `level` error, warning or note."""

    slug: str
    level: str
    what: str
    file: str
    line: int = 0


def review_shape(review: Review) -> dict[str, Any]:
    """`from`, `to` (`ref`, `commit`, `error`), `settings`, `files`, `deliveries`, `public`, `problems`, `mended`, `costs`, `errors`."""
    return {
        "from": _side(review.old),
        "to": _side(review.new),
        "settings": [{"key": s.key, "before": s.before, "after": s.after, "loud": s.loud, "line": s.line or None} for s in review.settings],
        "files": [{"path": one.path, "why": one.why} for one in review.acting],
        "deliveries": [_changed(one) for one in review.changed],
        "public": [delivery_shape(delivery) for delivery in review.outdated],
        "problems": [problem_shape(problem) for problem in review.problems],
        "mended": [problem_shape(problem) for problem in review.mended],
        "costs": {side.ref: {name: cost_shape(cost) for name, cost in side.costs} for side in (review.old, review.new)},
        "errors": review.new.errors,
    }


def _side(side: Side) -> dict[str, Any]:
    return {"ref": side.ref, "commit": side.commit or None, "error": masked(side.fault.what) if side.fault else None}


def _changed(one: Changed) -> dict[str, Any]:
    """`what`, `name`, `before`, `after` (deliveries), `digest`, `rendering` (`text`, `counts`: used of most)."""
    view = one.view
    shown = None
    if view is not None:
        counts = [{"name": c.name, "used": c.used, "most": c.most, "unit": c.unit} for message in view.messages for c in message.counts]
        shown = {"text": "\n".join(rendering(one)), "counts": counts}
    sides = {key: delivery_shape(one_side) if one_side else None for key, one_side in (("before", one.before), ("after", one.after))}
    return {"what": list(one.what), "name": one.delivery.name, **sides, "digest": one.digest or None, "rendering": shown}


def notes(review: Review) -> Iterator[Note]:
    """Everything that has a place in a file, the gravest first."""
    zone = ZoneInfo(review.timezone)
    for line in faults(review):
        yield Note("cannot-plan", "error" if review.new.fault else "warning", line, "channels.toml", 1)
    for setting in review.loud:
        yield Note("look-first", "warning", setting_said(setting), "channels.toml", setting.line or 1)
    for one in review.acting:
        yield Note("look-first", "warning", f"{one.path} {one.why}", one.path)
    for problem in sorted(review.problems, key=lambda found: found.severity != "error"):
        what = f"{problem.what}{f' ({problem.hint})' if problem.hint else ''}"
        yield Note(problem.slug, LEVELS.get(problem.severity, "note"), what, problem.place.file or "channels.toml", problem.place.line)
    for each in review.changed:
        what, name, time, state = changed_said(each, zone)
        level = "warning" if UNNEEDED in each.what else "note"
        yield Note(each.what[0].replace(" ", "-"), level, f"{what}: {name}, {time}{f', {state}' if state else ''}", each.delivery.path)
    for delivery in review.outdated:
        yield Note("outdated", "note", f"{delivery.name} is public already: smm post correct {delivery.post}", delivery.path)


def as_annotations(review: Review) -> Iterator[str]:
    """Workflow commands of GitHub Actions, which Forgejo and Gitea read too. It shows ten of each level in one step."""
    yield f"::notice title=smm::{_data(summary(review))}"
    yield from map(annotation, notes(review))


def annotation(note: Note) -> str:
    """The workflow command that shows `note` at its line."""
    command = {"note": "notice"}.get(note.level, note.level)
    where = [f"file={_property(note.file)}"] if note.file else []
    where += [f"line={note.line}"] if note.line else []
    return f"::{command} {','.join([*where, f'title={_property(note.slug)}'])}::{_data(note.what)}"


def _data(text: str) -> str:
    """As actions/toolkit escapes a message (packages/core/src/command.ts)."""
    return _shown(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _shown(text: str) -> str:
    return masked(clean(text.replace("\r\n", "\n")))


def as_sarif(review: Review) -> str:
    """A SARIF 2.1.0 log with one run (OASIS, sarif-v2.1.0, 3.13 and on)."""
    found = list(notes(review))
    rules = sorted({note.slug for note in found})
    driver = {"name": "smm", "version": __version__, "rules": [{"id": slug, "shortDescription": {"text": slug}} for slug in rules]}
    results = [
        {
            "ruleId": note.slug,
            "ruleIndex": rules.index(note.slug),
            "level": note.level,
            "message": {"text": _shown(note.what)},
            **({"locations": [_location(note)]} if note.file else {}),
        }
        for note in found
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True)


def _location(note: Note) -> dict[str, Any]:
    uri = quote(note.file.encode("utf-8", "surrogateescape"), safe="/")
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": max(note.line, 1)}}}
