"""What to write into channels.toml so that a channel speaks to a fake of the sandbox."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from smm_cli.accounts.credentials import Credentials
from smm_cli.calendar.model import Calendar
from smm_cli.networks import load
from smm_cli.networks.base import Network
from smm_cli.sandbox.stage import MEMORY
from smm_cli.sandbox.world import load_fake
from smm_cli.words.channel import Channel

WHO = "me"
"""The account that the lines name; any other is as good, the fakes take whom a token names."""


def channel_lines(network: str, address: str) -> str:
    """The table of a channel on `network` at the fake's `address`, and how to set the secret that the fake takes."""
    kind, fake = load(network), load_fake(network)
    if not fake.place:
        return f"# {kind.title} has one server only, which no setting moves: smm rehearse plays it."
    if f"https://{fake.place}" not in fake.channel:
        return f"# {kind.title} is not spoken to by HTTP, as this sandbox is: smm rehearse plays it."
    told = fake.channel.replace(f"https://{fake.place}", address).splitlines()
    told += [f'{name} = "{address}"' for name in ("video_service",) if name in kind.Settings.model_fields]
    names = secrets_of(kind, tomllib.loads(fake.channel))
    references = {
        name: f"env:SMM_SANDBOX_{network.upper().replace('-', '_')}{'' if len(names) == 1 else '_' + name.upper()}" for name in names
    }
    if len(references) == 1:
        told.append(f'secret = "{next(iter(references.values()))}"')
    elif references:
        told.append("secret = { " + ", ".join(f'{name} = "{reference}"' for name, reference in references.items()) + " }")
    exports = [f"# export {reference.removeprefix('env:')}={names[name]}" for name, reference in references.items()]
    return "\n".join([f"[channels.my-{network}]", f'network = "{network}"', *told, *exports])


def secrets_of(kind: type[Network], settings: Mapping[str, Any]) -> dict[str, str]:
    """The secrets that a channel of these settings asks for, and the stand-ins that its fake takes."""
    channel, names = Channel(WHO, kind.name, settings, account=WHO), kind.auth_of(settings).secrets
    credentials = Credentials(Calendar(MEMORY, "sandbox"), channel, names, stand_in=True)
    return {name: credentials.value(name) for name in names}
