"""Instagram: containers, carousels, reels, stories, comments, both logins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.check import check_payload
from smm_cli.networks.instagram import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.facebook import FAKE as FACEBOOK
from smm_cli.sandbox.fakes.instagram import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer
from smm_cli.words.post import Media, Post

CHANNEL = Channel("ig", "instagram", {})
INPUTS = {"redirect_uri": "https://example.org/", "state": "s", "challenge": "c", "verifier": "v"}


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    return driver(fake, "sandbox-acme", fake.clock)


def picture(at, name="a.jpg", alt="A cat", width=1000, height=1000):
    return Media(name, alt, blob=at.blob(name.encode(), "image/jpeg"), width=width, height=height)


def film(at, name="f.mp4"):
    return Media(name, "A walk", blob=at.blob(name.encode(), "video/mp4"), width=720, height=1280, seconds=20.0)


def said(network, seal, facts, *media, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, media=media, **fields), facts))


def made(at):
    return [dict(request.body.pairs) for request in at.seen if request.url.endswith("/media")]


def committed(at):
    return [request for request in at.seen if request.commits]


def problems(network, facts, *media, body="Hello", **fields):
    post = Post("launch", "posts/launch.md", body, media=media, **fields)
    return [(problem.slug, problem.severity) for problem in check_payload(network, post, network.compose(post, facts), facts)]


def test_a_picture_goes_out_by_its_public_address_with_its_description(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts, picture(at)), 0))
    (container,) = made(at)
    assert container["image_url"].startswith("https://media.example/")
    assert container["image_url"].endswith(".jpg")
    assert (container["caption"], container["alt_text"]) == ("Hello you", "A cat")
    assert "media_type" not in container
    assert receipt.id == fake.public[0].id
    assert receipt.url == f"https://www.instagram.com/p/{receipt.id}/"


def test_several_files_are_a_carousel_whose_caption_stands_on_the_whole(fake, at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts, picture(at), film(at)), 0))
    first, second, whole = made(at)
    assert (first["is_carousel_item"], second["media_type"], second["is_carousel_item"]) == ("true", "VIDEO", "true")
    assert "caption" not in first
    assert (whole["media_type"], whole["caption"], len(whole["children"].split(","))) == ("CAROUSEL", "Hello you", 2)
    assert fake.public[0].media == ("A cat", "")
    assert at.waited == [2.0, 3.0, 5.0, 10.0]


def test_a_film_alone_is_a_reel_with_its_options(fake, at, network, seal, facts):
    options = {"share_to_feed": False, "thumb_offset": 1500, "collaborators": ["@ada"]}
    at.run(network, network.publish(said(network, seal, facts, film(at), options=options), 0))
    (reel,) = made(at)
    assert (reel["media_type"], reel["share_to_feed"], reel["thumb_offset"]) == ("REELS", "false", "1500")
    assert reel["collaborators"] == '["ada"]'


def test_a_story_has_no_words(at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts, picture(at), options={"story": True}), 0))
    (story,) = made(at)
    assert set(story) == {"media_type", "image_url"}
    assert ("story", "warning") in problems(network, facts, picture(at), options={"story": True})
    assert ("story", "error") in problems(network, facts, picture(at), film(at), body="", options={"story": True})


def test_a_post_without_a_file_is_refused_before(network, facts):
    assert ("media-missing", "error") in problems(network, facts)


@pytest.mark.parametrize(("width", "height", "wrong"), [(800, 1000, False), (700, 1000, True), (1910, 1000, False), (2000, 1000, True)])
def test_pictures_too_tall_or_too_wide_are_told_before(at, network, facts, width, height, wrong):
    assert (("media-shape", "error") in problems(network, facts, picture(at, width=width, height=height))) is wrong


@pytest.mark.parametrize(("count", "slug"), [(5, None), (6, "many-tags"), (30, "many-tags"), (31, "too-many-tags")])
def test_hashtags_are_counted(at, network, facts, count, slug):
    found = [slug for slug, _ in problems(network, facts, picture(at), body=" ".join(f"#t{n}" for n in range(count)))]
    assert found == ([slug] if slug else [])


def test_a_long_first_comment_is_told_before(at, network, facts):
    assert ("too-long", "error") in problems(network, facts, picture(at), first_comment="a" * 301)
    assert problems(network, facts, picture(at), first_comment="a" * 300) == []


def test_typed_names_call_nobody(at, network, seal, facts):
    assert said(network, seal, facts, picture(at), body="Hi @bob").parts[0].text == "Hi @\u2060bob"


def test_what_failed_in_passing_is_made_again(fake, at, network, seal, facts):
    fake.spoils.append("2207003")
    at.run(network, network.publish(said(network, seal, facts, picture(at)), 0))
    assert len(made(at)) == 2
    assert len(fake.public) == 1


@pytest.mark.parametrize("wrong", [["2207026"], ["2207003"] * 3])
def test_what_instagram_cannot_use_is_refused(fake, at, network, seal, facts, wrong):
    fake.spoils.extend(wrong)
    with pytest.raises(Rejected, match=wrong[0]):
        at.run(network, network.publish(said(network, seal, facts, picture(at)), 0))
    assert committed(at) == []


@pytest.mark.parametrize(("kind", "found"), [("silence_after", Found), ("silence_before", Absent)])
def test_after_a_lost_answer_the_container_says_whether_it_was_published(fake, at, network, seal, facts, noon, kind, found):
    payload = said(network, seal, facts, picture(at))
    at.run(network, network.publish(said(network, seal, facts, picture(at), body="Another"), 0))
    fake.faults.append(Fault(kind, commits=True))
    with pytest.raises(OSError):
        at.run(network, network.publish(payload, 0))
    told = at.run(network, network.lookup(payload, Intent(0, committed(at)[-1], noon), (), None))
    assert isinstance(told, found)
    assert found is Absent or (told.receipt.id, told.receipt.at) == (fake.public[-1].id, noon)


def test_a_container_that_ended_was_not_published(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, picture(at))
    fake.faults.append(Fault("silence_before", commits=True))
    with pytest.raises(OSError):
        at.run(network, network.publish(payload, 0))
    fake.clock.set(noon + timedelta(days=2))
    assert at.run(network, network.lookup(payload, Intent(0, committed(at)[-1], noon), (), None)) == Absent()


@pytest.mark.parametrize(("prepares", "found"), [(10.0, Found), (900.0, CannotTell)])
def test_a_container_still_being_published_is_neither_public_nor_absent(fake, at, network, seal, facts, noon, prepares, found):
    payload = said(network, seal, facts, picture(at))
    at.run(network, network.publish(payload, 0))
    busy = Answer(200, {}, {"status_code": "IN_PROGRESS"})
    ask, until = at.ask, fake.clock.now() + timedelta(seconds=prepares)
    at.ask = lambda network, request: busy if "status_code" in str(request.query) and fake.clock.now() < until else ask(network, request)
    assert isinstance(at.run(network, network.lookup(payload, Intent(0, committed(at)[-1], noon), (), None)), found)


def test_a_container_that_nobody_knows_any_more_tells_nothing(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, picture(at))
    at.run(network, network.publish(payload, 0))
    fake.objects.clear()
    assert isinstance(at.run(network, network.lookup(payload, Intent(0, committed(at)[-1], noon), (), None)), CannotTell)


def test_a_comment_is_found_below_its_post(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, picture(at), first_comment="More.")
    post = at.run(network, network.publish(payload, 0))
    conversation = network.publish(payload, 1)
    receipt = at.run(network, conversation, post)
    found = at.run(network, network.lookup(payload, Intent(1, committed(at)[-1], noon), (), post))
    assert found.receipt.id == receipt.id == fake.public[-1].id
    assert fake.public[-1].reply_to == post.id
    assert [name for name, _ in at.seen[-1].query] == ["fields", "limit"]


def test_posts_are_deleted_with_facebook_login_only(fake, at, network, seal, facts):
    post = at.run(network, network.publish(said(network, seal, facts, picture(at)), 0))
    with pytest.raises(Rejected, match="Facebook login only"):
        at.run(network, network.withdraw(post, 0))
    comment = at.run(network, network.comment("More.", post))
    at.run(network, network.withdraw(comment, 1))
    assert [posted.id for posted in fake.public] == [post.id]


@pytest.fixture
def by_page(noon, driver):
    """The other stack: the account hangs on a Page, Facebook's graph answers."""
    fake = FACEBOOK(SetClock(noon))
    return fake, driver(fake, "sandbox-acme", fake.clock), NETWORK(replace(CHANNEL, settings={"login": "facebook"}))


