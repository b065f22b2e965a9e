"""The ledger's tables are made once, whoever comes first; a newer database is left alone."""

from __future__ import annotations

import subprocess
import sys
import threading

import psycopg
import pytest

from smm_cli.clock import SystemClock
from smm_cli.errors import LedgerError
from smm_cli.ledger.carrying import TABLES
from smm_cli.ledger.db import Db
from smm_cli.ledger.postgres import Postgres
from smm_cli.ledger.postgres_open import VERSION
from smm_cli.ledger.store import Ledger


def test_many_that_open_at_once_make_the_tables_once(cluster, database):
    opened, wrong = [], []

    def open_it():
        try:
            opened.append(Postgres(database, SystemClock()))
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in opened:
        one.close()
    assert (len(opened), wrong) == (8, [])
    assert cluster.ask("SELECT number FROM smm.migration ORDER BY number", database) == [(n,) for n in range(1, VERSION + 1)]


def test_a_ledger_of_a_newer_smm_is_refused_and_left_as_it_is(cluster, database):
    Postgres(database, SystemClock()).close()
    cluster.ask("INSERT INTO smm.migration (number, name) VALUES (99, 'of tomorrow')", database)
    with pytest.raises(LedgerError, match="newer") as said:
        Postgres(database, SystemClock())
    assert said.value.exit_code == 7
    assert "pip install --upgrade" in said.value.hint


def test_a_migration_that_fails_changes_nothing(cluster, database):
    cluster.ask("CREATE SCHEMA smm; CREATE TABLE smm.channel (mine text)", database)
    with pytest.raises(LedgerError, match="cannot be prepared"):
        Postgres(database, SystemClock())
    assert cluster.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'smm'", database) == [("channel",)]


def test_a_database_that_cannot_keep_every_text_is_refused(cluster):
    url = cluster.make_database("LATIN1")
    with pytest.raises(LedgerError, match="LATIN1") as said:
        Postgres(url, SystemClock())
    assert "UTF8" in said.value.hint


def test_a_user_who_may_make_nothing_is_told_what_he_needs(cluster, database):
    cluster.ask("CREATE ROLE guest LOGIN")
    with pytest.raises(LedgerError, match="cannot be prepared") as said:
        Postgres(database.replace("postgres@", "guest@"), SystemClock())
    assert "CREATE SCHEMA smm" in said.value.hint
    cluster.ask("DROP ROLE guest")


def test_both_engines_keep_the_same_columns(database, tmp_path):
    made = Postgres(database, SystemClock())
    rows = made.read("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'smm' ORDER BY 1, 2")
    made.close()
    file = Db(tmp_path / "ledger.db")
    alone = {
        name: {row["name"] for row in file.read(f"PRAGMA table_info({name})")}
        for name in (row["name"] for row in file.read("SELECT name FROM sqlite_master WHERE type = 'table'"))
    }
    file.close()
    shared = {name: {row["column_name"] for row in rows if row["table_name"] == name} for name in {row["table_name"] for row in rows}}
    assert set(TABLES) == set(alone) - {"counter", "identity"}
    assert {name: shared[name] for name in TABLES} == {name: alone[name] for name in TABLES}


def test_texts_are_ordered_and_kept_as_in_a_file(database, tmp_path):
    texts = ["Zebra", "apfel", "Äpfel", "a\U0001f600", "a'b", "100%", "%(x)s", ":name", "back\\slash", "\u2028", ""]
    found = []
    for db in (Postgres(database, SystemClock()), Db(tmp_path / "ledger.db")):
        rows = [{"what": text} for text in texts]
        db.write(lambda c, rows=rows: c.executemany("INSERT INTO wait VALUES ('acme', :what, 1, 1, 1)", rows))
        found.append([row["what"] for row in db.read("SELECT what FROM wait WHERE calendar = 'acme' ORDER BY what")])
        db.close()
    assert found[0] == found[1] == sorted(texts)


def test_a_nul_in_a_text_is_shown_as_what_it_is(database):
    db = Postgres(database, SystemClock())
    db.write(lambda c: c.execute("INSERT INTO wait VALUES ('acme', :what, 1, 1, 1)", {"what": "a\0b"}))
    assert db.read("SELECT what FROM wait")[0]["what"] == "a\ufffdb"
    db.close()


def test_without_psycopg_the_command_that_installs_it_is_told(tmp_path):
    script = (
        "import sys\nsys.modules['psycopg'] = None\nfrom pathlib import Path\nfrom smm_cli.clock import SystemClock\n"
        "from smm_cli.ledger.store import Ledger\n"
        f"try:\n    Ledger.shared('postgresql://127.0.0.1/x', Path({str(tmp_path)!r}), 'acme', 'one', SystemClock())\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.startswith("LedgerError")
    assert "pip install 'smm-cli[postgres]'" in said


def test_a_machine_keeps_its_name_and_every_process_has_one_of_its_own(database, tmp_path):
    def opened(folder):
        return Ledger.shared(database, tmp_path / folder, "acme", "office", SystemClock())

    with opened("a") as one, opened("a") as two, opened("b") as other:
        assert one.runner == two.runner != other.runner
        assert one.alive.owner != two.alive.owner
        assert one.runner.startswith("office#")
    assert (tmp_path / "a" / "identity").stat().st_mode & 0o777 == 0o600


def test_a_machine_that_had_a_file_is_the_same_runner_afterwards(database, tmp_path):
    with Ledger.open(tmp_path / "ledger.db", "acme", "office") as before:
        known = before.runner
    with Ledger.shared(database, tmp_path, "acme", "office", SystemClock()) as after:
        assert after.runner == known


def test_calendars_of_one_database_know_nothing_of_each_other(database, tmp_path):
    clock = SystemClock()
    with (
        Ledger.shared(database, tmp_path, "acme", "office", clock) as one,
        Ledger.shared(database, tmp_path, "globex", "office", clock) as two,
    ):
        one.ticked(clock.now())
        one.save_wait("launch", True, clock.now())
        assert (two.ticks(), two.waits()) == ([], {})


def test_psycopg_is_not_imported_for_a_file(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom smm_cli.ledger.store import Ledger\nimport smm_cli.cli.publishing\n"
        f"Ledger.open(Path({str(tmp_path / 'l.db')!r}), 'acme', 'one').close()\nprint('psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "False"
    assert psycopg.__version__ >= "3.2"
