"""Correcting what is public, through the real engine against fakes: edited part by part, once, and safe to break off anywhere."""

from __future__ import annotations

import asyncio
import subprocess
from dataclasses import replace

import pytest

from smm_cli.cli.start import run
from smm_cli.delivery.answer import answer
from smm_cli.delivery.correct import CORRECTED, PARTLY, correct
from smm_cli.delivery.corrections import correction_of
from smm_cli.delivery.replace import replaced
from smm_cli.delivery.withdraw import receipts_of
from smm_cli.errors import ConfigError, OutcomeUnknown, Rejected, Retriable
from smm_cli.ledger.claims import Gate, hold_channel
from smm_cli.sandbox.base import Fault
from smm_cli.words.delivery import PUBLISHED
from tests.delivery.test_withdraw import NETWORKS, Stage

EDITING = {
    "mastodon": NETWORKS["mastodon"],
    "webhook": NETWORKS["webhook"],
    "site": NETWORKS["site"],
    "wordpress": ('url = "https://wp.example"\nsecret = "env:X"', "wp.example"),
}


class Killed(BaseException):
    """The process ends here: nothing that would follow happens."""


class Life:
    """So many more requests and writes; then each one more is the end."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed


class MortalWire:
    """The transport of a process that may die before a request, or after it with the answer unread."""

    def __init__(self, transport, life: Life) -> None:
        self.transport, self.life = transport, life

    def __getattr__(self, name):
        return getattr(self.transport, name)

    async def send(self, *arguments):
        self.life.step()
        answer = await self.transport.send(*arguments)
        self.life.step()
        return answer


def mortal(runner, steps: int) -> Life:
    life, commit, write = Life(steps), runner.ledger.commit, runner.ledger.write

    async def dying_commit(act):
        life.step()
        found = await commit(act)
        life.step()
        return found

    def dying_write(act):
        life.step()
        return write(act)

    runner._transport = MortalWire(runner.transport, life)
    runner.ledger.commit, runner.ledger.write = dying_commit, dying_write
    return life


class Desk(Stage):
    def edit(self, old: str, new: str) -> None:
        path = self.root / "posts" / "launch.md"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def found(self, runner):
        (receipt,) = receipts_of(runner, "launch")
        (post,) = runner.index.posts(runner.source).posts
        return correction_of(runner, receipt, post)

    def correct(self, steps: int | None = None, act=correct):
        async def run():
            try:
                return await act(runner, found)
            finally:
                await runner.end()

        with self.runner() as runner:
            found = self.found(runner)
            if steps is not None:
                mortal(runner, steps)
            try:
                return asyncio.run(run())
            except Killed:
                return None

    def look(self):
        with self.runner() as runner:
            return self.found(runner)

    def texts(self) -> str:
        if self.fake is None:
            return "\n".join(path.read_text() for path in (self.root / ".smm" / "rehearsal").rglob("index.html") if "launch" in str(path))
        return "\n".join(self.public())


@pytest.fixture(params=EDITING)
def desk(request, tmp_path):
    NETWORKS.setdefault("wordpress", EDITING["wordpress"])
    made = Desk(tmp_path / "calendar", request.param)
    assert [outcome.state for outcome in made.publish()] == [PUBLISHED]
    return made


@pytest.fixture
def thread(tmp_path):
    made = Desk(tmp_path / "calendar", "mastodon")
    made.publish()
    assert made.public() == ["One.", "Two.", "Three."]
    return made


def test_what_is_public_says_what_the_file_says_and_the_receipt_tells_of_it(desk):
    before = desk.receipt()
    desk.edit("Two.", "Zwei.")
    done = desk.correct()
    assert done.error is None
    assert "Zwei." in desk.texts()
    assert "Two." not in desk.texts()
    after = desk.receipt()
    assert [change.what for change in after.changes] == [CORRECTED]
    assert [part.id for part in after.parts] == [part.id for part in before.parts]
    assert [part.url for part in after.parts] == [part.url for part in before.parts]
    assert after.digest != before.digest
    assert not desk.look().changed
    assert not desk.publish()


def test_a_changed_file_alone_changes_nothing(desk):
    desk.edit("Two.", "Zwei.")
    assert not desk.publish()
    assert "Two." in desk.texts()
    assert desk.look().changed


def test_killed_at_every_step_and_said_again_it_is_corrected_once(desk):
    texts, count = ["Two.", "Zwei."], len(desk.public())
    for steps in range(200):
        old, new = texts[steps % 2], texts[1 - steps % 2]
        desk.edit(old, new)
        done = first = desk.correct(steps)
        for _ in range(5):
            if done is not None and done.error is None:
                break
            asyncio.run(desk.clock.sleep(400))  # what is open settles
            done = desk.correct() if desk.look().changed else done
            if not desk.look().changed:
                break
        assert new in desk.texts(), steps
        assert old not in desk.texts(), steps
        assert len(desk.public()) == count, steps
        assert not desk.look().changed, steps
        if first is not None and first.error is None:
            assert steps > 5
            break
    else:
        raise AssertionError("it never ended by itself")
    with desk.runner() as runner:
        assert runner.ledger.journal.load("launch@it", "edit") == {}
    assert not desk.publish()


def test_a_part_that_is_done_is_not_edited_again_and_the_receipt_says_how_far_it_came(thread):
    thread.edit("Two.", "Zwei.")
    thread.edit("Three.", "Drei.")
    thread.fake.faults.append(Fault("status", method="PUT", skip=2, times=1, status=503))
    done = thread.correct()
    assert isinstance(done.error, Retriable)
    assert done.done == (1, 2)
    change = thread.receipt().changes[-1]
    assert (change.what, change.why) == (PARTLY, "part 1, 2 of 3")
    thread.fake.calls.clear()
    assert thread.correct().error is None
    assert [call.method for call, _ in thread.fake.calls if call.method == "PUT"] == ["PUT"]
    assert thread.public() == ["One.", "Zwei.", "Drei."]


def test_another_text_meanwhile_begins_anew(thread):
    thread.edit("One.", "Eins.")
    thread.fake.faults.append(Fault("status", method="PUT", skip=1, times=1, status=503))
    assert thread.correct().done == (1,)
    thread.edit("Eins.", "Uno.")
    assert thread.correct().error is None
    assert thread.public()[0] == "Uno."


def in_git(desk):
    for words in (["init", "-q", "-b", "main"], ["add", "posts", "channels.toml"]):
        subprocess.run(["git", *words], cwd=desk.root, check=True)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, "commit", "-qm", "x", "--date=2026-11-24T08:00:00Z"], cwd=desk.root, check=True)


def test_with_git_only_what_differs_is_touched_and_shown(thread):
    in_git(thread)
    thread.edit("Two.", "Zwei.")
    found = thread.look()
    assert found.numbers == (1,)
    assert found.part_before(1).text == "Two."
    thread.fake.calls.clear()
    assert thread.correct().done == (2,)
    assert sum(call.method == "PUT" for call, _ in thread.fake.calls) == 1


def test_parts_that_come_or_go_at_the_end_are_told_and_not_guessed(thread):
    thread.edit("Three.", "Three.\n\n---\n\nFour.")
    assert thread.look().more == 1
    thread.correct()
    assert thread.public() == ["One.", "Two.", "Three."]
    thread.edit("\n\n---\n\nThree.\n\n---\n\nFour.", "")
    assert thread.look().more == -1


def test_nothing_is_edited_while_another_runner_has_the_channel(thread):
    thread.edit("Two.", "Zwei.")
    with thread.runner() as runner:
        ledger, now = runner.ledger, thread.clock.now()
        taken = ledger.write(lambda c: hold_channel(c, ledger.calendar, "it", "other@it", ledger.alive.owner, now, "", lambda _: True))
        assert not isinstance(taken, Gate)
        done = thread.correct()
        assert isinstance(done.error, Retriable)
        assert done.error.slug == "busy"
    assert "Zwei." not in thread.texts()
    assert thread.correct().error is None


def test_nothing_is_sent_on_the_channel_meanwhile_and_it_is_free_afterwards(thread):
    thread.edit("Two.", "Zwei.")
    thread.correct()
    with thread.runner() as runner:
        rows = runner.ledger.db.read("SELECT owner, lease_until FROM channel WHERE name = 'it'", {})
        assert [(row["owner"], row["lease_until"]) for row in rows] == [("", 0)]


def test_a_pause_and_a_missing_approval_stop_it(thread):
    thread.edit("Two.", "Zwei.")
    path = thread.root / "channels.toml"
    good = path.read_text()
    path.write_text(good + '\n[[pause]]\nreason = "a crisis"\n')
    assert thread.look().why_not == "paused: a crisis"
    path.write_text(good + "\n[approval]\nrequired = true\n")
    assert thread.look().why_not == "not approved: nobody approved it yet"


def test_a_text_that_does_not_fit_is_refused_before_anything_is_sent(thread):
    thread.edit("Two.", "x" * 600)
    assert "600 characters" in thread.look().why_not


def test_what_the_network_refuses_is_said_and_nothing_is_recorded(thread):
    thread.edit("Two.", "Zwei.")
    thread.fake.faults.append(Fault("status", method="PUT", times=None, status=422, body={"error": "Validation failed"}))
    done = thread.correct()
    assert isinstance(done.error, Rejected)
    assert thread.receipt().changes == ()
    assert thread.look().changed


def test_another_account_edits_nothing(thread):
    thread.edit("Two.", "Zwei.")
    receipt = thread.receipt()
    path = thread.root / "receipts" / "launch" / "it.toml"
    path.write_text(path.read_text().replace(receipt.account, "@somebody@else.example"))
    done = thread.correct()
    assert isinstance(done.error, ConfigError)
    assert thread.public() == ["One.", "Two.", "Three."]


def test_where_nothing_can_be_edited_it_is_replaced_and_nothing_stands_twice(tmp_path):
    desk = Desk(tmp_path / "calendar", "bluesky", body="One.")
    desk.publish()
    desk.edit("One.", "Eins.")
    assert "nobody change" in desk.look().no_edit
    assert desk.correct(act=replaced).error is None
    assert desk.public() == ["Eins."]
    assert not desk.look().changed
    assert not desk.publish()


@pytest.mark.parametrize("network", ["bluesky", "mastodon"])
def test_killed_at_every_step_of_a_replacement_it_ends_with_one_post(network, tmp_path):
    for steps in range(0, 60, 1):
        desk = Desk(tmp_path / f"calendar{steps}", network, body="One.")
        desk.publish()
        desk.edit("One.", "Eins.")
        done = desk.correct(steps, act=replaced)
        for _ in range(6):
            if desk.public() == ["Eins."]:
                break
            asyncio.run(desk.clock.sleep(400))
            with desk.runner() as runner:
                public = bool(receipts_of(runner, "launch"))
            if public:
                desk.correct(act=replaced)
            else:
                desk.publish()
        assert desk.public() == ["Eins."], steps
        if done is not None and done.error is None:
            assert steps > 5
            return
    raise AssertionError("it never ended by itself")


def test_an_edit_whose_end_nobody_knows_is_said_again(thread):
    thread.edit("Two.", "Zwei.")
    thread.fake.faults.append(Fault("silence_after", method="PUT", times=1))
    done = thread.correct()
    assert isinstance(done.error, Retriable | OutcomeUnknown)
    assert thread.correct().error is None
    assert thread.public() == ["One.", "Zwei.", "Three."]


def test_a_handoff_and_a_network_without_edit_say_so(thread):
    thread.edit("Two.", "Zwei.")
    thread.configure(f"{NETWORKS['mastodon'][0]}\nby_hand = true")
    assert "by hand" in thread.look().no_edit
    with thread.runner() as runner:
        (receipt,) = receipts_of(runner, "launch")
        (post,) = runner.index.posts(runner.source).posts
        with pytest.raises(ConfigError):
            correction_of(runner, replace(receipt, channel="gone"), post)


# -- a reply -------------------------------------------------------------------------------------------------------------------


def replying(desk, text="It is two, not 2.", steps=None):
    return desk.correct(steps, lambda runner, found: answer(runner, replace(found, text=text)))


@pytest.mark.parametrize("network", ["mastodon", "bluesky"])
def test_a_reply_stands_beside_what_is_public_and_the_receipt_names_it(network, tmp_path):
    desk = Desk(tmp_path / "calendar", network)
    desk.publish()
    done = replying(desk)
    assert done.error is None
    assert desk.public() == ["One.", "Two.", "Three.", "It is two, not 2."]
    change = desk.receipt().changes[-1]
    assert change.what == "answered"
    assert change.why.startswith("https://")
    assert replying(desk).error is None
    assert replying(desk, "Truly.").error is None
    assert desk.public()[3:] == ["It is two, not 2.", "Truly."]


@pytest.mark.parametrize("network", ["mastodon", "bluesky"])
def test_killed_at_every_step_of_a_reply_and_said_again_there_is_one(network, tmp_path):
    for steps in range(80):
        desk = Desk(tmp_path / f"calendar{steps}", network, body="One.")
        desk.publish()
        done = first = replying(desk, steps=steps)
        for _ in range(5):
            if done is not None and done.error is None:
                break
            asyncio.run(desk.clock.sleep(400))
            if desk.receipt().changes:
                break
            done = replying(desk)
        assert desk.public() == ["One.", "It is two, not 2."], steps
        assert [change.what for change in desk.receipt().changes] == ["answered"], steps
        if first is not None and first.error is None:
            assert steps > 5
            return
    raise AssertionError("it never ended by itself")


def test_a_reply_broken_off_is_ended_with_its_own_words_before_another_is_said(thread):
    thread.fake.faults.append(Fault("silence_after", method="POST", path="/api/v1/statuses", times=1))
    assert replying(thread).error is not None
    asyncio.run(thread.clock.sleep(400))
    done = replying(thread, "Other words.")
    assert "an earlier reply was broken off; it is public now" in done.error.what
    assert thread.public().count("It is two, not 2.") == 1
    assert replying(thread, "Other words.").error is None


@pytest.mark.parametrize("public", [False, True])
def test_a_reply_whose_end_nobody_can_tell_waits_for_a_person_and_her_word_ends_that(tmp_path, capsys, public):
    def smm(*words):
        code = run(["-C", str(desk.root), *words])
        return code, "".join(capsys.readouterr())

    desk = Desk(tmp_path / "calendar", "webhook", f"{NETWORKS['webhook'][0]}\ndedupes = false", body="One.")
    desk.publish()
    assert smm("queue", "resolve", "launch@it", "--not-published", "--yes")[0] == 2, "nothing is in doubt"
    desk.fake.faults.append(Fault("silence_after" if public else "silence_before", method="POST", times=1))
    for words in ("It is two.", "It is two.", "Other words."):
        error = replying(desk, words).error
        asyncio.run(desk.clock.sleep(4000))
    assert isinstance(error, OutcomeUnknown)
    assert "smm queue resolve launch@it --published URL   or   --not-published" in error.hint
    assert "a reply to it was begun" in smm("queue", "show", "launch@it")[1]
    assert "smm queue resolve launch@it" in smm("status")[1]
    answer_of_hers = ["--published", "https://hook.example/7"] if public else ["--not-published", "--yes"]
    assert smm("queue", "resolve", "launch@it", *answer_of_hers, "--dry-run")[0] == 0
    assert smm("queue", "resolve", "launch@it", *answer_of_hers)[0] == 0
    assert [change.why for change in desk.receipt().changes] == (["https://hook.example/7"] if public else [])
    assert "a reply to it was begun" not in smm("queue", "show", "launch@it")[1]
    assert replying(desk, "It is two.").error is None, "the same words: said once, whoever said so"
    assert replying(desk, "Other words.").error is None
    assert desk.public()[1:] == ["It is two.", "Other words."]


def test_what_is_replaced_keeps_what_was_done_to_it_and_its_old_address(tmp_path):
    desk = Desk(tmp_path / "calendar", "mastodon", body="One.")
    desk.publish()
    desk.edit("One.", "Eins.")
    assert desk.correct().error is None
    old = desk.receipt().url
    for _ in range(2):  # the second time with the very same words: no repetition of the first
        assert desk.correct(act=replaced).error is None
        assert desk.public() == ["Eins."]
    receipt = desk.receipt()
    assert [change.what for change in receipt.changes] == ["corrected", "withdrawn", "replaced", "withdrawn", "replaced"]
    assert receipt.changes[2].why == old
    assert receipt.changes[4].why not in (old, receipt.url, "")


def test_a_correction_that_ended_half_way_is_known_when_the_file_says_the_old_words_again(thread):
    thread.edit("One.", "Eins.")
    thread.edit("Two.", "Zwei.")
    thread.fake.faults.append(Fault("status", method="PUT", skip=1, times=None, status=422, body={"error": "Validation failed"}))
    assert thread.correct().done == (1,)
    thread.fake.faults.clear()
    thread.edit("Eins.", "One.")
    thread.edit("Zwei.", "Two.")
    assert thread.look().changed
    assert thread.correct().error is None
    assert thread.public() == ["One.", "Two.", "Three."]


def test_no_reply_goes_where_there_are_none_or_where_texts_are_approved(thread, tmp_path):
    desk = Desk(tmp_path / "other", "site")
    desk.publish()
    assert "no replies" in replying(desk).error.what
    path = thread.root / "channels.toml"
    path.write_text(path.read_text() + "\n[approval]\nrequired = true\n")
    assert "nobody approved" in replying(thread).error.what
    assert len(thread.public()) == 3


def test_where_merging_approves_nobody_answers_with_a_text_that_was_not_merged(thread):
    path = thread.root / "channels.toml"
    merging = path.read_text().replace('"worktree"', '"main"') + '\n[approval]\nrequired = true\nby = "merge"\n'
    path.write_text(merging)
    in_git(thread)
    assert "nobody approved" in replying(thread).error.what
    assert len(thread.public()) == 3
