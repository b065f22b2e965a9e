"""smm post correct: what is public is changed to what its file says now; shown first, and asked."""

from __future__ import annotations

import asyncio
import difflib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from smm_cli.accounts.masks import masked
from smm_cli.calendar.near import did_you_mean
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import receipt_shape
from smm_cli.cli.shared_claims import hear
from smm_cli.delivery.answer import answer, answering
from smm_cli.delivery.correct import Corrected, correct
from smm_cli.delivery.corrections import Correction, correction_of
from smm_cli.delivery.replace import replaced
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.withdraw import receipts_of
from smm_cli.errors import DeliveryError, SmmError, UsageError, gravest
from smm_cli.words.delivery import UNKNOWN, PayloadPart, Receipt, Record
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post

LOST = "What stands there now is deleted, with its likes, replies and address; it is published again as new."


@dataclass(frozen=True, slots=True)
class Way:
    """How: edited, or with `anew` taken down and published again, or with `text` answered."""

    anew: bool = False
    text: str = ""

    @property
    def question(self) -> str:
        return f"{LOST} Replace?" if self.anew else "Publish this reply?" if self.text else "Change what is public?"

    @property
    def done(self) -> str:
        return "replaced" if self.anew else "answered" if self.text else "corrected"

    @property
    def options(self) -> str:
        return " --replace" if self.anew else " --reply …" if self.text else ""


def way_of(*, anew: bool, reply: bool, text: str, file: str) -> Way:
    """What the options ask for. Raises UsageError where they do not fit together, or no text can be read."""
    if anew and (reply or text or file):
        raise UsageError("--replace or --reply, not both")
    if bool(text or file) != reply or (text and file):
        raise UsageError("--reply takes its words from --text or --file", hint='smm post correct launch --reply --text "It is 20, not 30."')
    if file:
        try:
            text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise UsageError(f"{file} cannot be read: {error}") from None
    if reply and not text.strip():
        raise UsageError("the reply is empty")
    return Way(anew, text.strip())


def put_right(session: Session, name: str, way: Way, *, yes: bool = False, dry_run: bool = False, as_json: bool = False) -> int:
    """Show what would change of what is public, ask, change it.

    0 where all says what its file says; else the gravest of what went wrong. Raises UsageError for what is not public.
    """
    with session.runner() as runner:
        hear(runner)
        found = corrections(runner, name)
        found = [replace(one, text=way.text) for one in found]
        todo = [one for one in found if one.changed or (way.anew and one.taken) or way.text]
        for one in found:
            if one not in todo:
                output.tell(f"{one.receipt.delivery} is public as its file says.")
        refused = {one.receipt.delivery: error for one in todo if (error := _refusal(runner, one, way))}
        for one in todo if not as_json else ():
            _show(one, way, refused.get(one.receipt.delivery))
        able = [one for one in todo if one.receipt.delivery not in refused]
        done: list[Corrected] = []
        if able and not dry_run and output.confirm(way.question, yes=yes):
            done = _act(runner, able, way)
            for outcome in done if not as_json else ():
                _say(outcome, way)
    if as_json:
        output.as_json([_shape(one, refused.get(one.receipt.delivery), done) for one in found])
    wrong = [*refused.values(), *(outcome.error for outcome in done)]
    return gravest(error.exit_code for error in wrong if error)


def corrections(runner: Runner, name: str) -> list[Correction]:
    """Each public delivery that `name` means, beside its file as published now. Raises UsageError where there is none."""
    post_id, _, rest = name.partition("@")
    _refuse_unknown_outcome(runner, post_id, rest)
    receipts = [one for one in receipts_of(runner, post_id) if _means(runner, one, rest)]
    posts = runner.index.posts(runner.source).posts
    post = next((one for one in posts if one.id == post_id), None)
    if not receipts:
        known = sorted({record.post for record in runner.ledger.records()})
        hint = "smm log shows what went out" if post else did_you_mean(post_id, known, "smm log shows what went out")
        raise UsageError(f"{name} is not public", hint=hint, slug="not-public")
    if post is None:
        raise UsageError(
            f"there is no file of {post_id} any more: nothing to correct it to", hint=f"smm post withdraw {post_id}", slug="no-file"
        )
    return [correction_of(runner, receipt, post) for receipt in receipts if _still_goes(runner, receipt, post)]


def _means(runner: Runner, one: Receipt | Record, rest: str) -> bool:
    channel = runner.calendar.channels.get(rest)
    formerly = channel.formerly if channel else ()
    return not rest or rest in (one.channel, one.delivery.partition("@")[2]) or one.channel in formerly


def _still_goes(runner: Runner, receipt: Receipt, post: Post) -> bool:
    """Whether the file still names the channel; else that is told, and what is public stays."""
    from smm_cli.calendar.targets import channels_of
    from smm_cli.delivery.withdraw import channel_of

    channel = channel_of(runner, receipt)
    if channel is None or all(target.channel.name != channel.name for target in channels_of(post, runner.calendar)):
        output.tell(
            f"{receipt.delivery} stays as it is: {post.path} no longer goes there. Take it down: smm post withdraw {receipt.delivery}"
        )
        return False
    return True


