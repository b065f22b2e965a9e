"""Runners without a memory: a job in CI forgets .smm/ when it ends, and with it every token that changed meanwhile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from smm_cli.accounts.tokens import TokenStore
from smm_cli.calendar.model import Calendar
from smm_cli.errors import ConfigError

if TYPE_CHECKING:
    from smm_cli.networks.base import Network

CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "FORGEJO_ACTIONS", "GITEA_ACTIONS")


def in_a_job() -> bool:
    """Whether this is a job of CI, which may look at the proposal of a stranger."""
    return any(os.environ.get(variable, "").lower() not in ("", "0", "false") for variable in CI)


def forgets(calendar: Calendar, network: Network) -> ConfigError | None:
    """Why this runner may not use a channel of `network`: its token changes with each use, and would be lost. None: it may.

    A token that lies in this machine's .smm/ already, from a login here, shows that .smm/ lasts.
    """
    name = network.channel.name
    if not (in_a_job() and network.auth.rotates) or TokenStore(calendar.state / "tokens").read(name) is not None:
        return None
    what = f"{name}: the token of {network.title} changes with each use, and this runner (a job in CI) would forget the new one"
    hint = "publish this channel from a machine that keeps its .smm/, or use a credential that does not change (smm network show NAME)"
    return ConfigError(what, where=name, hint=hint.replace("NAME", network.name), slug="token-forgotten")
