"""What is public and no longer as its file says: found, and compared with what was sent, without asking any network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from smm_cli.calendar import git
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.source import Commit
from smm_cli.delivery.freeze import same_parts
from smm_cli.delivery.planning import unapproved
from smm_cli.delivery.prepare import Composer
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.withdraw import PARTLY, channel_of, out_of_reach, withdrawn_at
from smm_cli.errors import ConfigError, SmmError
from smm_cli.ledger.corrections import on_its_way
from smm_cli.ledger.journal import EDIT
from smm_cli.ledger.store import Ledger
from smm_cli.networks.base import Network
from smm_cli.plan.pauses import pause_over
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import Payload, PayloadPart, Receipt
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem

PARTLY_CORRECTED = "partly corrected"
VERSIONS = 200
"""So many versions of a file are looked through for the one that went out."""
LATER = timedelta(minutes=10)
"""A version committed so shortly after it went out may still be it: receipts and posts may be committed together."""


@dataclass(frozen=True)
class Correction:
    """A public delivery beside its file. `payload`: what would stand there now; `before`: what was sent, where git still has it.

    `numbers`: parts (from 0) that differ; `more`: parts that the file has beyond those that are public, negative for fewer.
    `why_not` says why nothing may be changed now, `hint` what would allow it; `no_edit` why it cannot be edited; `taken`: it, or some of
    it, was taken down, so that it can only be sent anew.
    """

    receipt: Receipt
    channel: Channel
    post: Post
    network: Network
    payload: Payload | None
    before: Payload | None
    numbers: tuple[int, ...] = ()
    more: int = 0
    why_not: str = ""
    hint: str = ""
    no_edit: str = ""
    taken: bool = False
    text: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.numbers or self.more)

    def part_before(self, number: int) -> PayloadPart | None:
        """A part as it was sent, where that is known."""
        return self.before.parts[number] if self.before and number < len(self.before.parts) else None


def correction_of(runner: Runner, receipt: Receipt, post: Post) -> Correction:
    """`receipt` beside `post` as the published files have it. Raises ConfigError where its channel is gone."""
    channel = channel_of(runner, receipt)
    if channel is None:
        raise ConfigError(f"there is no channel {receipt.channel} any more", where=receipt.delivery, slug="no-channel")
    account = runner.ledger.account(channel.name)
    at = receipt.due or receipt.at
    made = runner.composer.prepare(post, channel, receipt.delivery, at, account)
    then = version_sent(runner, receipt, post)
    before = _composed(runner, then, channel, receipt, at) if then else None
    found = Correction(receipt, channel, post, made.network, made.payload, before, problems=made.errors)
    if made.payload is None or made.errors:
        first = made.errors[0].what if made.errors else "nothing can be made of it"
        return replace(found, numbers=(0,), why_not=first, hint=f"smm check {post.path}")
    more = len(made.payload.parts) - len(receipt.parts)
    cannot = "" if made.network.edit else f"{made.network.title} lets nobody change what is public"
    found = replace(
        found,
        numbers=_differing(runner.ledger, made.payload, before, receipt, post),
        more=more,
        no_edit=out_of_reach(made.network, receipt, cannot),
    )
    last = receipt.changes[-1] if receipt.changes else None
    found = replace(found, taken=bool(withdrawn_at(receipt) or (last and last.what == PARTLY)))
    if not found.changed and not found.taken:
        return found
    why_not, hint = _not_now(runner, found)
    return replace(found, why_not=why_not, hint=hint)


def _differing(ledger: Ledger, now: Payload, before: Payload | None, receipt: Receipt, post: Post) -> tuple[int, ...]:
    both = range(min(len(now.parts), len(receipt.parts)))
    if on_its_way(ledger, receipt.delivery, EDIT) or (receipt.changes and receipt.changes[-1].what == PARTLY_CORRECTED):
        return tuple(both)  # nobody knows which parts say what
    if before is None or len(before.parts) != len(receipt.parts):
        return tuple(both) if receipt.digest != post.text_digest else ()
    return tuple(number for number in both if not same_parts(before, now, [number]))


def _not_now(runner: Runner, found: Correction) -> tuple[str, str]:
    """Why it may not be changed now, though it could be; and what would allow it."""
    pause = pause_over(runner.calendar, found.post, found.channel, runner.clock.now())
    if pause is not None:
        return f"paused{': ' + pause.reason if pause.reason else ''}", "smm resume"
    lacking = unapproved(runner.calendar, runner.source, found.post, found.channel)
    return (f"not approved: {lacking}", f"smm post approve {found.post.id}") if lacking else ("", "")


def _composed(runner: Runner, then: tuple[Post, Commit], channel: Channel, receipt: Receipt, at: datetime) -> Payload | None:
    composer = Composer(runner.calendar, then[1])
    try:
        return composer.prepare(then[0], channel, receipt.delivery, at, runner.ledger.account(channel.name)).payload
    except (SmmError, OSError):
        return None


def version_sent(runner: Runner, receipt: Receipt, post: Post) -> tuple[Post, Commit] | None:
    """The version of the file whose text went out, from git: the newest one that stood then. None: git has none."""
    root = runner.calendar.root
    try:
        form = "--format=%H %ct"
        said = git.ask(root, "log", f"-{VERSIONS}", form, "--end-of-options", _start(runner), "--", post.path) or b""
    except ConfigError:
        return None
    lines = [line.split() for line in said.decode().splitlines()]
    stood = [commit for commit, at in lines if float(at) <= (receipt.at + LATER).timestamp()]
    return _first_of(runner, [*stood, *(commit for commit, _ in reversed(lines) if commit not in stood)], receipt, post)


def _start(runner: Runner) -> str:
    return runner.source.commit if isinstance(runner.source, Commit) else "HEAD"


def _first_of(runner: Runner, commits: Sequence[str], receipt: Receipt, post: Post) -> tuple[Post, Commit] | None:
    for commit in commits:
        try:
            source = Commit(runner.calendar.root, commit)
            found, _ = read_post(post.path, source.read(post.path), runner.calendar)
        except (SmmError, OSError):
            continue
        if found is not None and found.text_digest == receipt.digest:
            return found, source
    return None
