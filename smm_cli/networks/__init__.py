"""The networks. Found by listing this folder, imported by name; entry points only for names not found here."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from smm_cli.errors import ConfigError

if TYPE_CHECKING:
    from smm_cli.networks.base import Network

ENTRY_POINTS = "smm.networks"
NOT_NETWORKS = frozenset({"base", "check", "fault"})


@cache
def built_in() -> tuple[str, ...]:
    """Names of the networks that come with smm, sorted; a module `google_business` is the network `google-business`."""
    here = Path(__file__).parent
    names = {p.stem for p in here.iterdir() if (p.suffix == ".py" or (p / "__init__.py").exists()) and not p.name.startswith("_")}
    return tuple(sorted(name.replace("_", "-") for name in names - NOT_NETWORKS))


def third_party() -> tuple[str, ...]:
    """Names that installed packages offer; a built-in name is never replaced."""
    from importlib.metadata import entry_points

    return tuple(sorted({point.name for point in entry_points(group=ENTRY_POINTS)} - set(built_in())))


def load(name: str) -> type[Network]:
    """The class of the network `name`. Raises ConfigError, with a near name, where there is none."""
    if name in built_in():
        module = importlib.import_module(f"smm_cli.networks.{name.replace('-', '_')}")
        found: type[Network] = module.NETWORK
        return found
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINTS, name=name):
        offered: type[Network] = point.load()
        return offered
    raise ConfigError(f"there is no network {name}", hint=_nearest(name), slug="unknown-network")


def _nearest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, [*built_in(), *third_party()], n=1)
    return f"did you mean {near[0]}? smm network list shows all" if near else "smm network list shows all"
