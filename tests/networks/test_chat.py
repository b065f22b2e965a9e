"""What chats share: answering a message, files with neutral names, time for what a request carries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable
from smm_cli.networks import load
from smm_cli.networks._chat import LONGEST, file_name, patience, root_of
from smm_cli.networks._file import blob_of
from smm_cli.networks.check import check_payload
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Earlier
from smm_cli.words.delivery import PartReceipt, Receipt
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Blob, Media, Post

ID = "a" * 26
CHATS = {
    "telegram": ({"chat": "@smm_channel"}, "https://t.me/smm_channel/77", "77"),
    "discord": ({"channel": "1200000000000000000"}, "https://discord.com/channels/1/1200000000000000000/77777", "77777"),
    "slack": ({"channel": "C0123ABCD"}, "https://smm.slack.com/archives/C0123ABCD/p1795000000123456?x=1", "1795000000.123456"),
    "mattermost": ({"server": "https://chat.example", "channel": "c" * 26}, f"https://chat.example/team/pl/{ID}", ID),
    "rocketchat": ({"server": "https://rocket.example", "room": "GENERAL"}, "https://rocket.example/channel/general?msg=abc1", "abc1"),
}


def network_of(name):
    return load(name)(Channel("chat", name, CHATS[name][0]))


def told(network, seal, facts, **fields):
    """What the request that publishes says, in one string."""
    payload = seal(network.compose(Post("launch", "p.md", "Hello", **fields), facts))
    step, conversation = None, network.publish(payload, 0)
    while not (isinstance(step, Request) and step.commits):
        step = conversation.send(None)
        assert isinstance(step, Earlier | Request)
    return str(step.body)


def published(facts, *parts):
    receipt = Receipt("first@chat", "first", "chat", "x", "published", datetime(2026, 11, 24, tzinfo=UTC), parts=parts)
    return replace(facts, receipts={"first": receipt})


@pytest.mark.parametrize("name", CHATS)
def test_a_message_at_an_address_is_answered(name, seal, facts):
    _, address, id = CHATS[name]
    assert id in told(network_of(name), seal, facts, reply_to=address)
    assert id not in told(network_of(name), seal, facts)


@pytest.mark.parametrize("name", ["telegram", "discord"])
def test_the_last_message_of_one_of_ours_is_answered(name, seal, facts):
    body = told(network_of(name), seal, published(facts, PartReceipt("11"), PartReceipt("12")), reply_to="first")
    assert "12" in body


@pytest.mark.parametrize("name", ["slack", "mattermost", "rocketchat"])
def test_an_answer_to_one_of_ours_goes_into_its_thread(name, seal, facts):
    body = told(
        network_of(name), seal, published(facts, PartReceipt("root1"), PartReceipt("leaf2", more={"root": "root1"})), reply_to="first"
    )
    assert "root1" in body
    assert "leaf2" not in body


@pytest.mark.parametrize("name", CHATS)
@pytest.mark.parametrize(
    ("target", "slug", "error"), [("later", "target-unpublished", Retriable), ("https://example.org/x", "target-unknown", Rejected)]
)
def test_what_cannot_be_answered_is_said_before_and_not_posted(name, target, slug, error, seal, facts):
    network = network_of(name)
    post = Post("launch", "p.md", "Hello", reply_to=target)
    assert slug in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}
    with pytest.raises(error, match="reply_to"):
        told(network, seal, facts, reply_to=target)


def test_a_thread_hangs_on_its_root_or_on_the_message_itself():
    assert (root_of(None), root_of(PartReceipt("a")), root_of(PartReceipt("b", more={"root": "a"}))) == ("", "a", "a")


def test_files_have_neutral_names_with_the_right_ending():
    names = [file_name(Blob("0", 1, type), 1) for type in ("image/jpeg", "video/quicktime", "audio/mpeg", "image/png")]
    assert names == ["media-2.jpg", "media-2.mov", "media-2.mp3", "media-2.png"]
    with pytest.raises(Rejected, match="not read"):
        blob_of(Media("a.png"))


def test_a_request_with_files_has_time_by_their_size_up_to_ten_minutes():
    assert patience(()) == 30
    assert patience((Media("a", blob=Blob("0", 65536 * 10, "video/mp4")),)) == 40
    assert patience((Media("a", blob=Blob("0", 10**9, "video/mp4")),)) == LONGEST


@pytest.mark.parametrize("body", [None, {}, {"id": ""}, {"id": True}, {"id": ["x"]}, "<html>"])
def test_an_answer_to_a_commit_without_an_id_is_an_unknown_outcome(body):
    with pytest.raises(OutcomeUnknown):
        network_of("telegram").known(Answer(200, {}, body), "id")


def test_a_forgiven_silence_is_tried_again():
    with pytest.raises(Retriable, match="did not answer"):
        network_of("telegram").must(Answer(0))
