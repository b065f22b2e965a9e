"""What posts wait for: asked here at most every five minutes, kept in the ledger; plan/ gets the answers as facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from smm_cli.calendar import git
from smm_cli.delivery.runner import Runner
from smm_cli.errors import SmmError
from smm_cli.plan.waits import POLL, WaitAnswer
from smm_cli.words.post import Post


def known_waits(runner: Runner) -> dict[str, WaitAnswer]:
    """The answers as last asked, by post id."""
    return {what: WaitAnswer(met, asked, since) for what, (met, asked, since) in runner.ledger.waits().items()}


async def ask_waits(runner: Runner, posts: Iterable[Post], now: datetime, *, anew: bool = False) -> dict[str, WaitAnswer]:
    """Ask for what ready posts wait for, unless asked less than five minutes ago (`anew`: also then), and return all answers."""
    known = known_waits(runner)
    for post in posts:
        if post.wait_for is None or post.status != "ready" or not (post.wait_for.url or post.wait_for.tag):
            continue
        answer = known.get(post.id)
        if answer is not None and (answer.met or (now - answer.asked_at < POLL and not anew)):
            continue
        runner.ledger.save_wait(post.id, await _is_there(runner, post), now)
    return known_waits(runner)


async def _is_there(runner: Runner, post: Post) -> bool:
    from smm_cli.delivery.judge import Silence
    from smm_cli.words.exchange import Request

    assert post.wait_for is not None
    if post.wait_for.tag:
        try:
            return post.wait_for.tag in git.tags(runner.calendar.root)
        except SmmError:
            return False
    channel = next(iter(runner.calendar.channels.values()), None)
    if channel is None:
        return False
    request = Request("GET", post.wait_for.url, reads="any", foreign=True, auth="", timeout=5.0)
    try:
        answer = await runner.transport.send(runner.composer.network(channel), request, {}, "wait")
    except Silence:
        return False
    return answer.status == 200
