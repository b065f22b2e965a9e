"""smm channel rename: another name in channels.toml and in posts; the history stays, so that nothing goes out again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from smm_cli.accounts.tokens import TokenStore
from smm_cli.calendar.index import Index
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import WorkTree
from smm_cli.calendar.toml_lines import Key
from smm_cli.cli import output
from smm_cli.cli.channel_file import FILE, Keeping, keep_files, no_channel, read_file
from smm_cli.cli.channel_list import open_ledger
from smm_cli.cli.session import Session
from smm_cli.errors import SmmError, UsageError
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import RETRY, SENDING, UNKNOWN, is_name
from smm_cli.words.post import Post

OPEN = (SENDING, RETRY, UNKNOWN)
"""What was begun under a name must end under it."""
Changes = dict[str, tuple[bytes, bytes]]


def rename(session: Session, old: str, new: str, *, yes: bool, keeping: Keeping) -> int:
    """Rename a channel. Raises UsageError, ConfigError; then nothing is written."""
    calendar = session.calendar()
    _refuse(calendar, old, new)
    with open_ledger(calendar) as ledger:
        begun = [record for record in ledger.records() if record.channel == old and record.state in OPEN]
        if begun:
            names = " ".join(record.delivery for record in begun[:5])
            what = f"{len(begun)} deliveries of {old} are under way or not settled: {names}"
            raise UsageError(what, hint=f"smm queue show {begun[0].delivery}; rename when they have ended", slug="channel-busy")
        before = read_file(calendar.root)
        changes: Changes = {FILE: (before, renamed_in_config(before, calendar, old, new))}
        posts, by_hand = renamed_in_posts(calendar, old, new)
        keep_files(calendar.root, {**changes, **posts}, f"Rename the channel {old} to {new}", keeping)
        for line in by_hand:
            output.tell(f"  by hand: {line}")
        if keeping.dry_run:
            return 0
        _move(calendar, ledger, session, old, new)
    output.out(f"renamed  {old}  {new}")
    if posts:
        output.tell(f"{len(posts)} post{'s name' if len(posts) != 1 else ' names'} {new} now; approvals of them lapse (smm check).")
    output.tell(f"What went out as {old} counts for {new}. Undo: smm channel rename {new} {old}")
    return 0


def _refuse(calendar: Calendar, old: str, new: str) -> None:
    if old not in calendar.channels:
        raise no_channel(old, calendar.channels)
    if not is_name(new):
        raise UsageError(f'"{new}" cannot be a name: use a-z, 0-9, - and _', hint=f"smm channel rename {old} {old}-main")
    if new in calendar.channels or new in calendar.groups:
        raise UsageError(f"there is already a channel or group {new}", hint="smm channel list shows them; choose another name")
    bears = next((c.name for c in calendar.channels.values() if new in c.formerly and c.name != old), "")
    if bears:
        raise UsageError(f"{bears} was formerly {new}, and its receipts bear that name", hint="choose another name")


# -- channels.toml ------------------------------------------------------------------------------------------------------------


def renamed_in_config(data: bytes, calendar: Calendar, old: str, new: str) -> bytes:
    """channels.toml with the channel under its new name, `formerly` written, and all that named it naming it anew."""
    from smm_cli.calendar.toml_edit import rename_table, set_table

    former = [name for name in calendar.channels[old].formerly if name != new]
    data = set_table(data, ("channels", old), {"formerly": [*former, old]})
    data = rename_table(data, ("channels", old), new)
    return replaced_names(data, old, new)


def replaced_names(data: bytes, old: str, new: str) -> bytes:
    """channels.toml with `new` for `old` (empty: without it) in groups, defaults, approval, pauses, alerts and handles."""
    import tomllib

    from smm_cli.calendar.toml_edit import remove_table, set_table

    said = tomllib.loads(data.decode("utf-8-sig"))
    lists = [(("groups",), key) for key in said.get("groups", {})]
    lists += [(("calendar",), "channels"), (("approval",), "channels"), (("alerts",), "to"), (("alerts",), "deputy")]
    for path, key in lists:
        data = _in_list(data, said.get(path[0], {}), path, key, old, new)
    for number in reversed(range(len(said.get("pause", [])))):
        if said["pause"][number].get("channel") == old:
            pause: Key = ("pause", number)
            data = set_table(data, pause, {"channel": new}) if new else remove_table(data, pause)
    for name, person in said.get("people", {}).items():
        for place, handles in ((("people", name), person), (("people", name, "handles"), person.get("handles", {}))):
            if old in handles and old not in ("title", "name", "git", "login", "handles"):
                data = set_table(data, tuple(place), {old: None, **({new: handles[old]} if new else {})})
    return data


def _in_list(data: bytes, table: Mapping[str, Any], path: tuple[str, ...], key: str, old: str, new: str) -> bytes:
    from smm_cli.calendar.toml_edit import set_table

    value = table.get(key)
    words = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    spelled = {old: new, f"channel:{old}": f"channel:{new}" if new else ""}
    if not any(word in spelled for word in words):
        return data
    changed = [name for name in (spelled.get(word, word) for word in words) if name]
    return set_table(data, path, {key: changed})


# -- posts --------------------------------------------------------------------------------------------------------------------


def renamed_in_posts(calendar: Calendar, old: str, new: str) -> tuple[Changes, list[str]]:
    """Posts of the work tree whose `channels` name the old one, as they must read now; and what only a person can change."""
    from smm_cli.calendar.edit import edit_post

    changes: Changes = {}
    by_hand: list[str] = []
    for post in posts_naming(calendar, old):
        data = (calendar.root / post.path).read_bytes()
        edited = data
        if old in post.channels:
            names = [new if name == old else name for name in post.channels]
            try:
                edited = edit_post(data, {"channels": names[0] if len(names) == 1 else names})
            except SmmError as error:
                by_hand.append(f"{post.path}: channels: {', '.join(names)}   ({error.what})")
        if edited != data:
            changes[post.path] = (data, edited)
        by_hand += [f"{post.path}:{line}: {new} for {old}" for line in target_lines(edited, old)] if old in post.targets else []
    return changes, by_hand


def posts_naming(calendar: Calendar, name: str) -> list[Post]:
    """Posts of the work tree that name a channel themselves, in `channels` or as a target."""
    indexed = Index(calendar).posts(WorkTree(calendar.root))
    return [post for post in (*indexed.posts, *indexed.copies) if name in post.channels or name in post.targets]


def target_lines(data: bytes, name: str) -> Iterable[int]:
    """Lines on which a target bears `name`: a key below `for:`, or `<!-- for: … -->`."""
    word = re.escape(name)
    pattern = re.compile(rf"^\s+[\"']?{word}[\"']?\s*:|^\s*<!--\s*for:.*\b{word}\b.*-->|^for:.*[{{,]\s*[\"']?{word}[\"']?\s*:")
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if pattern.search(line):
            yield number


# -- this machine -------------------------------------------------------------------------------------------------------------


def _move(calendar: Calendar, ledger: Ledger, session: Session, old: str, new: str) -> None:
    """The account and the short tokens follow; what was published stays under its old name, and is found there."""
    account = ledger.account(old)
    if account is not None:
        ledger.save_account(new, account, account.checked_at or session.clock.now())
    store = TokenStore(calendar.state / "tokens")
    with store.lock(old), store.lock(new):
        kept = store.read(old)
        if kept is not None:
            store.save(new, kept.values, kept.expires_at, bound=kept.bound, handle=kept.handle, ends_at=kept.ends_at)
            store.forget(old)
