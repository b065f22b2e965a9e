"""What to write into channels.toml so that a channel speaks to a fake of the sandbox."""

from __future__ import annotations

from smm_cli.accounts.credentials import Credentials
from smm_cli.calendar.model import Calendar
from smm_cli.networks import load
from smm_cli.networks.base import Network
from smm_cli.sandbox.stage import MEMORY
from smm_cli.words.channel import Channel

WHO = "me"
"""The account that the lines name; any other is as good, the fakes take whom a token names."""


def channel_lines(network: str, address: str) -> str:
    """The table of a channel on `network` at the fake's `address`, and how to set the secret that the fake takes."""
    kind = load(network)
    fields = kind.Settings.model_fields
    told = [f'{name} = "{address}"' for name in ("server", "url", "video_service") if name in fields]
    if not any(line.startswith(("server", "url")) for line in told):
        return f"# {kind.title} has one server only, which no setting moves: smm rehearse plays it."
    told += [f'{name} = "{WHO}.example.com"' for name in ("identifier",) if name in fields]
    told += [f'{name} = "…"' for name, field in fields.items() if field.is_required() and name not in ("server", "url")]
    names = secrets_of(kind)
    references = {
        name: f"env:SMM_SANDBOX_{network.upper().replace('-', '_')}{'' if len(names) == 1 else '_' + name.upper()}" for name in names
    }
    if len(references) == 1:
        told.append(f'secret = "{next(iter(references.values()))}"')
    elif references:
        told.append("secret = { " + ", ".join(f'{name} = "{reference}"' for name, reference in references.items()) + " }")
    exports = [f"# export {reference.removeprefix('env:')}={names[name]}" for name, reference in references.items()]
    return "\n".join([f"[channels.my-{network}]", f'network = "{network}"', *told, *exports])


def secrets_of(kind: type[Network]) -> dict[str, str]:
    """The secrets that a network asks for, and the stand-ins that its fake takes."""
    channel = Channel(WHO, kind.name, {}, account=WHO)
    credentials = Credentials(Calendar(MEMORY, "sandbox"), channel, kind.auth.secrets, stand_in=True)
    return {name: credentials.value(name) for name in kind.auth.secrets}
