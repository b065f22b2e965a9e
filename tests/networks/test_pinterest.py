"""Pins: what they are made of, films, looking through a board, the app's access, tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.pinterest import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.pinterest import BOARD, FAKE, STORE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Request
from smm_cli.words.post import Media, Post

CHANNEL = Channel("pins", "pinterest", {"board": BOARD})
INTENT = Request("POST", "https://api.pinterest.com/v5/pins", commits=True)


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    return driver(fake, "sandbox-acme", fake.clock)


def picture(at, name="a.jpg", alt="A cat", size=(1000, 1500)):
    return Media(name, alt, blob=at.blob(name.encode(), "image/jpeg"), width=size[0], height=size[1])


def film(at):
    return Media("f.mp4", "A walk", blob=at.blob(b"film", "video/mp4"), width=720, height=1280, seconds=20.0)


def said(network, seal, facts, *media, body="Hello *you*", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, media=media, **fields), facts))


def problems(network, facts, *media, **fields):
    post = Post("launch", "posts/launch.md", fields.pop("body", "Hello"), media=media, **fields)
    return [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)]


def sent(at):
    return next(request.body.value for request in at.seen if request.commits)


def test_a_pin_has_title_link_words_and_a_picture_by_its_address(fake, at, network, seal, facts, noon):
    fields = {"title": "Look", "link": "https://example.org/a", "tags": ("tools",)}
    receipt = at.run(network, network.publish(said(network, seal, facts, picture(at), **fields), 0))
    body = sent(at)
    assert (body["board_id"], body["title"], body["link"], body["alt_text"]) == (BOARD, "Look", "https://example.org/a", "A cat")
    assert body["description"] == "Hello you\n\n#tools"
    assert body["media_source"]["source_type"] == "image_url"
    assert body["media_source"]["url"].startswith("https://media.example/")
    assert (receipt.url, receipt.at) == (f"https://www.pinterest.com/pin/{receipt.id}/", noon)
    assert [posted.id for posted in fake.public] == [receipt.id]


def test_several_pictures_are_one_pin_and_of_one_size(fake, at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts, picture(at), picture(at, "b.jpg")), 0))
    source = sent(at)["media_source"]
    assert (source["source_type"], len(source["items"])) == ("multiple_image_urls", 2)
    assert problems(network, facts, picture(at), picture(at, "b.jpg")) == []
    assert problems(network, facts, picture(at), picture(at, "b.jpg", size=(10, 10))) == ["media-shape"]


def test_a_film_goes_to_its_store_without_our_credential_and_is_waited_for(fake, at, network, seal, facts):
    at.run(network, network.publish(said(network, seal, facts, film(at), options={"cover_at": 2}), 0))
    upload = next(request for request in at.seen if STORE in request.url)
    assert upload.auth == ""
    assert upload.body.fields[-1].name == "file"
    assert at.waited == [3.0, 5.0]
    assert sent(at)["media_source"]["cover_image_key_frame_time"] == 2
    assert len(fake.public) == 1


def test_a_film_that_pinterest_cannot_use_is_refused_before_there_is_a_pin(fake, at, network, seal, facts):
    fake.faults.append(Fault("status", path=r"/media/\d+", status=200, body={"status": "failed"}))
    with pytest.raises(Rejected, match="cannot use the film"):
        at.run(network, network.publish(said(network, seal, facts, film(at)), 0))
    assert fake.public == []


def test_a_pin_needs_a_picture_and_a_channel_a_board(network, facts):
    assert problems(network, facts) == ["media-missing"]
    with pytest.raises(ValidationError):
        NETWORK(replace(CHANNEL, settings={}))


def test_a_post_may_name_another_board_and_section(at, network, seal, facts):
    part = said(network, seal, facts, picture(at), options={"board": "12", "section": "34"}).parts[0]
    assert (part.fields["board"], part.fields["section"]) == ("12", "34")


@pytest.mark.parametrize(("kind", "found"), [("silence_after", Found), ("silence_before", Absent)])
def test_after_a_lost_answer_the_board_is_looked_through(fake, at, network, seal, facts, noon, kind, found):
    at.run(network, network.publish(said(network, seal, facts, picture(at), title="Other"), 0))
    payload = said(network, seal, facts, picture(at), title="Look")
    fake.faults.append(Fault(kind, commits=True))
    with pytest.raises(OSError):
        at.run(network, network.publish(payload, 0))
    told = at.run(network, network.lookup(payload, Intent(0, INTENT, noon), (), None))
    assert isinstance(told, found)
    assert found is Absent or told.receipt.id == fake.public[-1].id


def test_a_pin_in_a_section_is_looked_for_there(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, picture(at), options={"section": "34"})
    receipt = at.run(network, network.publish(payload, 0))
    told = at.run(network, network.lookup(payload, Intent(0, INTENT, noon), (), None))
    assert told.receipt.id == receipt.id
    assert at.seen[-1].url.endswith(f"/v5/boards/{BOARD}/sections/34/pins")


def test_the_cover_of_a_film_is_at_a_whole_second(network):
    with pytest.raises(ValidationError):
        network.Options.model_validate({"cover_at": 2.5})


def test_an_older_pin_alike_is_not_taken_for_it(fake, at, network, seal, facts, noon):
    payload = said(network, seal, facts, picture(at))
    at.run(network, network.publish(payload, 0))
    later = Intent(0, INTENT, noon + timedelta(minutes=5))
    assert at.run(network, network.lookup(payload, later, (), None)) == Absent()


def test_a_board_in_no_order_that_goes_on_proves_nothing(fake, at, network, seal, facts, noon):
    for hours in (0, 5, *range(6, 130)):
        fake.clock.set(noon + timedelta(hours=hours))
        at.run(network, network.publish(said(network, seal, facts, picture(at), title=f"n{hours}"), 0))
    pins = list(fake.pins.items())
    fake.pins.clear()
    fake.pins.update(pins[::-1])  # the oldest first
    payload = said(network, seal, facts, picture(at), title="gone")
    told = at.run(network, network.lookup(payload, Intent(0, INTENT, noon + timedelta(hours=200)), (), None))
    assert isinstance(told, CannotTell)
    fake.pins.clear()
    fake.pins.update(pins)
    assert at.run(network, network.lookup(payload, Intent(0, INTENT, noon + timedelta(hours=120)), (), None)) == Absent()


def test_a_list_that_is_none_proves_nothing(fake, at, network, seal, facts, noon):
    fake.faults.append(Fault("status", path="/pins$", status=200, body={}))
    told = at.run(network, network.lookup(said(network, seal, facts, picture(at)), Intent(0, INTENT, noon), (), None))
    assert isinstance(told, CannotTell)


def test_a_pin_is_changed_and_deleted_once(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(network, seal, facts, picture(at)), 0))
    assert at.run(network, network.edit(said(network, seal, facts, picture(at), body="Better"), 0, receipt)) == receipt
    assert fake.public[0].text == "Better"
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []
    fake.faults.append(Fault("status", status=503))
    with pytest.raises(Retriable):
        at.run(network, network.withdraw(PartReceipt("1"), 0))


def test_an_app_on_trial_is_told_where_it_may_publish(fake, at, network, seal, facts):
    fake.trial = True
    with pytest.raises(AuthFailed) as caught:
        at.run(network, network.publish(said(network, seal, facts, picture(at)), 0))
    assert "api-sandbox.pinterest.com" in caught.value.hint
    sandbox = NETWORK(replace(CHANNEL, settings={"board": BOARD, "server": "https://api-sandbox.pinterest.com"}))
    at.run(sandbox, sandbox.publish(said(sandbox, seal, facts, picture(at)), 0))
    assert len(fake.public) == 1
    assert sandbox.hosts() == ("api-sandbox.pinterest.com",)


def test_verify_names_the_account_and_the_boards_where_ours_is_missing(at, network):
    assert at.run(network, network.verify()).handle == "acme"
    other = NETWORK(replace(CHANNEL, settings={"board": "1"}))
    with pytest.raises(AuthFailed) as caught:
        at.run(other, other.verify())
    assert f'"{BOARD}" is Ideas' in caught.value.hint


def test_login_and_refresh_sign_as_the_app(fake, driver):
    import base64

    network = NETWORK(replace(CHANNEL, settings={"board": BOARD, "client_id": "42"}))
    at, visited = driver(fake, "", fake.clock), []
    at.raw = {"authorization": "Basic " + base64.b64encode(b"42:secret").decode()}
    inputs = {"redirect_uri": "https://example.org/", "state": "s", "challenge": "c", "verifier": "v"}
    tokens = at.run(network, network.login(inputs), visit=lambda url: visited.append(url) or "code")
    again = at.run(network, network.refresh())
    assert "scope=boards%3Aread%2Cboards%3Awrite" in visited[0]
    assert [request.auth for request in at.seen] == ["app", "app"]
    assert all("client_secret" not in dict(request.body.pairs) for request in at.seen)
    assert tokens.expires_in == 2_592_000
    assert again.values["refresh"] != tokens.values["refresh"]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(401, {"code": 2}, AuthFailed), (403, {"code": 29}, AuthFailed), (404, {"code": 40}, Rejected), (429, "", RateLimited),
     (400, {"code": 235, "message": "Unable to reach the URL. Please check"}, Retriable), (400, {"code": 1}, Rejected),
     (502, "<html>", Retriable)],
)  # fmt: skip
def test_each_answer_has_its_error(network, status, body, kind):
    found = network.fault(status, {}, body)
    assert type(found) is kind
    assert getattr(found, "expired", False) is (status == 401)


def test_by_hand_the_form_is_filled(at, network, seal, facts):
    link = network.share_link(said(network, seal, facts, picture(at), link="https://example.org/a"))
    assert link == "https://www.pinterest.com/pin/create/button/?url=https%3A%2F%2Fexample.org%2Fa&description=Hello%20you"
