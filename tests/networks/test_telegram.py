"""A bot that writes to a channel of Telegram, against a fake Bot API."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.telegram import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.telegram import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import CannotTell, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Request
from smm_cli.words.post import Media, Poll, Post

CHANNEL = Channel("tg", "telegram", {"chat": "@smm_channel"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    """A driver that puts the token where its handle stands, as the transport does."""

    class Filling(driver):
        async def _send(self, request):
            return await super()._send(replace(request, url=request.url.replace("\x00token\x00", self.token)))

    return Filling(fake, "sandbox-smm", fake.clock)


def composed(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def checked(network, facts, body="Hello", **fields):
    post = Post("launch", "posts/launch.md", body, **fields)
    return {problem.slug: problem for problem in check_payload(network, post, network.compose(post, facts), facts)}


@pytest.mark.parametrize("chat", ["smm", "https://t.me/smm", "@1abc", "12 3"])
def test_a_chat_is_a_name_with_its_sign_or_a_number(chat):
    with pytest.raises(ValidationError, match="@name"):
        NETWORK(replace(CHANNEL, settings={"chat": chat}))


def test_a_message_is_html_and_its_receipt_has_the_public_address(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(composed(network, seal, facts), 0))
    assert at.seen[0].body.value == {"chat_id": "@smm_channel", "text": "Hello <i>you</i>", "parse_mode": "HTML"}
    assert receipt == PartReceipt("1", "https://t.me/smm_channel/1", {"chat": -1001234567890})


def test_a_private_channel_is_a_number_and_its_address_is_for_members(at, seal, facts):
    network = NETWORK(replace(CHANNEL, settings={"chat": "-1005556667778", "topic": 9}))
    receipt = at.run(network, network.publish(composed(network, seal, facts), 0))
    assert at.seen[0].body.value["chat_id"] == -1005556667778
    assert at.seen[0].body.value["message_thread_id"] == 9
    assert receipt.url == "https://t.me/c/5556667778/9/1"


def test_an_answer_of_a_thread_goes_out_even_if_what_it_answers_is_gone(at, network, seal, facts):
    payload = composed(network, seal, facts, "One\n\n---\n\nTwo")
    at.run(network, network.publish(payload, 1), earlier=PartReceipt("41"))
    assert at.seen[0].body.value["reply_parameters"] == {"message_id": 41, "allow_sending_without_reply": True}


def test_names_that_were_typed_call_nobody_people_of_the_calendar_do(network, seal, facts):
    facts = replace(facts, people={"ada": Person("ada", {"telegram": "@ada_l"}), "bo": Person("bo", title="Bo <B>")})
    payload = composed(network, seal, facts, "@durov, @{ada}, @{bo} and me@example.org")
    assert payload.parts[0].text == "@\u2060durov, @ada_l, Bo &lt;B&gt; and me@example.org"


def test_a_person_without_a_handle_is_a_warning(network, facts):
    facts = replace(facts, people={"bo": Person("bo", title="Bo")})
    assert checked(network, facts, "Hi @{bo}")["no-handle"].severity == "warning"


def test_an_album_bears_its_caption_once_and_is_withdrawn_whole(fake, at, network, seal, facts, png):
    blob = at.blob(png, "image/png")
    media = (Media("a.png", blob=blob), Media("b.png", blob=blob))
    receipt = at.run(network, network.publish(composed(network, seal, facts, media=media), 0))
    assert receipt.more["messages"] == [1, 2]
    assert (fake.public[0].text, fake.public[0].media) == ("Hello you", ("photo", "photo"))
    at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []
    at.run(network, network.withdraw(receipt, 0))


def test_one_gif_is_an_animation(fake, at, network, seal, facts):
    media = (Media("a.gif", blob=at.blob(b"GIF89a", "image/gif")),)
    at.run(network, network.publish(composed(network, seal, facts, "", media=media), 0))
    assert at.seen[0].url.endswith("/sendAnimation")


def test_a_caption_is_shorter_than_a_text_and_marks_do_not_count(network, facts, at, png):
    media = (Media("a.png", "x", blob=at.blob(png, "image/png"), width=1, height=1),)
    assert "too-long" not in checked(network, facts, "**" + "x" * 1024 + "**", media=media)
    assert "1025" in checked(network, facts, "x" * 1025, media=media)["too-long"].what
    assert "too-long" not in checked(network, facts, "x" * 4096)


def test_a_long_text_with_a_picture_is_split_at_the_caption(network, facts, at, png):
    media = (Media("a.png", "x", blob=at.blob(png, "image/png"), width=1, height=1),)
    post = Post("launch", "p.md", "word " * 900, media=media, split=True)
    assert len(network.compose(post, facts).parts[0].text) <= 1024


def test_a_poll_is_a_message_whose_text_is_the_question(fake, at, network, seal, facts):
    poll = Poll(("Yes", "No"), 300, multiple=True)
    at.run(network, network.publish(composed(network, seal, facts, "Is it **good**?", poll=poll), 0))
    assert at.seen[0].body.value == {
        "chat_id": "@smm_channel",
        "question": "Is it good?",
        "options": [{"text": "Yes"}, {"text": "No"}],
        "allows_multiple_answers": True,
        "open_period": 300,
    }
    found = checked(network, facts, "x" * 301, poll=Poll(("a", "b"), 2_628_001))
    assert "question" in found["too-long"].what
    assert found["poll-open"].severity == "warning"
    assert "poll-open" not in checked(network, facts, poll=Poll(("a", "b"), 2_628_000))
    with pytest.raises(Rejected, match="no poll"):
        at.run(network, network.edit(composed(network, seal, facts, poll=poll), 0, PartReceipt("1")))


def test_a_poll_of_a_week_closes_by_itself_and_has_up_to_twelve_answers(fake, at, network, seal, facts):
    poll = Poll(tuple("abcdefghijkl"), 7 * 86_400)
    assert checked(network, facts, "Which?", poll=poll) == {}
    at.run(network, network.publish(composed(network, seal, facts, "Which?", poll=poll), 0))
    assert at.seen[-1].body.value["open_period"] == 604_800
    assert "poll" in checked(network, facts, "Which?", poll=Poll(tuple("abcdefghijklm"), 300))


def test_a_preview_is_of_the_link_and_can_be_left_out(at, seal, facts):
    for preview, wanted in (("large", {"prefer_large_media": True, "url": "https://a.example/"}), ("none", {"is_disabled": True})):
        network = NETWORK(replace(CHANNEL, settings={"chat": "@smm_channel", "preview": preview, "silent": True}))
        at.run(network, network.publish(composed(network, seal, facts, link="https://a.example/"), 0))
        assert at.seen[-1].body.value["link_preview_options"] == wanted
        assert at.seen[-1].body.value["disable_notification"] is True


def test_an_edit_changes_text_and_caption_and_the_same_text_is_no_fault(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(composed(network, seal, facts), 0))
    for _ in range(2):
        assert at.run(network, network.edit(composed(network, seal, facts, "Better"), 0, receipt)) == receipt
    assert fake.public[0].text == "Better"
    with pytest.raises(Rejected, match="edit not found"):
        at.run(network, network.edit(composed(network, seal, facts, "x"), 0, PartReceipt("99")))


def test_an_edit_keeps_the_preview_and_the_place_of_the_caption(at, seal, facts, png):
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "preview": "none"}))
    at.run(network, network.edit(composed(network, seal, facts), 0, at.run(network, network.publish(composed(network, seal, facts), 0))))
    assert at.seen[-1].body.value["link_preview_options"] == {"is_disabled": True}
    above = composed(network, seal, facts, media=(Media("a.png", blob=at.blob(png, "image/png")),), options={"caption_above": True})
    at.run(network, network.edit(above, 0, at.run(network, network.publish(above, 0))))
    assert at.seen[-1].body.value["show_caption_above_media"] is True


def test_captions_of_sounds_cannot_stand_above(at, network, seal, facts):
    media = (Media("a.mp3", blob=at.blob(b"ID3", "audio/mpeg")),)
    at.run(network, network.publish(composed(network, seal, facts, media=media, options={"caption_above": True}), 0))
    assert "show_caption_above_media" not in [field.name for field in at.seen[-1].body.fields]


def test_a_photo_is_at_most_twenty_times_as_long_as_wide(at, network, facts, png):
    blob = at.blob(png, "image/png")
    assert "media-too-large" not in checked(network, facts, media=(Media("a.png", "x", blob=blob, width=2000, height=100),))
    assert "media-too-large" in checked(network, facts, media=(Media("a.png", "x", blob=blob, width=2001, height=100),))


def test_a_message_without_a_number_yet_is_not_answered(at, network, seal, facts):
    at.run(network, network.publish(composed(network, seal, facts, "One\n\n---\n\nTwo"), 1), earlier=PartReceipt("0"))
    assert "reply_parameters" not in at.seen[-1].body.value


def test_verify_names_the_bot_and_its_chat(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.name, account.url) == ("@smm_bot", "Smm_Channel", "https://t.me/smm_channel")


def test_verify_tells_a_bot_that_may_not_post(fake, at, network):
    fake.forbidden.add("@smm_channel")
    with pytest.raises(AuthFailed, match="may not post"):
        at.run(network, network.verify())


def test_a_lost_answer_cannot_be_looked_up(at, network, seal, facts, noon):
    look = network.lookup(composed(network, seal, facts), Intent(0, Request("POST", "x"), noon), (), None)
    assert isinstance(at.run(network, look), CannotTell)


def test_tags_that_telegram_does_not_know_are_refused_by_the_fake(at, network, seal, facts):
    payload = composed(network, seal, facts)
    wrong = replace(payload, parts=(replace(payload.parts[0], text="<h1>x</h1>"),))
    with pytest.raises(Rejected, match="Unsupported start tag"):
        at.run(network, network.publish(wrong, 0))


def test_a_limit_says_how_long_in_its_body(fake, at, network, seal, facts):
    fake.faults.append(Fault("rate_limit", seconds=14))
    with pytest.raises(RateLimited) as caught:
        at.run(network, network.publish(composed(network, seal, facts), 0))
    assert caught.value.after == 14


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"ok": True, "result": {}}, None),
        (200, {"ok": False, "description": "Bad Request: no"}, Rejected),
        (400, {"ok": False, "description": "Bad Request: chat not found"}, AuthFailed),
        (400, {"ok": False, "description": "Bad Request: group chat was upgraded", "parameters": {"migrate_to_chat_id": -100}}, AuthFailed),
        (400, {"ok": False, "description": "Bad Request: can't parse entities"}, Rejected),
        (401, {"ok": False, "description": "Unauthorized"}, AuthFailed),
        (403, {"ok": False, "description": "Forbidden: bot was kicked"}, AuthFailed),
        (404, {"ok": False, "description": "Not Found"}, AuthFailed),
        (413, "<html>too large</html>", Rejected),
        (429, None, RateLimited),
        (502, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))
