"""smm channel add: a table for channels.toml, from options and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin
from zoneinfo import ZoneInfo

from smm_cli import networks
from smm_cli.accounts.references import parse
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.near import did_you_mean
from smm_cli.cli import output
from smm_cli.cli.channel_file import Keeping, keep_file, read_file
from smm_cli.cli.session import Session
from smm_cli.errors import ConfigError, UsageError
from smm_cli.networks.base import Network
from smm_cli.words.auth import StandardWebhooks
from smm_cli.words.delivery import is_name

EMPTY = frozenset({"", None})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    name: str = ""
    network: str = ""
    server: str = ""
    account: str = ""
    secret: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    title: str = ""
    by_hand: bool = False


def add(session: Session, wanted: Wanted, *, no_input: bool, keeping: Keeping) -> int:
    """Write the channel. Raises UsageError, ConfigError; then nothing is written."""
    from smm_cli.calendar.toml_edit import set_table

    calendar = session.calendar()
    kind = _network(wanted.network, no_input)
    settings, secret = _given(wanted, kind), _secret(wanted.secret, kind)
    name = _name(wanted.name, kind, calendar, no_input)
    values = _values(wanted, settings, secret, kind, calendar, no_input)
    values["since"] = session.clock.now().astimezone(ZoneInfo(calendar.timezone)).date()
    before = read_file(calendar.root)
    after = set_table(before, ("channels", name), values)
    keep_file(calendar.root, before, after, f"Add the channel {name}", keeping)
    if not keeping.dry_run:
        output.out(f"added  {name}  ({kind.title})")
        _say_next(name, kind, values, calendar)
    return 0


def _network(name: str, no_input: bool) -> type[Network]:
    every = (*networks.built_in(), *networks.third_party())
    if not name and no_input:
        raise UsageError("which network?", hint=f"--network {' | '.join(every)}")
    name = name or output.ask(f"Which network ({', '.join(every)})?").lower()
    try:
        return networks.load(name)
    except ConfigError as error:
        raise UsageError(error.what, hint=error.hint, slug=error.slug) from None


def _name(name: str, kind: type[Network], calendar: Calendar, no_input: bool) -> str:
    """Its name: the network's own while it is the first one of it. Raises UsageError."""
    same = [channel.name for channel in calendar.channels.values() if channel.network == kind.name]
    taken = {*calendar.channels, *calendar.groups}
    if kind.name in same:
        what = f"{kind.name} would mean the network and one of its channels, once there are two"
        hint = f"first give that one a name of its own: smm channel rename {kind.name} {kind.name}-main"
        raise UsageError(what, hint=hint, slug="name-of-network")
    if not name:
        proposed = kind.name if not same and kind.name not in taken else ""
        if no_input and not proposed:
            hint = f"smm channel add {same[0] if same else kind.name}-2 --network {kind.name}"
            raise UsageError("a name is needed: the network's own is not free", hint=hint)
        name = proposed if no_input else output.ask("What shall it be called?", default=proposed)
    if not is_name(name):
        raise UsageError(f'"{name}" cannot be a name: use a-z, 0-9, - and _', hint=f"such as {kind.name}-jobs")
    if name in taken:
        raise UsageError(f"there is already a channel or group {name}", hint="smm channel list shows them; choose another name")
    return name


def _values(
    wanted: Wanted, settings: dict[str, Any], secret: str | dict[str, str], kind: type[Network], calendar: Calendar, no_input: bool
) -> dict[str, Any]:
    """The table: common keys, settings from options, the required ones that are missing asked for."""
    fields = kind.Settings.model_fields
    shared = calendar.networks.get(kind.name, {})
    for key, field in fields.items():
        if field.is_required() and key not in settings and key not in shared:
            if no_input:
                raise UsageError(f"{kind.title} needs {key}", hint=f"--set {key}=…   (smm network show {kind.name})")
            answer = output.ask(f"{key}{f' ({field.description})' if field.description else ''}:")
            if not answer:
                raise UsageError(f"{kind.title} needs {key}", hint=f"smm network show {kind.name}")
            settings[key] = typed(field.annotation, answer, key)
    values = {"network": kind.name, "title": wanted.title, **settings, "account": wanted.account, "secret": secret}
    values["by_hand"] = True if wanted.by_hand else None
    return {key: value for key, value in values.items() if isinstance(value, dict | list) or value not in EMPTY}


