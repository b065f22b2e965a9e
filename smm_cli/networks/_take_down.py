"""Taking down what is public: to ask for it twice harms nothing."""

from __future__ import annotations

from smm_cli.errors import Retriable
from smm_cli.networks.base import Network
from smm_cli.words.conversation import Doing
from smm_cli.words.exchange import Request


def take_down(network: Network, request: Request, who: str = "") -> Doing:
    """Ask it; what is gone already is success. `who` was asked, where that is not the network's title."""
    answer = yield request
    if not answer.ok and answer.status != 404:
        raise network.fault(answer.status, answer.headers, answer.body) or Retriable(f"{who or network.title} did not answer")
