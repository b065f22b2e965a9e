"""What is peculiar to Nostr: the same event for ever, several relays as one commit, threads, names, files, articles."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from smm_cli.calendar.model import Calendar
from smm_cli.clock import SetClock
from smm_cli.delivery.judge import Silence, judge
from smm_cli.delivery.transport import Transport
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks._nostr_note import event_of
from smm_cli.networks.base import Facts
from smm_cli.networks.check import check_payload
from smm_cli.networks.nostr import NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.world import World
from smm_cli.text.nostr import encode
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Intent, Wait
from smm_cli.words.delivery import Receipt
from smm_cli.words.exchange import Request
from smm_cli.words.post import Media, Post

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BEA = "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"
NPUB = encode("npub", bytes.fromhex(BEA))
ONE, TWO = "wss://relay.example", "wss://other.example/inbox"


class Desk:
    """One channel, its relays as fakes, and the real transport between them."""

    def __init__(self, root, *relays, **settings):
        told = {"relays": relays or (ONE,), "blossom": ("https://blossom.example",), **settings}
        self.channel = Channel("me", "nostr", told)
        self.clock = SetClock(NOON)
        self.world = World(self.clock)
        self.network = NETWORK(self.channel)
        for host in self.network.hosts():
            self.world.place(host, "nostr")
        calendar = Calendar(root=root, name="acme", channels={"me": self.channel})
        self.transport = Transport(calendar, self.clock, apps=self.world.app_for)
        self.asked = []

    def fake(self, relay=ONE):
        return self.world.app_for(relay.removeprefix("wss://").partition("/")[0])

    def run(self, conversation, earlier=None):
        return asyncio.run(self._run(conversation, earlier))

    async def _run(self, conversation, earlier):
        told, receipt = None, None
        while True:
            try:
                step = conversation.send(told)
            except StopIteration as end:
                return end.value or receipt
            told = None
            if isinstance(step, Request):
                self.asked.append(step)
                told = await self.transport.send(self.network, step, {}, "x")
                error = judge(self.network, step, told)
                if error and not step.forgiving:
                    raise error
            elif isinstance(step, Earlier):
                told = earlier
            elif not isinstance(step, Wait):
                receipt = step

    def composed(self, body, *, people=None, receipts=None, **fields):
        facts = Facts("acme", "launch@me", NOON, people=people or {}, receipts=receipts or {})
        payload = self.network.compose(Post("launch", "posts/launch.md", body, **fields), facts)
        return replace(payload, key="0" * 64)

    def publish(self, payload):
        receipts = []
        for part in range(len(payload.parts)):
            receipts.append(self.run(self.network.publish(payload, part), receipts[-1] if receipts else None))
        return receipts

    def event(self, receipt, relay=ONE):
        return self.fake(relay).events[receipt.id]


@pytest.fixture
def desk(tmp_path):
    def made(*relays, **settings):
        return Desk(tmp_path, *relays, **settings)

    return made


@pytest.mark.parametrize("relays", [(), ("https://relay.example",), ("ws://relay.example",), ("relay.example",)])
def test_relays_are_named_by_their_whole_address(relays):
    with pytest.raises(ValidationError):
        NETWORK(Channel("me", "nostr", {"relays": relays}))


def test_a_note_has_the_planned_time_its_hashtags_and_its_people(desk):
    one = desk()
    people = {"bea": Person("bea", {"nostr": NPUB}, "Bea")}
    (receipt,) = one.publish(one.composed("Hi @{bea}, not @carl: #NoStr and #nostr", people=people, content_warning="Loud"))
    event = one.event(receipt)
    assert event["content"] == f"Hi nostr:{NPUB}, not @carl: #NoStr and #nostr"
    assert event["tags"] == [["t", "nostr"], ["p", BEA], ["content-warning", "Loud"]]
    assert (event["kind"], event["created_at"]) == (1, int(NOON.timestamp()))
    assert receipt.url.startswith("https://njump.me/nevent1")
    assert receipt.more["relays"] == [ONE]


def test_the_same_post_is_the_same_event_a_year_later(desk):
    one = desk()
    payload = one.composed("Once")
    first = one.publish(payload)
    one.clock.set(NOON + timedelta(days=365))
    assert one.publish(payload) == first
    assert len(one.fake().public) == 1


@pytest.mark.parametrize("twice", [True, False])
def test_a_relay_that_has_it_already_has_taken_it_whichever_way_it_says_so(desk, twice):
    one = desk()
    one.fake().twice = twice
    payload = one.composed("Once")
    assert one.publish(payload) == one.publish(payload)


def test_a_thread_names_its_root_and_the_note_before(desk):
    one = desk()
    a, b, c = one.publish(one.composed("One\n\n---\n\nTwo\n\n---\n\nThree"))
    tags = [[tag for tag in one.event(receipt)["tags"] if tag[0] == "e"] for receipt in (a, b, c)]
    assert tags == [[], [["e", a.id, "", "root"]], [["e", a.id, "", "root"], ["e", b.id, "", "reply"]]]
    assert [one.event(receipt)["created_at"] for receipt in (a, b, c)] == [int(NOON.timestamp()) + n for n in range(3)]


def test_an_answer_to_somebody_else_goes_into_her_thread(desk):
    one = desk()
    first = one.publish(one.composed("One\n\n---\n\nTwo"))
    (answer,) = one.publish(one.composed("Mine", reply_to=first[1].url))
    tags = one.event(answer)["tags"]
    assert [tag[1] for tag in tags if tag[0] == "e"] == [first[0].id, first[1].id]
    assert ["p", one.event(first[0])["pubkey"]] in tags


def test_a_quote_of_ours_is_named_in_the_text_and_in_a_tag(desk):
    one = desk()
    (first,) = one.publish(one.composed("First"))
    receipts = {"first": Receipt("first@me", "first", "me", "nostr", "published", NOON, parts=(first,))}
    (second,) = one.publish(one.composed("Look", quote="first", receipts=receipts))
    event = one.event(second)
    assert event["content"] == f"Look\n\nnostr:{encode('note', bytes.fromhex(first.id))}"
    assert event["tags"][-1] == ["q", first.id, ONE, first.more["author"]]


def test_what_is_no_note_is_said_at_check_time(desk):
    one = desk()
    post = Post("launch", "posts/launch.md", "Hi", reply_to="https://example.org/")
    facts = Facts("acme", "launch@me", NOON)
    assert "unknown-post" in {problem.slug for problem in check_payload(one.network, post, one.network.compose(post, facts), facts)}


def test_a_handle_that_is_no_npub_calls_nobody_and_is_said(desk):
    one = desk()
    facts = Facts("acme", "launch@me", NOON, people={"bea": Person("bea", {"nostr": "bea@example.org"}, "Bea")})
    post = Post("launch", "posts/launch.md", "Hi @{bea}")
    payload = one.network.compose(post, facts)
    assert (payload.parts[0].text, payload.parts[0].fields["tags"]) == ("Hi bea@example.org", [])
    assert "handle-unreadable" in {problem.slug for problem in check_payload(one.network, post, payload, facts)}


def test_pictures_lie_on_blossom_and_are_described_in_the_event(desk, png):
    one = desk()
    blob = one.transport.blobs.keep(png, "image/png")
    (receipt,) = one.publish(one.composed("See", media=(Media("a.png", alt="A\ncat", blob=blob, width=1, height=1),)))
    event = one.event(receipt)
    url = f"https://blossom.example/{blob.sha256}.png"
    assert event["content"] == f"See\n\n{url}"
    shown = ["imeta", f"url {url}", "m image/png", f"x {blob.sha256}", f"size {blob.size}", "dim 1x1", "alt A cat"]
    assert event["tags"] == [shown]
    assert blob.sha256 in one.fake("blossom.example").files


def test_an_upload_without_an_address_is_tried_again_and_never_published(desk, png):
    one = desk()
    blob = one.transport.blobs.keep(png, "image/png")
    one.fake("blossom.example").faults.append(Fault("status", path="/upload", status=200, body={}))
    with pytest.raises(Retriable, match="no address"):
        one.publish(one.composed("See", media=(Media("a.png", alt="A", blob=blob),)))


def test_without_blossom_pictures_go_where_the_calendar_keeps_public_files(desk, png):
    one = desk(blossom=())
    blob = one.transport.blobs.keep(png, "image/png")
    (receipt,) = one.publish(one.composed("See", media=(Media("a.png", alt="A", blob=blob),)))
    assert one.event(receipt)["content"].startswith("See\n\nhttps://media.example/")


def test_an_article_is_markdown_with_a_name_that_stays(desk):
    one = desk()
    said = {"title": "On\nrelays", "options": {"kind": "article", "summary": "Short"}, "tags": ("Net",)}
    (receipt,) = one.publish(one.composed("# Why\n\n*Because* <b>\n\n---\n\nMore", **said))
    event = one.event(receipt)
    assert event["kind"] == 30023
    assert event["content"] == "# Why\n\n*Because* \\<b\\>\n\n___\n\nMore\n\n#Net"
    told = [["d", "launch"], ["title", "On relays"], ["t", "net"], ["summary", "Short"], ["published_at", str(int(NOON.timestamp()))]]
    assert event["tags"] == told
    assert "/naddr1" in receipt.url
    changed = one.run(one.network.edit(one.composed("Better", **said), 0, receipt))
    assert [posted.text for posted in one.fake().public] == ["Better\n\n#Net"]
    again = one.run(one.network.edit(one.composed("Best", **said), 0, changed))
    assert (again.more["created_at"], again.url) == (receipt.more["created_at"] + 2, receipt.url)
    one.run(one.network.withdraw(again, 0))
    assert one.fake().public == []


def test_a_note_cannot_be_changed(desk):
    one = desk()
    (receipt,) = one.publish(one.composed("First"))
    with pytest.raises(Rejected, match="cannot be changed"):
        one.run(one.network.edit(one.composed("Second"), 0, receipt))


def test_an_article_needs_a_title(desk):
    post, facts = Post("launch", "posts/launch.md", "Text", options={"kind": "article"}), Facts("acme", "launch@me", NOON)
    network = desk().network
    assert "title-missing" in {problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)}


# -- several relays -------------------------------------------------------------------------------------------------------------


def test_all_relays_are_told_and_the_receipt_names_those_that_took_it(desk):
    one = desk(ONE, TWO)
    (receipt,) = one.publish(one.composed("Everywhere"))
    assert receipt.more["relays"] == [ONE, TWO]
    assert one.event(receipt) == one.event(receipt, TWO)
    assert len([request for request in one.asked if request.commits]) == 1


@pytest.mark.parametrize("kind", ["unreachable", "silence_before", "silence_after", "half"])
def test_one_relay_that_fails_keeps_nothing_back_and_is_told_again(desk, kind):
    one = desk(ONE, TWO)
    one.fake(TWO).faults.append(Fault(kind))
    (receipt,) = one.publish(one.composed("Here"))
    assert receipt.more["relays"] == [ONE, TWO]
    assert len(one.fake(TWO).public) == 1


def test_a_relay_that_does_not_want_us_is_left_out(desk):
    one = desk(ONE, TWO)
    one.fake(TWO).longest = 1
    (receipt,) = one.publish(one.composed("Here"))
    assert receipt.more["relays"] == [ONE]
    assert len(one.asked) == 1


@pytest.mark.parametrize(("kind", "reached"), [("unreachable", False), ("silence_after", True), ("half", True)])
def test_where_no_relay_answers_it_is_known_whether_it_may_be_out(desk, kind, reached):
    one = desk(ONE, TWO)
    for relay in (ONE, TWO):
        one.fake(relay).faults.append(Fault(kind))
    with pytest.raises(Silence) as caught:
        one.publish(one.composed("Here"))
    assert caught.value.reached is reached


def test_credentials_sign_for_no_other_relay(desk):
    from smm_cli.errors import ConfigError

    one = desk()
    with pytest.raises(ConfigError, match="only"):
        one.run(_ask(Request("REQ", "wss://stranger.example", one.network._relays.ask({}).body)))


def _ask(request):
    yield request


# -- after a lost answer, and the end ---------------------------------------------------------------------------------------------


def test_it_is_found_by_its_time_and_text_or_absent_where_all_relays_answer(desk):
    one = desk(ONE, TWO)
    payload = one.composed("Here")
    (receipt,) = one.publish(payload)
    intent = Intent(0, one.asked[0], NOON)
    assert one.run(one.network.lookup(payload, intent, (), None)) == Found(receipt)
    other = one.composed("There")
    unsent = Intent(0, replace(intent.request, body=one.network._relays.tell(event_of(other, 0, [], None, None)).body), NOON)
    assert one.run(one.network.lookup(other, unsent, (), None)) == Absent()
    one.fake(TWO).faults.append(Fault("unreachable"))
    assert isinstance(one.run(one.network.lookup(other, unsent, (), None)), CannotTell)


def test_withdrawing_asks_the_relays_to_forget_and_again_is_success(desk):
    one = desk(ONE, TWO)
    (receipt,) = one.publish(one.composed("Here"))
    receipt = replace(receipt, at=NOON + timedelta(minutes=1))
    for _ in range(2):
        one.run(one.network.withdraw(receipt, 0))
    assert one.fake().public == one.fake(TWO).public == []
    (deletion,) = [event for event in one.fake().events.values() if event["kind"] == 5]
    assert deletion["tags"] == [["e", receipt.id], ["k", "1"]]
    assert deletion["created_at"] == int(NOON.timestamp()) + 61


def test_verify_tells_the_key_the_name_and_the_least_limit(desk):
    one = desk(ONE, TWO)
    one.fake(TWO).longest = 500
    profile = {"created_at": 1, "kind": 0, "tags": [], "content": json.dumps({"name": "ada", "display_name": "Ada"})}
    one.run(_ask(one.network._relays.tell(profile, [ONE])))
    account = one.run(one.network.verify())
    assert (account.handle, account.name) == (encode("npub", bytes.fromhex(account.id)), "Ada")
    assert account.limits == {"text": 500}


# -- refusals -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("rate-limited: slow down", RateLimited),
        ("error: could not connect to the database", Retriable),
        ("blocked: no", Rejected),
        ("invalid: bad", Rejected),
        ("restricted: members only", Rejected),
        ("pow: 20 bits", Rejected),
        ("auth-required: who are you", AuthFailed),
    ],
)
def test_refusals_are_told_apart_by_their_prefix(desk, told, kind):
    body = {"relays": {ONE: {"ok": False, "told": told}}}
    assert type(desk().network.fault(400, {}, body)) is kind


@pytest.mark.parametrize(("status", "kind"), [(401, AuthFailed), (402, AuthFailed), (413, Rejected), (429, RateLimited), (500, Retriable)])
def test_a_blossom_server_gives_its_reason_in_a_header(desk, status, kind):
    error = desk().network.fault(status, {"x-reason": "because"}, "")
    assert type(error) is kind
    assert "because" in error.what


def test_a_blocked_key_is_told_in_the_relays_words(desk):
    one = desk()
    one.fake().blocked.add(one.run(one.network.verify()).id)
    with pytest.raises(Rejected, match="banned"):
        one.publish(one.composed("Here"))
