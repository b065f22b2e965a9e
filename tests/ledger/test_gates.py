"""What a network asked of a channel, as a file that runners share: written, taken in, brought together, never passed over."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from smm_cli.errors import LedgerError
from smm_cli.ledger.claims import stop_channel
from smm_cli.ledger.gates import merged_gates, read_gate, take_gates, write_gates
from smm_cli.ledger.moments import ms
from smm_cli.ledger.progress import slow_hash
from smm_cli.ledger.store import Ledger

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def put(path, content):
    path.parent.mkdir(exist_ok=True)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


def said(wait=0, stopped=None):
    return json.dumps({"format": 1, "wait_until": wait, "stopped": stopped}).encode()


@pytest.fixture
def ledgers(tmp_path):
    made = []

    def make(name):
        made.append(Ledger.open(tmp_path / name / "ledger.db", "acme", name))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


def test_a_refused_credential_is_told_as_a_slow_hash_and_never_as_its_fingerprint(ledgers, tmp_path):
    one, other, folder = ledgers("one"), ledgers("other"), tmp_path / "channels"
    one.write(lambda c: stop_channel(c, "acme", "blog", "401: no", "0123456789abcdef"))
    write_gates(one, folder, NOW, put)
    text = (folder / "blog.json").read_text()
    assert "0123456789abcdef" not in text
    take_gates(other, folder, NOW)
    assert other.stopped() == {"blog": ("401: no", slow_hash("0123456789abcdef", "blog"))}
    take_gates(one, folder, NOW)
    assert one.stopped() == {"blog": ("401: no", "0123456789abcdef")}, "its own word stays as it knows it"


def test_a_stop_that_is_lifted_here_takes_the_file_away_and_ends_there(ledgers, tmp_path):
    one, other, folder = ledgers("one"), ledgers("other"), tmp_path / "channels"
    one.write(lambda c: stop_channel(c, "acme", "blog", "401: no", "key"))
    write_gates(one, folder, NOW, put)
    take_gates(other, folder, NOW)
    one.lift("blog")
    write_gates(one, folder, NOW, put)
    assert not list(folder.iterdir())
    take_gates(other, folder, NOW)
    assert other.stopped() == {}


def test_what_this_machine_learned_since_is_not_written_over_by_what_it_knew_of_before(ledgers, tmp_path):
    one, folder = ledgers("one"), tmp_path / "channels"
    put(folder / "blog.json", said(stopped={"why": "old", "credential": "scrypt:0"}))
    take_gates(one, folder, NOW)
    one.lift("blog")
    put(folder / "blog.json", said(wait=ms(LATER), stopped={"why": "old", "credential": "scrypt:0"}))
    take_gates(one, folder, NOW)
    assert one.stopped() == {}
    assert one.waits_until("blog") == LATER


def test_a_wait_that_is_over_is_nothing_to_tell(ledgers, tmp_path):
    one, folder = ledgers("one"), tmp_path / "channels"
    put(folder / "blog.json", said(wait=ms(LATER)))
    take_gates(one, folder, NOW)
    write_gates(one, folder, LATER + timedelta(seconds=1), put)
    assert not list(folder.iterdir())


def test_of_a_file_that_two_changed_each_thing_counts_that_one_alone_changed():
    stop = {"why": "no", "credential": "scrypt:1"}
    both = merged_gates(None, said(wait=5), said(stopped=stop), "channels/blog.json")
    assert read_gate(both, "channels/blog.json") == {"wait_until": 5, "stopped": stop}
    assert merged_gates(said(wait=5), None, said(wait=5), "channels/blog.json") is None
    assert read_gate(merged_gates(said(wait=5), said(wait=6), said(wait=7), "channels/a.json"), "channels/a.json")["wait_until"] == 7


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"format": 2, "wait_until": 0, "stopped": null}',
        b'{"format": 1, "wait_until": -1, "stopped": null}',
        b'{"format": 1, "wait_until": true, "stopped": null}',
        b'{"format": 1, "wait_until": 1e300, "stopped": null}',
        b'{"format": 1, "wait_until": 0, "stopped": {"why": 1, "credential": "x"}}',
        b'{"format": 1, "wait_until": 0, "stopped": {"why": "x"}}',
        b'{"format": 1, "wait_until": 0, "stopped": ["why", "credential"]}',
        b'{"format": 1, "wait_until": 0}',
        b"\xff",
    ],
)
def test_a_file_that_cannot_be_read_stops_and_is_named(ledgers, tmp_path, content):
    put(tmp_path / "channels" / "blog.json", content)
    with pytest.raises(LedgerError, match=r"channels/blog\.json") as told:
        take_gates(ledgers("one"), tmp_path / "channels", NOW)
    assert "newer smm" in told.value.hint


def test_a_file_that_is_called_as_no_channel_can_be_stops(ledgers, tmp_path):
    put(tmp_path / "channels" / "No Channel.json", said(wait=5))
    with pytest.raises(LedgerError, match="channel"):
        take_gates(ledgers("one"), tmp_path / "channels", NOW)
