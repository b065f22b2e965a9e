"""Accounts and sessions of the fake PDS. Source: PDS 0.4.217 (createSession, refreshSession, auth-verifier), 2026-08."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Fake, Refused, Reply, route

XRPC = "/xrpc/com.atproto"
ACCESS, REFRESH, GRACE = timedelta(minutes=120), timedelta(days=90), timedelta(hours=2)
"""Life of the tokens; a refresh token that was used goes on for the grace period."""
HANDLE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
NO_HANDLES = (".invalid", ".local", ".example", ".arpa", ".internal", ".onion", ".localhost", ".alt")
"""Ends of names that are never handles. Source: atproto.com/specs/handle, 2026-08."""


@dataclass
class Member:
    """An account: its records by collection and key."""

    handle: str
    password: str
    did: str
    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    status: str = "active"


@dataclass
class Ticket:
    """A token: what it is for and until when."""

    did: str
    kind: str
    ends: datetime
    aud: str = ""
    lxm: str = ""
    next: tuple[str, str] | None = None


@dataclass
class Window:
    """What was used of a limit since `start`."""

    start: datetime
    used: int = 0


def refused(status: int, name: str, message: str) -> Refused:
    """An error as every server of the network says it."""
    return Refused(status, {"error": name, "message": message})


class Sessions(Fake):
    """Log-in, renewal, limits."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.members: dict[str, Member] = {}
        self.tickets: dict[str, Ticket] = {}
        self._windows: dict[tuple[str, str, int], Window] = {}
        self._limits: dict[str, str] = {}

    def add_account(self, handle: str, password: str = "") -> Member:
        """An account on this server, by handle; made where there is none."""
        known = self.member(handle)
        if known is None:
            made = base64.b32encode(hashlib.sha256(handle.encode()).digest()).decode().lower()[:24]
            known = self.members[f"did:plc:{made}"] = Member(handle.lower(), password, f"did:plc:{made}")
        return known

    def member(self, name: str) -> Member | None:
        """By DID or handle."""
        return self.members.get(name) or next((one for one in self.members.values() if one.handle == name.lower()), None)

    # -- who asks ------------------------------------------------------------------------------------------------------------

    def signed(self, call: Call, kind: str = "access") -> Member:
        """The account that a token belongs to; tokens of the sandbox belong to whom they name. Raises Refused."""
        if not call.bearer:
            raise refused(401, "AuthMissing", "Authentication Required")
        if call.bearer.startswith(SANDBOX_TOKEN):
            member = self.add_account(self.account_of(call) or "sandbox")
        else:
            ticket = self.tickets.get(call.bearer)
            if ticket is None or ticket.kind != kind:
                raise refused(400, "InvalidToken", "Token could not be verified")
            if ticket.ends <= self.now():
                raise refused(400, "ExpiredToken", "Token has expired" if kind == "access" else "Token has been revoked")
            member = self.members[ticket.did]
        if member.status == "takendown":
            raise refused(401, "AccountTakedown", "Account has been taken down")
        return member

    def ticket(self, member: Member, kind: str, life: timedelta, aud: str = "", lxm: str = "") -> str:
        token = f"{kind}.{member.did[8:14]}.{self.next_number()}"
        self.tickets[token] = Ticket(member.did, kind, self.now() + life, aud, lxm)
        return token

    def handed_out(self, token: str, ticket: Ticket) -> None:
        """Called with each service token: the service it is for may be another fake of the same world."""

    def spend(self, key: str, points: int, most: int, seconds: int) -> None:
        """Count `points` against a limit. Raises Refused (429) beyond it; headers tell of the tightest limit in any case."""
        now = self.now()
        window = self._windows.get((key, str(most), seconds))
        if window is None or window.start + timedelta(seconds=seconds) <= now:
            window = self._windows[key, str(most), seconds] = Window(now)
        window.used += points
        left = max(0, most - window.used)
        if not self._limits or left < int(self._limits["ratelimit-remaining"]) or window.used > most:
            reset = int((window.start + timedelta(seconds=seconds)).timestamp())
            self._limits = {
                "ratelimit-limit": str(most),
                "ratelimit-remaining": str(left),
                "ratelimit-reset": str(reset),
                "ratelimit-policy": f"{most};w={seconds}",
            }
        if window.used > most:
            raise refused(429, "RateLimitExceeded", "Rate Limit Exceeded")

    def dressed(self, call: Call, reply: Reply) -> Reply:
        limits, self._limits = self._limits, {}
        return Reply(reply.status, reply.body, {"date": format_datetime(self.now(), usegmt=True), **limits, **reply.headers})

    def too_many(self, seconds: float) -> Reply:
        """As the PDS says it: no Retry-After, the reset in seconds since 1970."""
        now = self.now()
        headers = {"ratelimit-limit": "5000", "ratelimit-remaining": "0", "ratelimit-reset": str(int(now.timestamp() + seconds))}
        date = {"date": format_datetime(now, usegmt=True)}
        return Reply(429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, {**headers, **date})

    def missing(self, call: Call) -> Reply:
        return Reply(501, {"error": "MethodNotImplemented", "message": "Method Not Implemented"})

    # -- methods -------------------------------------------------------------------------------------------------------------

    @route("GET", "/xrpc/_health")
    def health(self, call: Call) -> Reply:
        return Reply(200, {"version": "0.5.35"})

    @route("POST", f"{XRPC}.server.createSession")
    def create_session(self, call: Call) -> Reply:
        name, password = str(call.sent.get("identifier", "")), str(call.sent.get("password", ""))
        self.spend(f"login {name}", 1, 300, 86_400)
        self.spend(f"login {name}", 1, 30, 300)
        if password.startswith(SANDBOX_TOKEN):
            self.add_account(name or password.removeprefix(SANDBOX_TOKEN), password)
        member = self.member(name or password.removeprefix(SANDBOX_TOKEN))
        if member is None or (member.password != password and not password.startswith(SANDBOX_TOKEN)):
            raise refused(401, "AuthenticationRequired", "Invalid identifier or password")
        if member.status == "takendown":
            raise refused(401, "AccountTakedown", "Account has been taken down")
        return Reply(200, {**self._pair(member), **self._about(member, call)})

    @route("POST", f"{XRPC}.server.refreshSession")
    def refresh_session(self, call: Call) -> Reply:
        member = self.signed(call, "refresh")
        old = self.tickets.get(call.bearer)
        if old is None:
            return Reply(200, {**self._pair(member), **self._about(member, call)})
        if old.next is None:
            pair = self._pair(member)
            old.next = (pair["accessJwt"], pair["refreshJwt"])
            old.ends = min(old.ends, self.now() + GRACE)
        access = self.ticket(member, "access", ACCESS)
        return Reply(200, {"accessJwt": access, "refreshJwt": old.next[1], **self._about(member, call)})

    @route("GET", f"{XRPC}.server.getSession")
    def get_session(self, call: Call) -> Reply:
        return Reply(200, self._about(self.signed(call), call))

    @route("GET", f"{XRPC}.server.describeServer")
    def describe_server(self, call: Call) -> Reply:
        return Reply(200, {"did": f"did:web:{call.host}", "availableUserDomains": [".bsky.social"], "inviteCodeRequired": False})

    @route("GET", f"{XRPC}.server.getServiceAuth")
    def service_auth(self, call: Call) -> Reply:
        member = self.signed(call)
        aud, lxm, ends = call.asked("aud"), call.asked("lxm"), call.asked("exp")
        if not aud.startswith("did:"):
            raise refused(400, "InvalidRequest", "Error: Params must have the property aud")
        life = float(ends) - self.now().timestamp() if ends else 60.0
        if life < 0:
            raise refused(400, "BadExpiration", "expiration is in past")
        if life > (3600 if lxm else 60):
            raise refused(400, "BadExpiration", "cannot request a token with an expiration more than an hour in the future")
        token = self.ticket(member, "service", timedelta(seconds=life), aud, lxm)
        self.handed_out(token, self.tickets[token])
        return Reply(200, {"token": token})

    @route("GET", f"{XRPC}.identity.resolveHandle")
    def resolve_handle(self, call: Call) -> Reply:
        """Strangers resolve, if their name could be a handle: nobody here knows who is on the real network."""
        handle = call.asked("handle").lower()
        known = self.member(handle)
        if known is None and (not HANDLE.fullmatch(handle) or handle.endswith((*NO_HANDLES, ".test"))):
            raise refused(400, "InvalidRequest", "Unable to resolve handle")
        made = base64.b32encode(hashlib.sha256(handle.encode()).digest()).decode().lower()[:24]
        return Reply(200, {"did": known.did if known else f"did:plc:{made}"})

    def _pair(self, member: Member) -> dict[str, str]:
        return {"accessJwt": self.ticket(member, "access", ACCESS), "refreshJwt": self.ticket(member, "refresh", REFRESH)}

    def _about(self, member: Member, call: Call) -> Mapping[str, Any]:
        keeper = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": call.base}
        document = {"id": member.did, "alsoKnownAs": [f"at://{member.handle}"], "service": [keeper]}
        active = {"active": True} if member.status == "active" else {"active": False, "status": member.status}
        return {"did": member.did, "handle": member.handle, "emailConfirmed": True, "didDoc": document, **active}
