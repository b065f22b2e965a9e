"""smm ledger sync: the published calendar goes into the database, so that workers need no checkout; their receipts come back as files."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from smm_cli.calendar import git
from smm_cli.calendar.git_notes import fetch_note
from smm_cli.calendar.media_files import find_media, paths_of
from smm_cli.calendar.model import WORKTREE, Calendar
from smm_cli.calendar.source import Commit, Source, is_lfs_pointer
from smm_cli.calendar.targets import aim
from smm_cli.delivery.laying import LIST
from smm_cli.delivery.pauses import REF, machine_file, of_file, parse, written
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.waits import ask_waits, known_waits
from smm_cli.errors import ConfigError, LedgerError, SmmError
from smm_cli.ledger.intake import take_in, write_out
from smm_cli.ledger.planned import ask_for_plan
from smm_cli.ledger.receipts import path_of, read_receipt, receipt_files, receipt_path, write_receipts
from smm_cli.ledger.snapshots import Desk, desk_of, files_of, save_pauses, save_snapshot, share
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Post

MOST = 64_000_000
"""Bytes of the largest file that goes into the database itself; a larger one needs a folder that all machines see."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did, or would do: paths that are new, changed or gone for workers; receipts written here; whether they wake."""

    mark: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    sent: int
    receipts: tuple[str, ...]
    pauses: bool
    unreachable: tuple[str, ...]


async def sync(runner: Runner, *, force: bool = False, dry_run: bool = False) -> Synced:
    """Bring the published calendar into the database, and the receipts that it has into receipts/.

    Raises ConfigError where the database knows a newer commit (unless `force`) or a file is too large, LedgerError.
    """
    if runner.ledger.clock is None:
        what = "this calendar's ledger is a file on this machine: there are no workers to tell"
        raise ConfigError(
            what, hint='[ledger] url = "postgresql://…" in channels.toml; smm ledger move carries it over', slug="no-database"
        )
    heard = dry_run or await _hear_of_pauses(runner)
    source, calendar, engine = runner.source, runner.calendar, runner.ledger.db
    if isinstance(source, Commit):
        source.downloads = True
    before = desk_of(engine, calendar.name)
    if before is not None and not force:
        _refuse_older(before, source)
    posts = runner.index.posts(source).posts
    found = read_files(calendar, source, posts)
    known = files_of(engine, calendar.name)
    hashes = {path: one.sha256 for path, one in found.items()}
    pauses = pauses_for_workers(calendar, "" if heard or before is None else before.pauses)
    added = tuple(sorted(hashes.keys() - known.keys()))
    changed = tuple(sorted(path for path in hashes.keys() & known.keys() if hashes[path] != known[path]))
    removed = tuple(sorted(known.keys() - hashes.keys()))
    new = {one.sha256: one for path, one in found.items() if path in (*added, *changed)}
    news = before is None or before.pauses != pauses
    if not dry_run:
        _save(runner, before, found, pauses)
        await _answer_tags(runner, posts)
    receipts = receipts_here(runner, dry_run=dry_run)
    size = sum(one.size for one in new.values())
    return Synced(source.mark(), added, changed, removed, size, receipts, news, unreachable(calendar))


async def _answer_tags(runner: Runner, posts: Iterable[Post]) -> None:
    """A tag that posts wait for is a checkout's to see: workers plan anew where one is there."""
    known = known_waits(runner)
    answers = await ask_waits(runner, [post for post in posts if post.wait_for and post.wait_for.tag], runner.clock.now(), anew=True)
    if any(answer.met and (what not in known or not known[what].met) for what, answer in answers.items()):
        ask_for_plan(runner.ledger.db, runner.calendar.name)


