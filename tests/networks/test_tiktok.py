"""TikTok: films in chunks, photos by address, what an app may do before its audit, what becomes of a post."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks import _tiktok_film
from smm_cli.networks.check import check_payload
from smm_cli.networks.tiktok import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.tiktok import FAKE
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Tokens
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Blob, Media, Post

CHANNEL = Channel("tiktok", "tiktok", {"privacy": "public", "client_id": "key1"})
INBOX = replace(CHANNEL, settings={"privacy": "private", "mode": "inbox"})
FILM = bytes(range(256)) * 100_000


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL, Account("@ada"))


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("ada"), fake.clock)


@pytest.fixture
def film(at):
    return Media("a.mp4", blob=at.blob(FILM, "video/mp4"), seconds=20.0)


@pytest.fixture
def photos(at):
    return tuple(Media(f"{name}.jpg", blob=at.blob(name.encode(), "image/jpeg")) for name in "ab")


def said(network, seal, facts, media, body="Look #here", **fields):
    media = media if isinstance(media, tuple) else (media,)
    return seal(network.compose(Post("launch", "p.md", body, **{"title": "A title", "media": media, **fields}), facts))


def asked(at, path):
    return next(step for step in at.seen if path in step.url)


# -- settings and composing -------------------------------------------------------------------------------------------------


def test_privacy_has_no_default():
    with pytest.raises(ValidationError, match="privacy"):
        NETWORK(replace(CHANNEL, settings={}))


def test_a_film_has_its_caption_and_switches(at, network, seal, facts, film):
    options = {"duet": False, "ai": True, "cover_at": 1.5}
    at.run(network, network.publish(said(network, seal, facts, film, visibility="private", options=options), 0))
    info = asked(at, "video/init").body.value["post_info"]
    assert (info["title"], info["privacy_level"], info["disable_duet"], info["disable_comment"]) == ("Look #here", "SELF_ONLY", True, False)
    assert (info["is_aigc"], info["video_cover_timestamp_ms"]) == (True, 1500)


def test_photos_have_title_and_description_and_public_addresses(at, network, seal, facts, photos):
    receipt = at.run(network, network.publish(said(network, seal, facts, photos, tags=("open source",)), 0))
    body = asked(at, "content/init").body.value
    assert (body["post_info"]["title"], body["post_info"]["description"]) == ("A title", "Look #here\n\n#OpenSource")
    assert [url.startswith("https://media.example/") for url in body["source_info"]["photo_images"]] == [True, True]
    assert (body["media_type"], body["post_mode"]) == ("PHOTO", "DIRECT_POST")
    assert receipt.url.startswith("https://www.tiktok.com/@ada/photo/")


def test_photos_that_are_paid_for_or_advertise_say_so(at, network, seal, facts, photos):
    at.run(network, network.publish(said(network, seal, facts, photos, options={"branded": True, "own_brand": True}), 0))
    info = asked(at, "content/init").body.value["post_info"]
    assert (info["brand_content_toggle"], info["brand_organic_toggle"]) == (True, True)


def test_typed_names_call_nobody_and_people_are_called(network, facts, film):
    facts = replace(facts, people={"bea": Person("bea", {"tiktok": "@beatok"})})
    assert network.compose(Post("p", "p.md", "@{bea}, not @cy", media=(film,)), facts).parts[0].text == "@beatok, not @\u2060cy"


@pytest.mark.parametrize(("length", "fits"), [(2200, True), (2201, False)])
def test_a_caption_of_a_film_is_shorter_than_a_description_of_photos(at, network, seal, facts, film, photos, length, fits):
    def problems(media):
        post = Post("p", "p.md", "a" * length, media=media)
        return {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}

    assert ("too-long" not in problems((film,))) == fits
    assert "too-long" not in problems(photos)
    if not fits:
        with pytest.raises(Rejected, match="too long"):
            at.run(network, network.publish(said(network, seal, facts, film, "a" * length), 0))


def test_films_and_photos_do_not_mix_and_text_alone_is_a_problem(network, facts, film, photos):
    mixed = Post("p", "p.md", "x", media=(film, *photos))
    assert "mixed-media" in {problem.slug for problem in check_payload(network, mixed, network.compose(mixed, facts), facts)}
    bare = Post("p", "p.md", "x")
    assert "media-missing" in {problem.slug for problem in check_payload(network, bare, network.compose(bare, facts), facts)}


# -- films ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 4_999_999, 5_000_000, 10_000_000, 19_999_999, 20_000_000, 64_500_000, 99_999_999, 4_000_000_000])
def test_chunks_hold_the_rules_of_any_size(size):
    blob = Blob("a", size, "video/mp4")
    told, spans = _tiktok_film.announced(blob), _tiktok_film.pieces(blob)
    assert told["total_chunk_count"] == len(spans) == size // told["chunk_size"] <= 1000
    assert told["chunk_size"] == size or 5_000_000 <= told["chunk_size"] <= 64_000_000
    assert len(spans) > 1 or size <= 64_000_000
    assert (spans[0][0], spans[-1][1]) == (0, size)
    assert all(stop == start for (_, stop), (start, _) in pairwise(spans))
    assert spans[-1][1] - spans[-1][0] <= 128_000_000


def test_only_the_last_chunk_publishes_and_its_address_is_hidden(fake, at, network, seal, facts, film):
    receipt = at.run(network, network.publish(said(network, seal, facts, film), 0))
    puts = [step for step in at.seen if step.method == "PUT"]
    assert [step.commits for step in puts] == [False, True]
    assert {step.auth for step in puts} == {""}
    assert "data.upload_url" in asked(at, "video/init").secret
    assert [posted.id for posted in fake.public] == [receipt.id]
    assert receipt.more == {"publish_id": "v_pub_file~v2.1"}
    assert receipt.url == f"https://www.tiktok.com/@ada/video/{receipt.id}"


def test_a_chunk_out_of_step_is_tried_anew(fake, network):
    assert isinstance(network.fault(416, {}, ""), Retriable)
    assert isinstance(network.fault(404, {}, "404 page not found"), Retriable)


def lost(at, network, payload, fake, kind):
    """The intent and the answers before it, of a commit whose answer was lost."""
    fake.faults.append(Fault(kind, commits=True, skip=1 if payload.parts[0].fields["film"] else 0))
    answers = []
    conversation, told = network.publish(payload, 0), None
    while True:
        step = conversation.send(told)
        told = None
        if isinstance(step, Request):
            try:
                told = at.ask(network, step)
            except OSError:
                return Intent(0, step, fake.now()), tuple(answers)
            answers.append(told)


def test_a_film_whose_answer_was_lost_is_known_by_its_own_state(fake, at, network, seal, facts, film):
    payload = said(network, seal, facts, film)
    intent, answers = lost(at, network, payload, fake, "silence_after")
    with pytest.raises(Retriable, match="still works"):
        at.run(network, network.lookup(payload, intent, answers, None))
    fake.ready_after = 0
    found = at.run(network, network.lookup(payload, intent, answers, None))
    assert isinstance(found, Found)
    assert found.receipt.id == fake.public[0].id


def test_a_film_whose_last_chunk_never_came_is_absent(fake, at, network, seal, facts, film):
    payload = said(network, seal, facts, film)
    intent, answers = lost(at, network, payload, fake, "silence_before")
    assert isinstance(at.run(network, network.lookup(payload, intent, answers, None)), Absent)


def test_photos_whose_answer_was_lost_are_found_or_a_person_must_look(fake, at, network, seal, facts, photos):
    payload = said(network, seal, facts, photos)
    intent, answers = lost(at, network, payload, fake, "silence_before")
    assert at.run(network, network.lookup(payload, intent, answers, None)) == CannotTell("https://www.tiktok.com/@ada")
    at.run(network, network.publish(payload, 0))
    found = at.run(network, network.lookup(payload, intent, answers, None))
    assert isinstance(found, Found)
    assert found.receipt.url == fake.public[0].url
    assert not network.decisive


def test_a_post_that_fails_afterwards_is_told_with_its_reason(fake, at, network, seal, facts, film):
    fake.verdict = "FAILED"
    with pytest.raises(Rejected, match="frame_rate_check_failed"):
        at.run(network, network.publish(said(network, seal, facts, film), 0))


def test_a_post_under_moderation_keeps_its_publish_id(fake, at, network, seal, facts, film):
    fake.moderated = False
    receipt = at.run(network, network.publish(said(network, seal, facts, film), 0))
    assert (receipt.id, receipt.url) == ("v_pub_file~v2.1", "https://www.tiktok.com/@ada")


# -- what the creator and the app may do ------------------------------------------------------------------------------------


def test_a_privacy_that_the_creator_does_not_offer_is_refused_before_anything_is_sent(at, network, seal, facts, film):
    with pytest.raises(Rejected, match="it offers public, friends, private"):
        at.run(network, network.publish(said(network, seal, facts, film, visibility="followers"), 0))
    assert not [step for step in at.seen if "init" in step.url]


def test_a_film_longer_than_the_creator_may_post_is_refused(fake, at, network, seal, facts, film):
    fake.longest = 10
    with pytest.raises(Rejected, match="may post 10 s"):
        at.run(network, network.publish(said(network, seal, facts, film), 0))


def test_an_app_without_audit_stops_the_channel_and_says_what_helps(fake, at, network, seal, facts, film):
    fake.audited = False
    with pytest.raises(AuthFailed) as stopped:
        at.run(network, network.publish(said(network, seal, facts, film), 0))
    assert "audited" in stopped.value.hint
    at.run(network, network.publish(said(network, seal, facts, film, visibility="private"), 0))
    assert len(fake.public) == 1


def test_an_address_of_photos_that_is_not_verified_is_told(fake, at, network, seal, facts, photos):
    fake.verified = False
    with pytest.raises(Rejected) as refused:
        at.run(network, network.publish(said(network, seal, facts, photos), 0))
    assert "URL properties" in refused.value.hint


def test_what_goes_to_the_inbox_waits_for_a_person(fake, at, seal, facts, film, photos):
    network = NETWORK(INBOX)
    at.run(network, network.publish(said(network, seal, facts, film), 0))
    assert "post_info" not in asked(at, "inbox/video/init").body.value
    at.run(network, network.publish(said(network, seal, facts, photos), 0))
    body = asked(at, "content/init").body.value
    assert (body["post_mode"], "privacy_level" in body["post_info"]) == ("MEDIA_UPLOAD", False)
    assert fake.public == []
    assert not [step for step in at.seen if "creator_info" in step.url]


def test_the_account_is_the_creator_with_her_longest_film(fake, at, network):
    fake.longest = 180
    account = at.run(network, network.verify())
    assert (account.handle, account.limits) == ("@ada", {"video_seconds": 180})
    assert at.run(NETWORK(INBOX), NETWORK(INBOX).verify()).id == "open-ada"


def wrong(status, code):
    return status, {}, {"data": {}, "error": {"code": code, "message": "said", "log_id": "1"}}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (wrong(429, "rate_limit_exceeded"), RateLimited),
        (wrong(403, "spam_risk_too_many_posts"), RateLimited),
        (wrong(403, "reached_active_user_cap"), RateLimited),
        (wrong(401, "scope_not_authorized"), AuthFailed),
        (wrong(403, "spam_risk_user_banned_from_posting"), AuthFailed),
        (wrong(200, "invalid_params"), Rejected),
        (wrong(500, "internal_error"), Retriable),
        (wrong(200, "internal_error"), Retriable),
        ((200, {}, {"error": "invalid_grant", "error_description": "Refresh token is invalid"}), AuthFailed),
        ((502, {}, "<html>"), Retriable),
        ((400, {}, None), Rejected),
    ],
)
def test_errors_are_told_by_their_code_whatever_the_status(network, answer, kind):
    assert type(network.fault(*answer)) is kind


def test_fine_answers_are_no_errors_and_a_token_that_ended_is_renewed(network):
    assert network.fault(200, {}, {"data": {}, "error": {"code": "ok"}}) is None
    assert network.fault(206, {}, "") is None
    assert network.fault(*wrong(401, "access_token_invalid")).expired


def test_signing_in_proves_itself_in_hex_and_names_its_client_key(network):
    digest = hashlib.sha256(b"v").digest()
    challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
    inputs = {"redirect_uri": "http://127.0.0.1:7/callback", "state": "s", "challenge": challenge, "verifier": "v"}
    conversation = network.login(inputs)
    query = parse_qs(urlsplit(conversation.send(None).url).query)
    assert (query["code_challenge"], query["client_key"]) == ([digest.hex()], ["key1"])
    assert query["scope"] == ["user.info.basic,video.publish,video.upload,video.list"]
    request = conversation.send(Answer(200, {}, {"code": "c"}))
    pairs = dict(request.body.pairs)
    assert (request.url, pairs["client_key"], pairs["code_verifier"]) == ("https://open.tiktokapis.com/v2/oauth/token/", "key1", "v")
    with pytest.raises(StopIteration) as end:
        conversation.send(Answer(200, {}, {"access_token": "a", "refresh_token": "r", "expires_in": 86400}))
    assert end.value.value == Tokens({"token": "a", "refresh": "r"}, 86400.0)
    other = NETWORK(replace(CHANNEL, settings={**CHANNEL.settings, "challenge": "base64url"}))
    assert parse_qs(urlsplit(other.login(inputs).send(None).url).query)["code_challenge"] == [challenge]
