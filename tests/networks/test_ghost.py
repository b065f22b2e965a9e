"""Articles on Ghost: names, pictures, e-mail, versions, faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.accounts.sign import sign
from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.ghost import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.ghost import FAKE, KEY
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.post import Media, Post

CHANNEL = Channel("blog", "ghost", {"url": "https://blog.example"})


def with_settings(**more):
    return NETWORK(replace(CHANNEL, settings={"url": "https://blog.example", **more}))


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    """A driver that signs each request as the transport does."""

    class Signing(driver):
        secret = f"sandbox-ada:{KEY.hex()}"

        async def _send(self, request):
            self.raw = sign(NETWORK.auth, {"admin_key": self.secret}, request.method, request.url, {}, b"", self.clock.now())
            return await super()._send(request)

    return Signing(fake, "", fake.clock)


@pytest.fixture
def said(seal, facts):
    def made(network, body="Hello *you*", facts=facts, **fields):
        return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "We launch", **fields}), facts))

    return made


def sent(at):
    return next(one for one in reversed(at.seen) if one.commits).body.value["posts"][0]


def looked(at, network, payload, noon):
    intent = Intent(0, next(one for one in reversed(at.seen) if one.commits), noon)
    return at.run(network, network.lookup(payload, intent, (), None))


def found(network, facts, **fields):
    post = Post("launch", "posts/launch.md", "Hi", **fields)
    return [one.slug for one in check_payload(network, post, network.compose(post, facts), facts)]


def test_a_title_is_demanded_and_its_length_is_checked(network, facts):
    assert found(network, facts) == ["title-missing"]
    assert found(network, facts, title="x" * 255) == []
    assert found(network, facts, title="x" * 256) == ["too-long"]
    assert found(network, facts, title="x", options={"excerpt": "x" * 301}) == ["too-long"]


def test_the_description_of_the_first_picture_is_shorter_than_others(network, at, facts, png):
    blob = at.blob(png, "image/png")
    assert found(network, facts, title="x", media=(Media("a.png", alt="x" * 192, blob=blob),)) == ["alt-too-long"]
    more = (Media("a.png", alt="x", blob=blob), Media("b.png", alt="x" * 192, blob=at.blob(png + b" ", "image/png")))
    assert found(network, facts, title="x", media=more) == []


def test_tags_are_never_internal_ones(network, at, said):
    at.run(network, network.publish(said(network, tags=("#hidden", "a b")), 0))
    assert sent(at)["tags"] == [{"name": "hidden"}, {"name": "a b"}]


def test_a_name_that_another_post_has_is_not_used_twice(network, at, said, fake):
    for body in ("one", "two"):
        at.run(network, network.publish(said(network, body), 0))
    assert [post["slug"] for post in fake.posts.values()] == ["we-launch", f"we-launch-{said(network, 'two').key[:6]}"]


def test_films_stay_html_in_a_card_of_their_own(network, at, said):
    film = Media("a.mp4", alt="A film", blob=at.blob(b"film", "video/mp4"))
    at.run(network, network.publish(said(network, media=(film,)), 0))
    assert '<!--kg-card-begin: html-->\n<figure><video src="https://blog.example/content/media/2026/11/' in sent(at)["html"]
    assert sent(at)["feature_image"] is None


def test_nothing_goes_by_mail_unless_the_settings_or_the_post_say_so(network, at, said, fake):
    at.run(network, network.publish(said(network), 0))
    assert [one.method for one in at.seen if one.body] == ["POST"]
    assert fake.mailed == []
    mailing = with_settings(newsletter="default-newsletter", segment="status:free")
    at.run(mailing, mailing.publish(said(mailing, options={"newsletter": "none"}), 0))
    assert fake.mailed == []
    receipt = at.run(mailing, mailing.publish(said(mailing, title="By mail"), 0))
    assert fake.mailed == [(receipt.id, "status:free")]
    assert receipt.more["status"] == "published"


def test_a_draft_that_was_to_go_by_mail_is_used_again(at, said, fake, noon):
    mailing = with_settings(newsletter="default-newsletter")
    fake.faults.append(Fault("silence_before", "PUT"))
    with pytest.raises(OSError):
        at.run(mailing, mailing.publish(said(mailing), 0))
    assert isinstance(looked(at, mailing, said(mailing), noon), Absent)
    receipt = at.run(mailing, mailing.publish(said(mailing), 0))
    assert list(fake.posts) == [receipt.id]
    assert isinstance(looked(at, mailing, said(mailing), noon), Found)


def test_an_edit_names_the_version_that_it_changes(network, at, said, fake, png):
    media = (Media("a.png", alt="x", blob=at.blob(png, "image/png")),)
    receipt = at.run(network, network.publish(said(network, media=media, tags=("a",)), 0))
    after = at.run(network, network.edit(said(network, "Better", media=media), 0, receipt))
    assert (after.url, len(fake.files)) == (receipt.url, 1)
    assert fake.posts[receipt.id]["tags"] == []
    fake.faults.append(Fault("status", "PUT", status=409, body={"errors": [{"message": "Saving failed!", "code": "UPDATE_COLLISION"}]}))
    with pytest.raises(Retriable, match="Saving failed"):
        at.run(network, network.edit(said(network, "Best", media=media), 0, receipt))


def test_another_post_of_that_name_is_not_taken_for_ours(network, at, said, noon, fake):
    payload = said(network)
    receipt = at.run(network, network.publish(payload, 0))
    assert looked(at, network, payload, noon).receipt.url == receipt.url
    assert isinstance(looked(at, network, payload, noon + timedelta(hours=1)), CannotTell)
    fake.posts[receipt.id]["title"] = "Somebody else's"
    assert isinstance(looked(at, network, payload, noon), CannotTell)
    del fake.posts[receipt.id]
    assert isinstance(looked(at, network, payload, noon), Absent)


def test_a_post_that_ghost_numbered_since_a_page_had_its_name_is_found(network, at, said, noon, fake):
    payload = said(network)
    receipt = at.run(network, network.publish(payload, 0))
    fake.posts[receipt.id]["slug"] += "-2"
    assert looked(at, network, payload, noon).receipt.id == receipt.id
    fake.posts[receipt.id]["title"] = "Somebody else's"
    assert isinstance(looked(at, network, payload, noon), Absent)


@pytest.mark.parametrize("name", ["rss", "ghost", "a"])
def test_names_that_ghost_changes_are_not_asked_for(network, at, said, name):
    payload = said(network, options={"slug": name})
    at.run(network, network.publish(payload, 0))
    assert sent(at)["slug"] == f"{name}-{payload.key[:6]}"


def test_withdrawing_what_is_gone_is_success(network, at, said, fake):
    receipt = at.run(network, network.publish(said(network), 0))
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_a_wrong_key_is_told(network, at):
    at.secret = "sandbox-ada:" + "00" * 20
    with pytest.raises(AuthFailed, match="invalid signature"):
        at.run(network, network.verify())


def said_by_ghost(kind, **more):
    return {"errors": [{"message": "no", "context": "because", "type": kind, **more}]}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (201, {"posts": []}, None),
        (301, "", Rejected),
        (400, said_by_ghost("BadRequestError"), Rejected),
        (401, said_by_ghost("UnauthorizedError", code="INVALID_JWT"), AuthFailed),
        (403, said_by_ghost("NoPermissionError"), AuthFailed),
        (403, said_by_ghost("HostLimitError"), AuthFailed),
        (403, "<html>", Retriable),
        (404, said_by_ghost("NotFoundError"), Rejected),
        (404, "<html>", Rejected),
        (406, said_by_ghost("RequestNotAcceptableError"), Rejected),
        (409, said_by_ghost("UpdateCollisionError"), Retriable),
        (413, "<html>", Rejected),
        (415, said_by_ghost("UnsupportedMediaTypeError"), Rejected),
        (422, said_by_ghost("ValidationError"), Rejected),
        (429, said_by_ghost("TooManyRequestsError"), RateLimited),
        (503, said_by_ghost("MaintenanceError"), Retriable),
        (500, {"errors": []}, Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))
