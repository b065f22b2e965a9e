"""The carrier of `smtp:` and `smtps:` requests: MIME made of their fields, one recipient a conversation, TLS demanded.

SEND delivers, NOOP signs in and asks nothing, DRAFT lays the message into the channel's `output` folder instead. The reply codes of
SMTP (RFC 5321, section 4.2) become statuses: 2yz 200, 4yz 425, 5yz 422, a refused login 401; the body tells code and words.
smtplib in a thread: aiosmtplib would be one more dependency for a few messages a day.
"""

from __future__ import annotations

import asyncio
import re
import smtplib
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from smm_cli.accounts.masks import remember, without_known
from smm_cli.accounts.sign import sign
from smm_cli.delivery import program
from smm_cli.delivery.handles import is_local
from smm_cli.delivery.incoming import Incoming
from smm_cli.delivery.judge import Silence
from smm_cli.delivery.wire import Wire
from smm_cli.errors import ConfigError, Rejected
from smm_cli.media.blobs import Blobs
from smm_cli.networks.base import Network, host_of
from smm_cli.words.auth import Basic
from smm_cli.words.exchange import Answer, Multipart, Request, Slice
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Blob

if TYPE_CHECKING:
    from smm_cli.delivery.transport import Transport

HEADERS = ("From", "To", "Reply-To", "Subject", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "X-Unsent")
INLINE = "cid:"
"""A field of this name is a picture that the HTML shows under what follows the colon; one named `file` is attached."""
PORTS = {"smtp": 587, "smtps": 465}
REFUSED_LOGIN = frozenset({530, 534, 535, 538})
"""Codes of RFC 4954, section 6."""
PLAIN = SMTP.clone(cte_type="7bit")
"""Messages in ASCII, which every server takes: nothing asks whether it offers 8BITMIME (RFC 6152)."""
DOT = re.compile(rb"(?m)^\.")
FAREWELL = 2.0
"""Seconds that a server gets to say goodbye: what matters was said by then."""
GREETING = "[127.0.0.1]"
"""What smm calls its machine (RFC 5321, section 4.1.3): its name is nobody's business, and need not be looked up."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, as bare addresses, and the message's bytes. Not shown in repr."""

    sender: str = ""
    recipient: str = ""
    message: bytes = b""

    def __repr__(self) -> str:
        return f"Envelope({len(self.message)} bytes)"


async def carry(transport: Transport, network: Network, request: Request) -> Answer:
    """The answer to a request of this scheme; Answer(0) for a silence that is forgiven. Raises as the transport does."""
    try:
        return await _carried(transport, network, request)
    except Silence:
        if not request.forgiving:
            raise
    return Answer(0)


async def _carried(transport: Transport, network: Network, request: Request) -> Answer:
    now = transport.clock.now()
    envelope = await asyncio.to_thread(enveloped, request.body, transport.blobs, now) if request.body else Envelope()
    if request.method == "DRAFT":
        from smm_cli.delivery.files import Files

        blob = transport.blobs.keep(envelope.message, "message/rfc822")
        put = Request("PUT", f"file:{request.url.partition(':')[2]}", Slice(blob), commits=request.commits)
        return await Files(transport.files, str(network.settings.output)).send(put, transport.blobs)
    key = host_of(request.url)
    if key not in {host_of(host) for host in network.hosts()}:
        raise ConfigError(f"{network.channel.name} sends its mail to its own server only, not to {key}", slug="foreign-host")
    user, password = await _login_of(transport, network, signed=bool(request.auth))
    if transport.apps is not None:
        return await _rehearsed(transport, request, key, envelope, (user, password))
    return await _delivered(Exchange(request.url, envelope, user, password, request.timeout))


