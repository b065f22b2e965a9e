"""What a Matrix homeserver is asked beside sending: signing in, whose token it is, rooms, files, and what was sent already."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from smm_cli.errors import AuthFailed, ConfigError, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._matrix_event import CLIENT, MARK, place_of, receipt_of
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.text.matrix import MATRIX_TO
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, LoggingIn, Looking, Step, Tokens, Verifying
from smm_cli.words.exchange import Answer, Json, Request, Slice, handle
from smm_cli.words.post import Media

DAY = 86_400.0
PAGES, PAGE = 5, 100
SKEW = timedelta(seconds=60)
ACCOUNT_ENDS = frozenset(
    {"M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED", "M_RESOURCE_LIMIT_EXCEEDED", "M_GUEST_ACCESS_FORBIDDEN"}
)
"""Codes after which nothing of this account goes out. Source: spec.matrix.org v1.19, client-server API, standard errors (2026-07-21)."""


def log_in(server: str, identifier: str, device: str) -> LoggingIn:
    """A password for an access token that does not end, on one device that stays the same."""
    who = {"type": "m.id.user", "user": f"@{identifier}" if ":" in identifier and not identifier.startswith("@") else identifier}
    asked = {"type": "m.login.password", "identifier": who, "password": handle("password"), "device_id": device}
    asked["initial_device_display_name"] = "smm"
    answer = yield Request("POST", f"{server}/{CLIENT}/login", Json(asked), auth="", secret=("access_token",))
    token = str(answer.get("access_token", default=""))
    if not token:
        raise Retriable("the server gave no token: is it a Matrix homeserver?")
    return Tokens({"access": token}, handle=str(answer.get("user_id", default="")))


def ask_account(server: str, room: str, *, cleartext: bool) -> Verifying:
    """Whose token it is, the server's software and largest file, and whether the room can be written to in clear text."""
    me = yield Request("GET", f"{server}/{CLIENT}/account/whoami")
    user = str(me.get("user_id", default=""))
    id = yield from find_room(server, room, "")
    rooms = yield Request("GET", f"{server}/{CLIENT}/joined_rooms")
    if id not in (rooms.get("joined_rooms", default=[]) or []):
        raise AuthFailed(f"{user} is not in the room {room}", hint="invite the account there, and accept the invitation in a client")
    locked = yield Request("GET", f"{server}/{CLIENT}/rooms/{quote(id, safe='')}/state/m.room.encryption", reads="any", may_fail=True)
    if locked.ok and not cleartext:
        what = f"the room {room} is encrypted; smm would post there in clear text"
        raise ConfigError(what, hint="take a room without encryption, or set cleartext = true", slug="encrypted-room")
    media = yield Request("GET", f"{server}/_matrix/client/v1/media/config", reads="any", may_fail=True)
    told = yield Request("GET", f"{server}/_matrix/federation/v1/version", reads="any", may_fail=True, auth="")
    largest = media.get("m.upload.size")
    limits = {f"{kind}_bytes": int(largest) for kind in ("image", "video", "audio")} if isinstance(largest, int) and largest > 0 else {}
    name, version = _software(told, me)
    return Account(
        handle=user,
        id=user,
        url=MATRIX_TO + quote(user, safe="@:"),
        software=name,
        version=version,
        limits=limits,
        facts={"device": str(me.get("device_id", default="")), "room": id, "asked": room},
    )


def _software(told: Answer, me: Answer) -> tuple[str, str]:
    """Name (lower case) and version: by the federation's version, else by the Server header, which Synapse sends with every answer."""
    name = told.get("server", "name") if told.ok else None
    if isinstance(name, str) and name:
        return name.lower(), str(told.get("server", "version", default=""))
    header, _, version = me.headers.get("server", "").partition("/")
    return ("synapse", version) if header == "Synapse" else ("", "")


def find_room(server: str, room: str, known: str) -> Generator[Step, Any, str]:
    """The id of a room; an alias is asked for, unless its id is `known`."""
    if room.startswith("!") or known:
        return known or room
    answer: Answer = yield Request("GET", f"{server}/{CLIENT}/directory/room/{quote(room, safe='')}", keeps_for=DAY)
    id = str(answer.get("room_id", default=""))
    if not id:
        raise Rejected(f"the server knows no room {room}", hint="is the alias right?")
    return id


def upload(server: str, medium: Media, name: str) -> Generator[Step, Any, str]:
    """The mxc address of a file; it stays."""
    if medium.blob is None:
        raise Rejected(f"{medium.path} was not read", hint="smm check")
    address = f"{server}/_matrix/media/v3/upload"
    answer: Answer = yield Request("POST", address, Slice(medium.blob), query=(("filename", name),), timeout=300.0)
    found = str(answer.get("content_uri", default=""))
    if not found.startswith("mxc://"):
        raise Retriable("the server took the file and gave it no address")
    return found


def look_for(server: str, user: str, intent: Intent, via: tuple[str, ...]) -> Looking:
    """Found, Absent or CannotTell among what this account wrote in the room, the newest first, back to before the intent.

    Ours is known by its mark, or by the transaction id that the server tells the device that sent it. A message that was taken
    down meanwhile carries no mark any more: then nobody can tell.
    """
    room, transaction = place_of(intent.request)
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    since, start, where = (intent.at - SKEW).timestamp() * 1000, "", MATRIX_TO + quote(room, safe="")
    only = f'{{"senders":["{user}"],"types":["m.room.message"]}}' if user else '{"types":["m.room.message"]}'
    removed = False
    for _ in range(PAGES):
        query = (("dir", "b"), ("limit", str(PAGE)), ("filter", only), *((("from", start),) if start else ()))
        page = yield Request("GET", f"{server}/{CLIENT}/rooms/{quote(room, safe='')}/messages", query=query)
        events = page.get("chunk")
        if not isinstance(events, list):
            return CannotTell(where)
        for event in (event for event in events if isinstance(event, Mapping)):
            own = event.get("content") or {}
            if sent.get(MARK, transaction) in (own.get(MARK), (event.get("unsigned") or {}).get("transaction_id")):
                return Found(receipt_of(str(event.get("event_id")), room, sent, via))
            removed = removed or (not own and (event.get("origin_server_ts") or 0) >= since)
        older = any((event.get("origin_server_ts") or 0) < since for event in events if isinstance(event, Mapping))
        start = str(page.get("end", default=""))
        if older or not start:
            return CannotTell(where) if removed else Absent()
    return CannotTell(where)


def read_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """Which error an answer is: by errcode first. 403 is mostly the room's, not the account's."""
    if status < 300:
        return None
    code = str(body.get("errcode") or "") if isinstance(body, Mapping) else ""
    words = f"{status} {code} {body.get('error', '') if isinstance(body, Mapping) else ''}".strip()[:300]
    if code == "M_LIMIT_EXCEEDED" or status == 429:
        told = body.get("retry_after_ms") if isinstance(body, Mapping) else None
        return RateLimited(words, after=told / 1000 if isinstance(told, int | float) else retry_after(headers))
    if code in ACCOUNT_ENDS:
        return AuthFailed(words, hint="log in with a client and see what it says")
    if status == 401:
        return AuthFailed(words, expired=code == "M_UNKNOWN_TOKEN")
    if code == "M_FORBIDDEN":
        return Rejected(words, hint="is the account in the room, and may it write there?")
    if code == "M_UNRECOGNIZED":
        return Rejected(words, hint="does `server` name the homeserver's address for clients?")
    return fault_by_status(status, headers, body)
