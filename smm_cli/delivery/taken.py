"""One delivery that a worker took: looked at once more, sent as any other, and put back where nothing was sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from smm_cli.delivery.announce import announce
from smm_cli.delivery.channel_run import ChannelRun
from smm_cli.delivery.desk import Opened, Unfiled
from smm_cli.delivery.send import Outcome
from smm_cli.delivery.whose import STOPPED
from smm_cli.errors import AuthFailed, ConfigError
from smm_cli.ledger.engine import Connection
from smm_cli.ledger.lanes import Taken, put_back, rest
from smm_cli.ledger.planned import ask_for_plan
from smm_cli.words.delivery import HELD, PUBLISHED, Delivery

AGAIN = timedelta(minutes=10)
"""What does not fit, or is wrong on its channel, is looked at again after this long, or when the calendar changes."""
PLANNING = timedelta(seconds=30)
"""In which the planner says what becomes of a delivery that was planned otherwise than it is."""
REFUSED = timedelta(hours=1)
"""A channel whose credential was refused is looked at this often: it may have been renewed where smm cannot see it."""


async def send_taken(opened: Opened, taken: Taken) -> Outcome | None:
    """Send it through the same road as `smm publish`. None: it is otherwise than planned; the planner was told.

    Raises LedgerError only: then nobody knows here, and the claim ends with its lease.
    """
    runner, claim = opened.runner, taken.claim
    now = runner.clock.now()
    post, channel = opened.posts.get(taken.post), runner.calendar.channels.get(claim.channel)
    late = taken.late_at is not None and taken.late_at <= now and not claim.payload
    if post is None or channel is None or post.text_digest != taken.digest or late:
        await runner.ledger.commit(lambda c: put_back(c, claim, now + PLANNING))
        ask_for_plan(runner.ledger.db, claim.calendar)
        return None
    delivery = Delivery(
        post.id,
        channel.name,
        channel.network,
        taken.occurrence,
        taken.due,
        taken.at,
        by_hand=channel.by_hand,
        handle=channel.account,
        path=post.path,
        title=post.title,
        campaign=post.campaign,
    )
    run = ChannelRun(runner, channel, Unfiled(runner.ledger, runner.calendar.receipts), [], now, taken=taken)
    outcomes = await run.run([delivery], {post.id: post})
    outcome = outcomes[0] if outcomes else None
    if outcome is not None and isinstance(outcome.error, AuthFailed):
        runner.transport.forget(channel.name)  # a worker lives long: who renews a secret wants it read
    await after_sending(opened, taken, outcome)
    if outcome is not None and outcome.state == PUBLISHED and runner.composer.network(channel).announce is not None:
        await announce(runner, [outcome])
    return outcome


async def after_sending(opened: Opened, taken: Taken, outcome: Outcome | None) -> None:
    """Put back what was not sent, and say when it is to be looked at again. What ended is not touched."""
    if outcome is not None and outcome.state != HELD:
        return
    runner, claim = opened.runner, taken.claim
    now = runner.clock.now()

    def act(c: Connection) -> None:
        put_back(c, claim, _until(outcome, now))
        if outcome is not None and outcome.error is not None and outcome.error.slug == STOPPED:
            rest(c, claim.calendar, claim.channel, now + REFUSED)

    await runner.ledger.commit(act)


def _until(outcome: Outcome | None, now: datetime) -> datetime | None:
    """From when another worker may take it: at once where only this one could not."""
    if outcome is None or isinstance(outcome.error, ConfigError) or (outcome.error is not None and outcome.error.slug == STOPPED):
        return None
    return max(filter(None, (outcome.next_at, now + AGAIN)))
