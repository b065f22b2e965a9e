"""A ledger in a folder, deliveries to put into it, a clock of the test's own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import Delivery

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def opened(tmp_path):
    """Opens the ledger once more, as another process would."""
    made = []

    def make(runner="one", folder="state"):
        made.append(Ledger.open(tmp_path / folder / "ledger.db", "acme", runner))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


@pytest.fixture
def delivery():
    def make(post="launch", channel="blog", occurrence=""):
        return Delivery(post, channel, "site", occurrence, due=NOW, at=NOW)

    return make


@pytest.fixture
def claimed(now, delivery):
    """Claims a delivery for the runner of a ledger."""
    from smm_cli.ledger.claims import take

    def claim(ledger, wanted=None, at=now, credential="key"):
        wanted = wanted or delivery()
        return ledger.write(lambda c: take(c, "acme", wanted, ledger.alive.owner, at, "digest", credential, ledger.alive.is_alive))

    return claim