async def _login_of(transport: Transport, network: Network, *, signed: bool) -> tuple[str, str]:
    if not signed or not isinstance(network.auth, Basic):
        return "", ""
    values = await transport.credentials(network).ready(*network.auth.secrets)
    user, password = (values.get(name, "") for name in network.auth.secrets)
    if not password:
        user, _, password = user.partition(":")
    if not user or not password:
        raise ConfigError(f"{network.channel.name} needs a user and a password", hint="smm channel login", slug="secret-missing")
    remember(password)
    return user, password


async def _delivered(exchange: Exchange) -> Answer:
    """Let a thread talk, and stop it in time: what it has not sent by then it never sends."""
    talking = asyncio.ensure_future(asyncio.to_thread(exchange.run))
    talking.add_done_callback(lambda done: done.cancelled() or done.exception())  # of one that was given up nobody asks
    try:
        async with asyncio.timeout(exchange.timeout):
            return await asyncio.shield(talking)
    except TimeoutError:
        raise Silence(f"{exchange.host} did not answer within {exchange.timeout:.0f} s", reached=exchange.stop()) from None


async def _rehearsed(transport: Transport, request: Request, key: str, envelope: Envelope, login: tuple[str, str]) -> Answer:
    """A rehearsal: the fake at `key` gets the message as an HTTP request of the same method."""
    app = transport.apps(key) if transport.apps else None
    if app is None:
        raise Silence(f"nothing answers for {key} in a rehearsal", reached=False)
    headers = {"content-type": "message/rfc822", "x-mail-from": envelope.sender, "x-rcpt-to": envelope.recipient}
    if login[0]:
        headers |= sign(Basic(), {"user": login[0], "password": login[1]}, "", "", {}, b"", transport.clock.now())
    incoming = Incoming(request, transport.blobs)
    body = Wire((envelope.message,), len(envelope.message), "message/rfc822")
    try:
        await program.ask(app, request.method, f"https://{key}/", headers, body, incoming, transport.clock)
        return incoming.finish(transport.clock.now(), lambda _field, value: value)
    finally:
        incoming.close()


# -- the message ------------------------------------------------------------------------------------------------------------


def enveloped(body: Any, blobs: Blobs, now: datetime) -> Envelope:
    """The message that the fields of a Multipart describe. Raises Rejected for what no header may hold."""
    fields = body.fields if isinstance(body, Multipart) else ()
    said: Mapping[str, str] = {field.name: field.value for field in fields if isinstance(field.value, str)}
    message = EmailMessage(policy=PLAIN)
    try:
        message["Date"] = format_datetime(now)
        for name in HEADERS:
            if said.get(name.lower()):
                message[name] = said[name.lower()]
    except (ValueError, IndexError) as wrong:  # a line break, or what is no address
        raise Rejected(f"a header of this mail cannot be written: {wrong}", slug="header") from None
    message.set_content(said.get("text", ""))
    if said.get("html"):
        message.add_alternative(said["html"], subtype="html")
    page = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    for field in fields:
        if isinstance(field.value, Blob):
            main, _, sub = (field.type or field.value.type).partition("/")
            content, name = blobs.read(field.value), field.filename
            if field.name.startswith(INLINE) and isinstance(page, EmailMessage):
                cid = f"<{field.name.removeprefix(INLINE)}>"
                page.add_related(content, main, sub, cid=cid, filename=name, disposition="inline")
            else:
                message.add_attachment(content, main, sub, filename=name)
    return Envelope(parseaddr(said.get("from", ""))[1], parseaddr(said.get("to", ""))[1], message.as_bytes())


# -- the conversation with the server -----------------------------------------------------------------------------------------


