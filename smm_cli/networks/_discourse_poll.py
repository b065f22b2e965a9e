"""Polls of Discourse: a block in the text, which the poll plugin (part of every Discourse) reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from smm_cli.networks._forum_text import escaped, joined
from smm_cli.networks._short import short
from smm_cli.words.limit import PollLimit
from smm_cli.words.post import Poll
from smm_cli.words.tree import Mention

POLLS = PollLimit(
    options=20,
    option=250,
    shortest=300,
    longest=10 * 365 * 86_400,
    source="discourse plugins/poll/config/settings.yml: poll_maximum_options (10 on old servers); the length of an option is ours",
    date="2026-08-20",
    media=True,
)


def with_poll(text: str, poll: Poll, at: datetime, mention: Callable[[Mention], str]) -> str:
    """`text` with `poll` as a block below it."""
    return joined(text, [poll_block(poll, at, mention)])


def poll_block(poll: Poll, at: datetime, mention: Callable[[Mention], str]) -> str:
    """`poll`, open from `at`; results are seen by voters and after the end, or after it alone (`hide_totals`)."""
    ends = (at + timedelta(seconds=poll.seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    kind = f"type=multiple min=1 max={len(poll.options)}" if poll.multiple else "type=regular"
    seen = "on_close" if poll.hide_totals else "always"
    options = "\n".join(f"* {escaped(short(option, mention))}" for option in poll.options)
    return f"[poll {kind} results={seen} close={ends}]\n{options}\n[/poll]"
