"""LinkedIn: what is peculiar to it. The contract does the rest, as a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.linkedin import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.linkedin import FAKE
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Intent
from smm_cli.words.delivery import PartReceipt, Receipt
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media, Poll, Post

PAGE = Channel("it", "linkedin", {"author": "urn:li:organization:1"})
ME = Channel("it", "linkedin", {"client_id": "app"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def page():
    return NETWORK(PAGE)


@pytest.fixture
def me():
    return NETWORK(ME)


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("ada"), fake.clock)


@pytest.fixture
def said(seal, facts):
    def compose(network, body="Hello", **fields):
        return seal(network.compose(Post("p", "posts/p.md", body, **fields), facts))

    return compose


def problems(network, facts, body="Hello", **fields):
    post = Post("p", "posts/p.md", body, **fields)
    return [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)]


def sent(at):
    return next(request.body.value for request in at.seen if request.commits)


# -- who posts ---------------------------------------------------------------------------------------------------------------


def test_a_person_posts_as_herself(fake, at, me, said):
    receipt = at.run(me, me.publish(said(me), 0))
    assert fake.public[0].account == "urn:li:person:ada"
    assert receipt.url == f"https://www.linkedin.com/feed/update/{receipt.id}/"
    me.account = Account("Ada", "urn:li:person:ada")
    at.seen.clear()
    at.run(me, me.publish(said(me, "Again"), 0))
    assert [request.url.rpartition("/")[2] for request in at.seen] == ["posts"]


def test_verify_names_the_person_or_the_page(at, me, page):
    assert at.run(me, me.verify()).id == "urn:li:person:ada"
    account = at.run(page, page.verify())
    assert (account.handle, account.name, account.url) == ("acme", "Acme", "https://www.linkedin.com/company/acme/")


def test_a_page_may_be_named_as_the_target_of_a_role(page):
    asking = page.verify()
    next(asking)
    role = {"organizationTarget": "urn:li:organization:1", "role": "ADMINISTRATOR", "state": "APPROVED"}
    assert asking.send(Answer(200, {}, {"elements": [role]})).url.endswith("/rest/organizations/1")


def test_verify_says_when_the_token_ends_where_the_app_may_ask(fake, at, me, page):
    from datetime import UTC

    fake.ends["\x00token\x00"] = fake.now() + timedelta(days=60)
    assert at.run(me, me.verify()).expires_at == (fake.now() + timedelta(days=60)).astimezone(UTC)
    assert at.run(page, page.verify()).expires_at is None
    fake.faults.append(Fault("status", path="introspect", status=500, body="<html>"))
    assert at.run(me, me.verify()).expires_at is None


def test_a_page_of_others_is_told(at):
    network = NETWORK(replace(PAGE, settings={"author": "urn:li:organization:2"}))
    with pytest.raises(Rejected, match="may not post"):
        at.run(network, network.verify())


@pytest.mark.parametrize(("role", "may"), [("DIRECT_SPONSORED_CONTENT_POSTER", True), ("CONTENT_ADMIN", True), ("ANALYST", False)])
def test_the_role_decides_also_where_somebody_has_many_pages(at, page, fake, role, may):
    fake.roles = [*((f"urn:li:organization:{n}", "ADMINISTRATOR") for n in range(10, 30)), ("urn:li:organization:1", role)]
    if may:
        assert at.run(page, page.verify()).name == "Acme"
    else:
        with pytest.raises(Rejected, match="may not post"):
            at.run(page, page.verify())


@pytest.mark.parametrize("settings", [{"author": "acme"}, {"api_version": "2026-09"}, {"api_version": "202613"}, {"visibility": "secret"}])
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(ValidationError):
        NETWORK(replace(PAGE, settings=settings))


def test_an_api_version_that_has_ended_says_what_to_set(at, said):
    old = NETWORK(replace(PAGE, settings={**PAGE.settings, "api_version": "202410"}))
    with pytest.raises(AuthFailed) as caught:
        at.run(old, old.publish(said(old), 0))
    assert caught.value.slug == "api-version"
    assert "api_version" in caught.value.hint


# -- what is composed --------------------------------------------------------------------------------------------------------


def test_escapes_do_not_count(page, facts):
    assert problems(page, facts, "(" * 3000) == []
    assert problems(page, facts, "(" * 3001) == ["too-long"]


def test_a_link_with_a_title_is_a_card_and_not_in_the_text(page, at, said):
    at.run(page, page.publish(said(page, title="T", link="https://a.org/b", options={"description": "D"}), 0))
    body = sent(at)
    assert body["content"] == {"article": {"source": "https://a.org/b", "title": "T", "description": "D"}}
    assert body["commentary"] == "Hello"


@pytest.mark.parametrize(
    "fields",
    [{"title": ""}, {"options": {"card": False}}, {"poll": Poll(("a", "b"), 86_400)}, {"body": "Hello\n\n![x](a.png)"}],
    ids=["no title", "no card wanted", "a poll", "a picture in the text"],
)
def test_else_it_stands_in_the_text(page, said, fields):
    part = said(page, **{"title": "T", "link": "https://a.org/b_c", **fields}).parts[0]
    assert part.text.endswith(r"https://a.org/b\_c")
    assert "article" not in part.fields


def test_people_with_a_urn_are_mentioned_and_others_named(page, facts):
    urn = "urn:li:organization:9"
    people = {"acme": Person("acme", {"linkedin": urn}, "Acme (Ltd)"), "bea": Person("bea", {"linkedin": "@bea"}, "Bea")}
    facts = replace(facts, people=people)
    post = Post("p", "p.md", "By @{acme} and @{bea}, not @all", first_comment="And @{acme} (again) #tag")
    first, comment = page.compose(post, facts).parts
    assert first.text == rf"By @[Acme \(Ltd\)]({urn}) and Bea, not \@all"
    assert comment.text == "And Acme (Ltd) (again) #tag"
    assert "no-handle" in problems(page, facts, "With @{bea}")
    assert "no-handle" not in problems(page, facts, "With @{acme}")


def test_a_poll_asks_the_title_or_its_own_question_and_holds_the_next_longer_time(page, at, said, facts):
    poll = Poll(("a", "b"), 100_000)
    at.run(page, page.publish(said(page, title="T?", poll=poll), 0))
    asked = sent(at)["content"]["poll"]
    assert (asked["question"], asked["settings"]) == ("T?", {"duration": "THREE_DAYS"})
    assert said(page, title="T", poll=poll, options={"question": "Q?"}).parts[0].fields["poll"]["question"] == "Q?"
    assert "question-missing" in problems(page, facts, poll=poll)
    assert "too-long" in problems(page, facts, poll=poll, title="x" * 141)


def test_a_person_may_post_to_her_connections_and_a_page_may_not(page, me, facts, fake, at, said):
    at.run(me, me.publish(said(me, visibility="private"), 0))
    assert fake.public[0].more["visibility"] == "CONNECTIONS"
    assert "visibility" in problems(page, facts, visibility="private")
    assert "visibility" not in problems(me, facts, visibility="private")


def test_a_quoted_post_is_shared_again(page, at, said, facts, fake):
    ours = replace(
        facts, receipts={"old": Receipt("o", "old", "it", "linkedin", "published", facts.at, parts=(PartReceipt("urn:li:share:7"),))}
    )
    payload = replace(page.compose(Post("p", "p.md", "Look", quote="old"), ours), key="0" * 64)
    at.run(page, page.publish(payload, 0))
    assert sent(at)["reshareContext"] == {"parent": "urn:li:share:7"}
    assert "target-unpublished" in problems(page, facts, quote="elsewhere")
    with pytest.raises(Retriable):
        at.run(page, page.publish(said(page, quote="elsewhere"), 0))


def test_an_unescaped_sign_would_be_refused(page, at, said):
    payload = said(page)
    spoilt = replace(payload, parts=(replace(payload.parts[0], text="a (b)"),))
    with pytest.raises(Rejected, match="reserved"):
        at.run(page, page.publish(spoilt, 0))


# -- media -------------------------------------------------------------------------------------------------------------------


def test_several_pictures_stand_together_with_their_descriptions(page, at, said, png):
    media = tuple(Media(f"{n}.png", alt=f"Number {n}", blob=at.blob(png + bytes([n]), "image/png")) for n in range(3))
    at.run(page, page.publish(said(page, media=media), 0))
    images = sent(at)["content"]["multiImage"]["images"]
    assert [one["altText"] for one in images] == ["Number 0", "Number 1", "Number 2"]


def test_of_a_persons_picture_the_state_is_not_known_so_a_while_is_waited(me, at, said, png, fake):
    at.run(me, me.publish(said(me, media=(Media("a.png", blob=at.blob(png, "image/png")),)), 0))
    assert at.waited == [8.0]
    assert fake.public


def test_a_film_goes_up_in_pieces_whose_tags_are_given_back(page, at, said, fake):
    film = bytes(range(256)) * 40_000
    at.run(page, page.publish(said(page, media=(Media("a.mp4", alt="x", blob=at.blob(film, "video/mp4"), seconds=9),)), 0))
    (kept,) = fake.media.values()
    assert b"".join(kept["got"][n] for n in range(3)) == film
    assert at.waited == [3.0]
    assert set(sent(at)["content"]["media"]) == {"id"}


def test_the_addresses_of_uploads_are_secrets(page, said, at):
    film = at.blob(bytes(9_000_000), "video/mp4")
    conversation = page.publish(said(page, media=(Media("a.mp4", blob=film),)), 0)
    request = conversation.send(None)
    assert "value.uploadInstructions.2.uploadUrl" in request.secret
    assert "value.uploadInstructions.3.uploadUrl" not in request.secret


# -- comments, changes ---------------------------------------------------------------------------------------------------------


def test_the_first_comment_is_plain_and_can_be_changed_and_taken_down(page, at, said, fake):
    payload = said(page, first_comment="More (here): https://a.org/b_c")
    first = at.run(page, page.publish(payload, 0))
    second = at.run(page, page.publish(payload, 1), first)
    assert fake.public[1].text == "More (here): https://a.org/b_c"
    assert fake.public[1].reply_to == first.id
    changed = said(page, "Better (now)", first_comment="Less")
    at.run(page, page.edit(changed, 0, first))
    at.run(page, page.edit(changed, 1, second))
    assert [posted.text for posted in fake.public] == ["Better (now)", "Less"]
    for receipt in (second, second, first, first):
        at.run(page, page.withdraw(receipt, 0))
    assert fake.public == []


def test_a_comment_is_named_by_the_body_or_the_header_or_not_known(page, said):
    post, payload = PartReceipt("urn:li:share:1", "https://www.linkedin.com/feed/update/urn:li:share:1/"), said(page, first_comment="More")

    def after(answer):
        publishing = page.publish(payload, 1)
        assert isinstance(next(publishing), Earlier)
        publishing.send(post)
        with pytest.raises(StopIteration) as end:
            publishing.send(answer)
        return end.value.value

    assert after(Answer(201, {"x-restli-id": "7"}, {})).more["comment"] == "7"
    assert after(Answer(201, {"x-restli-id": "7"}, {"id": "8"})).more["comment"] == "8"
    with pytest.raises(OutcomeUnknown):
        after(Answer(201, {}, {}))


def test_a_long_comment_is_said_before(page, facts):
    assert "too-long" in problems(page, facts, first_comment="x" * 1251)


# -- errors --------------------------------------------------------------------------------------------------------------------


def test_a_twin_is_named(page, at, said):
    receipt = at.run(page, page.publish(said(page), 0))
    with pytest.raises(Rejected) as caught:
        at.run(page, page.publish(said(page), 0))
    assert caught.value.slug == "duplicate"
    assert receipt.id in caught.value.hint


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (201, None, None),
        (401, {"serviceErrorCode": 65600}, AuthFailed),
        (403, {"code": "ACCESS_DENIED", "message": "Not enough permissions"}, AuthFailed),
        (400, {"code": "VERSION_MISSING"}, AuthFailed),
        (400, {"message": "Unable to obtain activity"}, Retriable),
        (400, {"message": "bad field"}, Rejected),
        (409, None, Retriable),
        (422, {"message": "bad"}, Rejected),
        (429, "<html>", RateLimited),
        (500, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(page, status, body, kind):
    assert type(page.fault(status, {}, body)) is (kind or type(None))


def test_a_revoked_token_cannot_be_renewed(page):
    assert page.fault(401, {}, {"serviceErrorCode": 65600}).expired
    assert not page.fault(401, {}, {"serviceErrorCode": 65601}).expired


def test_a_limit_of_a_day_ends_at_midnight_utc(page):
    body = {"message": "Resource level throttle MEMBER DAY limit for calls to this resource is reached."}
    headers = {"date": "Tue, 24 Nov 2026 23:00:00 GMT"}
    assert page.fault(429, headers, body).after == 3660
    assert page.fault(429, {}, body).after == 3600
    assert page.fault(429, headers, {"message": "too fast"}).after == 900


# -- lost answers --------------------------------------------------------------------------------------------------------------


def lost(at, network, payload, part=0, earlier=None):
    at.seen.clear()
    at.run(network, network.publish(payload, part), earlier)
    return Intent(part, next(request for request in at.seen if request.commits), at.clock.now())


def test_of_a_page_a_post_is_found_and_an_older_one_is_not_it(page, at, said, fake):
    payload = said(page, "Now (really) #launch")
    intent = lost(at, page, payload)
    fake.posts[fake.public[0].id]["commentary"] = "Now \\(really\\) #launch"
    assert at.run(page, page.lookup(payload, intent, (), None)) == Found(PartReceipt(fake.public[0].id, fake.public[0].url))
    later = replace(intent, at=intent.at + timedelta(minutes=2))
    assert at.run(page, page.lookup(payload, later, (), None)) == Absent()


def test_of_a_person_nothing_can_be_read(me, at, said):
    payload = said(me, first_comment="More")
    intent = lost(at, me, payload)
    told = at.run(me, me.lookup(payload, intent, (), None))
    assert isinstance(told, CannotTell)
    assert "twin" in told.where
    first = PartReceipt(next(iter(at.app.posts)), "https://www.linkedin.com/feed/update/x/")
    assert isinstance(at.run(me, me.lookup(payload, lost(at, me, payload, 1, first), (), first)), CannotTell)


def test_a_comment_is_found_on_its_post(page, at, said, fake):
    payload = said(page, first_comment="More")
    first = at.run(page, page.publish(payload, 0))
    intent = lost(at, page, payload, 1, first)
    found = at.run(page, page.lookup(payload, intent, (), first))
    assert found.receipt.id == fake.public[1].id
    fake.comments[first.id].clear()
    assert at.run(page, page.lookup(payload, intent, (), first)) == Absent()


def test_a_listing_that_cannot_be_read_tells_nothing(page, at, said, fake):
    payload = said(page)
    intent = lost(at, page, payload)
    fake.faults.append(Fault("status", method="GET", status=500, body="<html>"))
    assert isinstance(at.run(page, page.lookup(payload, intent, (), None)), CannotTell)


@pytest.mark.parametrize(
    ("part", "minutes", "paging", "kind"),
    [
        (0, [-2], {"total": 9}, Absent),
        (0, [1], {"links": []}, Absent),
        (0, [1], {"links": [{"rel": "next", "href": "/"}]}, CannotTell),
        (1, [-2], {"total": 1}, Absent),
        (1, [-2], {"total": 9}, CannotTell),
        (1, [-2] * 100, {}, CannotTell),
    ],
)
def test_a_listing_with_more_pages_tells_nothing_unless_it_reaches_back(page, at, said, part, minutes, paging, kind):
    payload = said(page, first_comment="More")
    first = at.run(page, page.publish(payload, 0))
    commit = at.seen[-1] if part == 0 else lost(at, page, payload, 1, first).request
    intent = Intent(part, commit, at.clock.now())
    times = [(intent.at + timedelta(minutes=n)).timestamp() * 1000 for n in minutes]
    looking = page.lookup(payload, intent, (), first)
    next(looking)
    with pytest.raises(StopIteration) as end:
        looking.send(Answer(200, {}, {"elements": [{"created": {"time": time}} for time in times], "paging": paging}))
    assert isinstance(end.value.value, kind)


# -- signing in ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "scope"),
    [(ME, "w_member_social"), (replace(PAGE, settings={**PAGE.settings, "client_id": "app"}), "rw_organization_admin")],
)
def test_a_login_asks_for_what_the_author_needs(fake, driver, consent, channel, scope):
    network, visit = NETWORK(channel), consent(fake)
    guest = driver(fake, "", fake.clock)
    inputs = {"redirect_uri": "http://127.0.0.1:8737/callback", "state": "s", "challenge": "c", "verifier": "v"}
    tokens = guest.run(network, network.login(inputs), visit=visit)
    assert scope in visit.asked[0]["scope"].split()
    assert "code_challenge" not in visit.asked[0]
    assert (set(tokens.values), tokens.expires_in) == ({"token"}, 5_184_000)
    assert dict(guest.seen[-1].body.pairs)["client_secret"] == "\x00client_secret\x00"


def test_by_hand_the_form_has_the_link(page, said):
    assert page.share_link(said(page, title="T", link="https://a.org")).endswith("share-offsite/?url=https%3A%2F%2Fa.org")
    assert page.share_link(said(page)) == "https://www.linkedin.com/feed/"
