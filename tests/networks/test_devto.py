"""dev.to: what its articles, tags, pictures and refusals have of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected
from smm_cli.networks.check import check_payload
from smm_cli.networks.devto import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.devto import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.post import Media, Post

CHANNEL = Channel("devto", "devto")


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    """A driver signed in as ada; files get an address without a network."""

    return driver(fake, clock=fake.clock, raw={"api-key": "sandbox-ada"})


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "A title", **fields}), facts))


def lost(at, network, payload, noon):
    """The intent of a request whose answer was lost."""
    request = next(step for step in at.seen if step.commits)
    return Intent(0, request, noon)


def test_an_article_has_title_tags_canonical_address_and_text(fake, at, network, seal, facts):
    payload = said(network, seal, facts, canonical="https://blog.example/a", tags=("Open Source", "c++", "c"), link="https://x.example")
    receipt = at.run(network, network.publish(payload, 0))
    (article,) = fake.articles.values()
    assert (article["title"], article["tags"], article["canonical_url"]) == ("A title", ["opensource", "c"], "https://blog.example/a")
    assert article["body_markdown"] == "Hello *you*\n\n<https://x.example>"
    assert receipt.url == "https://dev.to/ada/article-1"
    assert receipt.more == {"slug": "article-1"}


def test_the_first_picture_is_the_cover_and_others_stand_in_the_text_with_their_description(fake, at, network, seal, facts, png):
    media = (Media("a.png", alt="A", blob=at.blob(png, "image/png")), Media("b.png", alt="B [x]", blob=at.blob(png + b" ", "image/png")))
    at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    (article,) = fake.articles.values()
    assert article["main_image"].startswith("https://media.example/")
    assert article["body_markdown"].startswith("Hello *you*\n\n![B \\[x\\]](https://media.example/")
    payload = said(network, seal, facts, media=media, title="Other", options={"cover": False})
    at.run(network, network.publish(payload, 0))
    assert fake.articles["2"]["main_image"] is None
    assert fake.articles["2"]["body_markdown"].count("![") == 2


def test_typed_names_call_nobody_and_people_are_called(network, facts):
    facts = replace(facts, people={"bea": Person("bea", {"devto": "@beadev"})})
    text = network.compose(Post("p", "p.md", "@{bea} and @cy, `@app.route`", title="For @dee"), facts).parts[0]
    assert text.text == "@beadev and @\u2060cy, `@app.route`"
    assert text.fields["title"] == "For @\u2060dee"


@pytest.mark.parametrize("typed", ["{% embed https://x.example %}", "{{ user.name }}"])
def test_liquid_is_run_only_where_the_post_says_so(network, facts, typed):
    assert "{%" not in network.compose(Post("p", "p.md", typed, title="T"), facts).parts[0].text
    assert "{{" not in network.compose(Post("p", "p.md", typed, title="T"), facts).parts[0].text
    described = network.compose(Post("p", "p.md", "x", title="T", media=(Media("a.png", alt=typed),)), facts).parts[0].media[0]
    assert typed[:2] not in described.alt
    meant = network.compose(Post("p", "p.md", typed, title="T", options={"liquid": True}), facts).parts[0].text
    assert typed[:2] in meant


def test_five_tags_are_four_and_a_warning(network, seal, facts):
    post = Post("p", "p.md", "x", title="T", tags=("a", "b", "c", "d", "e"))
    payload = network.compose(post, facts)
    assert payload.parts[0].fields["tags"] == ["a", "b", "c", "d"]
    (problem,) = check_payload(network, post, payload, facts)
    assert (problem.slug, "left out: e" in problem.what) == ("too-many-tags", True)


def test_an_article_without_title_is_a_problem(network, facts):
    post = Post("p", "p.md", "x")
    assert "title-missing" in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}


def test_a_title_of_129_signs_is_refused_by_both(at, network, seal, facts):
    post = Post("p", "p.md", "x", title="t" * 129)
    assert "too-long" in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}
    with pytest.raises(Rejected, match="too long"):
        at.run(network, network.publish(seal(network.compose(post, facts)), 0))


def test_a_title_again_within_five_minutes_waits(at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts), 0))
    with pytest.raises(RateLimited) as waiting:
        at.run(network, network.publish(said(network, seal, facts, "Another text"), 0))
    assert waiting.value.after == 300


def test_a_canonical_address_that_is_taken_is_a_duplicate(at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts, canonical="https://blog.example/a"), 0))
    with pytest.raises(Rejected) as refused:
        at.run(network, network.publish(said(network, seal, facts, title="Other", canonical="https://blog.example/a"), 0))
    assert refused.value.slug == "duplicate"


@pytest.mark.parametrize("fields", [{"canonical": "https://blog.example/a"}, {}], ids=["by address", "by title and text"])
def test_an_article_whose_answer_was_lost_is_found(fake, at, network, seal, facts, noon, fields):
    payload = said(network, seal, facts, **fields)
    fake.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(OSError, match="/api/articles"):
        at.run(network, network.publish(payload, 0))
    found = at.run(network, network.lookup(payload, lost(at, network, payload, noon), (), None))
    assert isinstance(found, Found)
    assert found.receipt.url == "https://dev.to/ada/article-1"


def test_an_older_article_is_not_taken_for_the_lost_one(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    later = replace(lost(at, network, payload, noon), at=noon + timedelta(hours=1))
    assert isinstance(at.run(network, network.lookup(payload, later, (), None)), Absent)


def test_what_is_on_the_second_page_is_found_too(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    for number in range(100):
        at.run(network, network.publish(said(network, seal, facts, title=f"Title {number}"), 0))
    assert isinstance(at.run(network, network.lookup(payload, lost(at, network, payload, noon), (), None)), Found)


def test_a_draft_is_not_published(fake, at, seal, facts):
    network = NETWORK(replace(CHANNEL, settings={"draft": True}))
    at.run(network, network.publish(said(network, seal, facts), 0))
    assert fake.articles["1"]["published"] is False


def test_an_edit_changes_and_a_withdrawal_unpublishes_and_may_be_repeated(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    at.run(network, network.edit(said(network, seal, facts, "Better"), 0, receipt))
    assert fake.public[0].text == "Better"
    at.run(network, network.withdraw(receipt, 0))
    at.run(network, network.withdraw(replace(receipt, id="99"), 0))
    assert fake.public == []


def test_the_key_belongs_to_an_account(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.url) == ("@ada", "https://dev.to/ada")
    at.raw = {}
    with pytest.raises(AuthFailed):
        at.run(network, network.verify())


def test_a_suspended_account_or_a_blocked_client_stops_the_channel(network):
    assert isinstance(network.fault(403, {}, "Forbidden Bots"), AuthFailed)


@pytest.mark.parametrize("server", ["dev.to", "http://dev.to", "https://dev.to/ada"])
def test_a_server_that_is_no_https_address_is_refused(server):
    with pytest.raises(ValidationError, match="address of a community"):
        NETWORK(replace(CHANNEL, settings={"server": server}))


def test_pictures_of_the_calendar_in_running_text_stand_there_at_their_address(fake, at, network, seal, facts, png):
    facts = replace(facts, media={"img/a.png": Media("img/a.png", blob=at.blob(png, "image/png"))})
    at.run(network, network.publish(said(network, seal, facts, "See ![a cat](img/a.png) here"), 0))
    (article,) = fake.articles.values()
    body = article["body_markdown"]
    assert body.startswith("See ![a cat](https://")
    assert body.endswith(") here")
    assert not article.get("main_image")


def test_a_withdrawn_article_of_that_text_is_not_taken_for_the_lost_one(at, network, seal, facts, noon):
    payload = said(network, seal, facts, canonical="https://blog.example/a")
    receipt = at.run(network, network.publish(payload, 0))
    at.run(network, network.withdraw(receipt, 0))
    assert isinstance(at.run(network, network.lookup(payload, lost(at, network, payload, noon), (), None)), Absent)


def test_an_edit_takes_tags_away(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts, tags=("a",)), 0))
    at.run(network, network.edit(said(network, seal, facts), 0, receipt))
    assert fake.articles[receipt.id]["tags"] == []
