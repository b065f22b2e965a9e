"""smm ledger move, export, import, rebuild; and every other command on a calendar whose ledger is in PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from smm_cli.cli.start import run
from smm_cli.clock import SystemClock
from smm_cli.errors import LedgerError
from smm_cli.ledger import people
from smm_cli.ledger.carrying import TABLES, counts, rows_in
from smm_cli.ledger.claims import take
from smm_cli.ledger.exporting import export_ledger, import_ledger
from smm_cli.ledger.journal import PUBLISH, open_intent
from smm_cli.ledger.store import Ledger
from smm_cli.ledger.vault import Vault
from smm_cli.words.delivery import Delivery

CONFIG = '[calendar]\nname = "t"\nmax_late = "none"\n\n[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n'
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def post(id, at="2026-01-01 10:00"):
    return f"---\nid: {id}\ntitle: {id}\nchannels: blog\nstatus: ready\npublish_at: {at}\n---\n\nHallo {id}\n"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    (folder / "channels.toml").write_text(CONFIG)
    for id in ("a", "b", "c"):
        (folder / "posts" / f"{id}.md").write_text(post(id))
    (folder / "posts" / "later.md").write_text(post("later", "2038-01-01 10:00"))
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    return folder


@pytest.fixture
def said(capsys):
    """Runs a command; its exit code, and what it printed."""

    def call(*words):
        code = run(list(words))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def point_at(root, url):
    (root / "channels.toml").write_text(f'{CONFIG}\n[ledger]\nurl = "{url}"\n')


def fill(ledger, now=NOW):
    """A row in every table, as work leaves them."""
    delivery = Delivery("x", "blog", "site", due=now, at=now)
    ledger.ticked(now)
    ledger.save_wait("x", True, now)
    claim = ledger.write(lambda c: take(c, ledger.calendar, delivery, ledger.alive.owner, now, "digest", "key", ledger.alive.is_alive))
    Vault(ledger, delivery.name)["upload"] = "https://signed.example/?sig=1"
    key = ledger.journal.key(delivery.name, PUBLISH, 0)
    rows = {"calendar": ledger.calendar, "at": 1}
    statements = (
        (
            "INSERT INTO exchange (calendar, delivery, act, part, n, fingerprint, answer)"
            " VALUES (:calendar, 'x@blog', 'publish', 0, 0, 'f', '{}')"
        ),
        "INSERT INTO attempt (calendar, delivery, at, runner, part, slug, note) VALUES (:calendar, 'x@blog', :at, 'r', 0, 's', 'Grüße')",
        "INSERT INTO announcement (calendar, channel, url, since, next_at) VALUES (:calendar, 'blog', 'u', :at, :at)",
        "INSERT INTO alert (calendar, name, recipient, since, next_at) VALUES (:calendar, 'n', 'me', :at, :at)",
        "INSERT INTO outage (calendar, since, until) VALUES (:calendar, :at, :at)",
    )
    ledger.write(lambda c: (open_intent(c, key, 0, '{"body": "\\u0000"}', now, "key"), [c.execute(one, rows) for one in statements]))
    checkout = {"calendar": ledger.checkout}
    ledger.write(
        lambda c: c.execute(
            "INSERT INTO receipt_file (calendar, path, mtime_ns, size, runner) VALUES (:calendar, 'p', 1, 1, 'r')", checkout
        )
    )
    return claim


# -- move ----------------------------------------------------------------------------------------------------------------------


def test_a_ledger_is_moved_and_nothing_is_published_again(root, database, said, cluster):
    assert said("publish")[0] == 0
    code, out, err = said("ledger", "move", "--to", database)
    assert code == 0
    assert "3 deliveries" in out
    assert f'[ledger]\nurl = "{database}"' in err
    assert (said("publish")[0], said("status")[0]) == (7, 7), "the old file is not written to any more"
    code, out, _ = said("ledger", "move", "--to", database)
    assert (code, "already" in out) == (0, True)
    point_at(root, database)
    code, out, err = said("publish")
    assert (code, "already" in err or "Nothing" in out + err or not out) == (0, True), out + err
    assert cluster.ask("SELECT count(*) FROM smm.attempt", database) == [(3,)]
    assert cluster.ask("SELECT DISTINCT runner FROM smm.tick", database) == cluster.ask("SELECT DISTINCT runner FROM smm.attempt", database)
    (root / "posts" / "d.md").write_text(post("d"))
    assert said("publish")[0] == 0
    assert cluster.ask("SELECT name FROM smm.delivery WHERE state = 'published' ORDER BY name", database)[-1] == ("d@blog",)


def test_every_row_of_every_table_is_moved(root, database):
    with Ledger.open(root / ".smm" / "ledger.db", "t", "office") as before:
        claim = fill(before)
        assert claim is not None
        rows = before.db.look(lambda c: rows_in(c, "t", before.checkout))
    assert all(counts(rows).values()), counts(rows)
    assert run(["ledger", "move", "--to", database]) == 0
    with Ledger.shared(database, root / ".smm", "t", "office", SystemClock()) as after:
        assert after.runner == before.runner
        assert after.db.look(lambda c: rows_in(c, "t", after.checkout)) == rows


def test_a_dry_run_changes_nothing(root, database, said, cluster):
    said("publish")
    before = (root / ".smm" / "ledger.db").read_bytes()
    code, out, _ = said("ledger", "move", "--to", database, "--dry-run", "--json")
    assert (code, json.loads(out)["rows"]["delivery"], json.loads(out)["already"]) == (0, 3, False)
    assert cluster.ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'smm'", database) == [(0,)]
    assert (root / ".smm" / "ledger.db").read_bytes() == before
    assert not (root / ".smm" / "identity").exists()
    assert said("publish")[0] == 0


def test_a_move_is_refused_while_something_is_being_sent(root, database, said, cluster):
    with Ledger.open(root / ".smm" / "ledger.db", "t", "office") as sending:
        fill(sending, datetime.now(UTC))
        code, _, err = said("ledger", "move", "--to", database)
        assert code == 7
        assert "x@blog is being sent" in err
        assert sending.record("x@blog").state == "sending"
    assert cluster.ask("SELECT count(*) FROM smm.delivery", database) == [(0,)]


def test_a_move_to_where_something_else_is_known_is_refused_and_undone(root, database, said):
    with Ledger.shared(database, root.parent / "other", "t", "other", SystemClock()) as other:
        people.hold(other, [Delivery("z", "blog", "site")])
    said("publish")
    code, _, err = said("ledger", "move", "--to", database)
    assert code == 7
    assert "already knows something else" in err
    assert said("publish")[0] == 0, "the file is used on"


def test_a_move_that_broke_off_at_its_very_end_is_made_whole_by_the_same_command(root, database, said):
    """All is in the database, and the file does not know it yet."""
    said("publish")
    shutil.copytree(root / ".smm", root.parent / "kept")
    assert said("ledger", "move", "--to", database)[0] == 0
    for old in root.joinpath(".smm").glob("ledger.db*"):
        old.unlink()
    for kept in root.parent.joinpath("kept").glob("ledger.db*"):
        shutil.copy(kept, root / ".smm" / kept.name)
    code, out, _ = said("ledger", "move", "--to", database)
    assert (code, "has it all already" in out) == (0, True)
    assert said("publish")[0] == 7


def test_a_process_that_was_open_before_the_move_writes_nothing_after_it(root, database):
    with Ledger.open(root / ".smm" / "ledger.db", "t", "office") as early:
        assert run(["ledger", "move", "--to", database]) == 0
        with pytest.raises(LedgerError, match="moved"):
            early.ticked(NOW)


def test_a_database_that_is_cut_off_leaves_the_file_as_it_was(root, cluster, database, said):
    said("publish")
    cluster.stop()
    try:
        code, _, err = said("ledger", "move", "--to", database)
        assert (code, "cannot be reached" in err) == (7, True)
    finally:
        cluster.start()
    assert said("publish")[0] == 0


def test_an_address_with_a_password_is_not_to_be_written_into_the_file(root, database, said, monkeypatch):
    said("publish")
    secret = database.replace("postgres@", "postgres:gehe1m@")
    code, out, err = said("ledger", "move", "--to", secret)
    assert code == 0
    assert 'url = "env:SMM_LEDGER"' in err
    assert "gehe1m" not in out + err
    point_at(root, "env:SMM_LEDGER")
    monkeypatch.setenv("SMM_LEDGER", secret)
    assert said("publish")[0] == 0
    monkeypatch.delenv("SMM_LEDGER")
    code, _, err = said("publish")
    assert code == 3
    assert "SMM_LEDGER is not set" in err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 2, "where to?"),
        (("--to", "mysql://db/x"), 3, "neither an address"),
        (("--to", "env:NOWHERE"), 3, "NOWHERE is not set"),
        (("--to", "postgresql://127.0.0.1:1/x"), 7, "127.0.0.1:1/x"),
    ],
)
def test_a_move_that_cannot_be_meant_is_told(root, said, words, code, told):
    said("publish")
    found, _, err = said("ledger", "move", *words)
    assert found == code
    assert told in err


# -- export, import, rebuild --------------------------------------------------------------------------------------------------


def test_an_export_is_private_and_holds_nothing_to_act_with(root, said, tmp_path):
    with Ledger.open(root / ".smm" / "ledger.db", "t", "office") as ledger:
        fill(ledger)
    code, out, _ = said("ledger", "export", str(tmp_path / "out.jsonl"), "--json")
    assert (code, json.loads(out)["rows"]["capability"]) == (0, 0)
    text = (tmp_path / "out.jsonl").read_text()
    assert "signed.example" not in text
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o600
    assert json.loads(text.splitlines()[0])["format"] == 1


def test_what_was_exported_is_imported_into_either_kind_of_ledger(root, database, tmp_path):
    file = tmp_path / "out.jsonl"
    with Ledger.open(root / ".smm" / "ledger.db", "t", "office") as first:
        fill(first)
        export_ledger(first, file)
        wanted = first.db.look(lambda c: rows_in(c, "t", first.checkout))
    wanted["capability"] = []
    with Ledger.shared(database, tmp_path / "m", "t", "office", SystemClock()) as shared:
        assert import_ledger(shared, file) == (counts(wanted), False)
        assert shared.db.look(lambda c: rows_in(c, "t", shared.checkout)) == wanted
        export_ledger(shared, tmp_path / "again.jsonl")
        assert import_ledger(shared, file) == (counts(wanted), True)
    with Ledger.open(tmp_path / "back" / "ledger.db", "t", "office") as back:
        assert import_ledger(back, tmp_path / "again.jsonl")[1] is False
        assert back.db.look(lambda c: rows_in(c, "t", back.checkout)) == wanted


def test_an_upload_whose_address_is_not_exported_begins_anew(root, tmp_path):
    with Ledger.open(root / ".smm" / "ledger.db", "t", "office") as ledger:
        fill(ledger)
        ledger.write(lambda c: c.execute("UPDATE part SET intent = '' WHERE calendar = 't'", {}))
        assert export_ledger(ledger, tmp_path / "x")["exchange"] == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: lines[:-1], "not whole"),
        (lambda lines: lines[1:], "format"),
        (lambda lines: [lines[0].replace('"format": 1', '"format": 2'), *lines[1:]], "newer smm"),
        (lambda lines: [lines[0].replace('"calendar": "t"', '"calendar": "other"'), *lines[1:]], "other"),
        (lambda lines: [*lines[:2], "{broken", *lines[3:]], "out.jsonl:3"),
        (lambda lines: [lines[0], lines[1].replace('"post"', '"post) VALUES (1); --"'), *lines[2:]], "out.jsonl:2"),
        (lambda lines: [lines[0], lines[1].replace('"attempts": 0', '"attempts": [0]'), *lines[2:]], "out.jsonl:2"),
        (lambda lines: [lines[0], lines[1].replace('"attempts": 0', '"attempts": "many"'), *lines[2:]], "the ledger"),
        (lambda lines: ["", *lines], "out.jsonl:1"),
        (lambda lines: [], "the file is empty"),
        (lambda lines: [json.dumps({**json.loads(lines[0]), "rows": None}), *lines[1:]], "out.jsonl:1"),
        (lambda lines: [json.dumps({**json.loads(lines[0]), "rows": []}), *lines[1:]], "out.jsonl:1"),
        (lambda lines: [lines[0], "[" * 200_000, *lines[2:]], "out.jsonl:2"),
        (lambda lines: [lines[0], lines[1].replace('"attempts": 0', '"attempts": 99999999999999999999'), *lines[2:]], "out.jsonl:2"),
        (lambda lines: [lines[0], lines[1].replace('"note": "', '"note": "\\ud83d'), *lines[2:]], "out.jsonl:2"),
    ],
)
def test_a_file_that_is_no_whole_export_is_refused_and_nothing_is_changed(root, said, tmp_path, change, told):
    said("publish")
    file = tmp_path / "out.jsonl"
    assert said("ledger", "export", str(file))[0] == 0
    file.write_text("".join(f"{line}\n" for line in change(file.read_text().splitlines())))
    for old in root.joinpath(".smm").glob("ledger.db*"):
        old.unlink()
    code, out, err = said("ledger", "import", str(file))
    assert code == 7
    assert told in out + err
    with Ledger.open(root / ".smm" / "ledger.db", "t", "office") as ledger:
        assert ledger.records() == []


def test_an_export_that_has_no_place_says_so_and_replaces_nothing_but_a_file(root, said, tmp_path):
    said("publish")
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "file" / "out.jsonl", tmp_path / ("x" * 250), tmp_path / "pipe"):
        code, _, err = said("ledger", "export", str(place))
        assert (code, "cannot be written" in err) == (7, True)
    assert (tmp_path / "pipe").is_fifo()


def test_an_import_over_something_else_is_refused(root, said, tmp_path):
    said("publish")
    said("ledger", "export", str(tmp_path / "out.jsonl"))
    assert said("queue", "hold", "later")[0] == 0
    code, _, err = said("ledger", "import", str(tmp_path / "out.jsonl"))
    assert code == 7
    assert "already knows something else" in err


@pytest.mark.parametrize("lost", ["gone", "broken"])
def test_a_lost_ledger_is_rebuilt_from_the_receipts_and_nothing_goes_out_again(root, said, lost):
    said("publish")
    pages = {path: path.stat().st_mtime_ns for path in root.joinpath("public").rglob("*") if path.is_file()}
    for old in root.joinpath(".smm").glob("ledger.db-*"):
        old.unlink()
    ledger = root / ".smm" / "ledger.db"
    ledger.unlink() if lost == "gone" else ledger.write_bytes(b"not a database at all " * 50)
    assert lost == "gone" or said("publish")[0] == 7
    code, out, _ = said("ledger", "rebuild", "--dry-run")
    assert (code, "3 receipts" in out) == (0, True)
    code, out, err = said("ledger", "rebuild", "--json")
    assert code == 0, err
    found = json.loads(out)
    assert (found["receipts"], found["states"]) == (3, {"published": 3})
    assert bool(found["put_aside"]) is (lost == "broken")
    assert said("publish")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in pages} == pages


def test_a_ledger_in_postgresql_is_rebuilt_too(root, database, said, cluster):
    point_at(root, database)
    assert said("publish")[0] == 0
    for table in TABLES:
        cluster.ask(f"DELETE FROM smm.{table}", database)
    assert said("ledger", "rebuild")[0] == 0
    assert cluster.ask("SELECT count(*) FROM smm.delivery WHERE state = 'published'", database) == [(3,)]


def test_a_copy_is_kept_before_a_ledger_changes_its_form(root):
    """A ledger as an earlier smm left it."""
    path = root / ".smm" / "ledger.db"
    Ledger.open(path, "t", "office").close()
    with sqlite3.connect(path) as c:
        c.execute("DROP TABLE alert")
        c.execute("DROP TABLE outage")
        c.execute("INSERT INTO tick VALUES ('t', 'r', 5)")
        c.execute("PRAGMA user_version = 2")
    c.close()
    with Ledger.open(path, "t", "office") as ledger:
        assert [tick.runner for tick in ledger.ticks()] == ["r"]
    kept = path.with_name("ledger.db.before-3")
    assert kept.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(kept) as c:
        assert c.execute("PRAGMA user_version").fetchone() == (2,)
        assert c.execute("SELECT runner FROM tick").fetchall() == [("r",)]
    c.close()


# -- all other commands -------------------------------------------------------------------------------------------------------


def test_every_command_works_on_a_ledger_in_postgresql(root, database, said):
    point_at(root, database)
    assert said("publish")[0] == 0
    assert not (root / ".smm" / "ledger.db").exists()
    for words in (
        ("status",),
        ("check",),
        ("plan",),
        ("log",),
        ("queue", "list"),
        ("queue", "show", "later@blog"),
        ("queue", "hold", "later"),
        ("queue", "release", "later"),
        ("queue", "cancel", "later"),
        ("queue", "release", "later"),
        ("post", "list"),
        ("post", "show", "a"),
        ("channel", "list"),
        ("channel", "limits", "blog"),
        ("runner", "list"),
        ("publish", "--dry-run"),
        ("rehearse",),
        ("pause", "--reason", "x"),
        ("resume",),
        ("post", "withdraw", "a", "--yes"),
        ("status", "--json"),
    ):
        code, out, err = said(*words)
        assert code == 0, (words, out, err)
    code, out, err = said("doctor")
    assert code in (0, 3, 4), (out, err)
    assert "ledger" not in out.lower() or "error" not in out.lower(), out


def test_a_rehearsal_changes_nothing_in_the_database(root, database, said, cluster):
    point_at(root, database)
    said("publish")
    before = [cluster.ask(f"SELECT * FROM smm.{table} ORDER BY 1, 2, 3", database) for table in TABLES]
    assert said("rehearse")[0] == 0
    assert [cluster.ask(f"SELECT * FROM smm.{table} ORDER BY 1, 2, 3", database) for table in TABLES] == before


def test_a_database_that_is_away_stops_everything_with_exit_7(root, cluster, database, said):
    point_at(root, database)
    assert said("publish")[0] == 0
    (root / "posts" / "d.md").write_text(post("d"))
    cluster.stop()
    try:
        for words in (("publish",), ("status",), ("plan",), ("queue", "list"), ("rehearse",)):
            code, _, err = said(*words)
            assert (code, "cannot be reached" in err, "Traceback" in err) == (7, True, False), (words, err)
    finally:
        cluster.start()
    assert not list(root.joinpath("public").glob("d*"))
    assert said("publish")[0] == 0


def test_the_door_stays_shut_with_a_ledger_in_postgresql(root, database, said):
    from smm_cli.door import nothing_to_do

    point_at(root, database)
    assert said("publish")[0] == 0
    assert said("publish")[0] == 0
    assert not nothing_to_do(["-C", str(root), "publish"])


@pytest.mark.slow
def test_a_move_that_is_killed_has_moved_all_or_nothing(root, database, cluster):
    many = 20_000
    with Ledger.open(root / ".smm" / "ledger.db", "t", "office") as ledger:
        rows = [{"n": f"r{n}", "note": "x" * 50} for n in range(many)]
        sql = "INSERT INTO attempt (calendar, delivery, at, runner, part, slug, note) VALUES ('t', :n, 1, 'r', 0, 's', :note)"
        ledger.write(lambda c: c.executemany(sql, rows))
    command = [sys.executable, "-m", "smm_cli", "-C", str(root), "ledger", "move", "--to", database]
    outcomes = set()
    for seconds in (0.7, 1.0, 1.3, 1.7, 2.2):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
        process.communicate()
        made = cluster.ask("SELECT to_regclass('smm.attempt') IS NOT NULL", database)[0][0]
        found = cluster.ask("SELECT count(*) FROM smm.attempt", database)[0][0] if made else 0
        outcomes.add(found)
        assert found in (0, many)
        if not found:
            Ledger.open(root / ".smm" / "ledger.db", "t", "office").close()
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert cluster.ask("SELECT count(*) FROM smm.attempt", database) == [(many,)]
    with pytest.raises(LedgerError, match="moved"):
        Ledger.open(root / ".smm" / "ledger.db", "t", "office")


def test_a_proposed_change_of_the_address_does_not_say_which_database_is_asked(root, database, said, tmp_path):
    """Whoever looks at a stranger's commit asks the database of the calendar as it lies here, not the stranger's."""
    from smm_cli.clock import SetClock
    from smm_cli.delivery.runner import open_scratch

    def git(*words):
        subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    point_at(root, "postgresql://stranger@127.0.0.1:1/x")
    git("add", "channels.toml", "posts")
    git("commit", "-q", "-m", "A proposal")
    point_at(root, database)
    assert said("publish")[0] == 0
    with open_scratch(root, tmp_path / "copy", SetClock(NOW), lambda _: None, "main") as scratch:
        assert {record.state for record in scratch.ledger.records()} == {"published"}
