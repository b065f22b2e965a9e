"""Newsletters on Buttondown, and what all newsletter services share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.buttondown import MARKDOWN, NETWORK
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.buttondown import FAKE
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.post import Media, Post

DRAFTING = Channel("news", "buttondown")
SENDING = replace(DRAFTING, settings={"send": True})


@pytest.fixture
def at(driver):
    made = driver(None, "sandbox-ada")
    made.app = FAKE(made.clock)
    return made


def said(network, facts, seal, body="Hello *you*.", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "News", **fields}), facts))


def test_a_draft_is_made_and_not_sent(at, facts, seal):
    network = NETWORK(DRAFTING)
    receipt = at.run(network, network.publish(said(network, facts, seal, canonical="https://acme.example/a"), 0))
    made = at.app.campaigns[receipt.id]
    assert (made["status"], made["subject"], made["canonical_url"]) == ("draft", "News", "https://acme.example/a")
    assert made["body"] == f"{MARKDOWN}\nHello *you*."
    assert (receipt.more["sent"], receipt.url) == (False, f"https://buttondown.com/ada/archive/{receipt.id}/")


def test_with_send_it_is_made_as_a_draft_and_sent_by_one_request(at, facts, seal):
    network = NETWORK(SENDING)
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    assert at.app.campaigns[receipt.id]["status"] == "sent"
    assert [(request.method, request.commits) for request in at.seen] == [("GET", False), ("POST", False), ("PATCH", True)]
    assert at.seen[1].body.value["status"] == "draft"


@pytest.mark.parametrize("channel", [DRAFTING, SENDING], ids=["draft", "send"])
@pytest.mark.parametrize("kind", ["silence_before", "silence_after"])
def test_after_a_lost_answer_it_is_known_whether_it_went_out(at, facts, seal, noon, channel, kind):
    network = NETWORK(channel)
    payload = said(network, facts, seal)
    at.app.faults.append(Fault(kind, method="PATCH" if network.settings.send else "POST", commits=True))
    with pytest.raises(ConnectionResetError):
        at.run(network, network.publish(payload, 0))
    found = at.run(network, network.lookup(payload, Intent(0, at.seen[-1], noon), (), None))
    assert isinstance(found, Found if kind == "silence_after" else Absent)
    if kind == "silence_before":
        at.run(network, network.publish(payload, 0))
    assert len(at.app.campaigns) == 1


def test_a_picture_is_uploaded_and_described(at, facts, seal, png):
    network = NETWORK(DRAFTING)
    media = (Media("posts/a.png", 'A "dot"', blob=at.blob(png, "image/png"), width=1, height=1),)
    receipt = at.run(network, network.publish(said(network, facts, seal, media=media), 0))
    body = at.app.campaigns[receipt.id]["body"]
    assert '<img src="https://assets.buttondown.email/images/' in body
    assert 'alt="A &quot;dot&quot;"' in body


@pytest.mark.parametrize("typed", ["{{ subscriber.email }}", "{% if x %}", "*|FNAME|*"])
def test_a_template_that_was_typed_stays_text(facts, seal, typed):
    part = said(NETWORK(DRAFTING), facts, seal, f"Write `{typed}` or {typed}.", title=typed).parts[0]
    assert not any(sign in f"{part.fields['body']}{part.fields['subject']}" for sign in ("{{", "{%", "*|"))


def test_a_draft_can_be_changed_and_thrown_away(at, facts, seal):
    network = NETWORK(DRAFTING)
    receipt = at.run(network, network.publish(said(network, facts, seal), 0))
    assert at.run(network, network.edit(said(network, facts, seal, "Better."), 0, receipt)) == receipt
    assert "Better." in at.app.public[0].text
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert (at.app.public, at.app.campaigns) == ([], {})


def test_mail_that_was_sent_stays_sent(at, facts, seal):
    network = NETWORK(SENDING)
    payload = said(network, facts, seal)
    receipt = at.run(network, network.publish(payload, 0))
    for act in (network.withdraw(receipt, 0), network.edit(payload, 0, receipt)):
        with pytest.raises(Rejected, match="was sent"):
            at.run(network, act)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (201, {"id": "em_1"}, None),
        (400, {"code": "email_duplicate", "detail": "twin"}, Rejected),
        (401, {"detail": "Unauthorized"}, AuthFailed),
        (403, {"detail": "plan"}, AuthFailed),
        (422, {"detail": [{"loc": ["body"]}]}, Rejected),
        (429, "", RateLimited),
        (500, "<html>", Retriable),
    ],
)
def test_each_answer_has_its_error(status, body, kind):
    assert type(NETWORK(DRAFTING).fault(status, {}, body)) is (kind or type(None))


def test_verify_tells_whose_key_it_is(at):
    network = NETWORK(DRAFTING)
    assert at.run(network, network.verify()).handle == "ada"
    assert at.seen[0].headers["x-api-version"] == "2026-04-01"
