"""A PostgreSQL cluster of the tests' own, on loopback: made for the session, gone with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

USER = "postgres"


def programs() -> Path | None:
    """The folder with initdb and postgres; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((path for path in folders if (path / "initdb").exists()), Path(found).parent if found else None)


class Cluster:
    """`url` is the address of its maintenance database. `stop`, `start` and `kill` are what happens to servers."""

    def __init__(self, bin: Path, durable: bool = False) -> None:
        """`durable`: as people have it, waiting for the disk; tests need not."""
        self.bin = bin
        self.durable = durable
        self.folder = Path(tempfile.mkdtemp(prefix="smm-postgres-"))
        self.port = _free_port()
        self._names = 0
        if os.getuid() == 0:
            shutil.chown(self.folder, USER)
        self._run("initdb", "-D", str(self.folder / "data"), "-U", USER, "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    @property
    def url(self) -> str:
        return self.address("postgres")

    def address(self, name: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        settings = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder} -c max_connections=200 -c deadlock_timeout=200ms"
        settings += "" if self.durable else " -F"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", "-o", settings, "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def kill(self) -> None:
        """As when the machine loses its power."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
        for one in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        time.sleep(0.3)
        for left in (self.folder / "data" / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            left.unlink()  # where nobody buries the dead, it would seem to run still

    def make_database(self, encoding: str = "") -> str:
        """A new, empty database; its address."""
        self._names += 1
        name = f"smm_{os.getpid()}_{self._names}"
        self.ask(f"CREATE DATABASE {name}" + (f" ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'" if encoding else ""))
        return self.address(name)

    def ask(self, sql: str, url: str = "") -> list:
        """What a person with psql would do."""
        import psycopg

        with psycopg.connect(url or self.url, autocommit=True) as connection:
            found = connection.execute(sql)
            return found.fetchall() if found.description else []

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        words = [str(self.bin / program), *arguments]
        if os.getuid() == 0:
            words = ["runuser", "-u", USER, "--", *words]
        with (self.folder / "said").open("w") as said:
            done = subprocess.run(words, stdout=said, stderr=subprocess.STDOUT, cwd=self.folder, check=False)
        assert done.returncode == 0, (self.folder / "said").read_text()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def cluster():
    """A running cluster for the whole session."""
    bin = programs()
    if bin is None:
        pytest.skip("PostgreSQL is not installed")
    made = Cluster(bin)
    yield made
    made.remove()


@pytest.fixture
def database(cluster):
    """The address of an empty database."""
    url = cluster.make_database()
    yield url
    cluster.ask(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)")
