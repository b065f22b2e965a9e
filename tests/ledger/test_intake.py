"""Receipt files: written, read, taken in from other runners, refused where they cannot be trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smm_cli.errors import ConfigError, LedgerError
from smm_cli.ledger import people
from smm_cli.ledger.history import carry_over, history
from smm_cli.ledger.intake import accept_all, note_written, refuse_foreign, take_in, write_out
from smm_cli.ledger.journal import PUBLISH, open_intent
from smm_cli.ledger.outcomes import ended, keep_receipt, published
from smm_cli.ledger.receipts import read_receipt, receipt_text, write_receipt
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import Change, PartReceipt, Receipt

words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0))
parts = st.builds(PartReceipt, words, words, st.dictionaries(names, words, max_size=3), st.none() | moments)


@given(
    names, names, st.sampled_from(["published", "unknown", "cancelled"]), moments, words, words,
    st.lists(parts, max_size=3), st.lists(st.builds(Change, words, moments, words), max_size=2), st.none() | moments,
)  # fmt: skip
def test_a_receipt_reads_as_it_was_written(post, channel, state, at, account, note, parts, changes, due):
    receipt = Receipt(
        f"{post}@{channel}",
        post,
        channel,
        "site",
        state,
        at,
        account=account,
        note=note,
        parts=tuple(parts),
        changes=tuple(changes),
        due=due,
    )
    assert read_receipt(receipt_text(receipt).encode(), "x") == receipt


@pytest.fixture
def receipt(now):
    return Receipt(
        "launch@blog", "launch", "blog", "site", "published", now, runner="laptop#11", parts=(PartReceipt("1", "https://blog.example/1"),)
    )


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "receipts"


def test_receipts_of_another_runner_stop_this_one_until_it_takes_over(opened, folder, receipt):
    ledger = opened()
    write_receipt(folder, receipt)
    take_in(ledger, folder)
    with pytest.raises(ConfigError, match="laptop") as said:
        refuse_foreign(ledger)
    assert said.value.exit_code == 3
    assert "smm runner take" in said.value.hint
    assert accept_all(ledger) == 1
    refuse_foreign(ledger)
    assert ledger.record("launch@blog").state == "published"


def test_a_new_checkout_beside_a_ledger_that_machines_share_brings_nothing_foreign(opened, folder, receipt, engine):
    """What the ledger knows already, whoever it was by, is no reason to ask; what it does not know is."""
    first = opened("one")
    write_receipt(folder, receipt)
    take_in(first, folder)
    accept_all(first)
    second = opened("two")
    take_in(second, folder)
    refuse_foreign(second)
    write_receipt(folder, replace(receipt, delivery="other@blog", post="other"))
    take_in(second, folder)
    with pytest.raises(ConfigError, match="1 receipt that"):
        refuse_foreign(second)


def test_a_taken_in_receipt_keeps_the_post_from_going_out_again(opened, folder, receipt, claimed):
    ledger = opened()
    write_receipt(folder, receipt)
    take_in(ledger, folder)
    accept_all(ledger)
    assert claimed(ledger) is None


@pytest.mark.parametrize(
    "text",
    [
        b"<<<<<<< HEAD\nformat = 1\n=======\nformat = 1\n>>>>>>> theirs\n",
        b"",
        b"format = 2\n",
        b'format = 1\npost = "a"\n',
        b"\xff\xfe",
        b"format = [1",
    ],
)
def test_a_receipt_that_cannot_be_read_stops_everything(opened, folder, text):
    (folder / "launch").mkdir(parents=True)
    (folder / "launch" / "blog.toml").write_bytes(text)
    with pytest.raises(LedgerError, match=r"launch/blog\.toml") as said:
        take_in(opened(), folder)
    assert said.value.exit_code == 7


def test_what_this_runner_wrote_is_its_own(opened, folder, claimed, receipt):
    ledger = opened()
    claim = claimed(ledger)
    ledger.write(lambda c: published(c, claim, replace(receipt, runner=ledger.runner), 1))
    assert [path.name for path in write_out(ledger, folder)] == ["blog.toml"]
    assert write_out(ledger, folder) == []
    take_in(ledger, folder)
    refuse_foreign(ledger)


def test_a_machine_that_got_another_name_is_no_other_runner(opened, folder, now, delivery):
    """A container has another host name at each start."""
    before = opened("box-1")
    before.ticked(now)
    people.cancel(before, [delivery()], now)
    write_out(before, folder)
    after = opened("box-2")
    after.ticked(now)
    (folder / "launch" / "blog.toml").touch()
    take_in(after, folder)
    refuse_foreign(after)


def test_a_cancelled_one_that_is_released_has_no_receipt_any_more(opened, folder, delivery, now):
    ledger = opened()
    assert people.cancel(ledger, [delivery()], now) == ["launch@blog"]
    write_out(ledger, folder)
    assert (folder / "launch/blog.toml").exists()
    assert people.release(ledger, [delivery()]) == ["launch@blog"]
    write_out(ledger, folder)
    assert not (folder / "launch/blog.toml").exists()
    assert ledger.record("launch@blog").state == "planned"


def test_another_runners_proof_is_not_written_over(opened, folder, delivery, receipt, now):
    """A person cancels here; a pull brings the proof that it was published elsewhere before the next tick."""
    ledger = opened()
    people.cancel(ledger, [delivery()], now)
    write_receipt(folder, receipt)
    write_out(ledger, folder)
    take_in(ledger, folder)
    assert read_receipt((folder / "launch/blog.toml").read_bytes(), "x").state == "published"
    assert ledger.record("launch@blog").state == "published"


def test_a_file_written_from_an_old_state_is_written_anew(opened, folder, delivery, now):
    """Two processes write receipts: the slower one had read the row before a person decided otherwise."""
    ledger = opened()
    people.cancel(ledger, [delivery()], now)
    old = ledger.db.read("SELECT receipt FROM delivery")[0]["receipt"]
    people.release(ledger, [delivery()])
    write_out(ledger, folder)
    path = write_receipt(folder, read_receipt(old.encode(), "x"))
    ledger.write(lambda c: note_written(c, ledger, folder, [("launch@blog", path, old)]))
    write_out(ledger, folder)
    assert not path.exists()


def test_a_renamed_channel_keeps_its_history(opened, claimed, receipt):
    ledger = opened()
    claim = claimed(ledger)
    ledger.write(lambda c: published(c, claim, receipt, 1))
    channels = {"site": Channel("site", "site", {}, formerly=("blog",))}
    assert history(ledger, channels).records["launch@site"].state == "published"


def test_what_was_begun_before_a_channel_was_renamed_goes_on_under_its_new_name(opened, claimed, now):
    ledger = opened()
    claim = claimed(ledger)
    key = ledger.journal.key("launch@blog", PUBLISH, 0)
    ledger.write(lambda c: (open_intent(c, key, 0, "{}", now, "key"), ended(c, claim, "retry")))
    carry_over(ledger, {"site": Channel("site", "site", {}, formerly=("blog",))})
    assert ledger.record("launch@blog") is None
    assert ledger.record("launch@site").state == "retry"
    assert ledger.journal.load("launch@site", PUBLISH)[0].intent == "{}"


def test_a_full_disk_for_receipts_is_a_ledger_error_and_the_ledger_remembers(opened, tmp_path, claimed, receipt):
    ledger = opened()
    claim = claimed(ledger)
    ledger.write(lambda c: (published(c, claim, receipt, 1), keep_receipt(c, "acme", receipt)))
    (tmp_path / "receipts").write_text("a file where the folder should be")
    with pytest.raises(LedgerError):
        write_out(ledger, tmp_path / "receipts")
    (tmp_path / "receipts").unlink()
    assert len(write_out(ledger, tmp_path / "receipts")) == 1
