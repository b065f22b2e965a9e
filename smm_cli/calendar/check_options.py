"""Keys of `for:` that belong to a network, against what that network takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from smm_cli.calendar.model import Calendar
from smm_cli.calendar.near import near
from smm_cli.calendar.targets import KEYS, Target, aim, applying, options_of
from smm_cli.errors import ConfigError
from smm_cli.words.post import Post
from smm_cli.words.problem import Place, Problem


def check_options(post: Post, calendar: Calendar, targets: tuple[Target, ...], at: Callable[..., Place]) -> Iterator[Problem]:
    """Unknown keys and values that do not fit, an error for each channel they concern; loads no network without need."""
    for target in targets:
        channel = target.channel
        said = {key: name for _, name in applying(post, channel, calendar) for key in options_of(post.targets[name])}
        if not said:
            continue
        from smm_cli import networks

        try:
            network = networks.load(channel.network)
        except ConfigError:
            continue  # channels.toml has this problem
        options = dict(aim(post, channel, calendar).options)
        for key, what, hint in _wrong(network.Options, options, channel.network):
            keys = ("for", said[key], key) if key in said else ("for",)
            yield Problem("unknown-key" if hint else "option", what, at(*keys, channel=channel.name), hint)


def _wrong(model: Any, options: dict[str, Any], network: str) -> Iterator[tuple[str, str, str]]:
    """Key, what is wrong, and a hint for keys that are unknown."""
    from pydantic import ValidationError

    try:
        model.model_validate(options)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_context=False):
            key = str(found["loc"][0]) if found["loc"] else ""
            if found["type"] == "extra_forbidden":
                yield key, f"{network} has no key {key}", _likely(key, list(model.model_fields), network)
            else:
                yield key, f"{key}: {found['msg'].removeprefix('Value error, ')}", ""


def _likely(key: str, fields: list[str], network: str) -> str:
    found = near(key, [*fields, *sorted(KEYS)])
    if found:
        return f"did you mean {found}?"
    return f"{network} takes {', '.join(fields)}" if fields else f"{network} takes no keys of its own; smm network show {network} lists all"