def test_with_facebook_login_the_page_knows_the_account(by_page, seal, facts):
    fake, at, network = by_page
    receipt = at.run(network, network.publish(said(network, seal, facts, picture(at)), 0))
    assert {request.url.split("/")[2] for request in at.seen} == {"graph.facebook.com"}
    assert f"/{fake.number('acme')}/media" in at.seen[1].url
    at.run(network, network.withdraw(receipt, 0))
    at.run(network, network.withdraw(PartReceipt("404"), 0))
    assert fake.public == []
    assert at.run(network, network.verify()).handle == "@acme"


def test_a_page_without_an_account_says_so(by_page, seal, facts):
    fake, at, network = by_page
    fake.faults.append(Fault("status", status=200, body={"id": "1"}))
    with pytest.raises(AuthFailed, match="hangs on this Page"):
        at.run(network, network.publish(said(network, seal, facts, picture(at)), 0))


def test_verify_names_the_account(at, network):
    account = at.run(network, network.verify())
    assert (account.handle, account.url) == ("@acme", "https://www.instagram.com/acme/")


def test_verify_reads_the_account_out_of_a_list(fake, at, network):
    listed = {"data": [{"user_id": "178", "username": "acme"}]}
    fake.faults.append(Fault("status", path="/me$", status=200, body=listed))
    assert at.run(network, network.verify()).handle == "@acme"


def test_login_takes_a_token_out_of_a_list_and_makes_it_last(fake, driver):
    network, visited = NETWORK(replace(CHANNEL, settings={"client_id": "42"})), []
    at = driver(fake, "", fake.clock)
    tokens = at.run(network, network.login(INPUTS), visit=lambda url: visited.append(url) or "code")
    assert visited[0].startswith("https://www.instagram.com/oauth/authorize?")
    assert tokens.values == {"token": "sandbox-it", "refresh": "sandbox-it"}
    assert tokens.expires_in == 30 * 86_400
    assert all("data.0.access_token" in request.secret for request in at.seen[:1])


def test_a_token_is_renewed_by_itself(fake, driver, network):
    fake.tokens["\x00refresh\x00"] = "acme"
    tokens = driver(fake, "", fake.clock).run(network, network.refresh())
    assert tokens.values["token"] == "sandbox-acme"


def test_credentials_go_to_the_hosts_of_their_login_only(network, by_page):
    assert network.hosts() == ("graph.instagram.com", "api.instagram.com")
    assert by_page[2].hosts() == ("graph.facebook.com",)
