"""smm network: what networks there are, what they take, and where those limits come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from smm_cli import networks
from smm_cli.cli import output
from smm_cli.errors import ConfigError, UsageError
from smm_cli.networks.base import Network
from smm_cli.words.auth import OAuth2
from smm_cli.words.limit import MediaLimit

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="What networks there are, and what they take.")
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
ACTS = ("verify", "login", "refresh", "edit", "withdraw", "share_link")


@app.command("list")
def list_(json: AsJson = False) -> int:
    """All networks, built in and installed.

    Example: smm network list --json
    """
    shapes = [network_shape(kind, origin) for kind, origin in _all()]
    if json:
        output.as_json(shapes)
        return 0
    rows = [
        (shape["name"], shape["title"], "by hand" if shape["by_hand"] else "", _text_of(shape), _media_of(shape), shape["origin"])
        for shape in shapes
    ]
    output.table(rows, head=("name", "title", "", "text", "media", "from"))
    output.tell("More of one: smm network show NAME")
    return 0


@app.command()
def show(name: Annotated[str, typer.Argument(help="Such as mastodon.")], json: AsJson = False) -> int:
    """One network: what it can, its limits with source and date, how one logs in, its settings and options.

    Example: smm network show mastodon
    """
    try:
        kind = networks.load(name)
    except ConfigError as error:
        raise UsageError(error.what, hint=error.hint, slug=error.slug) from None
    shape = network_shape(kind, "smm" if name in networks.built_in() else "installed")
    if json:
        output.as_json(shape)
    else:
        _show(shape)
    return 0


def _all() -> list[tuple[type[Network], str]]:
    found = []
    for origin, names in (("smm", networks.built_in()), ("installed", networks.third_party())):
        for name in names:
            try:
                found.append((networks.load(name), origin))
            except Exception as error:  # a network of a third party may fail in any way
                output.tell(f"{name} cannot be loaded: {type(error).__name__}: {error}")
    return found


def network_shape(kind: type[Network], origin: str) -> dict[str, Any]:
    """A network: `name`, `title`, `origin` (smm or installed), `docs`, `by_hand`, `threads`, `takes`, `demands`, `fetches_media`,
    `charges`, `visibilities`, `appends`, `acts`, `auth`, `secrets`, `scopes`, `rotates`, `steps`, `text`, `media`, `media_count`,
    `mixing`, `poll`, `settings`, `options`."""
    return {
        "name": kind.name,
        "title": kind.title,
        "origin": origin,
        "docs": kind.docs,
        "by_hand": kind.handoff,
        "threads": kind.threads,
        "takes": sorted(kind.takes),
        "demands": sorted(kind.demands),
        "fetches_media": sorted(kind.fetches),
        "charges": kind.cost is not Network.cost,
        "visibilities": list(kind.visibilities),
        "appends": sorted(kind.appends),
        "acts": [act for act in ACTS if getattr(kind, act) is not None],
        "auth": type(kind.auth).__name__,
        "secrets": list(kind.auth.secrets),
        "scopes": list(kind.auth.scopes) if isinstance(kind.auth, OAuth2) else [],
        "rotates": kind.auth.rotates,
        "steps": kind.steps or None,
        "text": [
            {"name": limit.name, "maximum": limit.maximum, "ruler": limit.ruler, "source": limit.source, "date": limit.date}
            for limit in kind.text
        ],
        "media": [_media_shape(limit) for limit in kind.media],
        "media_count": kind.media_count,
        "mixing": kind.mixing,
        "poll": _poll_shape(kind),
        "settings": fields_of(kind.Settings),
        "options": fields_of(kind.Options),
    }


def _media_shape(limit: MediaLimit) -> dict[str, Any]:
    names = ("kind", "count", "types", "pixels", "side", "seconds", "exclusive", "source", "date")
    return {name: getattr(limit, name) for name in names}


def _poll_shape(kind: type[Network]) -> dict[str, Any] | None:
    if kind.poll is None:
        return None
    return {name: getattr(kind.poll, name) for name in ("options", "option", "ruler", "shortest", "longest", "media", "source", "date")}


def fields_of(model: Any) -> list[dict[str, Any]]:
    """The keys of a network's Settings or Options: `name`, `type`, `required`, `default`, `about`."""
    return [
        {
            "name": name,
            "type": type_name(field.annotation),
            "required": field.is_required(),
            "default": None if field.is_required() else field.get_default(call_default_factory=True),
            "about": field.description,
        }
        for name, field in model.model_fields.items()
    ]


