"""X: what is peculiar to it. The contract does the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from smm_cli.accounts.sign import sign
from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks._x_lookup import is_same, look_for
from smm_cli.networks.check import check_payload
from smm_cli.networks.x import NETWORK
from smm_cli.sandbox.fakes.x import FAKE
from smm_cli.words.auth import OAuth1
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt, Receipt
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.post import Media, Poll, Post

CHANNEL = Channel("it", "x", {"client_id": "app"})


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
    def compose(network, body="Hello", **fields):
        return seal(network.compose(Post("p", "posts/p.md", body, **fields), facts))

    return compose


def slugs(network, facts, body, **fields):
    post = Post("p", "posts/p.md", body, **fields)
    return [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)]


def test_a_film_goes_up_in_chunks_and_is_waited_for(fake, at, network, said):
    film = bytes(range(256)) * 40_000
    medium = Media("a.mp4", blob=at.blob(film, "video/mp4"), seconds=3)
    receipt = at.run(network, network.publish(said(network, media=(medium,)), 0))
    (kept,) = fake.media.values()
    assert b"".join(kept["chunks"].values()) == film
    assert len(kept["chunks"]) == 3
    assert at.waited == [2.0]
    assert receipt.more["media"] == [kept["id"]]


def test_an_animation_is_a_gif_and_keeps_its_description(fake, at, network, said):
    medium = Media("a.gif", alt="It moves", blob=at.blob(b"GIF89a" * 9, "image/gif"), animated=True)
    at.run(network, network.publish(said(network, media=(medium,)), 0))
    (kept,) = fake.media.values()
    assert (kept["category"], kept["alt"]) == ("tweet_gif", "It moves")


def test_a_film_that_x_cannot_use_is_refused_in_words(fake, at, network, said, monkeypatch):
    monkeypatch.setattr(FAKE, "_shown", lambda self, found: {"id": found["id"], "processing_info": {"state": "failed"}})
    with pytest.raises(Rejected, match=r"cannot use a\.mp4"):
        at.run(network, network.publish(said(network, media=(Media("a.mp4", blob=at.blob(b"x", "video/mp4")),)), 0))


def test_only_people_of_the_calendar_are_mentioned(network, facts):
    facts = replace(facts, people={"bea": Person("bea", {"x": "@bea_x"})})
    (part,) = network.compose(Post("p", "p.md", "By @{bea}, not @jack, see https://a.example/@jack"), facts).parts
    assert part.text == "By @bea_x, not @\u2060jack, see https://a.example/@jack"


def test_signs_that_x_refuses_are_left_out(network, facts):
    assert network.compose(Post("p", "p.md", "a\ufeffb"), facts).parts[0].text == "ab"


def test_a_quoted_post_is_an_address_unless_the_plan_may_quote(network, facts, fake, at, said):
    quote = "https://x.com/jack/status/20"
    assert said(network, quote=quote).parts[0].text == f"Hello\n\n{quote}"
    native = NETWORK(replace(CHANNEL, settings={"native_quotes": True}))
    payload = said(native, quote=quote)
    assert payload.parts[0].text == "Hello"
    with pytest.raises(Rejected, match="plan"):
        at.run(native, native.publish(payload, 0))
    assert at.seen[-1].body.value["quote_tweet_id"] == "20"


def test_a_reply_names_one_of_ours_or_an_address(network, facts, at, said):
    ours = replace(facts, receipts={"old": Receipt("old@it", "old", "it", "x", "published", facts.at, parts=(PartReceipt("7"),))})
    assert network.compose(Post("p", "p.md", "Hi", reply_to="old"), ours).parts[0].fields["reply_to"] == {"id": "7"}
    with pytest.raises(Rejected, match="no post on X"):
        at.run(network, network.publish(said(network, reply_to="https://x.com/jack"), 0))
    with pytest.raises(Retriable, match="not yet published"):
        at.run(network, network.publish(said(network, reply_to="later"), 0))


def test_who_may_answer_comes_from_the_channel_or_the_post(said):
    network = NETWORK(replace(CHANNEL, settings={"reply_settings": "following"}))
    assert said(network).parts[0].fields["reply_settings"] == "following"
    assert said(network, options={"reply_settings": "verified"}).parts[0].fields["reply_settings"] == "verified"


def test_who_may_answer_is_said_once_for_a_thread(said):
    network = NETWORK(replace(CHANNEL, settings={"reply_settings": "following"}))
    first, second = said(network, "One\n\n---\n\nTwo").parts
    assert ("reply_settings" in first.fields, "reply_settings" in second.fields) == (True, False)
    assert "reply_settings" not in said(network, reply_to="https://x.com/jack/status/20").parts[0].fields


def test_what_x_would_refuse_is_said_before(network, facts):
    assert "cashtags" in slugs(network, facts, "$AAPL and $GOOG")
    assert "cashtags" not in slugs(network, facts, "$AAPL for $5")
    assert "target-unpublished" in slugs(network, facts, "Hi", reply_to="nowhere")
    assert "poll" in slugs(network, facts, "Hi", poll=Poll(("a", "b"), 86_400, multiple=True))


@pytest.mark.parametrize(("body", "amount"), [("Hello", 0.015), ("See example.org", 0.2), ("See https://a.org/b", 0.2), ("v1.0", 0.015)])
def test_a_link_costs_thirteen_times_as_much(network, said, body, amount):
    cost = network.cost(said(network, body))
    assert (cost.amount, cost.currency) == (amount, "USD")


def test_a_thread_costs_each_part_and_each_description(network, said, at, png):
    medium = Media("a.png", alt="A", blob=at.blob(png, "image/png"))
    cost = network.cost(said(network, "One\n\n---\n\nTwo https://a.org", media=(medium,)))
    assert (cost.amount, cost.why) == (0.22, "2 posts, 1 of them with a link")


def test_premium_may_write_longer(fake, at, network):
    fake.plan = "Premium"
    account = at.run(network, network.verify())
    assert (account.handle, account.limits) == ("@ada", {"text": 25_000})
    assert NETWORK(CHANNEL, account).text_limits[0].maximum == 25_000
    fake.plan = "None"
    assert at.run(network, network.verify()).limits == {}


def test_a_rehearsal_takes_what_the_accounts_plan_takes(fake, at, said):
    network = NETWORK(CHANNEL, Account("@ada", limits={"text": 25_000}))
    payload = said(network, "word " * 200)
    with pytest.raises(Rejected, match="too long"):
        at.run(network, network.publish(payload, 0))
    fake.resemble(network)
    at.run(network, network.publish(payload, 0))
    assert len(fake.public) == 1


def test_the_same_words_again_are_refused_with_advice(fake, at, network, said):
    at.run(network, network.publish(said(network), 0))
    with pytest.raises(Rejected) as caught:
        at.run(network, network.publish(said(network), 0))
    assert caught.value.slug == "duplicate"


def test_used_up_credit_stops_the_channel(fake, at, network, said):
    fake.credit = False
    with pytest.raises(AuthFailed) as caught:
        at.run(network, network.publish(said(network), 0))
    assert (caught.value.slug, caught.value.expired) == ("no-credit", False)


PROBLEM = "https://api.x.com/2/problems/"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"data": {"id": "1"}, "errors": [{"message": "some"}]}, None),
        (200, {"errors": [{"message": "not found"}]}, Rejected),
        (400, {"title": "Invalid Request", "errors": [{"message": "text"}]}, Rejected),
        (403, {"detail": "You are not allowed to create a Tweet with duplicate content."}, Rejected),
        (403, {"type": PROBLEM + "client-forbidden", "detail": "x"}, AuthFailed),
        (403, {"detail": "Your account is suspended and is not permitted to access this feature."}, AuthFailed),
        (403, {"errors": [{"code": 326, "message": "To protect our users"}]}, AuthFailed),
        (403, {"detail": "Reply to this conversation is not allowed because you have not been mentioned"}, Rejected),
        (429, {"type": PROBLEM + "usage-capped"}, AuthFailed),
        (429, {"title": "Too Many Requests"}, RateLimited),
        (429, "<html>", RateLimited),
        (503, None, Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


def test_a_refused_token_may_be_renewed_but_keys_never_end(network):
    assert network.fault(401, {}, {}).expired
    keys = NETWORK(replace(CHANNEL, settings={"auth": "keys"}))
    assert isinstance(keys.auth, OAuth1)
    assert not keys.fault(401, {}, {}).expired


def test_four_keys_sign_instead_of_a_token(fake, driver, said, noon):
    network = NETWORK(replace(CHANNEL, settings={"auth": "keys"}))
    secrets = {"consumer_key": "ck", "consumer_secret": "cs", "token": "sandbox-ada", "token_secret": "ts"}
    at = driver(fake, "", fake.clock)
    at.raw = sign(network.auth, secrets, "POST", "https://api.x.com/2/tweets", {"content-type": "application/json"}, b"{}", noon)
    receipt = at.run(network, network.publish(said(network), 0))
    assert fake.public[0].account == "ada"
    assert receipt.url == f"https://x.com/i/web/status/{receipt.id}"


def intent_of(at, network, payload):
    """What stands in the ledger after the commit's answer was lost."""
    request = next(request for request in at.seen if request.commits)
    return Intent(0, request, at.clock.now())


