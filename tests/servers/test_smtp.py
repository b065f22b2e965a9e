"""Mail against aiosmtpd, a mail server by other authors, and against servers that break off where it hurts."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
import threading
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from smm_cli.clock import SystemClock
from smm_cli.delivery.judge import Silence
from smm_cli.delivery.transport import Transport
from smm_cli.errors import AuthFailed, ConfigError, Rejected, Retriable
from smm_cli.networks.smtp import NETWORK

pytestmark = [pytest.mark.server, pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")]


class Box:
    """What the server took; `refusal` is said after the message's last dot, `stranger` is a recipient it does not know."""

    def __init__(self):
        self.taken = []
        self.refusal = ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("stranger"):
            return "550 5.1.1 no such user"
        if address.startswith("later"):
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refusal:
            return self.refusal
        message = message_from_bytes(envelope.content, policy=default)
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, message, envelope.content))
        return "250 2.0.0 Ok: queued as 1A2B"


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def server(box):
    """The address of a running aiosmtpd, which wants a login."""
    if importlib.util.find_spec("aiosmtpd") is None:
        pytest.skip("server not installed: aiosmtpd (pip install aiosmtpd)")
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult, LoginPassword

    def known(server, session, envelope, mechanism, said):
        good = isinstance(said, LoginPassword) and (said.login, said.password) == (b"ada", b"secret-word")
        return AuthResult(success=good, handled=False)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=known, auth_required=True, auth_require_tls=False, data_size_limit=200_000
    )
    running.start()
    yield f"smtp://127.0.0.1:{port}"
    running.stop()


@pytest.fixture
def channel(talk):
    """Makes the channel of a server."""

    def made(server, secret="ada:secret-word", **settings):
        said = {"server": server, "sender": "Acme Nachrichten <news@acme.example>", "to": ["list@acme.example"], "send": True}
        return talk(NETWORK, {**said, **settings}, secret)

    return made


# -- a server that works -------------------------------------------------------------------------------------------------------


def test_a_message_arrives_as_text_and_html_with_its_headers(channel, server, box):
    me = channel(server, reply_to="ada@acme.example", unsubscribe="https://acme.example/out", one_click=True)
    payload = me.composed(
        "Schöne *Grüße*.\n\n.ein Punkt am Anfang\n\n" + "lang " * 400, title="Neues – für „alle“ 👋", link="https://acme.example/a"
    )
    receipt = me.publish(payload)[0]
    sender, recipients, message, raw = box.taken[0]
    assert (sender, recipients) == ("news@acme.example", ["list@acme.example"])
    assert message["Subject"] == "Neues – für „alle“ 👋"
    assert message["From"] == "Acme Nachrichten <news@acme.example>"
    assert (message["Reply-To"], message["Message-ID"]) == ("ada@acme.example", receipt.id)
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (
        "<https://acme.example/out>",
        "List-Unsubscribe=One-Click",
    )
    assert message["Date"]
    text, page = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Schöne Grüße." in text
    assert "\n.ein Punkt" in text
    assert "https://acme.example/a" in text
    assert "<em>Grüße</em>" in page
    assert 'lang="en"' in page
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert "1A2B" in receipt.more["reply"]


def test_pictures_stand_in_the_html_with_their_descriptions(channel, server, box, png):
    me = channel(server)
    me.publish(me.composed("Look.", title="Pictures", media=[me.picture(png(), alt='Two "dots" & a line')]))
    message = box.taken[0][2]
    page = message.get_body(("html",)).get_content()
    picture = next(part for part in message.walk() if part.get_content_maintype() == "image")
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in page
    assert 'alt="Two &quot;dots&quot; &amp; a line"' in page
    assert picture.get_content() == png()
    assert picture.get_content_disposition() == "inline"


def test_each_list_gets_a_message_of_its_own(channel, server, box):
    me = channel(server, to=["one@acme.example", "Two <two@acme.example>"])
    one, two = me.publish(me.composed("Hello.", title="Hello"))
    assert [taken[1] for taken in box.taken] == [["one@acme.example"], ["two@acme.example"]]
    assert one.id != two.id
    assert "two" not in str(box.taken[0][2])


def test_verify_signs_in_and_sends_nothing(channel, server, box):
    account = channel(server).verify()
    assert (account.handle, account.facts["size"], box.taken) == ("Acme Nachrichten <news@acme.example>", 200_000, [])


def test_a_wrong_password_is_an_error_of_the_channel(channel, server):
    with pytest.raises(AuthFailed, match="535"):
        channel(server, secret="ada:another-word").verify()


@pytest.mark.parametrize(
    ("to", "error", "said"), [("stranger@acme.example", Rejected, "550"), ("later@acme.example", Retriable, "451 4.7.1")]
)
def test_a_refused_recipient_is_rejected_or_tried_again(channel, server, box, to, error, said):
    me = channel(server, to=[to])
    with pytest.raises(error, match=said):
        me.publish(me.composed("Hello.", title="Hello"))
    assert box.taken == []


