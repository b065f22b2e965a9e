"""What a request that may fail came to, where only some failures are fine."""

from __future__ import annotations

from smm_cli.errors import Retriable
from smm_cli.networks.base import Network
from smm_cli.words.exchange import Answer


def unless(network: Network, answer: Answer, *fine: int, who: str = "") -> None:
    """Raises what an answer that was forgiven means, unless its status is `fine`; `who` was silent where there is none."""
    if not (answer.ok or answer.status in fine):
        raise network.fault(answer.status, answer.headers, answer.body) or Retriable(f"{who or network.channel.name} did not answer")
