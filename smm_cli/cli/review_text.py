"""A review in words: the lines that every form of it tells, and the form for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from smm_cli.cli.costs import totals
from smm_cli.cli.preview_post import View
from smm_cli.cli.review import Review, Side, when
from smm_cli.cli.review_deliveries import ADDED, FREED, GIVEN, LAPSED, MOVED, REMOVED, STOPPED, TEXT, UNNEEDED, WHERE, Changed
from smm_cli.cli.review_settings import Setting
from smm_cli.words.delivery import Delivery
from smm_cli.words.problem import Problem

OTHER = {TEXT: "with another text", WHERE: "with another account"}
SHOWN = 15
"""Characters of a digest, `v1:` included."""
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
"""What nobody sees in a text, and what turns its direction; but the joiners of scripts and emoji."""


def headline(review: Review) -> str:
    """What is compared with what."""
    return f"Plan of {name_of(review.new)}, compared with {name_of(review.old)}"


def name_of(side: Side) -> str:
    return "the work tree" if not side.commit else side.ref if side.commit.startswith(side.ref) else f"{side.ref} ({side.commit[:10]})"


def summary(review: Review) -> str:
    """Counts in one line: `2 deliveries added, 1 moved; 1 new problem`."""
    counts = {
        what: sum(what in one.what for one in review.changed)
        for what in (ADDED, MOVED, REMOVED, UNNEEDED, LAPSED, GIVEN, STOPPED, FREED, WHERE, TEXT)
    }
    said = [f"{count} {OTHER.get(what, what)}" for what, count in counts.items() if count]
    said += [f"{len(review.outdated)} public already"] if review.outdated else []
    problems = f"{len(review.problems)} new problem{'s' if len(review.problems) != 1 else ''}" if review.problems else ""
    none = "deliveries cannot be compared" if faults(review) else "no delivery changes"
    deliveries = f"deliveries: {', '.join(said)}" if said else none
    return "; ".join(filter(None, (deliveries, problems))) + "."


def faults(review: Review) -> list[str]:
    """What cannot be compared, and why."""
    found = []
    if review.new.fault:
        found.append(f"{name_of(review.new)} cannot be planned, so nothing would go out: {review.new.fault.what}")
    if review.old.fault and not (review.new.fault and review.new.fault.what == review.old.fault.what):
        found.append(f"{name_of(review.old)} cannot be planned, so deliveries cannot be compared: {review.old.fault.what}")
    return found


def setting_said(setting: Setting) -> str:
    """`server: a → b`."""
    if not setting.before:
        return f"{setting.key} = {setting.after} (new)"
    return f"{setting.key} = {setting.after or '(gone)'} (was {setting.before})"


def state_of(delivery: Delivery) -> str:
    """`held (approval): nobody approved it yet`."""
    state = f"{delivery.state} ({delivery.reason})" if delivery.reason else "by hand" if delivery.by_hand else delivery.state
    return f"{state}: {delivery.why}" if delivery.why and delivery.why != delivery.reason else state


def changed_said(one: Changed, zone: ZoneInfo) -> tuple[str, str, str, str]:
    """What became of it, its name, when (and when before), its state."""
    what = ", ".join(OTHER.get(each, each).removeprefix("with ") for each in one.what)
    time = when(one.delivery, zone)
    if MOVED in one.what and one.before:
        time = f"{time} (was {when(one.before, zone)})"
    return what, one.delivery.name, time, "" if one.after is None else state_of(one.after)


def costs_said(review: Review) -> list[str]:
    """What the charging channels cost, after and before, where that differs."""
    found = []
    for side, label in ((review.new, "now"), (review.old, "before")):
        deliveries = side.planned.plan.deliveries if side.planned else ()
        found.append([f"{label}: {line}" for line in totals(dict(side.costs), deliveries)])
    return [] if dict(review.new.costs) == dict(review.old.costs) else [*found[0], *found[1]]


def problem_said(problem: Problem) -> str:
    return f"{problem.severity}: {problem.what}" + (f" ({problem.hint})" if problem.hint else "")


def counts_of(view: View) -> str:
    """`212 of 500 characters`, for each part."""
    parts = [", ".join(map(str, message.counts)) for message in view.messages]
    return "; ".join(filter(None, parts))


def visible(text: str) -> str:
    """`text` with what nobody would see named: `a\u200bb` as `a⟨U+200B⟩b`."""
    return HIDDEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def rendering(one: Changed) -> Iterator[str]:
    """What a reader will see, part by part, line by line; then what else was written."""
    said = [*_rendered(one.view), *(f"[{key}] {value or '(gone)'}" for key, value in one.written)] if one.view else []
    yield from (visible(line) for text in said for line in re.split("\r\n?|\n", text))


def _rendered(view: View) -> Iterator[str]:
    for name, value in view.extras.items():
        yield f"{name.replace('_', ' ')}: {value}"
    for number, message in enumerate(view.messages, 1):
        if len(view.messages) > 1:
            yield f"[part {number} of {len(view.messages)}]"
        yield message.text
        for shown in message.media:
            yield f"[{shown.medium.kind or 'file'}] {shown.medium.path}: {shown.medium.alt or 'no description'}"
        yield from (f"[{name.replace('_', ' ')}] {value}" for name, value in message.extras.items())
        if message.card:
            yield f"[card] {message.card}"


def as_text(review: Review) -> Iterator[str]:
    """The review for a terminal, line by line."""
    zone = ZoneInfo(review.timezone)
    yield headline(review)
    yield summary(review)
    first = [*faults(review)]
    first += [f"channels.toml{f':{one.line}' if one.line else ''}  {setting_said(one)}" for one in review.loud]
    first += [f"{one.path}  {one.why}" for one in review.acting]
    first += [f"{one.delivery.name}  {UNNEEDED}" for one in review.unneeded]
    yield from _section("LOOK HERE FIRST", first)
    yield from _section("settings", [setting_said(one) for one in review.settings if not one.loud])
    yield from _section("deliveries", ["  ".join(filter(None, changed_said(one, zone))) for one in review.changed])
    yield from _section("public already", [f"{d.name}  changed here: smm post correct {d.post}" for d in review.outdated])
    yield from _section("new problems", [f"{problem.place}  {problem_said(problem)}" for problem in review.problems])
    yield from _section("mended", [f"{problem.place}  {problem.what}" for problem in review.mended])
    yield from _section("costs", costs_said(review))
    for one in review.changed:
        if one.view is not None:
            yield from ("", f"{one.delivery.name}  {counts_of(one.view)}  {one.digest[:SHOWN]}".rstrip())
            yield from (f"    {line}" for line in rendering(one))


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    """A heading, which no line of a value can look like."""
    if lines:
        yield from ("", title)
        yield from (f"  {visible(line)}".replace("\n", "\n      ") for line in lines)