def _given(wanted: Wanted, kind: type[Network]) -> dict[str, Any]:
    from smm_cli.calendar.config_model import ChannelTable

    known = {**ChannelTable.model_fields, **kind.Settings.model_fields}
    found: dict[str, Any] = {"server": with_scheme(wanted.server)} if wanted.server else {}
    for pair in wanted.settings:
        key, equals, text = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise UsageError(f"--set {pair}: write KEY=VALUE", hint=f"smm network show {kind.name} lists the settings")
        if key in ("network", "secret"):
            raise UsageError(
                f"--set {key}: there is an option of its own for it", hint=f"--{key} {text}" if key == "network" else "--secret env:NAME"
            )
        if key not in known:
            raise UsageError(
                f"{kind.title} has no setting {key}", hint=did_you_mean(key, known, f"smm network show {kind.name} lists them")
            )
        found[key] = typed(known[key].annotation, text.strip(), key)
    if "server" in found and "server" not in kind.Settings.model_fields:
        near = "url" if "url" in kind.Settings.model_fields else ""
        raise UsageError(f"{kind.title} has no server", hint=f"--set {near}=…" if near else f"smm network show {kind.name}")
    return found


def with_scheme(address: str) -> str:
    """An address as typed, with https:// where none is named."""
    return address if re.match(r"[a-z]+://", address) or not address else f"https://{address}"


def typed(annotation: Any, text: str, key: str) -> Any:
    """`text` as TOML should hold it: a truth, a number, a list (parted by commas), else text. Raises UsageError."""
    kinds = {annotation, *(get_args(annotation) if get_origin(annotation) not in (list, tuple, dict) else ())}
    if bool in kinds:
        words = {"true": True, "yes": True, "false": False, "no": False}
        if text.lower() not in words:
            raise UsageError(f"--set {key}={text}: write true or false")
        return words[text.lower()]
    if int in kinds and re.fullmatch(r"-?\d+", text):
        return int(text)
    if get_origin(annotation) in (list, tuple):
        return (
            [item.strip() for item in text.split(",") if item.strip()]
            if key != "slots"
            else [s.strip() for s in text.split(";") if s.strip()]
        )
    return text


def _secret(given: tuple[str, ...], kind: type[Network]) -> str | dict[str, str]:
    """One reference, or a table of them. Raises UsageError, which never shows what was typed."""
    named: dict[str, str] = {}
    for text in given:
        key, equals, rest = text.partition("=")
        key, reference = (key, rest) if equals and re.fullmatch(r"\w+", key) else ("", text)
        try:
            parse(reference)
        except ConfigError as error:
            raise UsageError(error.what, hint=error.hint, slug=error.slug) from None
        named[key] = reference
    if len(named) > 1 and "" in named:
        names = ", ".join(kind.auth.secrets)
        raise UsageError("several secrets need their names", hint=f"--secret KEY=env:NAME, with KEY one of {names}")
    return named.get("", named) if named else ""


def _say_next(name: str, kind: type[Network], values: Mapping[str, Any], calendar: Calendar) -> None:
    output.tell(f"Posts of before {values['since']} do not follow a group onto it.")
    if kind.handoff or values.get("by_hand"):
        output.tell("Its posts are made by hand: smm queue show POST@CHANNEL lays them out.")
    elif values.get("secret") or not kind.auth.secrets:
        output.tell(f"Next: smm channel check {name}")
    else:
        if kind.steps:
            output.tell(kind.steps)
        if isinstance(kind.auth, StandardWebhooks):
            output.tell('A secret:  printf "whsec_%s" "$(openssl rand -base64 32)"')
        output.tell(f"Next: smm channel login {name}")
    output.tell(f"Undo: smm channel remove {name}")
