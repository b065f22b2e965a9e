"""What an answer means for the attempt: nothing wrong, an error whose type is the recovery, or an outcome nobody knows."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from smm_cli.errors import OutcomeUnknown, RateLimited, Retriable, SmmError
from smm_cli.words.exchange import OK, Answer, Request

if TYPE_CHECKING:
    from smm_cli.networks.base import Network

SHORTEST, LONGEST, MOST_ATTEMPTS = timedelta(seconds=60), timedelta(hours=1), 5


class Silence(Exception):
    """No answer. `reached` False: surely nothing left this machine."""

    def __init__(self, what: str, reached: bool) -> None:
        super().__init__(what)
        self.what = what
        self.reached = reached


def judge(network: Network, request: Request, answer: Answer) -> SmmError | None:
    """The error that an answer to `request` is, or None. For a committing request doubt is an OutcomeUnknown."""
    error = network.fault(answer.status, answer.headers, answer.body)
    if request.commits and _doubtful(request, answer, error):
        said = error.what if error else f"{answer.status}, which smm cannot read"
        return OutcomeUnknown(f"{network.title} answered {said}")
    if isinstance(error, OutcomeUnknown):
        return Retriable(error.what)  # nothing is public after this request, so that doubt harms nobody
    if error is not None:
        return error
    if not request.expects(answer.status):
        return Retriable(f"{network.title} answered {answer.status}, which was not expected")
    if not request.commits and _unreadable(request, answer):
        return Retriable(f"{network.title} sent an answer that cannot be read")
    return None


def _doubtful(request: Request, answer: Answer, error: SmmError | None) -> bool:
    if isinstance(error, OutcomeUnknown):
        return True
    if answer.status >= 500 or answer.status == 408:
        return not isinstance(error, RateLimited)
    if error is None:
        return not request.expects(answer.status) or _unreadable(request, answer)
    return False


def _unreadable(request: Request, answer: Answer) -> bool:
    return request.reads == "json" and answer.status in OK and isinstance(answer.body, str) and bool(answer.body.strip())


def backoff(delivery: str, attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th failure: 60 s doubling to 1 h, spread by a hash so that many do not come back at once."""
    seconds = min(LONGEST.total_seconds(), SHORTEST.total_seconds() * 2 ** max(0, attempts - 1))
    spread = hashlib.sha256(f"{delivery}:{attempts}".encode()).digest()[0] / 255
    return timedelta(seconds=seconds * (0.75 + spread / 2))
