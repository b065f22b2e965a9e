"""`smm publish --dry-run`: the requests that this tick would make, answered by fakes. Nothing leaves, nothing changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import request_shape
from smm_cli.errors import gravest
from smm_cli.sandbox.recording import Recorded, Recording, record
from smm_cli.words.delivery import HELD, RETRY, WAITING


def show_requests(session: Session, *, posts: Sequence[str] = (), at_once: bool = False, as_json: bool = False) -> int:
    """Print them; 0, or the exit code of what would not go out. Raises UsageError where nothing of `posts` can go now."""
    import asyncio

    recording = asyncio.run(record(session.root, session.clock.now(), only=tuple(posts), at_once=at_once))
    if as_json:
        output.as_json([request_shape(request) for request in recording.requests])
    else:
        for request in recording.requests:
            _show(request)
    _tell(recording)
    return gravest(
        outcome.error.exit_code
        for outcome in recording.outcomes
        if outcome.error and outcome.state not in (RETRY, WAITING) and outcome.delivery.split("@")[1] not in recording.unplayed
    )


def _show(request: Recorded) -> None:
    mark = "  publishes" if request.publishes else "  a page that the post links to" if request.foreign else ""
    head = f"{output.paint(request.channel, 'bold')}  {request.method} {output.clean(request.address)}"
    output.out(head + output.paint(mark, "green" if request.publishes else "dim"))
    for name, value in request.headers.items():
        output.out(f"    {name}: {output.clean(value)}")
    if request.signed:
        output.out(f"    credential of {request.channel}: ***")
    for line in _lines(request.body):
        output.out(f"    {output.clean(line)}")


def _lines(body: Any) -> list[str]:
    if body is None:
        return []
    if isinstance(body, str):
        return body.splitlines()
    if isinstance(body, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in body):
        return [line for name, value in body for line in f"{name} = {value}".splitlines()]
    return json.dumps(body, ensure_ascii=False, indent=2).splitlines()


def _tell(recording: Recording) -> None:
    for outcome in recording.outcomes:
        channel = outcome.delivery.split("@")[1]
        if channel in recording.unplayed:
            output.tell(
                f"{outcome.delivery}: there is no fake of this network, so that smm knows no answer: only the first request is shown."
            )
        elif outcome.state in (HELD, WAITING) or outcome.error:
            output.tell(f"{outcome.delivery}: {outcome.state}: {outcome.error.what if outcome.error else outcome.note}")
            output.tell(f"  {outcome.error.hint}") if outcome.error and outcome.error.hint else None
    count = sum(request.publishes for request in recording.requests)
    total = len(recording.requests)
    if not recording.outcomes:
        output.tell("Nothing is due. smm publish --dry-run --post X --now shows a post whatever its time. Nothing was sent.")
        return
    requests, publish = "request" if total == 1 else "requests", "publishes" if count == 1 else "publish"
    output.tell(f"{total} {requests}, {count} of them {publish}. Answers are those of fakes, so ids are made up. Nothing was sent.")
