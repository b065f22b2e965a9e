"""Taking down what is public, through the real engine against each network's fake: last part first, once, and never sent again."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.index import Index
from smm_cli.calendar.source import WorkTree
from smm_cli.clock import SetClock
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.tick import tick
from smm_cli.delivery.withdraw import PARTLY, WITHDRAWN, receipts_of, why_by_hand, withdraw, withdrawn_at
from smm_cli.errors import AuthFailed, ConfigError, Rejected, Retriable
from smm_cli.ledger.intake import accept_all, take_in
from smm_cli.ledger.receipts import read_receipts
from smm_cli.ledger.store import Ledger
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.world import World
from smm_cli.words.delivery import PUBLISHED, SENDING

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NETWORKS = {
    "mastodon": ('server = "https://social.example"\nsecret = "env:X"', "social.example"),
    "bluesky": ('server = "https://pds.example"\nidentifier = "it.example"\nsecret = "env:X"', "pds.example"),
    "webhook": ('url = "https://hook.example/in"\nsecret = "env:X"', "hook.example"),
    "site": ('output = "public"\naddress = "https://blog.example"', ""),
}
THREADED = ("mastodon", "bluesky")


class Stage:
    """A calendar with one channel and one post; servers outlive runners."""

    def __init__(self, root: Path, network: str, settings: str = "", body: str = "One.\n\n---\n\nTwo.\n\n---\n\nThree.") -> None:
        self.root, self.network, self.clock = root, network, SetClock(START)
        self.world = World(self.clock)
        own, host = NETWORKS.get(network, ("", ""))
        self.fake = self.world.place(host, network) if host else None
        (root / "posts").mkdir(parents=True)
        self.configure(settings or own)
        front = "id: launch\ntitle: Launch\nstatus: ready\nchannels: it\npublish_at: 2026-11-24 08:30\n"
        (root / "posts" / "launch.md").write_text(f"---\n{front}---\n\n{body}\n")

    def configure(self, settings: str, name: str = "it") -> None:
        head = '[calendar]\nname = "stage"\ntimezone = "UTC"\npublish_from = "worktree"\nlanguage = "en"\n'
        (self.root / "channels.toml").write_text(f'{head}\n[channels.{name}]\nnetwork = "{self.network}"\n{settings}\n')

    def runner(self) -> Runner:
        calendar = load_calendar(self.root)
        ledger = Ledger.open(calendar.state / "ledger.db", calendar.name, "stage")
        return Runner(calendar, WorkTree(self.root), ledger, Index(calendar), self.clock, self.world.app_for)

    def publish(self):
        async def act():
            ticked = await tick(runner)
            await runner.end()
            return ticked.outcomes

        with self.runner() as runner:
            return asyncio.run(act())

    def withdraw(self):
        async def act():
            (receipt,) = receipts_of(runner, "launch")
            done = await withdraw(runner, receipt)
            await runner.end()
            return done

        with self.runner() as runner:
            return asyncio.run(act())

    def public(self) -> list[str]:
        if self.fake is None:
            return [path.parent.name for path in (self.root / ".smm" / "rehearsal").rglob("post.json")]
        return [posted.text for posted in self.fake.posted if not posted.deleted]

    def forget(self) -> None:
        """Become a fresh clone: what is this machine's own is gone, what is public (the site's folder too) stays."""
        pages, kept = self.root / ".smm" / "rehearsal", self.root / "kept"
        if pages.exists():
            pages.rename(kept)
        shutil.rmtree(self.root / ".smm")
        if kept.exists():
            pages.parent.mkdir(mode=0o700)
            kept.rename(pages)

    def receipt(self):
        (receipt,) = read_receipts(self.root / "receipts")
        return receipt


@pytest.fixture(params=NETWORKS)
def stage(request, tmp_path):
    made = Stage(tmp_path / "calendar", request.param)
    assert [outcome.state for outcome in made.publish()] == [PUBLISHED]
    assert made.public()
    return made


@pytest.fixture
def thread(tmp_path):
    made = Stage(tmp_path / "calendar", "mastodon")
    made.publish()
    assert len(made.public()) == 3
    return made


def test_everything_public_is_taken_down_and_the_receipt_says_so(stage):
    done = stage.withdraw()
    assert done.error is None
    assert done.left == ()
    assert stage.public() == []
    receipt = stage.receipt()
    assert [change.what for change in receipt.changes] == [WITHDRAWN]
    assert withdrawn_at(receipt).at == START
    assert receipt.state == PUBLISHED
    assert receipt.parts


def test_what_was_withdrawn_is_never_sent_again(stage):
    stage.withdraw()
    sent = len(stage.fake.posted) if stage.fake else 0
    assert not stage.publish()
    stage.forget()  # another clone knows it from the file alone
    with stage.runner() as runner:
        take_in(runner.ledger, runner.calendar.receipts)
        accept_all(runner.ledger)
    assert not stage.publish()
    assert stage.public() == []
    assert not stage.fake or len(stage.fake.posted) == sent


def test_withdrawing_on_another_machine_takes_nothing_over(stage):
    stage.forget()
    assert stage.withdraw().error is None
    with pytest.raises(ConfigError) as caught:
        stage.publish()
    assert caught.value.slug == "foreign-runner"


def test_withdrawing_twice_is_no_error(stage):
    stage.withdraw()
    done = stage.withdraw()
    assert done.error is None
    assert done.left == ()


def test_what_a_person_deleted_there_counts_as_withdrawn(thread):
    for part in thread.receipt().parts:
        del thread.fake.statuses[part.id]
    done = thread.withdraw()
    assert done.error is None
    assert done.gone == (1, 2, 3)


def test_a_fresh_clone_withdraws_from_the_receipt_file_alone(stage):
    stage.forget()
    assert stage.public()
    assert stage.withdraw().error is None
    assert stage.public() == []
    assert stage.receipt().changes[-1].what == WITHDRAWN
    with stage.runner() as runner:
        assert runner.ledger.record("launch@it").state == PUBLISHED


def test_a_lost_receipt_file_is_written_again_from_the_ledger(thread):
    shutil.rmtree(thread.root / "receipts")
    assert thread.withdraw().error is None
    assert thread.receipt().changes[-1].what == WITHDRAWN


@pytest.mark.parametrize("network", THREADED)
def test_the_last_part_goes_first(network, tmp_path):
    stage = Stage(tmp_path / "calendar", network)
    stage.publish()
    stage.fake.calls.clear()
    stage.withdraw()
    asked = [call for call, _ in stage.fake.calls if call.method == "DELETE" or call.path.endswith("deleteRecord")]
    told = [call.path if network == "mastodon" else call.json["rkey"] for call in asked]
    ids = [part.id.rpartition("/")[2] for part in stage.receipt().parts]
    assert [one.rpartition("/")[2] for one in told] == ids[::-1]


def test_a_half_done_withdrawal_says_which_parts_are_gone_and_goes_on_later(thread):
    thread.fake.faults.append(Fault("status", method="DELETE", skip=1, times=1, status=503))
    done = thread.withdraw()
    assert isinstance(done.error, Retriable)
    assert (done.gone, done.left) == ((3,), (1, 2))
    assert len(thread.public()) == 2
    change = thread.receipt().changes[-1]
    assert (change.what, change.why) == (PARTLY, "part 3 of 3")
    assert withdrawn_at(thread.receipt()) is None
    assert thread.withdraw().error is None
    assert thread.public() == []
    assert [change.what for change in thread.receipt().changes] == [PARTLY, WITHDRAWN]


def test_silence_after_deleting_is_settled_by_asking_again(thread):
    thread.fake.faults.append(Fault("silence_after", method="DELETE", times=1))
    assert thread.withdraw().error is not None
    assert thread.withdraw().error is None
    assert thread.public() == []


def test_nothing_is_recorded_where_nothing_was_taken_down(thread):
    thread.fake.faults.append(Fault("unreachable", times=None))
    done = thread.withdraw()
    assert isinstance(done.error, Retriable)
    assert done.gone == ()
    assert thread.receipt().changes == ()
    assert len(thread.public()) == 3


def test_another_account_takes_nothing_down_and_does_not_believe_it_gone(thread):
    receipt = thread.receipt()
    path = thread.root / "receipts" / "launch" / "it.toml"
    path.write_text(path.read_text().replace(receipt.account, "@somebody@else.example"))
    done = thread.withdraw()
    assert isinstance(done.error, ConfigError)
    assert done.error.slug == "wrong-account"
    assert len(thread.public()) == 3
    assert thread.receipt().changes == ()


def test_a_refused_credential_is_said(thread):
    thread.fake.faults.append(Fault("status", status=401, times=None, body={"error": "The access token is invalid"}))
    assert isinstance(thread.withdraw().error, AuthFailed)
    assert len(thread.public()) == 3


def test_a_renamed_channel_still_takes_down_what_it_published(thread):
    thread.configure(f'{NETWORKS["mastodon"][0]}\naccount = "@it@social.example"\nformerly = ["it"]', name="toots")
    assert thread.withdraw().error is None
    assert thread.public() == []
    assert thread.receipt().channel == "it"


def test_a_channel_that_is_gone_a_handoff_and_by_hand_are_for_a_person(thread):
    with thread.runner() as runner:
        (receipt,) = receipts_of(runner, "launch")
        assert why_by_hand(runner, receipt) == ""
        assert "no channel" in why_by_hand(runner, replace(receipt, channel="other"))
        nameless = replace(receipt, parts=tuple(replace(part, id="") for part in receipt.parts))
        assert "address alone" in why_by_hand(runner, nameless)
    thread.configure(f"{NETWORKS['mastodon'][0]}\nby_hand = true")
    done = thread.withdraw()
    assert isinstance(done.error, Rejected)
    assert receipt.url in done.error.hint
    assert len(thread.public()) == 3
    thread.network = "xing"
    thread.configure("")
    with thread.runner() as runner:
        assert "by hand" in why_by_hand(runner, receipt)


def test_nothing_is_taken_down_while_the_channel_is_sending(thread, monkeypatch):
    with thread.runner() as runner:
        (record,) = runner.ledger.records()
        monkeypatch.setattr(runner.ledger, "records", lambda: [replace(record, delivery="other@it", post="other", state=SENDING)])
        (receipt,) = receipts_of(runner, "launch")
        done = asyncio.run(withdraw(runner, receipt))
        assert isinstance(done.error, Retriable)
        assert done.error.slug == "busy"
    assert len(thread.public()) == 3


def test_the_sites_lists_forget_the_page(tmp_path):
    stage = Stage(tmp_path / "calendar", "site")
    stage.publish()
    folder = stage.root / ".smm" / "rehearsal"
    assert any("launch" in path.read_text() for path in folder.rglob("feed.json"))
    stage.withdraw()
    assert not any("/launch/" in path.read_text() for path in folder.rglob("*.*") if path.is_file())