def type_name(annotation: Any) -> str:
    """A type as channels.toml means it: text, number, yes or no, one of …, list of …"""
    import types
    from typing import Literal, Union, get_args, get_origin

    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_name(inside[0])
    if origin is Literal:
        return "one of " + ", ".join(str(word) for word in inside if word != "")
    if origin in (Union, types.UnionType):
        return " or ".join(type_name(each) for each in inside if each is not type(None))
    if origin in (list, tuple, set, frozenset):
        return f"list of {type_name(inside[0])}" if inside else "list"
    plain = {str: "text", int: "whole number", float: "number", bool: "true or false", dict: "table"}
    return plain.get(origin or annotation, getattr(annotation, "__name__", str(annotation)))


# -- for people ---------------------------------------------------------------------------------------------------------------


def _text_of(shape: Mapping[str, Any]) -> str:
    return next((f"{limit['maximum']} {limit['ruler']}" for limit in shape["text"] if limit["name"] == "text"), "no limit")


def _media_of(shape: Mapping[str, Any]) -> str:
    return f"{shape['media_count']}: {', '.join(limit['kind'] for limit in shape['media'])}" if shape["media"] else "none"


def _show(shape: Mapping[str, Any]) -> None:
    rows: list[tuple[str, str]] = [("network", f"{shape['title']} ({shape['name']})"), ("docs", shape["docs"])]
    rows.append(("posts", "by hand: smm lays it out, a person posts" if shape["by_hand"] else "by smm"))
    rows.append(("threads", "yes" if shape["threads"] else "no: one part"))
    rows.append(("honours", ", ".join(shape["takes"]) or "the text alone"))
    rows += [("demands", ", ".join(shape["demands"]))] if shape["demands"] else []
    fetched = f"{', '.join(shape['fetches_media'])} fetched from a public address: [media] host in channels.toml"
    rows += [("media", fetched)] if shape["fetches_media"] else []
    rows += [("charges", "yes: smm plan shows what planned posts cost")] if shape["charges"] else []
    rows.append(("appends", ", ".join(shape["appends"]) or "nothing"))
    rows += [("visibility", ", ".join(shape["visibilities"]))] if shape["visibilities"] else []
    rows.append(("can", ", ".join(["publish", *(act.replace("_", " ") for act in shape["acts"])])))
    rows.append(("secrets", f"{', '.join(shape['secrets']) or 'none'} ({shape['auth']})"))
    rows += [("scopes", " ".join(shape["scopes"]))] if shape["scopes"] else []
    rows += [("steps", shape["steps"])] if shape["steps"] else []
    rows += [("limit", f"{t['name']}: {t['maximum']} {t['ruler']}   {t['source']}, {t['date']}") for t in shape["text"]]
    rows += [("limit", _media_row(limit)) for limit in shape["media"]]
    if shape["poll"]:
        poll = shape["poll"]
        rows.append(("limit", f"poll: {poll['options']} answers of {poll['option']} {poll['ruler']}   {poll['source']}, {poll['date']}"))
    for word, key in (("setting", "settings"), ("option", "options")):
        rows += [(word, _field_row(field)) for field in shape[key]]
    output.table(rows)


def _media_row(limit: Mapping[str, Any]) -> str:
    by_size: dict[int, list[str]] = {}
    for kind, most in limit["types"].items():
        by_size.setdefault(most, []).append(kind.partition("/")[2])
    types = "; ".join(f"{', '.join(kinds)} {_size(most)}" for most, kinds in by_size.items())
    extra = [f"{limit['pixels']} pixels" if limit["pixels"] else "", f"{limit['side']} px a side" if limit["side"] else ""]
    extra += [f"{limit['seconds']:g} s" if limit["seconds"] else "", "alone" if limit["exclusive"] else ""]
    return f"{limit['kind']}: {'; '.join([str(limit['count']), types, *filter(None, extra)])}   {limit['source']}, {limit['date']}"


def _size(most: int) -> str:
    if most >= 10**10:
        return "of any size"
    return f"up to {most / 1_048_576:g} MiB" if most % 1_048_576 == 0 else f"up to {most / 1_000_000:g} MB"


def _field_row(field: Mapping[str, Any]) -> str:
    default = "required" if field["required"] else f"default {_plain(field['default'])}" if field["default"] not in ("", None, ()) else ""
    return "  ".join(filter(None, (field["name"], field["type"], default, field["about"])))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
