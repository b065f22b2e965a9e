"""What is public and no longer says what its file says: told, never acted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smm_cli.delivery.runner import Runner
from smm_cli.delivery.withdraw import withdrawn_at
from smm_cli.ledger.outcomes import receipt_in
from smm_cli.ledger.receipts import read_receipt, receipt_path
from smm_cli.words.delivery import PUBLISHED, Receipt, Record
from smm_cli.words.post import Post


def outdated(runner: Runner, posts: Sequence[Post]) -> Iterator[tuple[Post, str]]:
    """Each post with the delivery of it that is public with another text. Not repeated ones: their text is meant to change."""
    known = {post.id: post for post in posts if not post.repeat}
    for record in runner.ledger.records():
        post = known.get(record.post)
        if post is None or record.state != PUBLISHED or not record.digest or record.digest == post.text_digest:
            continue
        receipt = _receipt_of(runner, record)
        if receipt is not None and receipt.parts and not withdrawn_at(receipt):
            yield post, record.delivery


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
