"""A ledger in a folder, or in PostgreSQL; deliveries to put into it; a clock of the test's own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smm_cli.clock import SetClock
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import Delivery

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def clock():
    """What a shared ledger takes the time from."""
    return SetClock(NOW)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    """Which database the ledger lives in. The address of one made for this test; empty: a file."""
    return "" if request.param == "sqlite" else request.getfixturevalue("database")


@pytest.fixture
def opened(tmp_path, engine, clock):
    """Opens the ledger once more, as another process would: on PostgreSQL one of another machine."""
    made = []

    def make(runner="one", folder="state"):
        if engine:
            made.append(Ledger.shared(engine, tmp_path / f"{folder}-{runner}", "acme", runner, clock))
        else:
            made.append(Ledger.open(tmp_path / folder / "ledger.db", "acme", runner))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


@pytest.fixture
def dies(engine, clock):
    """The process that has this ledger open dies: a file lock tells so at once, from afar only its lease."""
    from smm_cli.ledger.postgres import LEASE

    def die(ledger):
        ledger.alive.end()
        if engine:
            clock.set(NOW + LEASE * 2)

    return die


@pytest.fixture
def lease(engine):
    """How long a claim holds."""
    from smm_cli.ledger import claims, postgres

    return postgres.LEASE if engine else claims.LEASE


@pytest.fixture
def delivery():
    def make(post="launch", channel="blog", occurrence=""):
        return Delivery(post, channel, "site", occurrence, due=NOW, at=NOW)

    return make


@pytest.fixture
def claimed(clock, delivery):
    """Claims a delivery for the runner of a ledger."""
    from smm_cli.ledger.claims import take

    def claim(ledger, wanted=None, at=None, credential="key"):
        wanted, at = wanted or delivery(), at or clock.now()
        return ledger.write(lambda c: take(c, "acme", wanted, ledger.alive.owner, at, "digest", credential, ledger.alive.is_alive))

    return claim
