"""A bot and a webhook of Slack, against a fake one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.slack import NETWORK
from smm_cli.sandbox.fakes.slack import FAKE
from smm_cli.text.markdown import read
from smm_cli.text.mrkdwn import mrkdwn
from smm_cli.words.auth import Bearer, InRequest
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Media, Post

CHANNEL = Channel("chat", "slack", {"channel": "C0123ABCD"})
HOOK = Channel("chat", "slack", {"webhook": "T01/B01"})
ACCOUNT = Account("@smm", facts={"url": "https://smm.slack.com/"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL, ACCOUNT)


@pytest.fixture
def at(fake, driver):
    class Filling(driver):
        async def _send(self, request):
            return await super()._send(replace(request, url=request.url.replace("\x00token\x00", "sandbox-smm")))

    return Filling(fake, "sandbox-smm", fake.clock)


def composed(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def commit(at, network, payload, part=0, earlier=None):
    """The committing request, everything before it done, itself not sent."""
    conversation, told = network.publish(payload, part), None
    while True:
        step = conversation.send(told)
        if isinstance(step, Request) and step.commits:
            return step
        told = earlier if isinstance(step, Earlier) else at.ask(network, step)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("**bold** *slanted* ~~gone~~ `a<b`", "*bold* _slanted_ ~gone~ `a&lt;b`"),
        ("the `a`s, *so*: **b**", "the `a`\u200bs, _so_: *b*"),
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("2 \\* 3, snake_case, \\*no\\*", "2 * 3, snake_case, *\u200bno*"),
        ("[a | b](https://example.org/?a=1&b=2)", "<https://example.org/?a=1&amp;b=2|a ¦ b>"),
        ("https://example.org/?a=1&b=2", "<https://example.org/?a=1&amp;b=2>"),
        ("# Title **x**", "*Title x*"),
        ("> one\n> two", "> one\n> two"),
        ("- one\n  - deep", "• one\n  • deep"),
        ("```py\na < b\n```", "```\na &lt; b\n```"),
        ("**two\nlines**", "*two*\n*lines*"),
    ],
)
def test_mrkdwn_has_marks_of_its_own_and_escapes_three_signs(body, wanted):
    assert mrkdwn(read(body, threads=False).parts[0].blocks, lambda mention: "<@U1>") == wanted


@pytest.mark.parametrize("settings", [{}, {"channel": "#news"}, {"webhook": "https://hooks.slack.com/services/T/B/x"}])
def test_a_channel_is_an_id_and_a_webhook_the_middle_of_its_address(settings):
    with pytest.raises(ValidationError):
        NETWORK(replace(CHANNEL, settings=settings))


def test_a_bot_signs_and_a_webhook_has_its_secret_in_the_address():
    assert NETWORK(CHANNEL).auth == Bearer()
    assert NETWORK(HOOK).auth == InRequest() == NETWORK.auth_of(HOOK.settings)
    assert (NETWORK(CHANNEL).hosts(), NETWORK(HOOK).hosts()) == (("slack.com",), ("hooks.slack.com",))


def test_a_thread_hangs_on_its_first_message(fake, at, network, seal, facts):
    payload = composed(network, seal, facts, "One\n\n---\n\nTwo\n\n---\n\nThree")
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), earlier=first)
    at.run(network, network.publish(payload, 2), earlier=second)
    assert [request.body.value.get("thread_ts") for request in at.seen] == [None, first.id, first.id]
    assert first.url == f"https://smm.slack.com/archives/C0123ABCD/p{first.id.replace('.', '')}"
    assert f"thread_ts={first.id}" in second.url


def test_only_members_that_the_calendar_knows_are_called(network, facts, seal):
    facts = replace(facts, people={"ada": Person("ada", {"slack": "U0ADA"}), "bo": Person("bo", {"slack": "bo"}, "Bo & Co")})
    text = composed(network, seal, facts, "@{ada} @{bo} <!here>").parts[0].text
    assert text == "<@U0ADA> Bo &amp; Co &lt;!here&gt;"


def test_files_are_uploaded_then_shared_as_one_message_that_is_found(fake, at, network, seal, facts, png):
    blob = at.blob(png, "image/png")
    media = (Media("a.png", "A cat", blob=blob), Media("b.png", "A dog", blob=blob))
    payload = composed(network, seal, facts, media=media)
    # the driver has no vault: the address to upload to is no secret to it
    receipt = at.run(network, network.publish(payload, 0))
    assert fake.public[0].media == ("A cat", "A dog")
    assert fake.public[0].text == "Hello _you_"
    assert receipt.more == {"channel": "C0123ABCD", "ts": receipt.id, "files": ["F000001", "F000002"], "root": receipt.id}
    at.run(network, network.edit(composed(network, seal, facts, "Better"), 0, receipt))
    assert fake.public[0].text == "Better"
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert (fake.public, fake.files) == ([], {})


def test_shared_files_whose_message_never_shows_keep_their_receipt(at, network, seal, facts, png, fake):
    fake.scopes.discard("files:read")
    media = (Media("a.png", blob=at.blob(png, "image/png")),)
    receipt = at.run(network, network.publish(composed(network, seal, facts, media=media), 0))
    assert (receipt.id, receipt.url) == ("F000001", "")
    with pytest.raises(Rejected, match="does not know the message"):
        at.run(network, network.edit(composed(network, seal, facts), 0, receipt))


def test_a_thread_below_files_waits_until_slack_says_where_they_are(fake, at, network, seal, facts, png):
    payload = composed(network, seal, facts, "One\n\n---\n\nTwo", media=(Media("a.png", blob=at.blob(png, "image/png")),))
    fake.scopes.discard("files:read")
    first = at.run(network, network.publish(payload, 0))
    with pytest.raises(Retriable, match="does not say yet"):
        at.run(network, network.publish(payload, 1), earlier=first)
    fake.scopes.add("files:read")
    at.run(network, network.publish(payload, 1), earlier=first)
    assert fake.public[1].reply_to == fake.public[0].id


def test_a_webhook_posts_and_tells_no_id(fake, at, seal, facts, png):
    network = NETWORK(HOOK)
    assert at.run(network, network.publish(composed(network, seal, facts), 0)) == PartReceipt("")
    assert fake.public[0].text == "Hello _you_"
    post = Post("launch", "p.md", "Hello", media=(Media("a.png", "x", blob=at.blob(png, "image/png"), width=1, height=1),))
    assert "media-not-taken" in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}
    fake.closed.add("B01")
    with pytest.raises(AuthFailed, match="channel_is_archived"):
        at.run(network, network.publish(composed(network, seal, facts), 0))


@pytest.mark.parametrize("part", [0, 1])
def test_a_lost_message_is_found_by_its_mark_in_channel_and_thread(at, network, seal, facts, noon, part):
    payload = composed(network, seal, facts, "Same\n\n---\n\nSame")
    earlier = at.run(network, network.publish(payload, 0)) if part else None
    intent = Intent(part, commit(at, network, payload, part, earlier), noon)
    assert at.run(network, network.lookup(payload, intent, (), earlier)) == Absent()
    receipt = at.run(network, network.publish(payload, part), earlier=earlier)
    assert at.run(network, network.lookup(payload, intent, (), earlier)) == Found(receipt)


def test_lost_files_are_found_where_they_were_shared(at, network, seal, facts, noon, png):
    payload = composed(network, seal, facts, media=(Media("a.png", blob=at.blob(png, "image/png")),))
    request = commit(at, network, payload)
    intent = Intent(0, request, noon)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()
    at.ask(network, request)
    found = at.run(network, network.lookup(payload, intent, (), None))
    assert found.receipt.more["files"] == ["F000001"]


def test_files_that_are_shared_a_little_later_are_waited_for(fake, at, network, seal, facts, noon, png):
    payload = composed(network, seal, facts, media=(Media("a.png", blob=at.blob(png, "image/png")),))
    intent = Intent(0, commit(at, network, payload), noon)
    at.ask(network, intent.request)
    fake.slow = 2
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), Found)


@pytest.mark.parametrize("media", [False, True])
def test_a_limit_while_looking_is_told_as_one(at, network, seal, facts, noon, png, media):
    payload = composed(network, seal, facts, media=(Media("a.png", blob=at.blob(png, "image/png")),) if media else ())
    looking = network.lookup(payload, Intent(0, commit(at, network, payload), noon), (), None)
    assert next(looking).method == "GET"
    with pytest.raises(RateLimited):
        looking.send(Answer(429, {"retry-after": "60"}, {"ok": False, "error": "ratelimited"}))


def test_an_answer_without_a_list_proves_nothing(at, network, seal, facts, noon):
    payload = composed(network, seal, facts)
    looking = network.lookup(payload, Intent(0, commit(at, network, payload), noon), (), None)
    next(looking)
    with pytest.raises(StopIteration) as found:
        looking.send(Answer(200, body={"ok": True}))
    assert isinstance(found.value.value, CannotTell)


def test_neither_a_message_nor_its_edit_is_searched_for_names(at, network, seal, facts):
    receipt = at.run(network, network.publish(composed(network, seal, facts), 0))
    at.run(network, network.edit(composed(network, seal, facts, "Better"), 0, receipt))
    assert [(request.body.value["parse"], request.body.value["link_names"]) for request in at.seen] == [("none", False)] * 2


def test_who_may_not_read_cannot_tell(fake, at, network, seal, facts, noon):
    fake.scopes.discard("channels:history")
    payload = composed(network, seal, facts)
    intent = Intent(0, commit(at, network, payload), noon)
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), CannotTell)
    assert isinstance(at.run(network, NETWORK(HOOK).lookup(payload, intent, (), None)), CannotTell)


def test_verify_names_the_bot_and_asks_nothing_of_a_webhook(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.facts["url"]) == ("@smm", "https://smm.slack.com/")
    assert at.run(network, NETWORK(HOOK).verify()).id == "T01/B01"


def test_a_missing_scope_says_which(fake, at, network, seal, facts):
    fake.scopes.clear()
    with pytest.raises(AuthFailed, match="needs chat:write"):
        at.run(network, network.publish(composed(network, seal, facts), 0))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"ok": True}, None),
        (200, "ok", None),
        (200, {"ok": False, "error": "channel_not_found"}, AuthFailed),
        (200, {"ok": False, "error": "restricted_action_read_only_channel"}, AuthFailed),
        (200, {"ok": False, "error": "msg_too_long"}, Rejected),
        (200, {"ok": False, "error": "rate_limited"}, RateLimited),
        (200, {"ok": False, "error": "service_unavailable"}, Retriable),
        (200, {"ok": False, "error": "internal_error"}, OutcomeUnknown),
        (400, "invalid_payload", Rejected),
        (403, "invalid_token", AuthFailed),
        (404, "no_service", AuthFailed),
        (410, "channel_is_archived", AuthFailed),
        (429, {"ok": False, "error": "ratelimited"}, RateLimited),
        (500, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))
