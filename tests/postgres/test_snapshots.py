"""smm ledger sync: whole or not at all, never back by mistake, and receipts both ways."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
from datetime import timedelta

import pytest

from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.cli.syncing import Syncing
from smm_cli.clock import SystemClock
from smm_cli.delivery.desk import open_desk, plan_ahead
from smm_cli.delivery.laying import lay
from smm_cli.delivery.sync import MOST, sync
from smm_cli.errors import ConfigError, LedgerError
from smm_cli.ledger.snapshots import desk_of, files_of, save_snapshot

HEAD = '[calendar]\nname = "acme"\ntimezone = "UTC"\nlanguage = "en"\npublish_from = "{ref}"\nmax_late = "none"\n'
RECEIPT = (
    'format = 1\nstate = "published"\npost = "old"\nchannel = "chat"\nnetwork = "mastodon"\n'
    'at = 2026-01-02T09:00:00Z\n[[parts]]\nid = "7"\nurl = "http://127.0.0.1:9/7"\n'
)
CHANNEL = '[channels.chat]\nnetwork = "mastodon"\nserver = "http://127.0.0.1:9"\nsecret = "{secret}"\n'


@pytest.fixture
def root(tmp_path, database):
    folder = tmp_path / "acme"
    (folder / "posts").mkdir(parents=True)
    settings(folder, database)
    post(folder, "launch")
    return folder


def settings(root, database, ref="worktree", secret="env:CHAT", ledger="", more=""):
    told = HEAD.format(ref=ref) + f'[ledger]\nurl = "{database}"\n{ledger}' + CHANNEL.format(secret=secret) + more
    (root / "channels.toml").write_text(told)


def post(root, id, text="Hello.", more=""):
    head = f"id: {id}\nstatus: ready\nchannels: chat\npublish_at: 2030-01-02 09:00\n{more}"
    (root / "posts" / f"{id}.md").write_text(f"---\n{head}---\n\n{text}\n")


@pytest.fixture
def bell(database):
    """Tells which calendars were said to have changed."""

    @contextlib.contextmanager
    def listening():
        import psycopg

        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("LISTEN smm")
            yield lambda: sorted({note.payload for note in connection.notifies(timeout=1.0)})

    return listening


def synced(root, **options):
    with Session(str(root)).runner() as runner:
        return asyncio.run(sync(runner, **options))


def known(root):
    with Session(str(root)).runner() as runner:
        return desk_of(runner.ledger.db, "acme"), files_of(runner.ledger.db, "acme")


def commit(root, message="more"):
    for words in (["add", "-A"], ["commit", "-q", "-m", message]):
        subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)


def test_a_sync_tells_what_is_new_changed_and_gone(root):
    (root / "posts" / "bell.png").write_bytes(b"a picture")
    post(root, "second")
    first = synced(root)
    assert first.added == ("channels.toml", "posts/bell.png", "posts/launch.md", "posts/second.md")
    post(root, "launch", "Changed.")
    (root / "posts" / "second.md").unlink()
    then = synced(root)
    assert (then.added, then.changed, then.removed) == ((), ("posts/launch.md",), ("posts/second.md",))
    assert known(root)[0].version == 2


def test_a_sync_without_news_wakes_nobody(root):
    synced(root)
    again = synced(root)
    assert (again.added, again.changed, again.removed, again.pauses) == ((), (), (), False)
    assert known(root)[0].version == 1


def test_files_that_posts_name_outside_their_folder_come_along_and_others_stay(root):
    for name in ("media/named.png", "media/aside.png", "notes.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(name.encode())
    post(root, "launch", "![A bell](../media/named.png)")
    assert "media/named.png" in synced(root).added
    assert {"media/aside.png", "notes.txt"}.isdisjoint(known(root)[1])


def test_equal_bytes_are_stored_once_and_what_nobody_names_goes(root, cluster, database):
    for n in range(3):
        (root / "posts" / f"{n}.png").write_bytes(b"the same")
    synced(root)
    assert cluster.ask("SELECT count(*) FROM smm.stored", database)[0][0] == 3
    for n in range(3):
        (root / "posts" / f"{n}.png").unlink()
    synced(root)
    assert cluster.ask("SELECT count(*) FROM smm.stored", database)[0][0] == 2


def test_a_dry_run_changes_nothing(root):
    assert synced(root, dry_run=True).added
    assert known(root) == (None, {})


def test_a_sync_that_breaks_off_in_the_middle_leaves_the_old_snapshot(root, tmp_path):
    synced(root)
    before = known(root)
    post(root, "launch", "Changed.")
    post(root, "second")

    with Session(str(root)).runner() as runner:
        engine, desk = runner.ledger.db, desk_of(runner.ledger.db, "acme")
        seen = []

        def dies(sha256):
            seen.append(sha256)
            if len(seen) == 2:
                raise KeyboardInterrupt
            return b"half"

        with pytest.raises(KeyboardInterrupt):
            save_snapshot(engine, desk, desk, {"channels.toml": ("a" * 64, 1), "posts/x.md": ("b" * 64, 1)}, dies)
    assert len(seen) == 2
    assert known(root) == before
    with Session(str(root)).runner() as runner:
        assert (lay(runner.ledger.db, "acme", tmp_path / ".smm") / "posts/launch.md").read_text().endswith("Hello.\n")


def test_of_two_syncs_in_one_moment_the_second_is_told(root):
    synced(root)
    with Session(str(root)).runner() as runner:
        old = desk_of(runner.ledger.db, "acme")
        post(root, "second")
        synced(root)
        with pytest.raises(LedgerError, match="synced by another"):
            save_snapshot(runner.ledger.db, old, old, {}, lambda _: b"")


def test_an_older_clone_never_takes_workers_back(root, tmp_path, database):
    settings(root, database, ref="main")
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    (root / ".gitignore").write_text(".smm/\n")
    commit(root)
    old = tmp_path / "old"
    subprocess.run(["git", "clone", "-q", str(root), str(old)], check=True)
    post(root, "second")
    commit(root)
    synced(root)
    with pytest.raises(ConfigError, match="the database has commit") as refused:
        synced(old)
    assert "git fetch" in refused.value.hint
    assert "posts/second.md" in known(root)[1]
    assert synced(old, force=True).removed == ("posts/second.md",)


def test_a_file_too_large_for_the_database_is_told_with_what_to_do(root):
    (root / "posts" / "film.mp4").touch()
    os.truncate(root / "posts" / "film.mp4", MOST + 1)
    with pytest.raises(ConfigError, match=r"film\.mp4 has 64 MB") as refused:
        synced(root)
    assert "[ledger] files" in refused.value.hint
    assert known(root) == (None, {})


def test_a_shared_folder_keeps_media_and_the_database_texts(root, database, tmp_path, cluster):
    shared = tmp_path / "shared"
    settings(root, database, ledger=f'files = "{shared}"\n')
    (root / "posts" / "bell.png").write_bytes(b"a picture")
    synced(root)
    assert cluster.ask("SELECT count(*) FROM smm.stored WHERE content IS NULL", database)[0][0] == 1
    assert [path.read_bytes() for path in shared.rglob("*") if path.is_file()] == [b"a picture"]
    with Session(str(root)).runner() as runner:
        folder = lay(runner.ledger.db, "acme", tmp_path / "there" / ".smm")
    assert (folder / "posts/bell.png").read_bytes() == b"a picture"


def test_a_text_that_says_what_a_file_says_stands_in_the_database_all_the_same(root, database, tmp_path):
    settings(root, database, ledger=f'files = "{tmp_path}/shared"\n')
    for name in ("_note.md", "empty.txt"):
        (root / "posts" / name).write_bytes(b"")
    synced(root)
    with Session(str(root)).runner() as runner:
        laid = lay(runner.ledger.db, "acme", tmp_path / "there")
    assert {path.name: path.read_bytes() for path in (laid / "posts").glob("*e*") if path.name != "launch.md"} == {
        "_note.md": b"",
        "empty.txt": b"",
    }


def test_what_is_laid_out_is_for_this_user_alone_and_names_nothing_outside(root, tmp_path):
    synced(root)
    with Session(str(root)).runner() as runner:
        folder = lay(runner.ledger.db, "acme", tmp_path / "there" / ".smm")
        runner.ledger.write(lambda c: c.execute("UPDATE snapshot_file SET path = '../../evil.md' WHERE path = 'posts/launch.md'", {}))
        with pytest.raises(LedgerError, match="outside the calendar"):
            lay(runner.ledger.db, "acme", tmp_path / "there" / ".smm")
    assert {oct(path.stat().st_mode & 0o077) for path in (folder, *folder.rglob("*"))} == {"0o0"}
    assert not list(tmp_path.rglob("evil.md"))
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_damage_in_the_database_is_found_before_anything_is_laid(root, tmp_path, cluster, database):
    synced(root)
    cluster.ask("UPDATE smm.stored SET content = 'other'", database)
    with Session(str(root)).runner() as runner, pytest.raises(LedgerError, match="damaged"):
        lay(runner.ledger.db, "acme", tmp_path / "there" / ".smm")


def test_secrets_that_workers_cannot_reach_are_told(root, database, capsys):
    settings(root, database, secret="file:secrets/chat")
    assert synced(root).unreachable == ("chat: file:secrets/chat",)
    settings(root, database, secret="env:CHAT")
    assert synced(root).unreachable == ()


def test_a_ledger_in_a_file_has_no_workers(tmp_path, capsys):
    root = tmp_path / "plain"
    (root / "posts").mkdir(parents=True)
    (root / "channels.toml").write_text(HEAD.format(ref="worktree") + CHANNEL.format(secret="env:CHAT"))
    assert run(["-C", str(root), "ledger", "sync"]) == 3
    assert "[ledger] url" in capsys.readouterr().err


@pytest.mark.parametrize("lock", [False, True])
def test_beside_workers_what_changed_is_synced_and_receipts_alone_are_no_reason(root, capsys, lock):
    """`lock`: an editor's, a link that leads nowhere."""
    syncing = Syncing(Session(str(root)))
    syncing.at_once()

    def after_a_while():
        with contextlib.suppress(TimeoutError):
            asyncio.run(asyncio.wait_for(syncing.serve(0.1), 1.5))
        return capsys.readouterr().out.count("synced")

    assert after_a_while() == 1
    if lock:
        (root / "posts" / ".#launch.md").symlink_to("ada@office.4711")
    (root / "receipts" / "old").mkdir(parents=True)
    (root / "receipts" / "old" / "chat.toml").write_text(RECEIPT)
    assert after_a_while() == 0
    with Session(str(root)).runner() as runner:
        assert runner.ledger.record("old@chat").state == "published"
    post(root, "launch", text="Hello again.")
    assert after_a_while() == 1