class Exchange:
    """One conversation, held in a thread. `stop` ends it from another."""

    def __init__(self, url: str, envelope: Envelope, user: str, password: str, timeout: float) -> None:
        parts = urlsplit(url)
        self.tls = parts.scheme == "smtps"
        self.host, self.port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        self.envelope, self.user, self.password, self.timeout = envelope, user, password, timeout
        self._server: smtplib.SMTP | None = None
        self._lock = threading.Lock()
        self._stopped = False
        self._sent = False

    def __repr__(self) -> str:
        return f"Exchange({self.host})"

    def stop(self) -> bool:
        """Whether the message had left by now; if not, it never will."""
        with self._lock:
            self._stopped = True
            sent = self._sent
        if self._server is not None:
            with suppress(OSError, AttributeError):
                self._server.close()
        return sent

    def run(self) -> Answer:
        """All of it. Raises Silence: `reached` only from the message's own bytes on; ConfigError where there is no TLS."""
        try:
            return self._talk()
        except smtplib.SMTPNotSupportedError as missing:
            return Answer(401, {}, {"code": 0, "message": f"the server cannot do what is needed: {missing}"})
        except smtplib.SMTPResponseException as refused:
            login = isinstance(refused, smtplib.SMTPAuthenticationError)
            if 200 <= refused.smtp_code < 600:
                return answer_of(refused.smtp_code, refused.smtp_error, login=login)
            what = f"{self.host} said nothing that is SMTP"
        except (OSError, smtplib.SMTPException, ValueError, AttributeError) as broken:  # the last: closed by `stop`
            what = f"the connection to {self.host} broke: {without_known(str(broken)) or type(broken).__name__}"
        finally:
            self._leave()
        raise Silence(what, reached=self._sent)

    def _talk(self) -> Answer:
        server = self._server = self._open()
        if self.user:
            server.login(self.user, self.password)
        if not self.envelope.message:
            code, words = server.noop()
            size = server.esmtp_features.get("size", "").strip()
            return answer_of(code, words, size=int(size) if size.isdigit() else 0)
        content = self.envelope.message
        options = (f"size={len(content)}",) if server.has_extn("size") else ()
        for code, words in self._steps(server, options):
            if code not in (250, 251, 354):
                return answer_of(code, words)
        with self._lock:
            if self._stopped:
                raise OSError("stopped in time")
            self._sent = True
        server.send(DOT.sub(b"..", content) + (b"" if content.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        return answer_of(*server.getreply())

    def _steps(self, server: smtplib.SMTP, options: tuple[str, ...]) -> Iterator[tuple[int, bytes]]:
        """What leads up to the message, each step asked when the one before was taken."""
        yield server.mail(self.envelope.sender, options)
        yield server.rcpt(self.envelope.recipient)
        yield server.docmd("DATA")

    def _open(self) -> smtplib.SMTP:
        """Connected, with TLS unless it is this machine."""
        seconds = min(self.timeout, 30.0)
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, GREETING, timeout=seconds, context=ssl.create_default_context())
        server = smtplib.SMTP(self.host, self.port, GREETING, timeout=seconds)
        server.ehlo_or_helo_if_needed()
        if is_local(self.host):
            return server
        if not server.has_extn("starttls"):
            server.close()
            hint = 'write server = "smtps://…" if it speaks TLS at once (port 465)'
            raise ConfigError(f"{self.host} offers no TLS: mail and password could be read along", hint=hint, slug="no-tls")
        server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        return server

    def _leave(self) -> None:
        if self._server is not None and self._server.sock is not None:
            with suppress(OSError, smtplib.SMTPException, AttributeError):
                self._server.sock.settimeout(FAREWELL)
                self._server.quit()


def answer_of(code: int, words: bytes | str, *, login: bool = False, size: int = 0) -> Answer:
    """A reply as an answer. -1 is what smtplib says where the server said nothing it could read."""
    told = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    body = {"code": code, "message": " ".join(told.split())[:500]} | ({"size": size} if size else {})
    if code < 200 or code >= 600:
        raise smtplib.SMTPServerDisconnected(f"an answer that is none: {code}")
    status = 200 if code < 400 else 425 if code < 500 else 401 if login or code in REFUSED_LOGIN else 422
    return Answer(status, {}, body)