def lost(at, network, payload):
    at.run(network, network.publish(payload, 0))
    return intent_of(at, network, payload)


@pytest.mark.parametrize("body", ["a < b & c > d", "See https://a.example/b?c=1&copy=2 now", "@nobody 👩‍👩‍👧 " + "long " * 100])
def test_a_post_is_found_though_x_rewrote_it(fake, at, network, said, body):
    fake.plan = "Premium"
    network.account = Account("@ada", "uada")
    payload = said(network, body)
    found = at.run(network, network.lookup(payload, lost(at, network, payload), (), None))
    assert isinstance(found, Found)
    assert found.receipt.id == fake.public[0].id
    assert found.receipt.url == f"https://x.com/ada/status/{found.receipt.id}"


def test_a_post_with_media_is_known_by_them(fake, at, network, said, png):
    payload = said(network, "Same", media=(Media("a.png", blob=at.blob(png, "image/png")),))
    intent = lost(at, network, payload)
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), Found)
    other = {**intent.request.body.value, "media": {"media_ids": ["99"]}}
    assert not is_same(fake._shown_tweet(next(iter(fake.tweets.values()))), other)


def test_another_text_an_older_post_and_another_part_are_not_it(fake, at, network, said):
    payload = said(network)
    intent = lost(at, network, payload)
    (one,) = fake.public
    assert at.run(network, network.lookup(payload, intent, (), PartReceipt(one.id))) == Absent()
    later = replace(intent, at=intent.at + timedelta(minutes=2))
    assert at.run(network, network.lookup(payload, later, (), None)) == Absent()
    fake.tweets[one.id]["text"] = "Other"
    assert at.run(network, network.lookup(payload, intent, (), None)) == Absent()