@pytest.mark.parametrize(("refusal", "error"), [("554 5.7.1 looks like spam", Rejected), ("452 4.3.1 out of space", Retriable)])
def test_a_refused_message_was_surely_not_taken(channel, server, box, refusal, error):
    box.refusal = refusal
    me = channel(server)
    with pytest.raises(error, match=refusal[4:9]):
        me.publish(me.composed("Hello.", title="Hello"))


def test_a_message_that_is_too_large_is_refused_before_it_is_sent(channel, server, png, box):
    me = channel(server)
    with pytest.raises(Rejected, match="552"):
        me.publish(me.composed("Hello.", title="Hello", media=[me.picture(png() + b"\0" * 200_000, alt="x")]))


def test_a_header_cannot_be_smuggled_in(channel, server, box):
    me = channel(server)
    payload = me.composed("Hello.", title="Hello\r\nBcc: all@acme.example")
    me.publish(payload)
    assert box.taken[0][2]["Bcc"] is None
    assert box.taken[0][1] == ["list@acme.example"]
    part = replace(payload.parts[0], fields={**payload.parts[0].fields, "subject": "Hello\r\nBcc: all@acme.example"})
    with pytest.raises(Rejected, match="cannot be written"):
        me.publish(replace(payload, parts=(part,)))
    assert len(box.taken) == 1


def test_a_password_leaves_for_its_own_server_only(channel, server, talk):
    me = channel(server)
    payload = me.composed("Hello.", title="Hello")
    request = next(step for step in me.network.publish(payload, 0) if hasattr(step, "method"))

    def elsewhere():
        yield replace(request, url="smtp://127.0.0.1:9")

    with pytest.raises(ConfigError, match="its own server only"):
        me.run(elsewhere())


# -- servers that break off ------------------------------------------------------------------------------------------------------


@pytest.fixture
def breaking():
    """Makes a server that answers by a script and hangs up (or stays silent) at its end."""
    sockets = []

    def made(script, silent=False):
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        sockets.append(listening)

        def talk():
            client, _ = listening.accept()
            sockets.append(client)
            client.sendall(b"220 here\r\n")
            for reply in script:
                data = client.recv(65536)
                while reply.startswith("dot:") and not data.endswith(b"\r\n.\r\n"):
                    data += client.recv(65536)
                client.sendall(reply.removeprefix("dot:").encode())
            if not silent:
                client.recv(65536)
                client.close()

        threading.Thread(target=talk, daemon=True).start()
        return f"smtp://127.0.0.1:{listening.getsockname()[1]}"

    yield made
    for one in sockets:
        one.close()


HELLO = "250 here\r\n"


def sent(me, **changes):
    """What comes of sending straight over the transport: the Silence."""
    request = next(step for step in me.network.publish(me.composed("Hello.", title="Hello"), 0) if hasattr(step, "method"))

    async def whole():
        async with Transport(me.calendar, SystemClock()) as transport:
            with pytest.raises(Silence) as caught:
                await transport.send(me.network, replace(request, **changes), {}, "0.0")
            return caught.value

    return asyncio.run(whole())


@pytest.mark.parametrize(
    ("script", "reached"),
    [
        ([], False),
        ([HELLO], False),
        ([HELLO, "250 sender\r\n", "250 recipient\r\n"], False),
        ([HELLO, "250 sender\r\n", "250 recipient\r\n", "354 go\r\n"], True),
    ],
    ids=["before hello", "before the sender", "before the message", "after the message"],
)
def test_only_silence_after_the_message_means_perhaps_sent(channel, breaking, script, reached):
    assert sent(channel(breaking(script), login=False)).reached is reached


@pytest.mark.parametrize(("script", "reached"), [([HELLO], False), ([HELLO, "250 a\r\n", "250 b\r\n", "354 go\r\n"], True)])
def test_a_server_that_says_nothing_more_is_given_up_in_time(channel, breaking, script, reached):
    silence = sent(channel(breaking(script, silent=True), login=False), timeout=0.5)
    assert (silence.reached, "did not answer within" in silence.what or "timed out" in silence.what) == (reached, True)


def test_a_message_that_was_taken_stays_so_though_the_server_says_no_goodbye(channel, breaking):
    server = breaking([HELLO, "250 a\r\n", "250 b\r\n", "354 go\r\n", "dot:250 taken\r\n"], silent=True)
    me = channel(server, login=False)
    assert me.publish(me.composed("Hello.", title="Hello"))[0].more["reply"] == "taken"


def test_a_server_that_is_not_there_got_nothing(channel):
    assert sent(channel("smtp://127.0.0.1:1", login=False)).reached is False