def _refuse_unknown_outcome(runner: Runner, post: str, rest: str) -> None:
    for record in runner.ledger.records():
        if record.post == post and record.state == UNKNOWN and _means(runner, record, rest):
            hint = f"smm queue show {record.delivery} says where to look; then smm queue resolve {record.delivery} --published URL"
            raise UsageError(f"nobody knows whether {record.delivery} is public", hint=hint, slug="unknown-outcome")


def _refusal(runner: Runner, one: Correction, way: Way) -> SmmError | None:
    """Why nothing of it is changed now; None where it can be."""
    name = one.receipt.delivery
    if way.text:
        try:
            answering(runner, one)
        except SmmError as error:
            return error
        return None
    if one.why_not:
        return DeliveryError(one.why_not, where=name, hint=one.hint, slug="not-corrected")
    if way.anew:
        return None
    if one.taken:
        return DeliveryError("it was taken down, or some of it", where=name, hint=f"smm post correct {name} --replace", slug="withdrawn")
    if one.no_edit:
        ways = f'take it down and publish anew: smm post correct {name} --replace\nor answer it: smm post correct {name} --reply --text "…"'
        return DeliveryError(one.no_edit, where=name, hint=ways, slug="no-edit")
    if not one.numbers:
        return DeliveryError(
            "only parts were added or removed at its end", where=name, hint=f"smm post correct {name} --replace", slug="parts"
        )
    return None


def _act(runner: Runner, able: Sequence[Correction], way: Way) -> list[Corrected]:
    act = replaced if way.anew else answer if way.text else correct

    async def all_of_them() -> list[Corrected]:
        try:
            return [await act(runner, one) for one in able]
        finally:
            await runner.end()

    return asyncio.run(all_of_them())


# -- what is said -------------------------------------------------------------------------------------------------------------


def _show(one: Correction, way: Way, refusal: SmmError | None) -> None:
    receipt = one.receipt
    output.out(output.paint(f"{receipt.delivery}  {receipt.account or receipt.network}  {receipt.url}".rstrip(), "bold"))
    if way.text:
        for line in way.text.splitlines():
            output.out(f"    {output.paint(f'+ {line}', 'green')}")
    elif one.before is None:
        output.tell("  git no longer has the version that went out: what would stand there is shown whole.")
    for number in one.numbers if one.payload and not way.text else ():
        assert one.payload is not None
        if len(one.payload.parts) > 1:
            output.out(f"  part {number + 1} of {len(one.payload.parts)}")
        for line in _difference(one.part_before(number), one.payload.parts[number]):
            output.out(f"    {line}")
    if one.more > 0 and not way.text:
        output.out(f"  {one.more} more part{'s' if one.more > 1 else ''} in the file: not added to what is public (--replace would)")
    if one.more < 0 and not way.text:
        output.out(f"  {-one.more} part{'s' if one.more < -1 else ''} no longer in the file: still public (--replace would take them down)")
    if refusal is not None:
        output.show_error(refusal)


def _difference(before: PayloadPart | None, now: PayloadPart) -> Iterator[str]:
    """Lines that go (-) and come (+); media and further fields by name."""
    old, new = _lines(before) if before else [], _lines(now)
    for line in difflib.ndiff(old, new):
        if line[:1] in "-+":
            yield output.paint(f"{line[0]} {masked(line[2:])}", "red" if line[0] == "-" else "green")


def _lines(part: PayloadPart) -> list[str]:
    fields = [
        f"[{key}] {value}" for key, value in sorted(part.fields.items()) if isinstance(value, str | int | bool) and "\n" not in str(value)
    ]
    media = [
        f"[{medium.kind or 'file'}] {medium.path} {medium.alt} {medium.blob.sha256[:10] if medium.blob else ''}" for medium in part.media
    ]
    return [*part.text.splitlines(), *media, *fields]


def _say(outcome: Corrected, way: Way) -> None:
    receipt, error = outcome.receipt, outcome.error
    if error is None:
        output.out(f"{way.done}  {receipt.delivery}  {receipt.changes[-1].why if way.text else receipt.url}".rstrip())
        return
    output.out(f"{output.paint(f'not {way.done}', 'red')}  {receipt.delivery}")
    if outcome.done:
        output.tell(f"  part {', '.join(map(str, outcome.done))} of {len(receipt.parts)} says the new text")
    output.show_error(error)
    output.tell(f"  then again: smm post correct {receipt.delivery}{way.options}")


def _shape(one: Correction, refusal: SmmError | None, done: Sequence[Corrected]) -> dict[str, Any]:
    """A receipt's keys, and `changed`, `numbers` (parts that differ), `more`, `why_not`, `corrected` (null: not tried), `error`."""
    outcome = next((each for each in done if each.receipt.delivery == one.receipt.delivery), None)
    receipt = outcome.receipt if outcome else one.receipt
    return {
        **receipt_shape(receipt),
        "changed": one.changed,
        "numbers": [number + 1 for number in one.numbers],
        "more": one.more,
        "why_not": masked(refusal.what) if refusal else None,
        "corrected": None if outcome is None else outcome.error is None,
        "error": masked(outcome.error.what) if outcome and outcome.error else None,
    }
