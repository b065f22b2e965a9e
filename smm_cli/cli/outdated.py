"""What is public and no longer says what its file says: told, never acted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smm_cli.delivery.runner import Runner
from smm_cli.delivery.withdraw import withdrawn_at
from smm_cli.ledger.corrections import REPLACE, REPLY, unfinished
from smm_cli.ledger.journal import EDIT
from smm_cli.ledger.outcomes import receipt_in
from smm_cli.ledger.receipts import read_receipt, receipt_path
from smm_cli.words.delivery import PUBLISHED, Receipt, Record
from smm_cli.words.post import Post


def outdated(runner: Runner, posts: Sequence[Post]) -> Iterator[tuple[Post, str]]:
    """Each post with the delivery of it that is public with another text. Not repeated ones: their text is meant to change."""
    known = {post.id: post for post in posts if not post.repeat}
    begun = unfinished(runner.ledger)
    for record in runner.ledger.records():
        post = known.get(record.post)
        if post is None or record.state != PUBLISHED or not record.digest:
            continue
        if record.digest == post.text_digest and begun.get(record.delivery) != EDIT:
            continue
        receipt = _receipt_of(runner, record)
        if receipt is not None and receipt.parts and not withdrawn_at(receipt):
            yield post, record.delivery


def broken_off(runner: Runner) -> Iterator[tuple[str, str]]:
    """Deliveries whose reply or replacement was begun and not ended, here or by another runner; and what mends it."""
    for name, act in unfinished(runner.ledger).items():
        if act == REPLACE:
            yield f"{name}: replacing it was broken off", f"smm post correct {name} --replace"
        elif act == REPLY:
            mend = f"say it again, or: smm queue resolve {name} --published URL   or   --not-published"
            yield f"{name}: a reply to it was begun, and its end is not known", mend


def _receipt_of(runner: Runner, record: Record) -> Receipt | None:
    kept: Receipt | None = runner.ledger.write(lambda c: receipt_in(c, runner.ledger.calendar, record.delivery))
    if kept is not None:
        return kept
    empty = Receipt(record.delivery, record.post, record.channel, "", record.state, runner.clock.now(), record.occurrence)
    path = runner.calendar.receipts / receipt_path(empty)
    try:
        return read_receipt(path.read_bytes(), str(path))
    except OSError:
        return None
