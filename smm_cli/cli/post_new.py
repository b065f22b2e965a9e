"""smm post new: a draft with an id that nothing ever had."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smm_cli.calendar.edit import new_post
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.targets import members
from smm_cli.cli import output
from smm_cli.cli.channel_file import Keeping
from smm_cli.cli.post_desk import open_desk
from smm_cli.cli.post_lines import keep_post
from smm_cli.cli.session import Session
from smm_cli.delivery.runner import Runner
from smm_cli.errors import PostError, UsageError
from smm_cli.ledger.receipts import receipt_files
from smm_cli.text.slug import slug
from smm_cli.words.delivery import is_name


@dataclass(frozen=True, slots=True)
class Draft:
    """What the command line said of a new post. `file`: where its text stands, `-` for what is piped in."""

    id: str = ""
    title: str = ""
    channels: str = ""
    text: str = ""
    file: str = ""


def new(session: Session, draft: Draft, *, no_input: bool = False, edit: bool = False, keeping: Keeping) -> int:
    """Write posts/<id>.md. Raises UsageError for an id in use, unknown channels, or answers that nobody can give."""
    with open_desk(session) as desk:
        asks = not no_input and sys.stdin.isatty() and sys.stderr.isatty()
        title = draft.title or (output.ask("Title (may stay empty):") if asks else "")
        name = _id(desk, draft.id, title)
        channels = _channels(desk, draft.channels, asks)
        body = _body(draft)
        path = f"{desk.calendar.posts}/{name}.md"
        if os.path.lexists(desk.calendar.root / path):
            raise UsageError(f"{path} exists already", hint=f"smm post show {name}, or another id", slug="id-in-use")
        values: dict[str, str | list[str]] = {"id": name}
        values |= {"title": title} if title else {}
        values |= {"channels": channels[0] if len(channels) == 1 else channels} if channels else {}
        data = new_post({**values, "status": "draft"}, body)
        post, problems = read_post(path, data, desk.calendar)
        if post is None:
            first = problems[0]
            raise PostError(f"{first.what}. Nothing was written.", where=str(first.place), hint=first.hint, slug=first.slug)
        output.show_problems(problems)
        _show(path, data)
        if not keeping.dry_run:
            (desk.calendar.root / desk.calendar.posts).mkdir(parents=True, exist_ok=True)
        keep_post(desk.calendar, path, data, f"draft {name}", keeping)
    if keeping.dry_run:
        return 0
    output.out(path)
    if edit:
        open_editor(session.root / path)
    output.tell(f'Next: write it, then   smm preview {name}   and   smm post schedule {name} "tomorrow 9am"')
    output.tell(f"Undo: rm {shlex.quote(path)}")
    return 0


def _show(path: str, data: bytes) -> None:
    for number, line in enumerate(data.decode().splitlines(), 1):
        output.tell(f"  {path if number == 1 else ' ' * output.width(path)}  line {number}  {line}".rstrip())


# -- the id -------------------------------------------------------------------------------------------------------------------


def _id(desk: Runner, said: str, title: str) -> str:
    if not said and not title:
        raise UsageError("a post needs an id or a title", hint='smm post new launch, or: smm post new --title "We launch"')
    name = said or slug(title)
    if not name:
        raise UsageError(f"no id can be made of {title}", hint=f"give one: smm post new launch --title {shlex.quote(title)}")
    if not is_name(name):
        near = slug(name)
        hint = f"for example {near}" if near and near != name else "a-z, 0-9, dots, dashes, underscores; at most 81"
        raise UsageError(f"{name} cannot be an id", hint=hint, slug="bad-id")
    if why := in_use(desk, name):
        raise UsageError(f"the id {name} is in use: {why}", hint=f"for example {free_id(desk, name)}", slug="id-in-use")
    return name


def free_id(desk: Runner, wanted: str) -> str:
    """`wanted`, or with the least number behind it that is free."""
    found, number = wanted, 2
    while in_use(desk, found):
        found, number = f"{wanted[:76]}-{number}", number + 1
    return found


def in_use(desk: Runner, name: str) -> str:
    """Why a new post cannot have this id; empty where it can. What once went out under an id never goes out again under it."""
    indexed = desk.index.posts(desk.source)
    for post in (*indexed.posts, *indexed.copies):
        if post.id == name:
            return f"{post.path} has it"
    path = f"{desk.calendar.posts}/{name}.md"
    if os.path.lexists(desk.calendar.root / path):
        return f"{path} exists"
    if next(receipt_files(desk.calendar.receipts / name), None):
        return f"receipts/{name} says that it went out"
    if any(record.post == name for record in desk.ledger.records()):
        return "it was sent, or decided about, before"
    return ""


# -- channels and text --------------------------------------------------------------------------------------------------------


def _channels(desk: Runner, said: str, asks: bool) -> list[str]:
    """Names as written; none where the calendar's default ones count. Raises UsageError for what does not exist."""
    calendar = desk.calendar
    known = [*calendar.channels, *calendar.groups, *dict.fromkeys(one.network for one in calendar.channels.values())]
    if not said and not calendar.default_channels:
        if len(calendar.channels) == 1:
            said = next(iter(calendar.channels))
        elif asks:
            said = output.ask(f"Channels or groups, by commas ({', '.join(dict.fromkeys(known))}):")
        else:
            first = next(iter(calendar.channels), "blog")
            raise UsageError("which channels?", hint=f"--channels {first}, or several: --channels a,b. smm channel list shows all")
    names = [name.strip() for name in said.split(",") if name.strip()]
    for name in names:
        if not members(name, calendar):
            hint = did_you_mean(name, known, "smm channel list shows all")
            raise UsageError(f"there is no channel or group {name}", hint=hint, slug="unknown-channel")
    return names


def _body(draft: Draft) -> str:
    if draft.text and draft.file:
        raise UsageError("--text and --file exclude each other", hint="--file posts/_text.md, or --file - for what is piped in")
    if not draft.file:
        return draft.text
    try:
        data = sys.stdin.buffer.read() if draft.file == "-" else Path(draft.file).read_bytes()
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise UsageError(f"{draft.file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{draft.file} is not UTF-8", hint="save it as UTF-8") from None


def open_editor(path: Path) -> None:
    """Open a file in VISUAL or EDITOR and wait. Raises UsageError where neither is set or it cannot be started."""
    import subprocess

    said: Sequence[str] = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not said:
        raise UsageError("no editor is set", hint=f"the draft is in {path}; export EDITOR=nano, or open it yourself")
    try:
        subprocess.run([*said, str(path)], check=False)
    except OSError as error:
        raise UsageError(f"{said[0]} cannot be started: {error.strerror}", hint=f"the draft is in {path}") from None
