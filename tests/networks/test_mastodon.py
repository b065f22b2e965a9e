"""Mastodon: composing and publishing against a server with Mastodon's rules."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable
from smm_cli.networks.base import Facts
from smm_cli.networks.mastodon import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes._mastodon_rules import RELATIVES, Rules
from smm_cli.sandbox.fakes.mastodon import FAKE
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.delivery import PartReceipt, Receipt
from smm_cli.words.post import Media, Poll, Post

SERVER = "https://social.example"
CHANNEL = Channel("mastodon", "mastodon", {"server": SERVER})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def at(fake, driver):
    """A driver at the fake, signed in as ada."""
    return driver(fake, fake.token("ada"), fake.clock)


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


def said(network, seal, facts, body, **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **fields), facts))


def picture(at, png, **fields):
    return Media("posts/a.png", blob=at.blob(png, "image/png"), **fields)


def publish(at, network, payload, reply_to=None):
    """All parts in order; their receipts."""
    receipts = []
    for number in range(len(payload.parts)):
        receipts.append(at.run(network, network.publish(payload, number), receipts[-1] if receipts else reply_to))
    return receipts


# -- settings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("server", ["social.example", "http://social.example", "https://social.example/@me", "", "ftp://x.example"])
def test_a_server_that_is_no_https_address_is_refused(server):
    with pytest.raises(ValidationError, match="address of your server"):
        NETWORK(replace(CHANNEL, settings={"server": server}))


def test_a_loopback_server_may_be_plain_http():
    assert NETWORK(replace(CHANNEL, settings={"server": "http://127.0.0.1:3000/"})).server.url == "http://127.0.0.1:3000"


def test_the_credentials_go_to_the_server_alone(network):
    assert network.hosts() == ("social.example",)


# -- composing --------------------------------------------------------------------------------------------------------------


def test_a_person_is_mentioned_by_her_handle(network, facts):
    facts = replace(facts, people={"bea": Person("bea", {"mastodon": "@bea@other.example"}), "cy": Person("cy", title="Cy Twombly")})
    payload = network.compose(Post("p", "p.md", "Hello @{bea} and @{cy}"), facts)
    assert payload.parts[0].text == "Hello @bea@other.example and Cy Twombly"


def test_the_content_warning_holds_for_all_parts_and_the_poll_for_the_first(network, facts):
    post = Post("p", "p.md", "One\n\n---\n\nTwo", content_warning="Spiders", poll=Poll(("a", "b")))
    first, second = network.compose(post, facts).parts
    assert (first.fields["spoiler_text"], second.fields["spoiler_text"], second.fields["sensitive"]) == ("Spiders", "Spiders", True)
    assert first.fields["poll"]["options"] == ["a", "b"]
    assert "poll" not in second.fields


@pytest.mark.parametrize(("tag", "sent"), [("de-AT", "de"), ("EN", "en"), ("zh-tw", "zh-TW"), ("zh-Hans", "zh"), ("pt_BR", "pt")])
def test_a_language_is_said_as_the_server_knows_it(network, facts, tag, sent):
    assert network.compose(Post("p", "p.md", "x", language=tag), facts).parts[0].fields["language"] == sent


def test_later_parts_of_a_thread_may_be_unlisted(facts):
    network = NETWORK(replace(CHANNEL, settings={"server": SERVER, "thread_visibility": "unlisted"}))
    parts = network.compose(Post("p", "p.md", "One\n\n---\n\nTwo"), facts).parts
    assert [part.fields["visibility"] for part in parts] == ["public", "unlisted"]
    private = network.compose(Post("p", "p.md", "One\n\n---\n\nTwo", visibility="private"), facts).parts
    assert [part.fields["visibility"] for part in private] == ["private", "private"]


def test_a_long_post_is_split_and_numbered_when_asked(facts):
    network = NETWORK(replace(CHANNEL, settings={"server": SERVER, "numbering": "{n}/{of}"}))
    payload = network.compose(Post("p", "p.md", "A sentence of some length. " * 40, split=True, content_warning="long"), facts)
    assert len(payload.parts) == 3
    assert payload.parts[0].text.endswith("1/3")
    assert all(network.measured(part, network.text_limits[0]) <= 500 for part in payload.parts)


def test_the_limits_are_those_of_the_account_and_then_of_the_channel():
    account = Account("@me@x", software="gotosocial", limits={"text": 5000, "url_length": 30, "media_count": 6, "image_bytes": 7})
    network = NETWORK(replace(CHANNEL, limits={"text": 400}), account)
    assert (network.text_limits[0].maximum, network.text_limits[0].url_length, network.most_media) == (400, 30, 6)
    assert set(network.media_limits[0].types.values()) == {7}


def test_types_that_the_server_does_not_name_are_not_taken():
    network = NETWORK(CHANNEL, Account("@me@x", facts={"types": ["image/png", "video/mp4"]}))
    assert [sorted(limit.types) for limit in network.media_limits] == [["image/png"], ["video/mp4"], []]


def test_by_hand_the_servers_own_form_opens_with_the_text(network, facts):
    payload = network.compose(Post("p", "p.md", "Grüße & #so", link="https://a.example"), facts)
    assert network.share_link(payload) == SERVER + "/share?text=Gr%C3%BC%C3%9Fe%20%26%20%23so%0A%0Ahttps%3A%2F%2Fa.example"


# -- publishing -------------------------------------------------------------------------------------------------------------


def test_a_post_goes_out_with_all_its_fields(fake, at, network, seal, facts):
    fields = {"content_warning": "Spiders", "visibility": "unlisted", "language": "de", "poll": Poll(("yes", "no"), 3600, multiple=True)}
    (receipt,) = publish(at, network, said(network, seal, facts, "Hello #fediverse", tags=("news",), **fields))
    (posted,) = fake.public
    assert posted.text == "Hello #fediverse\n\n#news"
    assert (posted.id, posted.url, posted.account) == (receipt.id, receipt.url, "ada")
    assert posted.more["visibility"] == "unlisted"
    assert (posted.more["spoiler_text"], posted.more["language"], posted.more["sensitive"]) == ("Spiders", "de", True)
    assert posted.more["poll"] == {"options": ["yes", "no"], "expires_in": 3600, "multiple": True, "hide_totals": False}


def test_a_thread_is_a_chain_of_replies(fake, at, network, seal, facts):
    first, second, third = publish(at, network, said(network, seal, facts, "One\n\n---\n\nTwo\n\n---\n\nThree"))
    assert [posted.reply_to for posted in fake.public] == ["", first.id, second.id]
    assert third.url == fake.public[2].url


def test_each_part_has_its_own_key_made_of_the_payload(at, network, seal, facts):
    payload = said(network, seal, facts, "One\n\n---\n\nTwo")
    publish(at, network, payload)
    keys = [request.headers["idempotency-key"] for request in at.seen if request.commits]
    assert keys == [f"{payload.key}-0", f"{payload.key}-1"]


def test_the_same_request_again_publishes_once(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "Hello")
    first, again = publish(at, network, payload), publish(at, network, payload)
    assert first == again
    assert len(fake.public) == 1


def test_media_carry_description_and_focus_and_keep_their_id_in_the_receipt(fake, at, network, seal, facts, png):
    medium = picture(at, png, alt="A cat", focus=(0.5, -0.25))
    (receipt,) = publish(at, network, said(network, seal, facts, "Look", media=(medium,)))
    assert fake.public[0].media == ("A cat",)
    (id,) = receipt.more["media"].values()
    assert (fake.media[id]["focus"], fake.media[id]["status"]) == ("0.5,-0.25", receipt.id)
    assert list(receipt.more["media"]) == [medium.blob.sha256]


def test_the_name_of_the_file_stays_at_home(at, network, seal, facts, png):
    medium = replace(picture(at, png), path="posts/salary of bea 2026.png")
    publish(at, network, said(network, seal, facts, "Look", media=(medium,)))
    assert "salary" not in repr(at.seen)


def test_slow_media_are_waited_for_before_the_post(fake, at, network, seal, facts, png):
    fake.rules = Rules(slow_media=3)
    publish(at, network, said(network, seal, facts, "Look", media=(picture(at, png),)))
    assert at.waited == [2.0, 3.0, 5.0]
    assert len(fake.public) == 1


def test_media_that_fail_refuse_the_post(fake, at, network, seal, facts, png):
    fake.rules = Rules(slow_media=-1)
    with pytest.raises(Rejected, match="Error processing"):
        publish(at, network, said(network, seal, facts, "Look", media=(picture(at, png),)))
    assert fake.posted == []


def test_media_that_never_get_ready_are_given_up_for_a_retry(fake, at, network, seal, facts, png):
    fake.rules = Rules(slow_media=10_000)
    with pytest.raises(Retriable, match="still working"):
        publish(at, network, said(network, seal, facts, "Look", media=(picture(at, png),)))
    assert 1800 <= sum(at.waited) <= 3600


def test_uploads_stay_good_for_less_than_the_day_after_which_they_are_collected(at, network, seal, facts, png):
    publish(at, network, said(network, seal, facts, "Look", media=(picture(at, png),)))
    uploads = [request for request in at.seen if request.url.endswith("/media")]
    assert [request.keeps_for for request in uploads] == [72_000.0]


def test_a_reply_to_an_address_is_found_by_the_server(fake, at, network, seal, facts):
    (there,) = publish(at, network, said(network, seal, facts, "Question"))
    publish(at, network, said(network, seal, facts, "Answer", reply_to=there.url))
    assert fake.public[1].reply_to == there.id


def test_a_reply_to_an_address_elsewhere_is_searched_for(fake, at, network, seal, facts):
    there = "https://other.example/@zoe/7"
    publish(at, network, said(network, seal, facts, "Question"))
    fake._addresses = lambda status, base: (there, there)
    publish(at, network, said(network, seal, facts, "Answer", reply_to=there))
    assert fake.public[1].reply_to == fake.public[0].id


def test_an_address_of_the_own_server_needs_no_search(at, network, seal, facts):
    (there,) = publish(at, network, said(network, seal, facts, "Question"))
    publish(at, network, said(network, seal, facts, "Answer", reply_to=there.url))
    assert not [request for request in at.seen if "search" in request.url]


def test_a_reply_to_one_of_ours_continues_its_last_part(fake, at, network, seal, facts):
    first, second = publish(at, network, said(network, seal, facts, "One\n\n---\n\nTwo"))
    done = Receipt("old@mastodon", "old", "mastodon", "mastodon", "published", facts.at, parts=(first, second))
    publish(at, network, said(network, seal, replace(facts, receipts={"old": done}), "Three", reply_to="old"))
    assert fake.public[2].reply_to == second.id


def test_a_quote_of_one_of_ours_names_its_first_part(fake, at, network, seal, facts):
    first, second = publish(at, network, said(network, seal, facts, "One\n\n---\n\nTwo"))
    done = Receipt("old@mastodon", "old", "mastodon", "mastodon", "published", facts.at, parts=(first, second))
    (receipt,) = publish(at, network, said(network, seal, replace(facts, receipts={"old": done}), "See", quote="old"))
    assert fake.statuses[receipt.id]["quote"] == first.id


def test_a_reply_to_nothing_is_refused_before_anything_is_public(fake, at, network, seal, facts):
    with pytest.raises(Rejected, match="finds no post"):
        publish(at, network, said(network, seal, facts, "Answer", reply_to="https://gone.example/@a/1"))
    assert fake.posted == []


def test_a_reply_to_a_post_that_is_not_out_waits(at, network, seal, facts):
    with pytest.raises(Retriable, match="teaser is not yet published"):
        publish(at, network, said(network, seal, facts, "Answer", reply_to="teaser"))


@pytest.mark.parametrize("length", [499, 500])
def test_what_the_ruler_lets_pass_the_server_takes(fake, at, network, seal, facts, length):
    link = "https://example.com/a/very/long/way/that/counts/as/twenty-three/only?x=1"
    text = f"@ann@example.social {link} 👩‍👩‍👧‍👦 é "
    counted = network.measured(network.compose(Post("p", "p.md", text), facts).parts[0], network.text_limits[0])
    payload = said(network, seal, facts, text + "a" * (length - counted - 1))
    assert network.measured(payload.parts[0], network.text_limits[0]) == length
    publish(at, network, payload)
    assert len(fake.public) == 1


def test_what_is_one_too_long_the_server_refuses(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "a" * 490, content_warning="b" * 11)
    assert network.measured(payload.parts[0], network.text_limits[0]) == 501
    with pytest.raises(Rejected, match="character limit of 500"):
        publish(at, network, payload)


def test_an_address_in_a_content_warning_counts_in_full(network, facts):
    address = "https://example.com/" + "x" * 40
    part = network.compose(Post("p", "p.md", "hi", content_warning=address), facts).parts[0]
    assert network.measured(part, network.text_limits[0]) == 2 + len(address)


def test_an_answer_without_an_id_is_an_unknown_outcome(fake, at, network, seal, facts):
    fake.faults.append(Fault("status", commits=True, status=200, body={}))
    with pytest.raises(OutcomeUnknown, match="without the id"):
        publish(at, network, said(network, seal, facts, "Hello"))


def test_equal_posts_give_equal_requests(network, facts, at, seal, fake):
    payload = said(network, seal, facts, "Hello", tags=("b", "a"), content_warning="w", language="de")
    publish(at, network, payload)
    publish(at, network, payload)
    one, two = [request for request in at.seen if request.commits]
    assert one.fingerprint() == two.fingerprint()
    assert json.dumps(one.body.value)


# -- changing ---------------------------------------------------------------------------------------------------------------


def test_an_edit_keeps_the_media_that_the_post_has(fake, at, network, seal, facts, png):
    medium = picture(at, png, alt="A cta")
    (receipt,) = publish(at, network, said(network, seal, facts, "Look", media=(medium,)))
    better = said(network, seal, facts, "Look!", media=(replace(medium, alt="A cat"),))
    after = at.run(network, network.edit(better, 0, receipt))
    assert (fake.public[0].text, fake.public[0].edited, fake.public[0].media) == ("Look!", True, ("A cat",))
    assert (after.id, after.more["media"]) == (receipt.id, receipt.more["media"])
    assert len(fake.media) == 1


def test_an_edit_can_take_media_and_warning_away(fake, at, network, seal, facts, png):
    (receipt,) = publish(at, network, said(network, seal, facts, "Look", media=(picture(at, png, alt="x"),), content_warning="w"))
    at.run(network, network.edit(said(network, seal, facts, "Only text"), 0, receipt))
    assert fake.public[0].media == ()
    assert fake.statuses[receipt.id]["spoiler_text"] == ""


def test_an_edit_said_twice_changes_nothing_more(fake, at, network, seal, facts):
    (receipt,) = publish(at, network, said(network, seal, facts, "Helo"))
    better = said(network, seal, facts, "Hello")
    assert at.run(network, network.edit(better, 0, receipt)) == at.run(network, network.edit(better, 0, receipt))
    assert len(fake.public) == 1


def test_withdrawing_twice_is_success(fake, at, network, seal, facts):
    (receipt,) = publish(at, network, said(network, seal, facts, "Hello"))
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []


def test_withdrawing_without_the_right_to_says_so(fake, driver, network, noon):
    stranger = driver(fake, "nonsense", fake.clock)
    with pytest.raises(AuthFailed):
        stranger.run(network, network.withdraw(PartReceipt("1"), 0))


def test_withdrawing_from_a_server_that_is_down_can_be_tried_again(fake, at, network):
    fake.faults.append(Fault("silence_before"))
    with pytest.raises(Retriable):
        at.run(network, network.withdraw(PartReceipt("1"), 0))


# -- how long a repeat is safe ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("software", ["", "gotosocial", "pleroma", "akkoma", "pixelfed", "friendica", "glitch"])
def test_a_repeat_is_safe_on_mastodon_alone(software):
    assert NETWORK(CHANNEL, Account("@me@x", software=software)).repeat() is None


def test_on_mastodon_a_repeat_is_safe_for_an_hour():
    assert NETWORK(CHANNEL, Account("@me@x", software="mastodon")).repeat().seconds == 3600
    assert NETWORK(CHANNEL).repeat() is None


# -- looking ----------------------------------------------------------------------------------------------------------------


def lost(at, network, payload, part=0, earlier=None):
    """Publish a part whose answer gets lost; the intent that remains."""
    at.app.faults.append(Fault("silence_after", commits=True))
    when = at.clock.now()
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, part), earlier)
    return Intent(part, at.seen[-1], when)


def look(at, network, payload, intent, earlier=None):
    return at.run(network, network.lookup(payload, intent, (), earlier))


TEXTS = [
    "Hello",
    "Two paragraphs\n\nand a line\nbreak with <b> & \"quotes\" 'n' ü",
    "A link https://www.example.com/a/very/long/address/with?query=1&more=2#part, and #Tag",
    "Hi @bea@other.example and @local",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_post_whose_answer_was_lost_is_found(fake, at, network, seal, facts, png, text):
    media = () if text else (picture(at, png, alt="x"),)
    payload = said(network, seal, facts, text, media=media, content_warning="Ünïcode & <co>")
    found = look(at, network, payload, lost(at, network, payload))
    assert isinstance(found, Found)
    assert found.receipt.id == fake.public[0].id
    assert bool(found.receipt.more.get("media")) == (not text)


def test_a_part_is_found_among_equal_ones_by_what_it_answers(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "Same\n\n---\n\nSame")
    first = at.run(network, network.publish(payload, 0))
    found = look(at, network, payload, lost(at, network, payload, 1, first), first)
    assert found.receipt.id == fake.public[1].id


def test_a_post_that_did_not_arrive_is_absent(fake, at, network, seal, facts):
    publish(at, network, said(network, seal, facts, "Before"))
    fake.clock.set(fake.now() + timedelta(hours=1))
    payload = said(network, seal, facts, "Hello")
    fake.faults.append(Fault("silence_before", commits=True))
    with pytest.raises(ConnectionResetError):
        publish(at, network, payload)
    assert look(at, network, payload, Intent(0, at.seen[-1], fake.now())) == Absent()


def test_the_same_text_of_last_week_is_not_it(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "Every week")
    publish(at, network, payload)
    fake.clock.set(fake.now() + timedelta(days=7))
    assert look(at, network, payload, Intent(0, at.seen[-1], fake.now())) == Absent()


def test_an_account_without_any_post_proves_absence(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "Hello")
    intent = lost(at, network, payload)
    at.run(network, network.withdraw(PartReceipt(fake.posted[0].id), 0))
    assert look(at, network, payload, intent) == Absent()


def test_a_post_below_many_newer_ones_is_found(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "Hello")
    intent = lost(at, network, payload)
    for number in range(100):
        publish(at, network, said(network, seal, facts, f"Number {number}"))
    assert look(at, network, payload, intent).receipt.id == fake.posted[0].id


def test_a_list_that_never_ends_cannot_tell(fake, at, network, seal, facts):
    fake.rules = Rules(throttles=False)
    intent = lost(at, network, said(network, seal, facts, "Hello"))
    at.run(network, network.withdraw(PartReceipt(fake.posted[0].id), 0))
    for number in range(220):
        publish(at, network, said(network, seal, facts, f"Number {number}"))
    found = look(at, network, said(network, seal, facts, "Hello"), intent)
    assert isinstance(found, CannotTell)
    assert found.where == "https://social.example/@ada"


def test_a_text_that_the_server_changed_is_found_by_its_source(fake, at, network, seal, facts):
    payload = said(network, seal, facts, "A :blob: of text")
    intent = lost(at, network, payload)
    shown = fake.statuses[fake.posted[0].id]
    html, shown["html"] = FAKE._shape, True
    fake._shape = lambda status, base: html(fake, status, base) | {"content": "<p>A 🫠 of text</p>"}
    assert isinstance(look(at, network, payload, intent), Found)


def test_a_direct_message_that_is_not_listed_elsewhere_cannot_be_told(fake, at, seal, facts):
    for software, expected in (("mastodon", Absent), ("pleroma", CannotTell)):
        network = NETWORK(CHANNEL, Account("@me@x", software=software))
        payload = said(network, seal, facts, "@bea hi", visibility="direct")
        fake.faults.append(Fault("silence_before", commits=True))
        with pytest.raises(ConnectionResetError):
            publish(at, network, payload)
        assert isinstance(look(at, network, payload, Intent(0, at.seen[-1], fake.now())), expected)


# -- relatives --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("relative", sorted(set(RELATIVES) - {"pixelfed"}))
def test_a_lost_answer_is_found_on_every_relative(fake, at, network, seal, facts, relative):
    fake.relate(relative)
    payload = said(network, seal, facts, "Hello https://example.com/x")
    found = look(at, network, payload, lost(at, network, payload))
    assert found.receipt.id == fake.public[0].id


@pytest.mark.parametrize("relative", sorted(RELATIVES))
def test_verify_reads_every_relative(fake, at, network, relative):
    fake.relate(relative)
    account = at.run(network, network.verify())
    rules = fake.rules
    assert (account.handle, account.id, account.limits["text"]) == ("@ada@social.example", "" or account.id, rules.characters)
    assert (account.limits["media_count"], account.limits["alt"], account.limits["url_length"]) == (rules.media, rules.alt, 23)
    assert account.software == ({"pages": "", "terse": ""}.get(relative, rules.software))
    assert (NETWORK(CHANNEL, account).repeat() is not None) == (relative == "mastodon")


def test_verify_survives_a_server_that_refuses_to_describe_itself(fake, at, network):
    fake.faults += [Fault("status", path=path, status=500, body="<html>", times=None) for path in ("instance", "nodeinfo")]
    account = at.run(network, network.verify())
    assert (account.handle, dict(account.limits), account.software) == ("@ada@social.example", {}, "")


def test_pixelfed_refusing_a_known_key_means_perhaps_posted(fake, at, network, seal, facts, png):
    fake.relate("pixelfed")
    payload = said(network, seal, facts, "Look", media=(picture(at, png, alt="x"),))
    publish(at, network, payload)
    with pytest.raises(OutcomeUnknown):
        at.ask(network, at.seen[-1])
    assert len(fake.public) == 1


def test_without_a_picture_pixelfed_refuses(fake, at, network, seal, facts):
    fake.relate("pixelfed")
    with pytest.raises(Rejected, match="Empty statuses"):
        publish(at, network, said(network, seal, facts, "Only text"))


def test_media_that_an_earlier_attempt_attached_mean_perhaps_posted(fake, at, network, seal, facts, png):
    fake.rules = Rules(keeps_keys=0)
    publish(at, network, said(network, seal, facts, "Look", media=(picture(at, png, alt="x"),)))
    with pytest.raises(OutcomeUnknown, match="already attached"):
        at.ask(network, at.seen[-1])


# -- faults -----------------------------------------------------------------------------------------------------------------

HTML = "<!DOCTYPE html><html><body><h1>Sorry</h1></body></html>"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"id": "1"}, None),
        (200, [], None),
        (202, None, None),
        (206, {"id": "1", "url": None}, None),
        (200, {"error": "no"}, Rejected),
        (302, "", Rejected),
        (400, "Bad token, or something", Rejected),
        (400, {"error": "Duplicate idempotency key."}, OutcomeUnknown),
        (400, {"error": "invalid_grant", "error_description": "expired"}, AuthFailed),
        (401, "", AuthFailed),
        (401, {"error": "The access token is invalid"}, AuthFailed),
        (403, {"error": "This action is outside the authorized scopes"}, AuthFailed),
        (403, {"error": "Your login is currently disabled"}, AuthFailed),
        (403, {"error": "Empty statuses are not allowed"}, Rejected),
        (404, {"error": "Record not found"}, Rejected),
        (404, HTML, Rejected),
        (408, "", Retriable),
        (410, {"error": "Gone"}, Rejected),
        (413, HTML, Rejected),
        (422, {"error": "Validation failed: Text can't be blank"}, Rejected),
        (422, {"error": "Cannot attach files that have not finished processing. Try again in a moment!"}, Retriable),
        (422, {"error": "Media 12 not found or already attached to another post"}, OutcomeUnknown),
        (429, {"error": "Too many requests"}, RateLimited),
        (500, HTML, Retriable),
        (502, HTML, Retriable),
        (503, "", Retriable),
        (422, ["odd"], Rejected),
        (422, None, Rejected),
    ],
)
def test_an_answer_of_any_shape_has_its_error(network, status, body, kind):
    error = network.fault(status, {}, body)
    assert type(error) is (kind or type(None))
    assert HTML not in str(error)


def test_a_rate_limit_says_how_long(network):
    assert network.fault(429, {"retry-after": "120"}, {"error": "Too many requests"}).after == 120
    assert network.fault(429, {}, HTML).after is None


def test_a_wrong_address_hints_at_the_setting(network):
    assert "server" in network.fault(404, {}, HTML).hint


# -- signing in -------------------------------------------------------------------------------------------------------------


def test_signing_in_gives_a_token_that_works(fake, driver, network):
    import hashlib
    from base64 import urlsafe_b64encode
    from urllib.parse import parse_qs, urlsplit

    from smm_cli.words.exchange import Request

    guest = driver(fake, "", fake.clock)

    def visit(url):
        asked = parse_qs(urlsplit(url).query)
        assert (asked["state"], asked["code_challenge_method"]) == (["s1"], ["S256"])
        with pytest.raises(AssertionError, match="302"):
            guest.ask(network, Request("GET", url, auth="", may_fail=False, expect=(999,)))
        return next(iter(fake.codes))

    verifier = "v" * 50
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    inputs = {"redirect_uri": "http://127.0.0.1:4321/", "state": "s1", "challenge": challenge, "verifier": verifier}
    network.fault = lambda *_: None
    tokens = guest.run(network, network.login(inputs), visit=visit)
    account = driver(fake, tokens.values["token"], fake.clock).run(network, NETWORK(CHANNEL).verify())
    assert account.handle == "@ada@social.example"
    assert {"write:statuses", "write:media", "read:statuses"} <= set(network.auth.scopes)


def test_what_signing_in_gets_is_marked_as_secret(network):
    inputs = {"redirect_uri": "urn:ietf:wg:oauth:2.0:oob", "state": "s", "challenge": "c", "verifier": "v"}
    conversation = network.login(inputs)
    app = conversation.send(None)
    assert (app.secret, app.auth) == (("client_secret",), "")


# -- what is wrong with a post ----------------------------------------------------------------------------------------------


def remarks(network, facts, **fields):
    post = Post("p", "posts/p.md", fields.pop("body", "x"), **fields)
    return {problem.slug: problem for problem in network.remarks(post, network.compose(post, facts), facts)}


def test_a_quote_with_a_poll_is_a_problem(network, facts):
    assert "quote-with-media" in remarks(network, facts, quote="https://a.example/1", poll=Poll(("a", "b")))


def test_a_reply_to_an_unpublished_post_is_a_warning(network, facts):
    assert remarks(network, facts, reply_to="teaser")["target-unpublished"].severity == "warning"


def test_a_direct_post_to_nobody_is_a_warning(network, facts):
    assert remarks(network, facts, visibility="direct")["direct-to-nobody"].severity == "warning"
    assert remarks(network, facts, visibility="direct", body="@bea hi") == {}


def test_pixelfed_wants_a_picture_and_has_no_polls(facts):
    network = NETWORK(CHANNEL, Account("@me@x", software="pixelfed"))
    found = remarks(network, facts, poll=Poll(("a", "b")))
    assert {"media-missing", "poll-not-possible"} <= set(found)


def test_an_ordinary_post_has_no_remarks(network, facts):
    assert remarks(network, Facts("c", "p@m", facts.at), body="Hello") == {}