def _save(runner: Runner, before: Desk | None, found: Mapping[str, File], pauses: str) -> None:
    calendar, engine = runner.calendar, runner.ledger.db
    by_hash = {one.sha256: one for one in found.values()}
    folder = shared_folder(calendar)
    texts = {one.sha256 for one in found.values() if isinstance(one.bytes, bytes)}
    outside = by_hash.keys() - texts if folder else set()
    if folder:
        try:
            share(folder, {sha256: place for sha256 in outside if isinstance(place := by_hash[sha256].bytes, Path)})
        except OSError as error:
            what = f"[ledger] files cannot be written: {error.strerror}"
            raise LedgerError(what, where=str(folder), hint="is the folder mounted, and may smm write there?", slug="files") from error

    def read(sha256: str) -> bytes | None:
        if sha256 in outside:
            return None
        found = by_hash[sha256].bytes
        data = found if isinstance(found, bytes) else found.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LedgerError("a file changed while it was read", hint="smm ledger sync once more", slug="sync-crossed")
        return data

    now = runner.clock.now()
    after = Desk(calendar.name, runner.source.mark(), now, runner.ledger.runner, pauses)
    save_snapshot(engine, before, after, {path: (one.sha256, one.size) for path, one in found.items()}, read)


def _refuse_older(before: Desk, source: Source) -> None:
    """Workers never go back by mistake: a clone that was not brought up to date says so instead of syncing what it has."""
    if not isinstance(source, Commit) or before.mark in ("", WORKTREE, source.mark()):
        return
    said = f"the database has commit {before.mark[:10]}, which is not in what {source.ref} is here ({source.mark()[:10]})"
    if git.ask(source.root, "merge-base", "--is-ancestor", before.mark, source.mark()) is None:
        hint = "git fetch, or git pull, first (git fetch --unshallow in a shallow clone; in CI: fetch-depth: 0)"
        raise ConfigError(said, hint=f"{hint}; --force puts this commit into its place", slug="sync-older")


# -- files --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """One file of the calendar: its bytes, if it is a text; else where they lie on this machine."""

    bytes: bytes | Path
    sha256: str
    size: int


def read_files(calendar: Calendar, source: Source, posts: Iterable[Post]) -> dict[str, File]:
    """channels.toml, the folder of posts, and every file that a post names elsewhere; by path. Raises ConfigError for one too large."""
    wanted = {LIST, *(path for path in source.paths(calendar.posts) if not _hidden(path) and _is_name(path))}
    wanted |= {path for post in posts for path in _named(post, calendar, source)}
    texts = sorted(path for path in wanted if _is_text(path, calendar))
    found = {path: _text(data) for path, data in source.read_many(texts) if not is_lfs_pointer(data)}
    for path in sorted(wanted - found.keys()):
        found[path] = _medium(path, source.fetch(path), calendar)
    return found


def _text(data: bytes) -> File:
    return File(data, hashlib.sha256(data).hexdigest(), len(data))


def _medium(path: str, place: Path, calendar: Calendar) -> File:
    size = place.stat().st_size
    if is_pointer(place, size):
        what = f"{path} is a Git LFS pointer: workers could not send it"
        raise ConfigError(what, hint="git lfs pull, in CI lfs: true", slug="lfs-pointer")
    if size > MOST and shared_folder(calendar) is None:
        what = f"{path} has {size / 1e6:.0f} MB; files in the database may have {MOST / 1e6:.0f}"
        hint = '[ledger] files = "/a/folder/that/all/machines/see" in channels.toml keeps media there'
        raise ConfigError(what, hint=hint, slug="file-too-large")
    with place.open("rb") as file:
        return File(place, hashlib.file_digest(file, "sha256").hexdigest(), size)


def is_pointer(place: Path, size: int) -> bool:
    """Whether the file only stands for one that Git LFS keeps."""
    return size <= 1024 and is_lfs_pointer(place.read_bytes())


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _is_name(path: str) -> bool:
    """Whether a post can name the file: a name that is no UTF-8 cannot be written in one (smm check tells of a post that bears one)."""
    return path.isascii() or path.encode("utf-8", "ignore").decode() == path


def _named(post: Post, calendar: Calendar, source: Source) -> Iterator[str]:
    """Files that a post names, for whatever channel."""
    forms = [post]
    if post.targets:
        forms += [aim(post, channel, calendar) for channel in calendar.channels.values()]
    for form in forms:
        named = [*(one.path for one in form.media), *(one.thumbnail for one in form.media if one.thumbnail), *paths_of(form.body)]
        for name in dict.fromkeys(named):
            if path := find_media(name, post.path, source):
                yield path


