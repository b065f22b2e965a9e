"""Hashnode: errors in a 200, names of articles, uploads that are confirmed, drafts with fields of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.hashnode import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.hashnode import BLOG, FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.post import Media, Post

CHANNEL = Channel("blog", "hashnode", {"publication": BLOG})
DRAFTS = replace(CHANNEL, settings={"publication": BLOG, "draft": True})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("ada"), fake.clock)


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "p.md", body, **{"title": "A title", **fields}), facts))


def the_post(fake):
    return list(fake.posts.values())[-1]


def intent_of(at, noon):
    return Intent(0, [step for step in at.seen if step.commits][-1], noon)


@pytest.mark.parametrize("settings", [{"publication": "my-blog"}, {"publication": BLOG, "api": "gql.hashnode.com"}, {}])
def test_a_publication_is_named_by_its_number_and_the_api_by_its_address(settings):
    with pytest.raises(ValidationError):
        NETWORK(replace(CHANNEL, settings=settings))


def test_an_article_has_title_name_tags_and_canonical_address(fake, at, network, seal, facts):
    options = {"subtitle": "Short", "description": "For finders", "comments": False, "contents": True}
    payload = said(network, seal, facts, tags=("Open Source", "c"), canonical="https://x.example/a", options=options)
    receipt = at.run(network, network.publish(payload, 0))
    post = the_post(fake)
    assert (post["title"], post["slug"], post["contentMarkdown"]) == ("A title", "a-title", "Hello *you*")
    assert post["tags"] == [{"slug": "open-source", "name": "Open Source"}, {"slug": "c", "name": "c"}]
    assert (post["originalArticleURL"], post["subtitle"], post["metaDescription"]) == ("https://x.example/a", "Short", "For finders")
    assert (post["disableComments"], post["enableToc"]) == (True, True)
    assert (receipt.url, receipt.more) == ("https://ada.hashnode.dev/a-title", {"slug": "a-title"})


def test_a_name_that_another_article_has_gets_digits_of_its_own(fake, at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts), 0))
    payload = said(network, seal, facts, "Another text")
    at.run(network, network.publish(payload, 0))
    assert the_post(fake)["slug"] == f"a-title-{payload.key[:6]}"


def test_typed_names_call_nobody_and_code_stays(network, facts):
    facts = replace(facts, people={"bea": Person("bea", {"hashnode": "@beanode"})})
    part = network.compose(Post("p", "p.md", "@{bea}, @cy, `@app.route`", title="For @dee"), facts).parts[0]
    assert (part.text, part.fields["title"]) == ("@beanode, @\u2060cy, `@app.route`", "For @\u2060dee")


def test_pictures_are_uploaded_and_confirmed_the_first_as_cover(fake, at, network, seal, facts, png):
    media = (Media("a.png", alt="A", blob=at.blob(png, "image/png")), Media("b.png", alt="B", blob=at.blob(png + b"x", "image/png")))
    at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    post = the_post(fake)
    assert post["coverImage"].startswith("https://cdn.hashnode.com/res/ada/")
    assert "![B](https://cdn.hashnode.com/res/ada/" in post["contentMarkdown"]
    assert sorted(fake.images.values()) == [len(png), len(png) + 1]
    put = next(step for step in at.seen if step.method == "PUT")
    assert put.auth == ""
    announced = next(step for step in at.seen if "createImageUploadURL" in str(step.body))
    assert announced.secret == ("data.createImageUploadURL.presignedPut.url",)


def test_a_picture_that_hashnode_deletes_again_is_told(fake, at, network, seal, facts, png):
    fake.faults.append(Fault("status", path="confirmImageUpload", status=200, body={"data": {"confirmImageUpload": {"ok": False}}}))
    media = (Media("a.png", alt="A", blob=at.blob(png, "image/png")),)
    with pytest.raises(Rejected, match="8 MB"):
        at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    assert fake.posts == {}


def test_a_long_article_is_measured_as_it_is_sent(at, network, seal, facts):
    post = Post("p", "p.md", '"' * 48_500, title="T")
    payload = network.compose(post, facts)
    assert "too-long" in {problem.slug for problem in check_payload(network, post, payload, facts)}
    fine = replace(post, body='"' * 47_000)
    assert "too-long" not in {problem.slug for problem in check_payload(network, fine, network.compose(fine, facts), facts)}
    at.run(network, network.publish(seal(network.compose(fine, facts)), 0))


def test_sixteen_tags_are_fifteen_and_a_warning(network, facts):
    post = Post("p", "p.md", "x", title="T", tags=tuple(f"t{number}" for number in range(16)))
    payload = network.compose(post, facts)
    assert len(payload.parts[0].fields["tags"]) == 15
    assert [problem.slug for problem in check_payload(network, post, payload, facts)] == ["too-many-tags"]


@pytest.mark.parametrize("kind", ["silence_after", "silence_before"])
def test_an_article_whose_answer_was_lost_is_found_by_its_name(fake, at, network, seal, facts, noon, kind):
    payload = said(network, seal, facts)
    fake.faults.append(Fault(kind, commits=True))
    with pytest.raises(OSError, match="publishPost"):
        at.run(network, network.publish(payload, 0))
    found = at.run(network, network.lookup(payload, intent_of(at, noon), (), None))
    assert isinstance(found, Found if kind == "silence_after" else Absent)


def test_an_older_article_of_that_name_is_not_taken_for_the_lost_one(at, network, seal, facts, noon):
    payload = said(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    later = replace(intent_of(at, noon), at=noon + timedelta(hours=1))
    assert isinstance(at.run(network, network.lookup(payload, later, (), None)), CannotTell)


def test_a_draft_is_absent_only_from_a_list_that_is_whole(fake, at, seal, facts, noon):
    network = NETWORK(DRAFTS)
    payload = said(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    (lost,) = fake.drafts.values()
    fake.drafts = {f"{number:024x}": {**lost, "slug": f"n{number}", "title": "Another"} for number in range(49)}
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at, noon), (), None)), Absent)
    fake.drafts[f"{49:024x}"] = {**lost, "slug": "n49"}
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at, noon), (), None)), CannotTell)


def test_a_draft_has_cover_and_settings_in_fields_of_its_own_and_can_be_found_and_withdrawn(fake, at, seal, facts, noon, png):
    network = NETWORK(DRAFTS)
    media = (Media("a.png", alt="A", blob=at.blob(png, "image/png")),)
    payload = said(network, seal, facts, media=media, options={"description": "D", "contents": True})
    receipt = at.run(network, network.publish(payload, 0))
    (draft,) = fake.drafts.values()
    assert draft["coverImageOptions"]["coverImageURL"].startswith("https://cdn.hashnode.com/")
    assert (draft["metaTags"], draft["settings"]) == ({"description": "D"}, {"slugOverridden": True, "enableTableOfContent": True})
    assert fake.posts == {}
    assert at.run(network, network.lookup(payload, intent_of(at, noon), (), None)) == Found(receipt)
    at.run(network, network.withdraw(receipt, 0))
    at.run(network, network.withdraw(receipt, 0))
    assert fake.drafts == {}


def test_an_edit_keeps_the_address_and_a_withdrawal_may_be_repeated(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    again = at.run(network, network.edit(said(network, seal, facts, "Better", title="New"), 0, receipt))
    assert (again.url, fake.public[0].text) == (receipt.url, "Better")
    at.run(network, network.withdraw(receipt, 0))
    at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_the_account_must_own_the_publication_and_the_publication_must_be_paid_for(fake, at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.url) == ("@ada", "https://ada.hashnode.dev")
    with pytest.raises(AuthFailed, match=f"{BLOG} \\(The blog of ada\\)"):
        at.run(network, NETWORK(replace(CHANNEL, settings={"publication": "a" * 24})).verify())
    fake.pro = False
    with pytest.raises(AuthFailed, match="Pro plan") as stopped:
        at.run(network, network.verify())
    assert stopped.value.slug == "paid"


def graph(code, message="said", **more):
    return 200, {}, {"errors": [{"message": message, "extensions": {"code": code}, **more}], "data": None}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (graph("UNAUTHENTICATED"), AuthFailed),
        (graph("FORBIDDEN", "Contributors cannot publish"), AuthFailed),
        (graph("BAD_USER_INPUT"), Rejected),
        (graph("NOT_FOUND"), Rejected),
        (graph("INTERNAL_SERVER_ERROR", path=["publication"]), Retriable),
        (graph("INTERNAL_SERVER_ERROR", path=["publishPost"]), OutcomeUnknown),
        ((402, {}, None), AuthFailed),
        ((301, {"location": "https://hashnode.com/announcement"}, ""), AuthFailed),
        ((200, {}, "<!DOCTYPE html><html>moved</html>"), AuthFailed),
        ((403, {}, "<html>WAF</html>"), AuthFailed),
        ((429, {"retry-after": "9"}, None), RateLimited),
        ((502, {}, "<html>Bad Gateway</html>"), Retriable),
        ((413, {}, "request entity too large"), Rejected),
    ],
)
def test_errors_are_told_by_their_code_though_the_status_is_200(network, answer, kind):
    assert type(network.fault(*answer)) is kind


def test_an_answer_with_data_and_no_errors_is_fine(network):
    assert network.fault(200, {}, {"data": {"me": {"id": "1"}}}) is None
    assert network.fault(200, {}, None) is None


def test_pictures_of_the_calendar_in_running_text_stand_there_at_their_address(fake, at, network, seal, facts, png):
    facts = replace(facts, media={"img/a.png": Media("img/a.png", blob=at.blob(png, "image/png"))})
    at.run(network, network.publish(said(network, seal, facts, "See ![a cat](img/a.png) here"), 0))
    (article,) = fake.posts.values()
    body = article["contentMarkdown"]
    assert body.startswith("See ![a cat](https://")
    assert body.endswith(") here")
    assert not article.get("coverImage")


def test_an_edit_takes_tags_away(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts, tags=("a",)), 0))
    at.run(network, network.edit(said(network, seal, facts), 0, receipt))
    assert the_post(fake)["tags"] == []


def test_a_draft_is_edited_as_a_draft(fake, at, seal, facts):
    network = NETWORK(DRAFTS)
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    changed = at.run(network, network.edit(said(network, seal, facts, "Better"), 0, receipt))
    assert [draft["contentMarkdown"] for draft in fake.drafts.values()] == ["Better"]
    assert changed == receipt


def test_a_draft_whose_name_hashnode_changed_is_not_told_absent(fake, at, seal, facts, noon):
    network = NETWORK(DRAFTS)
    payload = said(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    next(iter(fake.drafts.values()))["slug"] = None
    assert isinstance(at.run(network, network.lookup(payload, intent_of(at, noon), (), None)), CannotTell)
