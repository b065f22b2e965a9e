"""The queue in PostgreSQL beside procrastinate's, on one cluster in one run: 1,000 jobs over 20 accounts, one at a time for each account.

A job does nothing on either side: what is measured is taking it and writing down that it is done, durable before the next of its account.
smm writes a receipt and a line of the attempt log besides. And what a claim costs with a million deliveries planned; what is asked while
nothing is due.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.measure import Failed, Figure, environment, ms
from benchmarks.places import fresh, python, queue_peer, smm

JOBS, ACCOUNTS, WORKERS = 1_000, 20, 2
FUTURE = 9_000_000_000_000
"""Milliseconds: a time that never comes while this runs."""
HERE = Path(__file__).parent


def figures(runs: int) -> list[Figure]:
    """Jobs a second, claims among few and many, questions of an idle worker."""
    from tests.postgres.cluster import Cluster, programs

    bin = programs()
    if bin is None:
        raise Failed("PostgreSQL is not installed")
    queue_peer()
    cluster = Cluster(bin, durable=True)
    try:
        rates = [(_ours(cluster), _theirs(cluster, 1), _theirs(cluster, 10)) for _ in range(max(3, runs // 2))]
        # Each ratio is that of the middle round by it: what one round compares met the same machine.
        ours_one, one = sorted(((ours, one) for ours, one, _ in rates), key=lambda rate: rate[0] / rate[1])[len(rates) // 2]
        ours_ten, ten = sorted(((ours, ten) for ours, _, ten in rates), key=lambda rate: rate[0] / rate[1])[len(rates) // 2]
        few, many = _claims(cluster)
        asked = _idle(cluster)
    finally:
        cluster.remove()
    name = f"{JOBS:,} jobs, {ACCOUNTS} accounts, {WORKERS} workers: jobs/s"
    return [
        Figure(f"{name}, procrastinate one at a time", f"{ours_one:.0f}", f"{one:.0f}", ours_one / one, 5.0, at_least=True),
        Figure(f"{name}, procrastinate ten at a time", f"{ours_ten:.0f}", f"{ten:.0f}", ours_ten / ten, 5.0, at_least=True),
        Figure("claim, 1,000,000 planned beside 1,000", ms(many), ms(few), many / few, 2.0),
        Figure("idle worker: statements a minute", f"{asked:.0f}", "-", asked, 30.0, unit=""),
    ]


def _database(cluster) -> str:  # type: ignore[no-untyped-def]
    return str(cluster.make_database())


def _fill(url: str, folder: Path, now: int, channels: int, each: int, later: int) -> None:
    """`each` due deliveries on each of `channels`, and `later` ones spread over as many channels as well."""
    import psycopg

    _together([[python(), HERE / "_worker.py", url, folder, "1"]])  # makes the tables
    with psycopg.connect(url) as c:
        c.execute("SET search_path TO smm")
        c.execute(
            "INSERT INTO desk (calendar, mark, synced_at, synced_by, version, planned_version, good_until)"
            " VALUES ('bench', '', 0, '', 1, 1, %s)",
            (FUTURE,),
        )
        c.execute("INSERT INTO channel (calendar, name) SELECT 'bench', 'c' || n FROM generate_series(0, %s - 1) n", (channels,))
        for prefix, count, due in (("p", channels * each, now - 1_000_000), ("q", later, FUTURE)):
            c.execute(
                "INSERT INTO planned (calendar, name, post, channel, occurrence, at, due_at, claim_at, digest)"
                " SELECT 'bench', %s || n || '@c' || n %% %s, %s || n, 'c' || n %% %s, '', %s + n, %s + n, %s + n, ''"
                " FROM generate_series(0, %s - 1) n",
                (prefix, channels, prefix, channels, due, due, due, count),
            )
        c.execute("INSERT INTO lane SELECT 'bench', channel, min(claim_at) FROM planned GROUP BY channel")
    with psycopg.connect(url, autocommit=True) as c:
        c.execute("VACUUM ANALYZE")
        c.execute("CHECKPOINT")  # else the disk is still busy with what was laid in


def _ours(cluster) -> float:  # type: ignore[no-untyped-def]
    url, folder = _database(cluster), fresh("queue")
    _fill(url, folder, int(time.time() * 1000), ACCOUNTS, JOBS // ACCOUNTS, 0)
    line = [python(), HERE / "_worker.py", url, folder, str(ACCOUNTS // WORKERS)]
    _together([line] * WORKERS)
    said = cluster.ask("SELECT count(*), count(DISTINCT delivery), max(at) - min(at) FROM smm.attempt", url)[0]
    if said[:2] != (JOBS, JOBS):
        raise Failed(f"{said[0]} jobs were done, {said[1]} different ones; {JOBS} were due")
    return JOBS / (said[2] / 1000)


def _theirs(cluster, concurrency: int) -> float:  # type: ignore[no-untyped-def]
    url, program = _database(cluster), HERE / "_procrastinate.py"
    subprocess.run([queue_peer(), program, "defer", url, str(JOBS), str(ACCOUNTS)], check=True, env=environment())
    cluster.ask("VACUUM ANALYZE", url)
    cluster.ask("CHECKPOINT", url)  # as before the other
    _together([[queue_peer(), program, "work", url, str(concurrency)]] * WORKERS)
    asked = "SELECT count(*), extract(epoch FROM max(at) - min(at)) FROM procrastinate_events WHERE type = 'succeeded'"
    done, seconds = cluster.ask(asked, url)[0]
    if done != JOBS:
        raise Failed(f"procrastinate did {done} jobs of {JOBS}")
    return JOBS / float(seconds)


def _together(lines: Sequence[Sequence[object]]) -> None:
    """Run them at once: none begins before all are ready, so that what is measured is all of them at work, not how a program starts."""
    running = [
        subprocess.Popen(
            [str(word) for word in line], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for line in lines
    ]
    for process in running:
        process.stdout.readline()  # type: ignore[union-attr]
    for process in running:
        with suppress(BrokenPipeError):  # what it died of is told below
            process.stdin.write(b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
    for process in running:
        _, said = process.communicate(timeout=300)
        if process.returncode:
            raise Failed(said.decode("utf-8", "replace")[-2000:])


def _claims(cluster) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Seconds of a claim with 1,000 and with 1,000,000 planned: half of them due, 20 busy channels, the others with nothing due."""
    found = []
    for planned in (1_000, 1_000_000):
        url, folder = _database(cluster), fresh("claims")
        _fill(url, folder, int(time.time() * 1000), ACCOUNTS, planned // 2 // ACCOUNTS, planned // 2)
        found.append(_best(url))
    return found[0], found[1]


def _best(url: str) -> float:
    from datetime import UTC, datetime

    from smm_cli.clock import SystemClock
    from smm_cli.ledger.lanes import claim_due, put_back
    from smm_cli.ledger.postgres import Postgres

    engine, times = Postgres(url, SystemClock()), []
    for _ in range(40):
        begun = time.perf_counter()
        taken = engine.write(lambda c: claim_due(c, "bench", 1, "me", datetime.now(UTC), most=ACCOUNTS))
        times.append(time.perf_counter() - begun)
        if len(taken) != ACCOUNTS:
            raise Failed(f"{len(taken)} were taken")
        engine.write(lambda c: [put_back(c, one.claim) for one in taken])  # noqa: B023 - run at once
    engine.close()
    return sorted(times)[len(times) // 4]


def _idle(cluster) -> float:  # type: ignore[no-untyped-def]
    """What a worker asks in a minute in which nothing is due, as the server's log counts it."""
    from benchmarks import calendars

    url, root, home = _database(cluster), fresh("idle-worker"), fresh("idle-home")
    told = calendars.settings("worktree", calendars.MASTODON.format(name="m0", server="http://127.0.0.1:9"))
    (root / "channels.toml").write_text(f'{told}\n[ledger]\nurl = "{url}"\n', "utf-8")
    (root / "posts").mkdir()
    env = environment(BENCH_TOKEN="t", XDG_STATE_HOME=str(home), XDG_CONFIG_HOME=str(fresh("config")))
    subprocess.run([smm(), "ledger", "sync"], cwd=root, env=env, check=True, capture_output=True)
    cluster.ask(f"ALTER DATABASE {url.rsplit('/', 1)[1]} SET log_statement = 'all'")
    process = subprocess.Popen([smm(), "run", "--workers", "1", "--ledger", url, "--calendar", "bench"], env=env, stderr=subprocess.DEVNULL)
    try:
        time.sleep(10)
        before = _statements(cluster)
        time.sleep(60)
        return _statements(cluster) - before
    finally:
        process.terminate()
        process.wait(30)


def _statements(cluster) -> int:  # type: ignore[no-untyped-def]
    return (cluster.folder / "log").read_text("utf-8", "replace").count("statement: ")
