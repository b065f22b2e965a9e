"""Discussions and replies on Flarum: tags by number, tokens, the flood guard, hiding."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.flarum import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.flarum import FAKE
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Post

SERVER = "https://talk.example"
CHANNEL = Channel("talk", "flarum", {"server": SERVER, "tags": ["general"]})
TWO = "The first text.\n\n---\n\nThe second text."


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    found = driver(fake, "", fake.clock)
    found.raw = {"authorization": f"Token {fake.token('it')}"}
    return found


@pytest.fixture
def said(network, seal, facts):
    def made(body="The first text.", title="Hello", **fields):
        return seal(network.compose(Post("launch", "posts/launch.md", body, title=title, **fields), facts))

    return made


def intent_of(at, part=0) -> Intent:
    return Intent(part, next(one for one in reversed(at.seen) if one.commits), at.clock.now())


def test_a_discussion_has_the_tags_of_channel_and_options_and_those_of_the_post_that_the_forum_has(at, fake, network, said):
    first = at.run(network, network.publish(said(TWO, tags=("News", "unheard of")), 0))
    (topic,) = fake.topics.values()
    assert topic.tags == ("1", "3")
    assert first.url == f"{SERVER}/d/{topic.id}-hello"
    second = at.run(network, network.publish(said(TWO), 1), first)
    assert (second.url, second.more) == (f"{SERVER}/d/{topic.id}/2", {"topic": str(topic.id)})


def test_a_tag_that_the_forum_has_not_stops_the_post_where_the_channel_demands_it(at, seal, facts):
    network = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "tags": ["nowhere"]}))
    payload = seal(network.compose(Post("launch", "p.md", "A text.", title="Hello"), facts))
    with pytest.raises(Rejected, match="has no tag nowhere") as caught:
        at.run(network, network.publish(payload, 0))
    assert "general, news" in caught.value.hint


def test_a_tag_of_the_post_that_the_forum_has_not_is_a_warning(facts):
    network = NETWORK(CHANNEL, Account("@it", facts={"tags": {"general": "1", "news": "3"}}))
    post = Post("launch", "posts/launch.md", "A text.", title="Hello", tags=("news", "other"))
    (problem,) = check_payload(network, post, network.compose(post, facts), facts)
    assert (problem.slug, problem.severity, "other" in problem.what) == ("tags", "warning", True)


def test_a_forum_without_tags_gets_none(at, seal, facts, network, said):
    bare = NETWORK(replace(CHANNEL, settings={"server": SERVER}))
    payload = seal(bare.compose(Post("launch", "p.md", "A text.", title="Hello"), facts))
    assert "relationships" not in bare.topic(payload, payload.parts[0], "x").body.value["data"]
    with pytest.raises(Rejected, match="at least 1 primary"):
        at.run(bare, bare.publish(payload, 0))


@pytest.mark.parametrize(("title", "slug"), [("Hi", "too-short"), ("x" * 81, "too-long")])
def test_titles_have_three_to_eighty_signs(at, network, facts, said, title, slug):
    post = Post("launch", "posts/launch.md", "A text.", title=title)
    assert [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)] == [slug]
    with pytest.raises(Rejected, match="between 3 and 80"):
        at.run(network, network.publish(said(title=title), 0))


def test_a_lost_answer_is_found_among_the_own_posts(at, fake, network, said):
    payload = said(TWO)
    first = at.run(network, network.publish(payload, 0))
    assert at.run(network, network.lookup(payload, intent_of(at), (), None)) == Found(first)
    second = at.run(network, network.publish(payload, 1), first)
    intent = intent_of(at, 1)
    assert at.run(network, network.lookup(payload, intent, (), first)) == Found(second)
    at.run(network, network.withdraw(second, 1))
    assert at.run(network, network.lookup(payload, intent, (), first)) == Absent()


def test_lookup_cannot_tell_where_the_source_is_not_told(at, fake, network, said):
    payload = said()
    at.run(network, network.publish(payload, 0))
    shape = fake._post
    fake._post = lambda entry, known: shape(entry, known=False)
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at), (), None)), CannotTell)


def test_older_posts_whose_source_is_not_told_any_more_do_not_matter(at, fake, network, said):
    old = at.run(network, network.publish(said("Long ago.", title="Old"), 0))
    at.clock.set(at.clock.now() + timedelta(hours=1))
    payload = said()
    gone = at.run(network, network.publish(payload, 0))
    intent = intent_of(at)
    at.run(network, network.withdraw(gone, 0))
    shape = fake._post
    fake._post = lambda entry, known: shape(entry, known=known and str(entry.id) != old.id)
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()


def test_a_list_that_is_none_proves_nothing(at, fake, network, said):
    payload = said()
    at.run(network, network.publish(payload, 0))
    fake.faults.append(Fault("status", path="/api/posts$", status=200, body="<html>Back soon</html>"))
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at), (), None)), CannotTell)


def test_an_edit_changes_text_and_title_and_withdrawing_hides(at, fake, network, said):
    payload = said(TWO)
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    at.run(network, network.edit(said("A better text.", "Hello again"), 0, first))
    assert (fake.public[0].text, fake.topics[int(first.more["topic"])].title) == ("A better text.", "Hello again")
    for receipt, part in ((second, 1), (second, 1), (first, 0)):
        at.run(network, network.withdraw(receipt, part))
    assert fake.public == []
    assert not [request for request in at.seen if request.method == "DELETE"]


def test_a_post_that_waits_for_approval_says_so(at, fake, network, said):
    fake.approves = True
    assert at.run(network, network.publish(said(), 0)).more["approved"] is False


def test_verify_names_the_account_and_a_token_of_nobody_is_told(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.id, account.facts) == ("@it", "5", {"tags": {"general": "1", "news": "3"}})
    at.raw = {"authorization": "Token nonsense"}
    with pytest.raises(AuthFailed, match="does not know the token"):
        at.run(network, network.verify())


def error(code, detail=""):
    return {"errors": [{"status": "1", "code": code, "detail": detail}]}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (201, {}, None),
        (400, error("csrf_token_mismatch"), AuthFailed),
        (401, error("not_authenticated"), AuthFailed),
        (403, error("permission_denied"), Rejected),
        (422, error("validation_error", "The title must be at least 3 characters."), Rejected),
        (429, error("too_many_requests"), RateLimited),
        (503, error("maintenance"), Retriable),
        (502, "<html>", Retriable),
        (404, None, Rejected),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_the_flood_guard_names_no_time_so_ten_seconds_are_waited(network):
    assert network.fault(429, {}, error("too_many_requests")).after == 10
    assert network.fault(429, {"retry-after": "30"}, error("too_many_requests")).after == 30


def test_a_discussion_without_a_first_post_is_looked_for(network):
    told = Answer(201, {}, {"data": {"type": "discussions", "id": "42", "attributes": {"slug": "42-x"}}})
    with pytest.raises(OutcomeUnknown):
        network.receipt(told, None)
    told.body["data"]["relationships"] = {"posts": {"data": [{"type": "posts", "id": "77"}]}}
    assert network.receipt(told, None).id == "77"


def test_a_token_is_sent_in_the_words_of_flarum(network, noon):
    from smm_cli.accounts.sign import sign

    assert sign(network.auth, {"token": "KEY; userId=5"}, "GET", SERVER, {}, b"", noon) == {"authorization": "Token KEY; userId=5"}
