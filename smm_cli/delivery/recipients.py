"""Telling one recipient of `[alerts]`: a channel of the calendar, a mail through one of them, an address that takes JSON."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from smm_cli.accounts.masks import masked, remember
from smm_cli.accounts.references import resolve
from smm_cli.delivery.converse import converse
from smm_cli.delivery.freeze import seal
from smm_cli.delivery.handles import target_of
from smm_cli.delivery.runner import Runner
from smm_cli.errors import ConfigError, Rejected
from smm_cli.networks import load
from smm_cli.networks.base import Facts
from smm_cli.plan.alerts import Alert
from smm_cli.words.channel import Channel
from smm_cli.words.exchange import Json, Request
from smm_cli.words.post import Post

SHOWN = 10
"""Things named in one message; of the others their number is told."""
LONGEST = 200
"""Characters of what happened that a message shows: chats have limits, and `smm status` tells all of it."""
MARKS = re.compile(r"([!-/:-@\[-`{-~])")
SECONDS = 15.0
HEARTBEAT = "[alerts] heartbeat"


def summary(calendar: str, alerts: Sequence[Alert]) -> str:
    """What it is about, on one line."""
    if len(alerts) == 1:
        return f"{calendar}: {_short(alerts[0].what)}"
    return f"{calendar}: {len(alerts)} things need somebody"


def lines(calendar: str, alerts: Sequence[Alert]) -> str:
    """Plain text: each thing, and below it what mends it."""
    told = [line for alert in alerts[:SHOWN] for line in (_short(alert.what), *(f"  {way}" for way in alert.mend.splitlines()))]
    more = [f"and {len(alerts) - SHOWN} more: smm status"] if len(alerts) > SHOWN else []
    return "\n".join([f"smm, {calendar}:", *told, *more])


async def tell(runner: Runner, recipient: str, alerts: Sequence[Alert]) -> None:
    """Tell `recipient` of `alerts`, in one message. Raises ConfigError, DeliveryError where that did not work."""
    if recipient.startswith("channel:"):
        await _post(runner, _channel(runner, recipient.removeprefix("channel:")), alerts)
    elif recipient.startswith("mail:"):
        await _post(runner, _mail(runner, recipient.removeprefix("mail:")), alerts)
    else:
        text = lines(runner.calendar.name, alerts)
        await reach(runner, recipient, "[alerts] to", Json({"text": text, "alerts": [_shape(alert) for alert in alerts]}))


async def reach(runner: Runner, address: str, name: str, body: Json | None = None) -> None:
    """Ask an address that channels.toml names, or refers to: GET, or POST with a body. Raises ConfigError, Retriable, Rejected."""
    url = address if address.startswith(("https://", "http://")) else resolve(address, runner.calendar.root, name=name)
    remember(url)
    target = target_of(url)
    if target.scheme != "https" and not target.local:
        raise ConfigError(f"{name} is asked without TLS, where anybody can read along", hint="an https:// address", slug="no-tls")
    headers = {"content-type": "application/json"} if body else {}
    answer = await runner.transport.put(
        Request("POST" if body else "GET", url, body, headers, reads="any", auth="", timeout=SECONDS), target
    )
    if not answer.ok:
        raise Rejected(f"{name} ({target.host}) answered {answer.status}", slug="alert")


def _channel(runner: Runner, name: str) -> Channel:
    channel = runner.calendar.channels.get(name)
    if channel is None or not load(channel.network).takes_alerts:
        raise ConfigError(f"alerts cannot be told on {name}", hint="[alerts] to: a chat of yours", slug="alert-public")
    return channel


def _mail(runner: Runner, address: str) -> Channel:
    """A channel that can send mail, sending this one to `address` alone."""
    found = [one for one in runner.calendar.channels.values() if one.network == "smtp" and one.settings.get("server")]
    if not found:
        raise ConfigError(
            "no channel can send mail: none of the network smtp names a server", hint="docs/how-to/alerts.md", slug="alert-mail"
        )
    drop = ("unsubscribe", "one_click")
    settings = {key: value for key, value in found[0].settings.items() if key not in drop}
    return replace(found[0], settings={**settings, "to": [address], "send": True}, kept={})


async def _post(runner: Runner, channel: Channel, alerts: Sequence[Alert]) -> None:
    """Publish a message about `alerts` on `channel`, apart from deliveries: a message that comes twice does no harm."""
    calendar, now = runner.calendar, runner.clock.now()
    network = load(channel.network)(channel, runner.ledger.account(channel.name))
    told = "\n\n".join("\n".join((_plain(_short(alert.what)), *_ways(alert))) for alert in alerts[:SHOWN])
    more = f"\n\nand {len(alerts) - SHOWN} more: `smm status`" if len(alerts) > SHOWN else ""
    name = "alert-" + hashlib.sha256("\n".join(alert.name for alert in alerts).encode()).hexdigest()[:16]
    post = Post(name, "", f"{told}{more}", title=summary(calendar.name, alerts), status="ready")
    facts = Facts(calendar.name, f"{name}@{channel.name}", now, language=calendar.language, zone=calendar.timezone)
    payload = seal(network.compose(post, facts))
    for number in range(len(payload.parts)):
        await converse(network.publish(payload, number), network, runner.transport, runner.clock)


def _shape(alert: Alert) -> dict[str, str]:
    return {"name": alert.name, "kind": alert.kind, "what": masked(alert.what), "mend": alert.mend}


def _short(text: str) -> str:
    said = " ".join(masked(text).split())
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def _ways(alert: Alert) -> list[str]:
    """What mends it, each way a line of its own."""
    return [f"`{way.replace('`', '')}`" for way in alert.mend.splitlines()]


def _plain(text: str) -> str:
    """Text from outside as Markdown that says the same: no link, no mention, no mark."""
    return MARKS.sub(r"\\\1", text)
