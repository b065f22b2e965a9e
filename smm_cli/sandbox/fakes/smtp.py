"""A fake mail server: what the carrier of mail hands over in a rehearsal. Source: RFC 5321, sections 4.2 and 4.5.3; RFC 4954."""

from __future__ import annotations

import re
from base64 import b64decode
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, route

SIZE = 26_214_400
"""Bytes of a message."""
LINE = 998
"""Characters of a line: RFC 5322, section 2.1.1."""
MAILBOX = re.compile(r"[^@\s<>]{1,64}@[^@\s<>]{1,255}")


class FakeSmtp(Fake):
    """One mail server. It takes a message as often as it is sent. `unknown`: recipients that it does not know."""

    name = "smtp"
    channel = 'server = "smtp://mail.example:587"\nsender = "Acme <news@acme.example>"\nto = ["list@acme.example"]\nsend = true'
    place = "mail.example:587"
    unknown: frozenset[str] = frozenset()

    @route("NOOP", "/")
    def noop(self, call: Call) -> Reply:
        self._user(call)
        return Reply(200, {"code": 250, "message": "OK", "size": SIZE})

    @route("SEND", "/", commits=True)
    def send(self, call: Call) -> Reply:
        user, sender, recipient = self._user(call), call.headers.get("x-mail-from", ""), call.headers.get("x-rcpt-to", "")
        if not MAILBOX.fullmatch(sender):
            raise Refused(422, {"code": 501, "message": "5.1.7 Bad sender address syntax"})
        if not MAILBOX.fullmatch(recipient) or recipient in self.unknown:
            raise Refused(422, {"code": 550, "message": "5.1.1 User unknown"})
        if len(call.content) > SIZE:
            raise Refused(422, {"code": 552, "message": "5.3.4 Message size exceeds fixed limit"})
        if any(len(line) > LINE for line in call.content.split(b"\r\n")) or b"\n" in call.content.replace(b"\r\n", b""):
            raise Refused(422, {"code": 554, "message": "5.6.0 Line too long, or bare line feed"})
        message = message_from_bytes(call.content, policy=default)
        if not isinstance(message, EmailMessage) or not message["From"] or not message["Message-ID"] or not message["Date"]:
            raise Refused(422, {"code": 554, "message": "5.6.0 Message lacks headers"})
        text = message.get_body(("plain",))
        pictures = tuple(str(part.get_filename() or "") for part in message.walk() if part.get_filename())
        headers = {name: str(value) for name, value in message.items()}
        body = str(text.get_content()).rstrip("\n") if text else ""
        at = self.now()
        self.publish(Posted(self.name, user, headers["Message-ID"], "", body, at, pictures, more={"to": recipient, "headers": headers}))
        return Reply(200, {"code": 250, "message": f"2.0.0 Ok: queued as {self.next_number():06X}"})

    def too_many(self, seconds: float) -> Reply:
        return Reply(425, {"code": 450, "message": "4.7.1 Error: too much mail"})

    def _user(self, call: Call) -> str:
        scheme, _, basic = call.headers.get("authorization", "").partition(" ")
        user, _, password = b64decode(basic).decode().partition(":") if scheme == "Basic" else ("", "", "")
        if not user:
            raise Refused(401, {"code": 530, "message": "5.7.0 Authentication required"})
        if not password.startswith("sandbox-"):
            raise Refused(401, {"code": 535, "message": "5.7.8 Authentication credentials invalid"})
        return user


FAKE = FakeSmtp
