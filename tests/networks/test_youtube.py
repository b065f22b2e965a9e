"""YouTube: uploads that go on where they broke off, privacy that publishes, quotas, signing in at Google."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks import _google_upload
from smm_cli.networks.check import check_payload
from smm_cli.networks.youtube import NETWORK, SCOPES
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.youtube import FAKE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, Found, Intent, Tokens, Visit, Wait
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Media, Post

CHANNEL = Channel("youtube", "youtube", {"client_id": "app.apps.example"})
FILM = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 4000
INPUTS = {"redirect_uri": "http://127.0.0.1:7/callback", "state": "s", "challenge": "c", "verifier": "v"}


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def at(fake, driver):
    return driver(fake, fake.token("ada"), fake.clock)


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(_google_upload, "CHUNK", 256 * 1024)


def film(at, **fields):
    return Media("a.mp4", alt="x", blob=at.blob(FILM, "video/mp4"), **fields)


def said(at, network, seal, facts, body="About the film", **fields):
    return seal(network.compose(Post("launch", "p.md", body, **{"title": "A film", "media": (film(at),), **fields}), facts))


def puts(at):
    return [step.headers["content-range"] for step in at.seen if "content-range" in step.headers]


# -- composing --------------------------------------------------------------------------------------------------------------


def test_title_description_tags_and_language_are_sent(fake, at, network, seal, facts):
    payload = said(at, network, seal, facts, tags=("open source", "c"), language="de", link="https://x.example")
    receipt = at.run(network, network.publish(payload, 0))
    snippet = fake.videos[receipt.id]["snippet"]
    assert (snippet["title"], snippet["tags"], snippet["defaultLanguage"]) == ("A film", ["open source", "c"], "de")
    assert snippet["description"] == "About the film\n\nhttps://x.example"
    assert receipt.url == f"https://www.youtube.com/watch?v={receipt.id}"


def test_angle_brackets_are_written_as_signs_that_are_taken(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(at, network, seal, facts, "1 < 2", title="a <b>", tags=("<x>",)), 0))
    snippet = fake.videos[receipt.id]["snippet"]
    assert (snippet["title"], snippet["description"], snippet["tags"]) == ("a ‹b›", "1 ‹ 2", ["‹x›"])


def test_typed_names_call_nobody_and_people_are_called(network, facts):
    facts = replace(facts, people={"bea": Person("bea", {"youtube": "@beatube"})})
    part = network.compose(Post("p", "p.md", "@{bea}, not @cy", title="With @dee"), facts).parts[0]
    assert (part.text, part.fields["title"]) == ("@beatube, not @\u2060cy", "With @\u2060dee")


@pytest.mark.parametrize(
    ("tags", "fits"),
    [(("t" * 500,), True), (("t" * 501,), False), (("t" * 247, "t t" + "t" * 247), True), (("a b" * 100, "c" * 198), False)],
)
def test_tags_count_together_with_commas_and_quotes(at, network, seal, facts, tags, fits):
    post = Post("p", "p.md", "x", title="T", tags=tags, media=(film(at),))
    payload = network.compose(post, facts)
    assert ("too-long" not in {problem.slug for problem in check_payload(network, post, payload, facts)}) == fits
    if not fits:
        with pytest.raises(Rejected, match="keywords"):
            at.run(network, network.publish(seal(payload), 0))


def test_a_post_without_film_is_a_problem_and_pictures_are_not_taken(at, network, facts, png):
    post = Post("p", "p.md", "x", title="T", media=(Media("a.png", alt="a", blob=at.blob(png, "image/png")),))
    assert {"video-missing", "media-kind"} <= {p.slug for p in check_payload(network, post, network.compose(post, facts), facts)}


# -- uploading --------------------------------------------------------------------------------------------------------------


def test_a_film_is_uploaded_as_private_and_published_by_its_privacy(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(at, network, seal, facts, visibility="unlisted"), 0))
    (commit,) = [step for step in at.seen if step.commits]
    assert commit.method == "PUT"
    assert commit.body.value["status"]["privacyStatus"] == "unlisted"
    first = next(step for step in at.seen if step.method == "POST")
    assert first.body.value["status"]["privacyStatus"] == "private"
    assert "header:location" in first.secret
    assert [posted.id for posted in fake.public] == [receipt.id]


@pytest.mark.usefixtures("small_chunks")
def test_a_long_film_goes_in_chunks(fake, at, network, seal, facts):
    at.run(network, network.publish(said(at, network, seal, facts), 0))
    size = len(FILM)
    starts = [0, 262144, 524288, 786432]
    assert puts(at) == [f"bytes */{size}", *(f"bytes {start}-{min(start + 262144, size) - 1}/{size}" for start in starts)]
    assert bytes(fake.sessions["session1"].content) == FILM


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("kind", ["silence_before", "silence_after"])
def test_an_upload_that_broke_off_goes_on_where_it_was(fake, at, network, seal, facts, kind):
    payload = said(at, network, seal, facts)
    fake.faults.append(Fault(kind, method="PUT", path="/upload/", skip=2))
    with pytest.raises(OSError, match="upload"):
        at.run(network, network.publish(payload, 0))
    first = next(at_ for at_ in at.seen if at_.method == "POST")
    session = f"https://www.googleapis.com{first.url.partition('googleapis.com')[2]}?upload_id=session1"
    conversation, told = network.publish(payload, 0), None
    at.seen.clear()
    step = conversation.send(None)
    told = Answer(200, {"location": session})  # as the journal has it
    while not (isinstance(step, Request) and step.method == "GET"):
        step = conversation.send(told)
        told = at.ask(network, step) if isinstance(step, Request) else None
    done = 1 if kind == "silence_before" else 2
    assert puts(at)[:2] == [f"bytes */{len(FILM)}", f"bytes {done * 262144}-{(done + 1) * 262144 - 1}/{len(FILM)}"]
    assert bytes(fake.sessions["session1"].content) == FILM
    assert len(fake.videos) == 1


def test_a_film_that_is_whole_is_not_sent_again(fake, at, network, seal, facts):
    payload = said(at, network, seal, facts)
    at.run(network, network.publish(payload, 0))
    session = "https://www.googleapis.com/upload/youtube/v3/videos?upload_id=session1"
    answer = at.ask(network, _google_upload._asked(session, payload.parts[0].media[0].blob))
    assert (answer.status, answer.get("id")) == (200, next(iter(fake.videos)))


def test_a_session_that_is_gone_is_opened_again(fake, at, network, seal, facts):
    payload = said(at, network, seal, facts)
    conversation = network.publish(payload, 0)
    conversation.send(None)
    asked = conversation.send(Answer(200, {"location": "https://www.googleapis.com/upload/youtube/v3/videos?upload_id=lost"}))
    again = conversation.send(at.ask(network, asked))
    assert again.method == "POST"


def test_the_answer_how_far_it_came_is_never_kept(at, network, seal, facts):
    at.run(network, network.publish(said(at, network, seal, facts), 0))
    asked = next(step for step in at.seen if step.headers.get("content-range", "").startswith("bytes */"))
    assert asked.keeps_for == 0


def test_a_film_that_youtube_rejects_is_not_published(fake, at, network, seal, facts):
    fake.verdict = "rejected"
    with pytest.raises(Rejected, match="cannot use the film"):
        at.run(network, network.publish(said(at, network, seal, facts), 0))
    assert fake.public == []


def test_a_film_still_in_the_making_after_a_while_is_published(fake, at, network, seal, facts):
    fake.ready_after = 99
    at.run(network, network.publish(said(at, network, seal, facts), 0))
    assert sum(at.waited) <= 60
    assert max(at.waited) <= 10
    assert len(fake.public) == 1


def test_a_thumbnail_is_set_and_one_that_is_refused_keeps_no_film_back(fake, at, network, seal, facts, png):
    media = (film(at, thumbnail="t.png", thumbnail_blob=at.blob(png, "image/png")),)
    receipt = at.run(network, network.publish(said(at, network, seal, facts, media=media), 0))
    assert fake.videos[receipt.id]["thumbnail"]
    assert next(step for step in at.seen if "thumbnails" in step.url).query == (("uploadType", "media"), ("videoId", receipt.id))
    fake.faults.append(Fault("status", path="thumbnails", status=403, body={"error": {"code": 403, "message": "no"}}))
    at.run(network, network.publish(said(at, network, seal, facts, media=media, title="Other"), 0))
    assert len(fake.public) == 2


def test_a_film_that_youtube_keeps_private_has_its_receipt_and_is_told(fake, at, network, seal, facts):
    fake.locked = True
    receipts = []
    conversation, told = network.publish(said(at, network, seal, facts), 0), None
    with pytest.raises(Rejected, match="left the film private"):
        while True:
            step = conversation.send(told)
            told = at.ask(network, step) if isinstance(step, Request) else None
            receipts += [step] if not isinstance(step, Request | Wait) and hasattr(step, "id") else []
    assert len(receipts) == 1


# -- afterwards -------------------------------------------------------------------------------------------------------------


def test_a_lost_answer_is_looked_up_by_the_film_itself(fake, at, network, seal, facts, noon):
    payload = said(at, network, seal, facts)
    fake.faults.append(Fault("silence_after", commits=True))
    with pytest.raises(OSError, match="videos"):
        at.run(network, network.publish(payload, 0))
    intent = Intent(0, next(step for step in at.seen if step.commits), noon)
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), Found)
    fake.videos[intent.request.body.value["id"]]["status"]["privacyStatus"] = "private"
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), Absent)
    assert network.repeat().seconds is None


def test_an_edit_changes_title_and_text_and_a_withdrawal_makes_it_private(fake, at, network, seal, facts):
    receipt = at.run(network, network.publish(said(at, network, seal, facts), 0))
    at.run(network, network.edit(said(at, network, seal, facts, "Better", title="New"), 0, receipt))
    assert fake.videos[receipt.id]["snippet"]["title"] == "New"
    assert fake.public[0].text == "Better"
    at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []
    assert fake.videos[receipt.id]["status"]["privacyStatus"] == "private"
    at.run(network, network.withdraw(replace(receipt, id="gone"), 0))


def test_the_account_is_a_channel_and_an_unverified_one_takes_a_quarter_of_an_hour(fake, at, network):
    fake.long_uploads = "eligible"
    account = at.run(network, network.verify())
    assert (account.handle, account.limits) == ("@ada", {"video_seconds": 900})
    assert NETWORK(CHANNEL, account).media_limits[0].seconds == 900
    at.token = "sandbox-nobody"
    with pytest.raises(AuthFailed, match="no YouTube channel"):
        at.run(network, network.verify())


# -- errors and signing in --------------------------------------------------------------------------------------------------


def wrong(code, reason, **more):
    return code, {}, {"error": {"code": code, "message": "said", "errors": [{"reason": reason}], **more}}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (wrong(403, "quotaExceeded"), RateLimited),
        (wrong(400, "uploadLimitExceeded"), RateLimited),
        (wrong(403, "rateLimitExceeded"), RateLimited),
        (wrong(403, "", status="RESOURCE_EXHAUSTED"), RateLimited),
        (wrong(403, "insufficientPermissions"), AuthFailed),
        (wrong(401, "youtubeSignupRequired"), AuthFailed),
        ((403, {}, {"error": {"status": "PERMISSION_DENIED", "details": [{"reason": "SERVICE_DISABLED"}]}}), AuthFailed),
        ((400, {}, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}), AuthFailed),
        (wrong(403, "forbidden"), Rejected),
        (wrong(400, "invalidTitle"), Rejected),
        (wrong(503, "backendError"), Retriable),
        ((502, {}, "<html>Bad Gateway</html>"), Retriable),
        ((404, {}, None), Rejected),
    ],
)
def test_errors_are_told_by_their_reason(network, answer, kind):
    assert type(network.fault(*answer)) is kind


def test_only_a_token_that_ended_is_renewed(network):
    assert network.fault(*wrong(401, "authError")).expired
    assert not network.fault(*wrong(401, "youtubeSignupRequired")).expired
    assert network.fault(308, {}, None) is None


def test_signing_in_asks_google_for_a_lasting_token(network):
    conversation = network.login(INPUTS)
    visit = conversation.send(None)
    assert isinstance(visit, Visit)
    asked = parse_qs(urlsplit(visit.url).query)
    assert (asked["access_type"], asked["prompt"], asked["code_challenge_method"]) == (["offline"], ["consent"], ["S256"])
    assert asked["scope"] == [" ".join(SCOPES)]
    request = conversation.send(Answer(200, {}, {"code": "4/x"}))
    pairs = dict(request.body.pairs)
    assert (request.url, pairs["code_verifier"], pairs["client_id"]) == ("https://oauth2.googleapis.com/token", "v", "app.apps.example")
    with pytest.raises(StopIteration) as end:
        conversation.send(Answer(200, {}, {"access_token": "a", "refresh_token": "r", "expires_in": 3599}))
    assert end.value.value == Tokens({"token": "a", "refresh": "r"}, 3599.0)


def test_a_renewal_keeps_the_refresh_token_that_google_does_not_send_again(network):
    conversation = network.refresh()
    assert dict(conversation.send(None).body.pairs)["grant_type"] == "refresh_token"
    with pytest.raises(StopIteration) as end:
        conversation.send(Answer(200, {}, {"access_token": "b", "expires_in": 3599}))
    assert end.value.value.values == {"token": "b"}


def test_without_an_app_signing_in_says_what_is_missing():
    with pytest.raises(AuthFailed, match="app of your own"):
        NETWORK(replace(CHANNEL, settings={})).login(INPUTS).send(None)
