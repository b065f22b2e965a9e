"""Servers that may be installed below a path: where a channel's `server` says so, the fake is there, too."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smm_cli.sandbox.base import Fake

if TYPE_CHECKING:
    from smm_cli.networks.base import Network


class Below(Fake):
    """A fake that stands where its channel's `server` leads, path and all."""

    def resemble(self, network: Network) -> None:
        self.below = urlsplit(str(getattr(network.settings, "server", ""))).path
