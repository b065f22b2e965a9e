"""Writes the reference from the code: python scripts/make_docs.py. tests/docs compares what it would write with what is there."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "smm_cli"
REFERENCE = "docs/reference"
WIDTH = 100
RULERS = {"graphemes": "characters", "code_points": "characters", "mastodon": "characters", "x": "characters, weighted"}
MADE = "<!-- Written by scripts/make_docs.py from the code. Change the code, then run: make docs -->\n\n"
TABLE = re.compile(r"(?<=<!-- networks -->\n).*?(?=<!-- /networks -->)", re.DOTALL)


def pages() -> dict[str, str]:
    """Path (from the repository's root) to text, for every page that is made of code."""
    from smm_cli.calendar.schema import schemas

    found = {f"{REFERENCE}/{name}.schema.json": json.dumps(schema, indent=2) + "\n" for name, schema in schemas().items()}
    readme = (ROOT / "README.md").read_text("utf-8")
    return {
        **found,
        f"{REFERENCE}/networks.md": networks_page(),
        f"{REFERENCE}/commands.md": commands_page(),
        f"{REFERENCE}/errors.md": errors_page(),
        "README.md": TABLE.sub(lambda _: networks_table(), readme),
    }


# -- networks ------------------------------------------------------------------------------------------------------------------


def shapes() -> list[dict[str, Any]]:
    """All built-in networks as `smm network show --json` gives them."""
    from smm_cli import networks
    from smm_cli.cli.network import network_shape

    return [network_shape(networks.load(name), "smm") for name in networks.built_in()]


def networks_table() -> str:
    """The table of the README."""
    rows = [("network", "in channels.toml", "text", "pictures and films", "who posts")]
    for shape in sorted(shapes(), key=lambda shape: (shape["by_hand"], shape["title"].lower())):
        text = next(
            (f"{limit['maximum']} {RULERS.get(limit['ruler'], limit['ruler'])}" for limit in shape["text"] if limit["name"] == "text"),
            "any length",
        )
        media = f"up to {shape['media_count']}" if shape["media"] else "no"
        who = "you: smm lays it out" if shape["by_hand"] else "smm"
        rows.append((f"[{shape['title']}]({REFERENCE}/networks.md#{shape['name']})", f"`{shape['name']}`", text, media, who))
    return _table(rows)


def networks_page() -> str:
    """What each network takes, with source and date."""
    parts = [f"{MADE}# Networks\n\nWhat each network takes, and where that is written. `smm network show NAME` tells the same.\n"]
    parts += [_network(shape) for shape in shapes()]
    return "\n".join(parts)


def _network(shape: dict[str, Any]) -> str:
    lines = [f"## {shape['name']}", "", f"{shape['title']}. {shape['docs']}", ""]
    lines += [f"- **Posts:** {'by hand: smm lays the post out, you post it and give the address back' if shape['by_hand'] else 'by smm'}"]
    lines += [f"- **Threads:** {'yes' if shape['threads'] else 'no; all parts become one text'}"]
    lines += [f"- **Keys it honours:** {_code(shape['takes']) or 'the text alone'}"]
    lines += [f"- **A post must have:** {_code(shape['demands'])}"] if shape["demands"] else []
    lines += [f"- **Fetched from a public address (`[media] host`):** {_code(shape['fetches_media'])}"] if shape["fetches_media"] else []
    lines += ["- **Costs:** the network charges for posts; `smm plan` shows how much"] if shape["charges"] else []
    lines += [f"- **Added to the text, unless it is there:** {_code(shape['appends']) or 'nothing'}"]
    lines += [f"- **Visibility:** {_code(shape['visibilities'])}"] if shape["visibilities"] else []
    lines += [f"- **smm can also:** {', '.join(act.replace('_', ' ') for act in shape['acts'])}"] if shape["acts"] else []
    lines += [f"- **Secrets:** {_code(shape['secrets']) or 'none'}"]
    lines += [f"- **Scopes:** {_code(shape['scopes'])}"] if shape["scopes"] else []
    lines += [f"- **First steps:** {shape['steps']}"] if shape["steps"] else []
    return "\n".join(
        [
            *lines,
            "",
            _limits(shape),
            _keys("Settings (in channels.toml)", shape["settings"]),
            _keys("Options (below `for:`)", shape["options"]),
        ]
    )


def _limits(shape: dict[str, Any]) -> str:
    rows = [("limit", "most", "source", "read on")]
    for limit in shape["text"]:
        rows.append((limit["name"], f"{limit['maximum']} ({limit['ruler']})", limit["source"], limit["date"]))
    for limit in shape["media"]:
        rows.append((f"{limit['kind']}s", _media(limit), limit["source"], limit["date"]))
    if poll := shape["poll"]:
        rows.append(("poll", f"{poll['options']} answers of {poll['option']} ({poll['ruler']})", poll["source"], poll["date"]))
    return _table(rows) if len(rows) > 1 else "No limits.\n"


def _media(limit: dict[str, Any]) -> str:
    sizes: dict[int, list[str]] = {}
    for kind, most in limit["types"].items():
        sizes.setdefault(most, []).append(kind.partition("/")[2])
    said = [f"{limit['count']}", *(f"{', '.join(kinds)}{_size(most)}" for most, kinds in sizes.items())]
    said += [f"{limit['pixels']:,} pixels"] if limit["pixels"] else []
    said += [f"{limit['side']} pixels a side"] if limit["side"] else []
    said += [f"{limit['seconds']:g} s"] if limit["seconds"] else []
    return "; ".join([*said, *(["nothing else beside it"] if limit["exclusive"] else [])])


def _size(most: int) -> str:
    if most >= 10**10:
        return ""
    return f" of {most / 1_048_576:g} MiB" if most % 1_048_576 == 0 else f" of {most / 1_000_000:g} MB"


def _keys(title: str, fields: list[dict[str, Any]]) -> str:
    if not fields:
        return ""
    rows = [("key", "is", "default")]
    for field in fields:
        default = "required" if field["required"] else json.dumps(field["default"]) if field["default"] not in ("", None, [], ()) else ""
        rows.append((f"`{field['name']}`", field["type"], default))
    return f"{title}:\n\n{_table(rows)}"


# -- commands ------------------------------------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, Any, Any]]:
    """Every command: its words (`smm queue list`), the command, its context. Groups come before their commands."""
    import typer

    from smm_cli.cli import app as tree

    whole = typer.main.get_command(tree.app)
    top = whole.context_class(whole, info_name="smm", terminal_width=WIDTH, max_content_width=WIDTH)
    yield "smm", whole, top
    for name, (module, _) in tree.COMMANDS.items():
        if importlib.util.find_spec(f"smm_cli.cli.{module}") is not None:
            yield from _below(whole.get_command(top, name), name, top)


def _below(command: Any, name: str, above: Any) -> Iterator[tuple[str, Any, Any]]:
    context = command.context_class(command, info_name=name, parent=above, terminal_width=WIDTH, max_content_width=WIDTH)
    yield context.command_path, command, context
    for inner in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from _below(command.get_command(context, inner), inner, context)


def commands_page() -> str:
    """`--help` of every command."""
    parts = [f"{MADE}# Commands\n\nEvery command with its help, as `--help` prints it. Exit codes: [errors.md](errors.md).\n"]
    for words, command, context in commands():
        text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts.append(f"## {words}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


# -- errors --------------------------------------------------------------------------------------------------------------------


def errors_page() -> str:
    """The taxonomy, the exit codes, every slug."""
    from smm_cli import errors

    drawn = (errors.__doc__ or "").split("\n\n")[1]
    kinds = [("error", "exit code", "slug", "means")]
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.SmmError):
            kinds.append((f"`{name}`", str(kind.exit_code), f"`{kind.slug}`", (kind.__doc__ or "").splitlines()[0]))
    slugs = [("slug", "says (… stands for what differs)", "severity")]
    found = sorted(set(_slugs()))
    told = {slug for slug, says, _ in found if says.strip("… :")}
    slugs += [(f"`{slug}`", says, severity) for slug, says, severity in found if says.strip("… :") or slug not in told]
    gravity = ", ".join(map(str, errors.GRAVITY))
    return (
        f"{MADE}# Errors and problems\n\nAn error tells what happened, where, and what to do next. Its type says what helps:\n\n"
        f"```text\n{drawn}\n```\n\n## Exit codes\n\n{_table(EXITS)}\nOf several codes the gravest wins: {gravity}.\n"
        "`smm publish` answers for the deliveries of this run alone. Broken posts are the business of `smm check`.\n\n"
        f"## Errors\n\n{_table(kinds)}\n## Slugs\n\nA slug is the short name of a message. It stays the same when the words change:\n"
        f"use it in `[check] ignore` and in scripts.\n\n{_table(slugs)}"
    )


EXITS = [
    ("code", "means"),
    ("0", "all is well, also when something is held or waits for its next try"),
    ("1", "a bug in smm; a report file says more"),
    ("2", "the command line cannot be read"),
    ("3", "channels.toml or a secret does not hold, or another machine publishes this calendar"),
    ("4", "a post is wrong"),
    ("5", "a delivery did not go through"),
    ("6", "perhaps published: a person must look"),
    ("7", "the ledger cannot be read or written"),
    ("130", "interrupted"),
]


def _slugs() -> Iterator[tuple[str, str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "sandbox" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield from _slug_of(node)


def _slug_of(call: ast.Call) -> Iterator[tuple[str, str, str]]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in ("Problem", "problem") and len(call.args) > 1 and (slug := _constant(call.args[0])):
        mild = any(isinstance(arg, ast.Name) and arg.id == "WARNING" for arg in [*call.args, *given.values()])
        yield slug, _said(call.args[1]), "warning" if mild else "error"
    elif name.endswith("Error") or name in ("Retriable", "Rejected", "AuthFailed", "RateLimited", "OutcomeUnknown"):
        slug = _constant(given.get("slug"))
        if slug:
            yield slug, _said(call.args[0]) if call.args else "", f"`{name}`"


def _constant(node: ast.expr | None) -> str:
    found = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return found if re.fullmatch(r"[a-z][a-z0-9-]+", found) else ""


def _said(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        text = str(node.value)
    elif isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    else:
        text = "…"
    return " ".join(text.split()).replace("|", "\\|")


# -- Markdown ------------------------------------------------------------------------------------------------------------------


def _code(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(rows: list[tuple[str, ...]]) -> str:
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "\n".join(f"| {' | '.join(cell.replace(chr(10), ' ') for cell in line)} |" for line in lines) + "\n"


def main() -> int:
    """Write every page that differs."""
    sys.path.insert(0, str(ROOT))
    for name, text in pages().items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
