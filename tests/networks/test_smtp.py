"""Mail: drafts as files, messages to lists, reply codes. What a server does is in tests/servers/test_smtp.py."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from pydantic import ValidationError

from smm_cli.calendar.model import Calendar
from smm_cli.clock import SetClock
from smm_cli.delivery.transport import Transport
from smm_cli.errors import AuthFailed, ConfigError, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.smtp import NETWORK
from smm_cli.words.auth import Basic, NoAuth
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Earlier
from smm_cli.words.post import Blob, Media, Post

DRAFTING = Channel("mail", "smtp", {"sender": "Acme <news@acme.example>", "to": ["list@acme.example", "more@acme.example"]})
SENDING = replace(DRAFTING, settings={**DRAFTING.settings, "server": "smtp://mail.example", "send": True})


def said(network, facts, seal, body="Hello *you*.", **fields):
    return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "News", **fields}), facts))


def played(root, network, payload, part=0):
    """Publish over the real transport, which nobody answers."""

    async def whole():
        conversation, told = network.publish(payload, part), None
        async with Transport(Calendar(root=root, name="acme"), SetClock(payload.at)) as transport:
            try:
                while True:
                    step = conversation.send(told)
                    told = None if isinstance(step, Earlier) else await transport.send(network, step, {}, "0.0")
            except StopIteration as end:
                return end.value

    return asyncio.run(whole())


def test_without_send_a_message_is_a_file_for_each_list_and_nothing_leaves(tmp_path, facts, seal):
    network = NETWORK(DRAFTING)
    payload = said(network, facts, seal)
    receipts = [played(tmp_path, network, payload, part) for part in range(2)]
    assert [receipt.more["draft"] for receipt in receipts] == ["outbox/launch.channel.eml", "outbox/launch.channel.2.eml"]
    message = message_from_bytes((tmp_path / "outbox/launch.channel.2.eml").read_bytes(), policy=default)
    assert (message["To"], message["Subject"], message["X-Unsent"]) == ("more@acme.example", "News", "1")
    assert message["Message-ID"] == receipts[1].id
    assert message.get_body(("plain",)).get_content().strip() == "Hello you."
    assert isinstance(network.auth, NoAuth)
    assert network.repeat().seconds is None


def test_a_message_is_in_ascii_whatever_it_says(tmp_path, facts, seal):
    network = NETWORK(DRAFTING)
    played(tmp_path, network, said(network, facts, seal, "Grüße ☕", title="Über uns"))
    written = (tmp_path / "outbox/launch.channel.eml").read_bytes()
    assert written.isascii()
    message = message_from_bytes(written, policy=default)
    assert (message["Subject"], message.get_body(("plain",)).get_content().strip()) == ("Über uns", "Grüße ☕")


def test_what_is_sent_is_never_repeated(facts):
    network = NETWORK(SENDING)
    assert isinstance(network.auth, Basic)
    assert network.repeat() is None
    assert network.hosts() == ("mail.example:587",)
    assert isinstance(NETWORK(replace(SENDING, settings={**SENDING.settings, "login": False})).auth, NoAuth)


def test_the_message_id_is_the_same_in_every_attempt_and_another_for_each_list(facts, seal):
    network = NETWORK(SENDING)
    payload = said(network, facts, seal)

    def id_of(part):
        steps = network.publish(payload, part)
        next(steps)
        return {field.name: field.value for field in steps.send(None).body.fields}["message-id"]

    assert id_of(0) == id_of(0)
    assert id_of(0) != id_of(1)
    assert id_of(0).endswith("@acme.example>")


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "Acme"},
        {"sender": "a@b\r\nBcc: x@y"},
        {"sender": "Äcme <ä@acme.example>"},
        {"to": []},
        {"to": ["a@b.example", "A@B.example"]},
        {"to": "a b@c.example"},
        {"server": "mail.example"},
        {"server": "smtp://user@mail.example"},
        {"server": "http://mail.example"},
        {"server": "", "send": True},
        {"unsubscribe": "http://acme.example"},
        {"unsubscribe": "https://acme.example/\r\nBcc:"},
        {"unsubscribe": "mailto:out@acme.example", "one_click": True},
        {"reply_to": "nobody"},
    ],
)
def test_settings_that_make_no_mail_are_refused(wrong):
    with pytest.raises(ValidationError):
        NETWORK(replace(SENDING, settings={**SENDING.settings, **wrong}))


def test_one_list_may_be_written_without_brackets(facts, seal):
    network = NETWORK(replace(DRAFTING, settings={**DRAFTING.settings, "to": "list@acme.example"}))
    assert len(said(network, facts, seal).parts) == 1


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (200, 250, None),
        (401, 535, AuthFailed),
        (425, 421, Retriable),
        (425, 451, Retriable),
        (422, 550, Rejected),
        (422, 554, Rejected),
        (503, None, Retriable),
    ],
)
def test_reply_codes_have_their_errors(status, code, kind):
    error = NETWORK(SENDING).fault(status, {}, {"code": code, "message": "5.1.1 words"} if code else "<html>")
    assert type(error) is (kind or type(None))
    assert error is None or str(code or status) in error.what


def test_files_together_and_long_pages_are_remarked_on(facts, seal):
    network = NETWORK(SENDING)
    media = tuple(Media(f"{name}.png", "x", blob=Blob(name * 64, 8_000_000, "image/png"), width=9, height=9) for name in "ab")
    post = Post("launch", "posts/launch.md", "word " * 25_000, title="News", media=media)
    assert [problem.slug for problem in check_payload(network, post, network.compose(post, facts), facts)] == ["mail-size", "mail-clipped"]
    untitled = replace(post, title="", media=(), body="x")
    assert [p.slug for p in check_payload(network, untitled, network.compose(untitled, facts), facts)] == ["title-missing"]


def test_html_in_a_title_or_description_stays_text(facts, seal):
    media = (Media("a.png", '"><script>', blob=Blob("a" * 64, 9, "image/png"), width=9, height=9),)
    page = said(NETWORK(SENDING), facts, seal, title="</title><script>", media=media).parts[0].fields["html"]
    assert "<script>" not in page
    assert 'src="cid:' + "a" * 32 + '@smm"' in page


def test_a_server_without_tls_is_refused_unless_it_is_this_machine(monkeypatch):
    import smtplib

    from smm_cli.delivery.mail import Envelope, Exchange

    class Plain(smtplib.SMTP):
        def __init__(self, *said, **more):
            super().__init__()

        def ehlo_or_helo_if_needed(self):
            self.esmtp_features = {}

    monkeypatch.setattr(smtplib, "SMTP", Plain)
    with pytest.raises(ConfigError, match="offers no TLS"):
        Exchange("smtp://mail.example:587", Envelope(), "", "", 5.0).run()
