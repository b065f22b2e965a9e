"""Topics and replies on Discourse: names, cards, pictures, external ids, what waits for approval, and what the forum refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, ConfigError, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.discourse import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.discourse import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.post import Media, Poll, Post

CHANNEL = Channel("forum", "discourse", {"server": "https://forum.example", "username": "it", "category": 5})
TITLE = "A title that is long enough"
TEXT = "A text that is long enough."


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    found = driver(fake, "", fake.clock)
    found.raw = {"Api-Key": fake.token("it")}
    return found


@pytest.fixture
def said(network, seal, facts):
    def made(body=TEXT, people=None, title=TITLE, **fields):
        return seal(network.compose(Post("launch", "posts/launch.md", body, title=title, **fields), replace(facts, people=people or {})))

    return made


def intent_of(at, part=0) -> Intent:
    return Intent(part, next(one for one in reversed(at.seen) if one.commits), at.clock.now())


def test_typed_names_call_nobody_and_people_are_called_with_their_name_as_it_is(said):
    text = said("@all @{ada} `@code`", {"ada": Person("ada", {"discourse": "@ada_l"})}).parts[0].text
    assert text == "@\u2060all @ada_l `@code`"


def test_an_address_that_stands_alone_is_left_bare_so_that_a_card_is_shown(said):
    text = said("One <https://a.example/x> two.\n\nhttps://a.example/y\n\n- https://a.example/z", link="https://a.example/q").parts[0].text
    assert text == "One <https://a.example/x> two.\n\nhttps://a.example/y\n\n- <https://a.example/z>\n\nhttps://a.example/q"


def test_a_topic_has_title_category_tags_and_a_name_of_ours(at, fake, network, said):
    payload = said(tags=("Open Source", "news", "open source"))
    receipt = at.run(network, network.publish(payload, 0))
    (topic,) = fake.topics.values()
    assert (topic.title, topic.tags, topic.external) == (TITLE, ("open-source", "news"), f"smm-{payload.key[:40]}")
    assert receipt.url == f"https://forum.example/t/a-title-that-is-long-enough/{topic.id}/1"
    assert receipt.more == {"topic": topic.id, "number": 1}
    assert at.seen[-1].headers == {"api-username": "it"}


def test_newer_servers_get_tags_as_objects(at, seal, facts):
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "tags_as": "objects", "tags": ["news"]}))
    at.run(network, network.publish(seal(network.compose(Post("launch", "p.md", TEXT, title=TITLE), facts)), 0))
    assert at.seen[-1].body.value["tags"] == [{"name": "news"}]


def test_pictures_stand_in_the_text_with_their_size_and_an_escaped_description(at, fake, network, said, png):
    media = (Media("a.png", alt="A [cat] | dog", blob=at.blob(png, "image/png")),)
    at.run(network, network.publish(said(media=media), 0))
    (posted,) = fake.public
    assert "\n\n![A \\[cat\\] \\| dog|40x30](upload://" in posted.text


def test_a_picture_without_a_description_and_without_a_size(at, fake, network, said, png):
    fake.faults.append(Fault("status", path="uploads", status=200, body={"id": 9, "url": "//forum.example/a.png"}))
    at.run(network, network.publish(said(media=(Media("a.png", blob=at.blob(png, "image/png")),)), 0))
    assert fake.public[0].text.endswith("\n\n![](//forum.example/a.png)")


@pytest.mark.parametrize(
    ("title", "text", "slug"), [("Short", TEXT, "too-short"), (TITLE, "Short.", "too-short"), ("", TEXT, "title-missing")]
)
def test_what_is_too_short_is_found_before(network, facts, title, text, slug):
    post = Post("launch", "posts/launch.md", text, title=title)
    assert slug in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}


def test_a_forum_with_other_lengths_says_so_in_the_channel(facts):
    network = NETWORK(replace(CHANNEL, limits={"title_minimum": 3, "text_minimum": 5, "title": 40}))
    post = Post("launch", "posts/launch.md", "Short.", title="Short")
    assert check_payload(network, post, network.compose(post, facts), facts) == []
    long = replace(post, title="x" * 41)
    assert [problem.slug for problem in check_payload(network, long, network.compose(long, facts), facts)] == ["too-long"]


def test_a_poll_is_a_block_that_ends_when_it_says(at, fake, network, said):
    poll = Poll(("Yes *please*", "No @all"), 3600)
    at.run(network, network.publish(said(poll=poll), 0))
    block = "[poll type=regular results=always close=2026-11-24T13:00:00.000Z]\n* Yes \\*please\\*\n* No @\u2060all\n[/poll]"
    assert fake.public[0].text == f"{TEXT}\n\n{block}"
    many = said("Another text, long enough.", title="Another title, long enough", poll=replace(poll, multiple=True, hide_totals=True))
    assert "[poll type=multiple min=1 max=2 results=on_close close=" in many.parts[0].text


def test_a_typed_poll_is_none(said):
    assert "\\[poll\\]" in said("[poll]\n\n* a\n* b\n\n[/poll]").parts[0].text


@pytest.mark.parametrize(
    ("options", "words"), [(("a", "a"), "different"), (tuple(map(str, range(21))), "less than 20"), (("a",), "at least 2")]
)
def test_a_poll_that_the_forum_would_refuse_is_found_before(at, network, facts, said, options, words):
    post = Post("launch", "posts/launch.md", TEXT, title=TITLE, poll=Poll(options, 3600))
    assert {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)} == {"poll"}
    with pytest.raises(Rejected, match=words):
        at.run(network, network.publish(said(poll=post.poll), 0))


@pytest.mark.parametrize(("parts", "slugs"), [(4, []), (5, ["replies-in-a-row"])])
def test_many_replies_in_a_row_are_a_warning(network, facts, parts, slugs):
    body = "\n\n---\n\n".join(f"Part {n}, which is long enough." for n in range(parts))
    post = Post("launch", "posts/launch.md", body, title=TITLE)
    found = check_payload(network, post, network.compose(post, facts), facts)
    assert [(problem.slug, problem.severity) for problem in found] == [(slug, "warning") for slug in slugs]


def test_a_lost_answer_is_found_by_the_external_id(at, fake, network, said):
    payload = said()
    receipt = at.run(network, network.publish(payload, 0))
    intent = intent_of(at)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Found(receipt)
    at.run(network, network.withdraw(receipt, 0))
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()


def test_the_same_topic_again_is_refused_and_then_looked_for(at, network, said):
    payload = said()
    at.run(network, network.publish(payload, 0))
    at.clock.set(at.clock.now() + timedelta(minutes=10))
    with pytest.raises(Rejected, match="Title has already been used"):
        at.run(network, network.publish(payload, 0))
    assert isinstance(network.fault(422, {}, {"errors": ["External has already been taken"]}), OutcomeUnknown)
    assert isinstance(network.fault(422, {}, {"errors": ["Body is too similar to what you recently posted"]}), OutcomeUnknown)


def test_a_reply_is_found_in_its_topic_unless_it_is_somebody_elses(at, fake, network, said):
    payload = said(f"{TEXT}\n\n---\n\nA second text, long enough.")
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    intent = intent_of(at, 1)
    assert at.run(network, network.lookup(payload, intent, (), first)) == Found(second)
    fake.entries[int(second.id)].account = "other"
    assert at.run(network, network.lookup(payload, intent, (), first)) == Absent()


@pytest.mark.parametrize("path", [r"/posts/\d+\.json$", r"/pending\.json$"])
@pytest.mark.parametrize(
    "fault", [Fault("status", status=503), Fault("status", status=429), Fault("silence_before"), Fault("status", status=403)]
)
def test_a_lookup_that_could_not_read_everything_proves_nothing(at, fake, network, said, path, fault):
    payload = said(f"{TEXT}\n\n---\n\nA second text, long enough.")
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    if "pending" in path:
        fake.entries[int(second.id)].text = "changed"
    fake.faults.append(replace(fault, method="GET", path=path, times=None))
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at, 1), (), first)), CannotTell)


def test_a_topic_that_cannot_be_read_proves_nothing(at, fake, network, said):
    payload = said(f"{TEXT}\n\n---\n\nA second text, long enough.")
    first = at.run(network, network.publish(payload, 0))
    at.run(network, network.publish(payload, 1), first)
    fake.faults.append(Fault("status", method="GET", path=r"/t/\d+\.json$", status=200, body="<html>Back soon</html>"))
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at, 1), (), first)), CannotTell)


def test_what_waits_for_approval_has_a_receipt_and_its_replies_wait(at, fake, network, said):
    fake.queues = True
    payload = said(f"{TEXT}\n\n---\n\nA second text, long enough.")
    receipt = at.run(network, network.publish(payload, 0))
    assert (receipt.id, receipt.more) == ("pending-1", {"pending": True})
    assert at.run(network, network.lookup(payload, intent_of(at), (), None)) == Found(replace(receipt, url=receipt.url.replace("me", "it")))
    with pytest.raises(Retriable, match="waits for approval"):
        at.run(network, network.publish(payload, 1), receipt)
    with pytest.raises(Rejected, match="waits for approval"):
        at.run(network, network.withdraw(receipt, 0))


def test_an_edit_changes_text_and_title(at, fake, network, said):
    receipt = at.run(network, network.publish(said(), 0))
    assert at.run(network, network.edit(said("A better text, long enough.", title="Another title, long enough"), 0, receipt)) == receipt
    assert (fake.public[0].text, fake.topics[receipt.more["topic"]].title) == ("A better text, long enough.", "Another title, long enough")


def test_a_reply_is_withdrawn_alone_and_what_is_gone_is_success(at, fake, network, said):
    payload = said(f"{TEXT}\n\n---\n\nA second text, long enough.")
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    at.run(network, network.withdraw(second, 1))
    assert [posted.id for posted in fake.public] == [first.id]
    at.run(network, network.withdraw(second, 1))
    at.run(network, network.withdraw(first, 0))
    assert fake.public == []


def test_verify_tells_who_it_is_and_that_the_category_is_there(at, fake, network):
    assert at.run(network, network.verify()).handle == "@it"
    fake.categories = ()
    with pytest.raises(ConfigError, match="no category 5"):
        at.run(network, network.verify())
    at.raw = {"Api-Key": "nonsense"}
    with pytest.raises(AuthFailed, match="API username or key is invalid"):
        at.run(network, network.verify())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"id": 1}, None),
        (301, "", Rejected),
        (403, {"errors": ["You are not permitted to view the requested resource."]}, Rejected),
        (403, {"errors": ["… The API username or key is invalid."]}, AuthFailed),
        (422, {"errors": ["Title is too short (minimum is 15 characters)"]}, Rejected),
        (429, {"errors": ["slow down"], "extras": {"wait_seconds": 12}}, RateLimited),
        (429, "Slow down, too many requests from this IP address", RateLimited),
        (502, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_the_time_to_wait_is_in_the_body_or_a_header(network):
    assert network.fault(429, {}, {"errors": ["x"], "extras": {"wait_seconds": 12}}).after == 12
    assert network.fault(429, {"retry-after": "7"}, "Slow down").after == 7


@pytest.mark.parametrize("server", ["forum.example", "http://forum.example", "https://forum.example/?x=1"])
def test_a_forum_has_an_address(server):
    with pytest.raises(ValidationError, match="address of the forum"):
        NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "server": server}))


def test_a_forum_may_live_in_a_folder():
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "server": "https://Example.org/forum/"}))
    assert network.server == "https://example.org/forum"
    assert network.hosts() == ("example.org",)


def test_an_answer_without_an_id_is_not_taken_for_a_post(network):
    from smm_cli.words.exchange import Answer

    with pytest.raises(OutcomeUnknown, match="without the id"):
        network.receipt(Answer(200, {}, {"success": True}), None)
    assert isinstance(network.receipt(Answer(200, {}, {"id": 1, "topic_id": 2, "post_number": 1}), None), PartReceipt)
