"""Taking down what is public: to ask for it twice harms nothing."""

from __future__ import annotations

from collections.abc import Callable

from smm_cli.errors import Retriable
from smm_cli.networks.base import Network
from smm_cli.words.conversation import Doing
from smm_cli.words.exchange import Answer, Request


def is_missing(answer: Answer) -> bool:
    """Whether a server says by the status alone that there is nothing."""
    return answer.status == 404


def take_down(network: Network, request: Request, who: str = "", gone: Callable[[Answer], bool] = is_missing) -> Doing:
    """Ask it; what is `gone` already is success. `who` was asked, where that is not the network's title."""
    answer = yield request
    if not answer.ok and not gone(answer):
        raise network.fault(answer.status, answer.headers, answer.body) or Retriable(f"{who or network.title} did not answer")