def test_a_listing_without_end_cannot_tell(fake, at, network, said):
    payload = said(network)
    intent = lost(at, network, payload)
    fake.tweets = {str(n): {**next(iter(fake.tweets.values())), "id": str(n), "text": f"{n}"} for n in range(400)}
    assert isinstance(at.run(network, network.lookup(payload, intent, (), None)), CannotTell)
    assert len([request for request in at.seen if "/tweets" in request.url and request.method == "GET"]) == 3


REWRITTEN = {
    "id": "7",
    "text": "So https://t.co/a",
    "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://b.example/"}]},
}


@pytest.mark.parametrize(
    ("answer", "text"),
    [({}, "So"), ({"meta": {"result_count": 1}}, "So"), ({"data": [REWRITTEN], "meta": {}}, "So https://a.org/%7E")],
)
def test_a_listing_that_cannot_be_read_or_differs_in_addresses_alone_proves_nothing(noon, answer, text):
    intent = Intent(0, Request("POST", "https://api.x.com/2/tweets", Json({"text": text}), commits=True), noon)
    looking = look_for("https://api.x.com", "1", intent, set(), PartReceipt)
    next(looking)
    with pytest.raises(StopIteration) as end:
        looking.send(Answer(200, {}, answer))
    assert isinstance(end.value.value, CannotTell)


BARE = {"id": "7", "text": "So https://t.co/a", "edit_history_post_ids": ["7"]}
UNTIED = {"id": "7", "text": "@ada So", "created_at": "2026-11-24T12:00:00.000Z"}


@pytest.mark.parametrize(
    ("item", "sent"), [(BARE, {"text": "So https://a.org/"}), (UNTIED, {"text": "So", "reply": {"in_reply_to_tweet_id": "5"}})]
)
def test_a_listing_without_what_was_asked_for_proves_nothing(noon, item, sent):
    intent = Intent(0, Request("POST", "https://api.x.com/2/tweets", Json(sent), commits=True), noon)
    looking = look_for("https://api.x.com", "1", intent, set(), PartReceipt)
    next(looking)
    with pytest.raises(StopIteration) as end:
        looking.send(Answer(200, {}, {"data": [item], "meta": {"result_count": 1}}))
    assert isinstance(end.value.value, CannotTell)


def test_the_newer_names_of_references_and_long_posts_are_read():
    reply = {"text": "Yes…", "note_post": {"text": "Yes indeed"}, "referenced_posts": [{"type": "replied_to", "id": "5"}]}
    assert is_same(reply, {"text": "Yes indeed", "reply": {"in_reply_to_tweet_id": "5"}})
    assert not is_same(reply, {"text": "Yes indeed"})


