"""Reddit: what is peculiar to it. The contract does the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.reddit import NETWORK
from smm_cli.sandbox.fakes.reddit import FAKE
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Media, Post

CHANNEL = Channel("it", "reddit", {"subreddit": "test", "user": "ada", "client_id": "app"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("ada"), fake.clock)


@pytest.fixture
def said(seal, facts):
    def compose(network, body="Hello", title="T", **fields):
        return seal(network.compose(Post("p", "posts/p.md", body, title=title, **fields), facts))

    return compose


def problems(network, facts, body="Hello", title="T", **fields):
    post = Post("p", "posts/p.md", body, title=title, **fields)
    return [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)]


def sent(at):
    body = next(request.body for request in at.seen if request.commits)
    return dict(body.pairs) if hasattr(body, "pairs") else body.value


def with_settings(**more):
    return NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, **more}))


# -- what is composed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["r/test", "a b", "", "x"])
def test_a_subreddit_is_named_without_its_prefix(name):
    with pytest.raises(ValidationError):
        with_settings(subreddit=name)


def test_a_title_is_demanded_and_measured(network, facts):
    assert problems(network, facts, title="") == ["title-missing"]
    assert problems(network, facts, title="x" * 300) == []
    assert problems(network, facts, title="x" * 301) == ["too-long"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Ask u/jack or /u/jack", "Ask u/\u2060jack or /u/\u2060jack"),
        ("See r/python and a/u/b", "See r/python and a/u/b"),
        ("Thanks @{ada}", "Thanks u/ada_l"),
        ("2^10 and `2^10`", "2\\^10 and `2^10`"),
        ("`u/jack`", "`u/jack`"),
        ("**bold** >!no!<", "**bold** \\>!no!\\<"),
        ("https://a.org/u/jack", "<https://a.org/u/jack>"),
    ],
)
def test_markdown_calls_only_people_of_the_calendar(network, facts, typed, written):
    facts = replace(facts, people={"ada": Person("ada", {"reddit": "u/ada_l"})})
    assert network.compose(Post("p", "p.md", typed, title="T"), facts).parts[0].text == written


def test_a_post_is_text_unless_it_is_a_link_alone_or_has_a_picture(network, said):
    link = "https://a.org/b"
    assert said(network, link=link).parts[0].fields["kind"] == "self"
    assert said(network, link=link).parts[0].text.endswith(f"<{link}>")
    alone = said(network, "", link=link).parts[0]
    assert (alone.text, alone.fields["kind"], alone.fields["url"]) == ("", "link", link)
    assert said(network, media=(Media("a.png"),)).parts[0].fields["kind"] == "image"
    assert said(network, "Words", link=link, options={"kind": "link"}).parts[0].fields["url"] == link


def test_what_will_be_left_out_is_said(network, facts, at, png):
    medium = Media("a.png", blob=at.blob(png, "image/png"), width=1, height=1)
    assert "text-left-out" in problems(network, facts, media=(medium,))
    assert "text-left-out" not in problems(with_settings(text_beside=True), facts, media=(medium,))
    assert "media-left-out" in problems(network, facts, media=(medium,), options={"kind": "self"})
    assert "link-missing" in problems(network, facts, options={"kind": "link"})
    assert "media-missing" in problems(network, facts, options={"kind": "image"})
    assert problems(network, facts, link="https://a.org") == []


def test_the_text_of_a_link_post_is_sent_where_that_is_wanted(network, at, said):
    for one in (network, with_settings(text_beside=True)):
        at.seen.clear()
        at.app.things.clear()
        at.run(one, one.publish(said(one, link="https://a.org", options={"kind": "link"}), 0))
        assert ("text" in sent(at)) is one.settings.text_beside


def test_flair_and_labels_come_from_the_post_or_the_channel(at, said):
    network = with_settings(flair_id="f1", nsfw=True)
    at.run(network, network.publish(said(network, options={"spoiler": True, "subreddit": "other"}), 0))
    form = sent(at)
    assert (form["flair_id"], form["nsfw"], form["spoiler"], form["sr"]) == ("f1", "true", "true", "other")
    assert said(network, options={"flair_id": "f2"}).parts[0].fields["flair_id"] == "f2"


def test_what_the_subreddit_demands_is_known_before(at, facts):
    flaired = with_settings(subreddit="flaired")
    account = at.run(flaired, flaired.verify())
    assert (account.handle, account.url) == ("u/ada", "https://www.reddit.com/user/ada")
    flaired.account = account
    assert "flair-missing" in problems(flaired, facts)
    assert "flair-missing" not in problems(flaired, facts, options={"flair_id": "f"})
    terse = with_settings(subreddit="terse")
    assert at.run(terse, terse.verify()).limits == {"title": 100}


# -- publishing --------------------------------------------------------------------------------------------------------------


def test_every_request_says_who_asks(network, at, said, fake):
    at.run(network, network.publish(said(network), 0))
    assert {request.headers["user-agent"] for request in at.seen} == {"cli:smm-cli:1 (by /u/ada)"}
    nameless = with_settings(user="")
    nameless.settings.__dict__["user"] = "a b"
    with pytest.raises(AuthFailed) as caught:
        at.run(nameless, nameless.verify())
    assert "user" in caught.value.hint


def test_one_picture_is_found_in_the_listing_since_no_answer_names_it(network, at, said, fake, png):
    old = at.run(network, network.publish(said(network, media=(Media("a.png", blob=at.blob(png, "image/png")),)), 0))
    fake.clock.set(fake.clock.now() + timedelta(hours=1))
    new = at.run(network, network.publish(said(network, media=(Media("b.png", blob=at.blob(png + b"b", "image/png")),)), 0))
    assert [old.id, new.id] == [posted.id for posted in fake.public]
    assert at.waited == [2.0, 2.0]


def test_a_picture_that_does_not_appear_is_still_published(network, at, said, fake, png):
    fake.slow = 99
    receipt = at.run(network, network.publish(said(network, media=(Media("a.png", blob=at.blob(png, "image/png")),)), 0))
    assert receipt.url == "https://www.reddit.com/user/ada/submitted/"
    with pytest.raises(Rejected) as caught:  # "deleted" would not be true
        at.run(network, network.withdraw(receipt, 0))
    assert receipt.url in caught.value.hint


def test_the_bucket_gets_no_credential_and_the_file_last(network, at, said, png):
    at.run(network, network.publish(said(network, media=(Media("a.png", blob=at.blob(png, "image/png")),)), 0))
    bucket = next(request for request in at.seen if "amazonaws" in request.url)
    assert bucket.auth == ""
    assert [field.name for field in bucket.body.fields] == ["key", "policy", "file"]


def test_several_pictures_are_a_gallery(network, at, said, fake, png):
    media = tuple(Media(f"{n}.png", blob=at.blob(png + bytes([n]), "image/png")) for n in range(3))
    receipt = at.run(network, network.publish(said(network, media=media), 0))
    assert len(sent(at)["items"]) == 3
    assert receipt.id == fake.public[0].id


def test_a_first_comment_answers_the_post(network, at, said, fake):
    payload = said(network, first_comment="More at https://a.org")
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    assert (fake.public[1].reply_to, fake.public[1].id) == (first.id, second.id)
    assert second.url.startswith("https://www.reddit.com/r/test/comments/")


def test_text_can_be_changed_and_everything_deleted_twice(network, at, said, fake):
    payload = said(network, first_comment="More")
    first = at.run(network, network.publish(payload, 0))
    second = at.run(network, network.publish(payload, 1), first)
    changed = said(network, "Better", first_comment="Less")
    at.run(network, network.edit(changed, 0, first))
    at.run(network, network.edit(changed, 1, second))
    assert [posted.text for posted in fake.public] == ["Better", "Less"]
    with pytest.raises(Rejected, match="text posts"):
        at.run(network, network.edit(said(network, "", link="https://a.org"), 0, first))
    for receipt in (first, first, second):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


# -- errors ------------------------------------------------------------------------------------------------------------------


def inside(*error, **more):
    return {"json": {"errors": [list(error)], **more}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"json": {"errors": [], "data": {}}}, None),
        (200, inside("TOO_LONG", "this is too long", "title"), Rejected),
        (200, inside("SUBREDDIT_NOEXIST", "no such thing", "sr"), Rejected),
        (200, inside("USER_REQUIRED", "Please log in", None), AuthFailed),
        (200, inside("RATELIMIT", "Take a break for 9 minutes before trying again.", "ratelimit"), RateLimited),
        (401, {"message": "Unauthorized", "error": 401}, AuthFailed),
        (403, {"message": "Forbidden", "reason": "private"}, Rejected),
        (403, "<html>Blocked</html>", AuthFailed),
        (403, "<?xml?>\n<Error><Code>AccessDenied</Code><Message>Policy expired</Message></Error>", Retriable),
        (400, "<?xml?>\n<Error><Code>EntityTooLarge</Code><Message>x</Message></Error>", Rejected),
        (429, "<html>", RateLimited),
        (500, {"message": "upstream"}, Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


@pytest.mark.parametrize(
    ("words", "more", "seconds"),
    [
        ("Take a break for 9 minutes before trying again.", {}, 541),
        ("Take a break for 1 second", {}, 2),
        ("try again in 20 milliseconds", {}, 1.02),
        ("words alone", {"ratelimit": 540.1}, 540.1),
        ("words alone", {}, None),
    ],
)
def test_how_long_to_wait_is_read_from_the_words(network, words, more, seconds):
    assert network.fault(200, {}, inside("RATELIMIT", words, "ratelimit", **more)).after == seconds


def test_a_link_that_is_there_already_is_not_doubled(network, at, said):
    payload = said(network, "", link="https://a.org/b")
    at.run(network, network.publish(payload, 0))
    with pytest.raises(Rejected) as caught:
        at.run(network, network.publish(payload, 0))
    assert caught.value.slug == "duplicate"


def test_a_suspended_account_stops_the_channel(at, fake):
    network, at.token = with_settings(user="gone"), fake.token("gone")
    with pytest.raises(AuthFailed, match="suspended"):
        at.run(network, network.verify())


# -- lost answers --------------------------------------------------------------------------------------------------------------


def lost(at, network, payload, part=0, earlier=None):
    at.seen.clear()
    at.run(network, network.publish(payload, part), earlier)
    return Intent(part, next(request for request in at.seen if request.commits), at.clock.now())


@pytest.mark.parametrize("fields", [{"body": "a < b & *c*\n\n- d"}, {"body": "", "link": "https://a.org/b?c=1&d=2"}], ids=["text", "link"])
def test_a_post_is_found_by_place_title_and_content(network, at, said, fake, fields):
    payload = said(network, **fields)
    intent = lost(at, network, payload)
    found = at.run(network, network.lookup(payload, intent, (), None))
    assert isinstance(found, Found)
    assert (found.receipt.id, found.receipt.url) == (fake.public[0].id, fake.public[0].url)
    later = replace(intent, at=intent.at + timedelta(minutes=2))
    assert at.run(network, network.lookup(payload, later, (), None)) == Absent()
    fake.things[found.receipt.id]["subreddit"] = "elsewhere"
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()


def test_a_comment_is_found_by_what_it_is_on(network, at, said, fake):
    payload = said(network, first_comment="More")
    first = at.run(network, network.publish(payload, 0))
    intent = lost(at, network, payload, 1, first)
    assert at.run(network, network.lookup(payload, intent, (), first)).receipt.id == fake.public[1].id
    assert at.run(network, network.lookup(payload, intent, (), PartReceipt("t3_other"))) == Absent()


def test_without_a_name_the_account_is_asked_for(at, said, fake):
    network = with_settings(user="")
    payload = said(network)
    assert isinstance(at.run(network, network.lookup(payload, lost(at, network, payload), (), None)), Found)


def test_whose_posts_are_looked_through_is_the_tokens_owner_whatever_the_channel_says(at, said, fake):
    network = with_settings(user="u/eve")
    assert network._headers["user-agent"].endswith("/u/eve)")
    network.account = Account("u/ada", "i1", "ada")
    looking = network.lookup(said(network), Intent(0, Request("POST", "https://oauth.reddit.com/api/submit"), at.clock.now()), (), None)
    assert next(looking).url.endswith("/user/ada/submitted")


@pytest.mark.parametrize(("after", "minutes", "kind"), [(None, 1, Absent), ("t3_1", 1, CannotTell), ("t3_1", -9, Absent)])
def test_a_listing_with_more_pages_tells_nothing_unless_it_reaches_back(network, at, said, after, minutes, kind):
    intent = Intent(0, Request("POST", "https://oauth.reddit.com/api/submit"), at.clock.now())
    looking = network.lookup(said(network), intent, (), None)
    next(looking)
    made = (intent.at + timedelta(minutes=minutes)).timestamp()
    with pytest.raises(StopIteration) as end:
        looking.send(Answer(200, {}, {"data": {"after": after, "children": [{"data": {"name": "t3_2", "created_utc": made}}]}}))
    assert isinstance(end.value.value, kind)


def test_a_comment_on_nothing_cannot_be_looked_for(network, at, said):
    payload = said(network, first_comment="More")
    intent = Intent(1, Request("POST", "https://oauth.reddit.com/api/comment"), at.clock.now())
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), CannotTell)


# -- signing in ----------------------------------------------------------------------------------------------------------------


def test_a_login_shows_the_app_by_basic_and_brings_a_lasting_refresh_token(fake, driver, consent, network):
    guest, visit = driver(fake, "", fake.clock), consent(fake)
    guest.raw = {"authorization": "Basic YXBwOnNlY3JldA=="}
    inputs = {"redirect_uri": "http://127.0.0.1:8737/callback", "state": "s", "challenge": "c", "verifier": "v"}
    tokens = guest.run(network, network.login(inputs), visit=visit)
    assert (visit.asked[0]["duration"], "submit" in visit.asked[0]["scope"].split()) == ("permanent", True)
    assert (set(tokens.values), tokens.expires_in) == ({"token", "refresh"}, 3600)
    (asked,) = guest.seen
    assert (asked.auth, asked.headers["user-agent"]) == ("app", "cli:smm-cli:1 (by /u/ada)")
    fake.refresh["\x00refresh\x00"] = "ada"
    assert guest.run(network, network.refresh()).values["token"]


def test_by_hand_the_form_has_what_it_takes(network, said):
    assert network.share_link(said(network)) == "https://www.reddit.com/r/test/submit?title=T&selftext=true&text=Hello"
    assert (
        network.share_link(said(network, "", link="https://a.org"))
        == "https://www.reddit.com/r/test/submit?url=https%3A%2F%2Fa.org&title=T"
    )