def _is_text(path: str, calendar: Calendar) -> bool:
    """What always stands in the database itself: it is small, and without it nobody knows where the rest lies."""
    return path == LIST or (path.endswith(".md") and path.startswith(f"{calendar.posts}/"))


def shared_folder(calendar: Calendar) -> Path | None:
    """`[ledger] files`: where media lie that all machines see; None: in the database."""
    return Path(calendar.ledger.files) if calendar.ledger.files else None


def unreachable(calendar: Calendar) -> tuple[str, ...]:
    """Channels whose secret is a file in the checkout, which workers do not have."""
    found = []
    for channel in calendar.channels.values():
        references = channel.secret.values() if isinstance(channel.secret, Mapping) else [channel.secret]
        for reference in references:
            scheme, _, rest = str(reference).partition(":")
            if scheme in ("file", "age") and not Path(rest.strip()).expanduser().is_absolute():
                found.append(f"{channel.name}: {reference}")
    return tuple(found)


async def _hear_of_pauses(runner: Runner) -> bool:
    """A clone that has not heard of a pause would end it for workers: the remote is asked. False: it does not answer."""
    calendar = runner.calendar
    if git.is_repository(calendar.root):
        try:
            await asyncio.to_thread(fetch_note, calendar.root, REF, calendar.publish_from)
        except SmmError:
            return False
        runner.refresh()
    return True


def pauses_for_workers(calendar: Calendar, told: str = "") -> str:
    """Pauses of the published calendar, its work tree and the ref as TOML; not those of this machine alone. Empty: none.

    `told`: what workers know of already, and nobody may end now.
    """
    alone = set(of_file(machine_file()))
    kept = [pause for pause in (*calendar.pauses, *parse(told.encode(), "the ledger")) if pause not in alone]
    return written(dict.fromkeys(kept)).decode() if kept else ""


def tell_pauses(runner: Runner) -> bool:
    """Let workers know of the pauses as they are here now; what else changed waits for a sync. True: it is news to them."""
    return save_pauses(runner.ledger.db, runner.calendar.name, pauses_for_workers(runner.calendar))


# -- receipts -----------------------------------------------------------------------------------------------------------------


def receipts_here(runner: Runner, *, dry_run: bool = False) -> tuple[str, ...]:
    """Make the files in receipts/ and the database say the same; paths of those that are written here."""
    ledger, folder = runner.ledger, runner.calendar.receipts
    take_in(ledger, folder)
    rows = ledger.db.read(
        "SELECT name, post, channel, occurrence, receipt FROM delivery WHERE calendar = :calendar AND receipt <> '' ORDER BY name",
        {"calendar": ledger.calendar},
    )
    held = {path_of(row["post"], row["channel"], row["occurrence"]): row for row in rows}
    files = {path for path, _ in receipt_files(folder)}
    texts = [row["receipt"] for path, row in held.items() if path not in files]
    lacking = [(receipt, text) for text in texts if receipt_path(receipt := read_receipt(text.encode(), "the ledger")) not in files]
    missing = tuple(receipt_path(receipt) for receipt, _ in lacking)
    if dry_run:
        return missing
    _tell_database(runner, files - held.keys(), {row["name"] for row in rows})
    try:
        write_receipts(folder, lacking)
        write_out(ledger, folder)
        take_in(ledger, folder)
    except OSError as error:
        raise LedgerError(f"receipts cannot be written: {error}", hint="make room and sync again", slug="receipt-write") from error
    return missing


def _tell_database(runner: Runner, paths: Iterable[str], held: Collection[str]) -> None:
    """Receipts that only files told of: workers need their addresses, for replies and quotes."""
    ledger, folder = runner.ledger, runner.calendar.receipts
    texts = {}
    for path in paths:
        data = (folder / path).read_bytes()
        name = read_receipt(data, f"receipts/{path}").delivery
        if name not in held:
            texts[name] = data.decode()
    if texts:
        ledger.write(
            lambda c: c.executemany(
                "UPDATE delivery SET receipt = :text WHERE calendar = :calendar AND name = :name AND receipt = '' AND receipt_written = 1",
                [{"calendar": ledger.calendar, "name": name, "text": text} for name, text in texts.items()],
            )
        )
