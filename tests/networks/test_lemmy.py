"""What is peculiar to Lemmy: titles and communities, two versions of the API, limits in a 400, tokens that end in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.lemmy import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.lemmy import FAKE
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, handle
from smm_cli.words.post import Media, Post

CHANNEL = Channel("lem", "lemmy", {"server": "https://lemmy.example", "community": "news", "identifier": "ada"})
NEW = Account("@ada@lemmy.example", facts={"api": "v4", "languages": {"de": 32, "en": 37}, "pause": 50.0})


@pytest.fixture(params=["0.19.20", "1.0.0-beta.1"])
def fake(request, noon):
    return FAKE(SetClock(noon), version=request.param)


@pytest.fixture
def network(fake):
    return NETWORK(CHANNEL, NEW if fake.new else replace(NEW, facts={**NEW.facts, "api": "v3"}))


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("ada"), fake.clock)


def said(network, seal, facts, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "Our title", **fields}), facts))


def test_a_post_goes_to_its_community_with_title_link_and_language(fake, at, network, seal, facts):
    payload = said(network, seal, facts, link="https://a.example/", language="de-AT", options={"nsfw": True})
    receipt = at.run(network, network.publish(payload, 0))
    sent = at.seen[-1].body.value
    wanted = {"name": "Our title", "url": "https://a.example/", "body": "Hello *you*", "community_id": 12, "nsfw": True, "language_id": 32}
    assert sent == wanted
    assert receipt.url == "https://lemmy.example/post/901"


def test_a_language_is_sent_only_when_somebody_said_it(network, seal, facts):
    assert "language_id" not in said(network, seal, facts).parts[0].fields


def test_a_community_elsewhere_is_fetched_and_an_unknown_one_refused(fake, at, network, seal, facts):
    there = said(network, seal, facts, options={"community": "test@other.example"})
    at.run(network, network.publish(there, 0))
    assert at.seen[-1].body.value["community_id"] == 40
    with pytest.raises(Rejected, match="no community"):
        at.run(network, network.publish(said(network, seal, facts, options={"community": "nowhere@other.example"}), 0))


def test_the_first_picture_is_the_posts_own_and_the_others_follow_the_text(fake, at, network, seal, facts, png):
    media = (
        Media("a.png", alt="One", blob=at.blob(png, "image/png")),
        Media("b.png", alt="Two [2]", blob=at.blob(png + b"x", "image/png")),
    )
    receipt = at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    sent = at.seen[-1].body.value
    assert (sent["alt_text"], sent["url"]) == ("One", receipt.more["media"][media[0].blob.sha256])
    assert sent["body"] == f"Hello *you*\n\n![Two \\[2\\]]({receipt.more['media'][media[1].blob.sha256]})"


def test_a_link_keeps_its_place_before_pictures(at, network, seal, facts, png):
    media = (Media("a.png", alt="One", blob=at.blob(png, "image/png")),)
    at.run(network, network.publish(said(network, seal, facts, link="https://a.example/", media=media), 0))
    sent = at.seen[-1].body.value
    assert sent["url"] == "https://a.example/"
    assert "![One](" in sent["body"]
    assert "alt_text" not in sent


def test_an_edit_uploads_nothing_that_is_there(fake, at, network, seal, facts, png):
    media = (Media("a.png", alt="One", blob=at.blob(png, "image/png")),)
    receipt = at.run(network, network.publish(said(network, seal, facts, media=media), 0))
    uploads = len([request for request in at.seen if "image" in request.url])
    assert at.run(network, network.edit(said(network, seal, facts, "Better", media=media), 0, receipt)) == receipt
    assert len([request for request in at.seen if "image" in request.url]) == uploads
    assert fake.public[0].text == "Better"


def test_the_first_comment_answers_the_post_and_can_be_changed_and_taken_down(fake, at, network, seal, facts):
    payload = said(network, seal, facts, first_comment="More *here*")
    post = at.run(network, network.publish(payload, 0))
    comment = at.run(network, network.publish(payload, 1), earlier=post)
    assert (fake.public[1].text, fake.public[1].reply_to) == ("More *here*", post.id)
    assert comment.url.endswith(f"/comment/{comment.id}")
    at.run(network, network.edit(said(network, seal, facts, first_comment="Less"), 1, comment))
    assert fake.public[1].text == "Less"
    for _ in range(2):
        at.run(network, network.withdraw(comment, 1))
    at.run(network, network.withdraw(post, 0))
    assert fake.public == []


def test_a_first_comment_has_its_own_maximum(network, facts):
    post = Post("launch", "posts/launch.md", "Text", title="Our title", first_comment="x" * 10_001)
    found = [problem for problem in check_payload(network, post, network.compose(post, facts), facts) if problem.slug == "too-long"]
    assert len(found) == 1


def test_a_title_is_demanded(network, facts):
    post = Post("launch", "posts/launch.md", "Text")
    assert "title-missing" in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("x^2^ and `a^b`", r"x\^2\^ and `a^b`"),
        ("::: spoiler\nx", "\\::: spoiler  \nx"),
        ("a :: b", "a :: b"),
        ("H~2~O", r"H\~2\~O"),
        ("@bob@c.example", "@\u2060bob@c.example"),
        ("Hi @{bea}", "Hi @bea@other.example"),
    ],
)
def test_marks_of_its_own_are_escaped_and_typed_names_reach_nobody(network, seal, facts, body, wanted):
    facts = replace(facts, people={"bea": Person("bea", {"lemmy": "bea@other.example"})})
    assert said(network, seal, facts, body).parts[0].text == wanted


def test_a_lost_answer_is_found_on_the_profile(fake, at, network, seal, facts, noon, png):
    media = (Media("a.png", alt="One", blob=at.blob(png, "image/png")),)
    payload = said(network, seal, facts, media=media, first_comment="More")
    before = at.run(network, network.publish(payload, 0))
    intent = Intent(0, at.seen[-1], noon)
    found = at.run(network, network.lookup(payload, intent, (), None))
    assert isinstance(found, Found)
    assert found.receipt == before
    assert at.run(network, network.lookup(payload, replace(intent, at=noon + timedelta(hours=1)), (), None)) == Absent()
    comment = at.run(network, network.publish(payload, 1), earlier=before)
    found = at.run(network, network.lookup(payload, Intent(1, at.seen[-1], noon), (), before))
    assert found == Found(comment)


def test_what_a_profile_may_hide_is_never_called_absent(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, options={"nsfw": True})
    at.run(network, network.publish(payload, 0))
    assert at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None)) == CannotTell("https://lemmy.example/u/ada")


@pytest.mark.parametrize("settings", [{"show_bot_accounts": False}, {"discussion_languages": [32]}])
def test_what_the_accounts_own_settings_keep_off_its_profile_is_never_called_absent(fake, at, network, seal, facts, noon, settings):
    payload = said(network, seal, facts, language="en")
    at.run(network, network.publish(payload, 0))
    later = Intent(0, at.seen[-1], noon + timedelta(hours=1))
    assert at.run(network, network.lookup(payload, later, (), None)) == Absent()
    languages = {name: value for name, value in settings.items() if name == "discussion_languages"}
    user = {"person": {"name": "ada", "bot_account": True}, "local_user": {**settings, "id": 1}}
    me = {"local_user_view": user, **languages}
    path = "/api/v4/account" if fake.new else "/api/v3/site"
    fake.faults.append(Fault("status", path=path, status=200, body=me if fake.new else {"my_user": me}))
    assert at.run(network, network.lookup(payload, later, (), None)) == CannotTell("https://lemmy.example/u/ada")


def test_a_post_in_a_community_that_is_nsfw_is_never_called_absent(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts)
    at.run(network, network.publish(payload, 0))
    later, seen = Intent(0, at.seen[-1], noon + timedelta(hours=1)), Answer(200, body={"community_view": {"community": {"nsfw": True}}})
    assert isinstance(at.run(network, network.lookup(payload, later, (seen,), None)), CannotTell)


def test_a_full_page_without_an_older_post_tells_nothing(fake, at, network, seal, facts, noon):
    for n in range(51):
        at.run(network, network.publish(said(network, seal, facts, f"Text {n}"), 0))
    first = next(request for request in at.seen if request.commits)
    assert isinstance(at.run(network, network.lookup(said(network, seal, facts, "Text 0"), Intent(0, first, noon), (), None)), CannotTell)


def test_verify_finds_the_version_by_itself(fake, at):
    account = at.run(NETWORK(CHANNEL), NETWORK(CHANNEL).verify())
    assert (account.handle, account.software, account.version) == ("@ada@lemmy.example", "lemmy", fake.version)
    assert account.facts == {
        "api": "v4" if fake.new else "v3",
        "languages": {"und": 0, "de": 32, "en": 37},
        "pause": 50 if fake.new else 100,
    }


def test_the_settings_overrule_what_the_server_says_of_its_version(network):
    assert NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "api": "v3"}), NEW).api.version == "v3"


def test_the_login_gives_the_password_as_a_handle_and_keeps_the_token_secret(network):
    request = next(network.login({}))
    assert request.body.value["password"] == handle("password")
    assert (request.secret, request.auth) == (("jwt",), "")
    assert ("stay_logged_in" in request.body.value) == (network.api.version == "v4")


def test_a_token_that_ended_is_renewed_and_a_wrong_password_is_not(fake, at, network, seal, facts):
    fake.ended.add("sandbox-ada")
    with pytest.raises(AuthFailed) as caught:
        at.run(network, network.publish(said(network, seal, facts), 0))
    assert caught.value.expired
    wrong = network.fault(401, {}, {"error": "incorrect_login"})
    assert isinstance(wrong, AuthFailed)
    assert not wrong.expired


def test_an_ended_token_is_noticed_by_verify_although_the_server_ignores_it(fake, at, network):
    fake.ended.add("sandbox-ada")
    with pytest.raises(AuthFailed):
        at.run(network, network.verify())


def test_a_limit_waits_as_long_as_the_servers_bucket_needs(fake, at, network, seal, facts):
    fake.faults.append(Fault("rate_limit", commits=True))
    with pytest.raises(RateLimited) as caught:
        at.run(network, network.publish(said(network, seal, facts), 0))
    assert caught.value.after == 50


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "rate_limit_error"}, RateLimited),
        (400, {"error": "person_is_banned_from_site"}, AuthFailed),
        (400, {"error": "banned_from_community"}, Rejected),
        (400, {"error": "slurs"}, Rejected),
        (400, {"error": "federation_disabled"}, Retriable),
        (401, {"error": "missing_totp_token"}, AuthFailed),
        (422, None, Rejected),
        (502, "<html>", Retriable),
        (200, {"post_view": {}}, type(None)),
    ],
)
def test_errors_are_told_apart_by_their_code(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is kind


def test_withdrawing_what_is_not_ours_fails(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts), 0))
    fake.items[receipt.id]["who"] = "somebody"
    with pytest.raises(Rejected):
        at.run(network, network.withdraw(PartReceipt(receipt.id), 0))