def test_what_x_adds_to_a_reply_and_a_quotation_is_not_missed():
    reply = {"text": "@jack @bea Yes", "referenced_tweets": [{"type": "replied_to", "id": "5"}]}
    assert is_same(reply, {"text": "Yes", "reply": {"in_reply_to_tweet_id": "5"}})
    assert is_same(reply, {"text": "@bea Yes", "reply": {"in_reply_to_tweet_id": "5"}})
    assert not is_same(reply, {"text": "es", "reply": {"in_reply_to_tweet_id": "6"}})
    assert not is_same({"text": "@jack Yes"}, {"text": "Yes"})
    urls = [{"url": "https://t.co/q", "expanded_url": "https://twitter.com/jack/status/5"}]
    assert is_same({"text": "So https://t.co/q", "entities": {"urls": urls}}, {"text": "So", "quote_tweet_id": "5"})
    assert not is_same({"text": "So https://t.co/q", "entities": {"urls": urls}}, {"text": "So", "quote_tweet_id": "6"})


def test_a_limit_of_a_day_is_waited_for(network):
    headers = {"date": "Mon, 23 Nov 2026 01:00:00 GMT", "x-user-limit-24hour-reset": "1795417200", "retry-after": "900"}
    assert network.fault(429, {**headers, "x-user-limit-24hour-remaining": "0"}, None).after == 21_600
    assert network.fault(429, {**headers, "x-user-limit-24hour-remaining": "3"}, None).after == 900
    assert network.fault(429, {**headers, "date": "?", "x-user-limit-24hour-remaining": "0"}, None).after == 900


def test_a_withdrawn_post_may_be_gone_already(fake, at, network, said):
    receipt = at.run(network, network.publish(said(network), 0))
    at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []
    at.run(network, network.withdraw(receipt, 0))


@pytest.mark.parametrize("client", ["public", "confidential"])
def test_a_person_signs_in_and_the_refresh_token_is_good_once(fake, driver, consent, client):
    from smm_cli.accounts.sign import challenge

    network = NETWORK(replace(CHANNEL, settings={"client_id": "app", "client": client}))
    verifier = "v" * 50
    inputs = {"redirect_uri": "http://127.0.0.1:8737/callback", "state": "s", "challenge": challenge(verifier), "verifier": verifier}
    guest = driver(fake, "", fake.clock)
    if client == "confidential":
        guest.raw = {"authorization": "Basic YXBwOnNlY3JldA=="}

    visit = consent(fake)
    tokens = guest.run(network, network.login(inputs), visit=visit)
    assert visit.asked[0]["scope"] == "tweet.read tweet.write users.read media.write offline.access"
    assert set(tokens.values) == {"token", "refresh"}
    assert tokens.expires_in == 7200
    assert guest.seen[-1].auth == ("app" if client == "confidential" else "")
    form = dict(guest.seen[-1].body.pairs)
    assert ("client_id" in form) is (client == "public")
    asked = replace(guest.seen[-1], body=replace(guest.seen[-1].body, pairs=(("grant_type", "refresh_token"),
        ("refresh_token", tokens.values["refresh"]), ("client_id", "app"))))  # fmt: skip
    assert guest.ask(network, asked).get("refresh_token") != tokens.values["refresh"]
    with pytest.raises(Rejected, match="invalid_grant"):
        guest.ask(network, asked)


def test_a_token_ends_after_two_hours(fake, driver, network):
    token = fake.fresh_tokens("ada")["access_token"]
    at = driver(fake, token, fake.clock)
    at.run(network, network.verify())
    fake.clock.set(fake.clock.now() + timedelta(hours=2))
    with pytest.raises(AuthFailed):
        at.run(network, network.verify())


def test_without_an_app_nobody_signs_in(driver, fake):
    network = NETWORK(Channel("it", "x"))
    with pytest.raises(AuthFailed, match="app of your own"):
        driver(fake).run(network, network.login({}))


def test_by_hand_the_form_has_the_text(network, said):
    assert network.share_link(said(network, "Hi & bye")) == "https://x.com/intent/post?text=Hi%20%26%20bye"


def test_no_field_that_x_does_not_know_is_sent(fake, at, network):
    with pytest.raises(Rejected, match="not allowed"):
        at.ask(network, Request("POST", "https://api.x.com/2/tweets", Json({"text": "a", "foo": 1}), commits=True))