def test_beside_workers_a_file_that_goes_away_while_it_is_read_ends_no_syncing(root, capsys):
    class Moving(Session):
        looks = 0

        def runner(self, through=()):
            self.looks += 1
            if self.looks in (2, 3):
                raise FileNotFoundError(2, "No such file or directory", "posts/launch.md")
            return super().runner(through)

    syncing = Syncing(Moving(str(root)))
    syncing.at_once()
    post(root, "second")
    with contextlib.suppress(TimeoutError):
        asyncio.run(asyncio.wait_for(syncing.serve(0.1), 2.0))
    printed = capsys.readouterr()
    assert "posts/second.md" in printed.err
    assert printed.err.count("not synced yet: FileNotFoundError") == 1


def test_the_outcome_of_a_sync_as_json(root, capsys):
    assert run(["-C", str(root), "ledger", "sync", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["added"] == ["channels.toml", "posts/launch.md"]
    assert said["calendar"] == "acme"


def test_receipts_of_files_are_known_to_workers_and_those_of_the_database_become_files(root):
    (root / "receipts/old").mkdir(parents=True)
    (root / "receipts/old/chat.toml").write_text(RECEIPT)
    synced(root)
    with Session(str(root)).runner() as runner:
        opened = open_desk(runner.ledger, root.parent / "there", SystemClock(), checkout=False)
        assert [found.url for found in opened.runner._receipts()] == ["http://127.0.0.1:9/7"]
    (root / "receipts/old/chat.toml").unlink()
    assert synced(root).receipts == ("old/chat.toml",)
    assert (root / "receipts/old/chat.toml").read_text() == RECEIPT


def test_a_pause_here_is_a_pause_for_workers(root, database):
    synced(root)
    assert run(["-C", str(root), "pause", "--reason", "a fire"]) == 0
    with Session(str(root)).runner() as runner:
        opened = open_desk(runner.ledger, root.parent / "there", SystemClock(), checkout=False)
    assert [pause.reason for pause in opened.runner.calendar.pauses] == ["a fire"]
    assert run(["-C", str(root), "resume", "--go-on"]) == 0
    with Session(str(root)).runner() as runner:
        assert not open_desk(runner.ledger, root.parent / "there", SystemClock(), checkout=False).runner.calendar.pauses


def in_git(root, database, tmp_path):
    """The calendar on the branch main of a remote; another clone of it."""
    settings(root, database, ref="main")
    remote = tmp_path / "remote.git"
    for words in (
        ["init", "-q", "--bare", "-b", "main", str(remote)],
        ["-C", str(root), "init", "-q", "-b", "main"],
        ["-C", str(root), "remote", "add", "origin", str(remote)],
    ):
        subprocess.run(["git", *words], check=True)
    commit(root, "first")
    subprocess.run(["git", "-C", str(root), "push", "-q", "origin", "main"], check=True)
    subprocess.run(["git", "clone", "-q", str(remote), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


def test_a_clone_that_has_not_heard_of_a_pause_does_not_end_it_for_workers(root, tmp_path, database):
    other = in_git(root, database, tmp_path)
    assert run(["-C", str(root), "pause", "--reason", "a fire"]) == 0
    synced(root)
    synced(other)
    assert "a fire" in known(root)[0].pauses
    (tmp_path / "remote.git").rename(tmp_path / "away")
    subprocess.run(["git", "-C", str(other), "update-ref", "-d", "refs/smm/pause"], check=True)
    synced(other)
    assert "a fire" in known(root)[0].pauses
    (tmp_path / "away").rename(tmp_path / "remote.git")
    assert run(["-C", str(root), "resume", "--go-on"]) == 0
    synced(other)
    assert known(root)[0].pauses == ""


def test_a_tag_is_seen_by_the_next_sync_and_no_worker_without_a_checkout_says_otherwise(root, tmp_path, database, bell):
    in_git(root, database, tmp_path)
    (root / "posts" / "release.md").write_text(
        "---\nid: release\nstatus: ready\nchannels: chat\nwait_for: {tag: v1, limit: 48h}\n---\n\nIt is out.\n"
    )
    commit(root)
    synced(root)
    with Session(str(root)).runner() as runner:
        opened = open_desk(runner.ledger, tmp_path / "there", SystemClock(), checkout=False)
        asked = runner.ledger.waits()["release"]
        asyncio.run(plan_ahead(opened))
        assert runner.ledger.waits()["release"] == asked
    subprocess.run(["git", "-C", str(root), "tag", "v1"], check=True)
    with bell() as rung:
        synced(root)
        assert rung() == ["acme"]
    with Session(str(root)).runner() as runner:
        assert runner.ledger.waits()["release"][0]


def test_what_has_no_time_and_waits_for_an_address_is_asked_for_again_soon(root, tmp_path):
    (root / "posts" / "release.md").write_text(
        "---\nid: release\nstatus: ready\nchannels: chat\nwait_for: {url: http://127.0.0.1:9/x, limit: 48h}\n---\n\nIt is out.\n"
    )
    synced(root)
    with Session(str(root)).runner() as runner:
        opened = open_desk(runner.ledger, tmp_path / "there", SystemClock(), checkout=False)
        again = asyncio.run(plan_ahead(opened))
    assert again - SystemClock().now() < timedelta(minutes=6)


def test_a_file_whose_name_no_post_can_write_stays_behind(root):
    (root / "posts" / os.fsdecode(b"f\xfcr.png")).write_bytes(b"a picture")
    assert synced(root).added == ("channels.toml", "posts/launch.md")


@pytest.mark.parametrize("files", ["the database", "a folder"])
def test_what_one_machine_froze_another_has_until_the_delivery_is_decided(root, tmp_path, cluster, database, files):
    from smm_cli.delivery.kept_media import bring_media, keep_media
    from smm_cli.ledger.people import cancel
    from smm_cli.media.blobs import Blobs
    from smm_cli.words.delivery import Delivery, Payload, PayloadPart
    from smm_cli.words.post import Media

    data, shared = b"fitted for this network", tmp_path / "shared" if files == "a folder" else None
    if shared:
        settings(root, database, ledger=f'files = "{shared}"\n')
        data = b"as it was"
        (root / "posts" / "bell.png").write_bytes(data)
    synced(root)
    here, there, now = Blobs(tmp_path / "here"), Blobs(tmp_path / "there"), SystemClock().now()
    blob = here.keep(data, "image/png")
    payload = Payload("mastodon", "acme", "launch@chat", now, (PayloadPart("Hello.", media=(Media("bell.png", blob=blob),)),))
    with Session(str(root)).runner() as runner:
        keep_media(runner.ledger, here, payload)
        post(root, "second")
        synced(root)  # sweeps what nobody names
        bring_media(runner.ledger, there, payload, shared)
        assert there.read(blob) == data
        cancel(runner.ledger, [Delivery("launch", "chat", "mastodon", due=now, at=now)], now)
    assert cluster.ask("SELECT count(*) FROM smm.frozen_file", database)[0][0] == 0
