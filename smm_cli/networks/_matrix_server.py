"""What a Matrix homeserver is asked beside sending: signing in, whose token it is, rooms, files, and what was sent already."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from urllib.parse import quote

from smm_cli.errors import AuthFailed, ConfigError, Rejected, Retriable
from smm_cli.networks._file import blob_of
from smm_cli.networks._matrix_event import CLIENT, file_name
from smm_cli.text.matrix import MATRIX_TO
from smm_cli.words.channel import Account
from smm_cli.words.conversation import LoggingIn, Step, Tokens, Verifying
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.exchange import Answer, Json, Request, Slice, handle

DAY = 86_400.0


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


def upload_for(server: str, message: PayloadPart) -> Generator[Step, Any, str]:
    """The mxc address of the file that a message is; it stays. Empty where the message is text."""
    if not message.media or "formatted_body" in message.fields:
        return ""
    blob, name = blob_of(message.media[0]), file_name(message.media[0])
    address = f"{server}/_matrix/media/v3/upload"
    answer: Answer = yield Request("POST", address, Slice(blob), query=(("filename", name),), timeout=300.0)
    found = str(answer.get("content_uri", default=""))
    if not found.startswith("mxc://"):
        raise Retriable("the server took the file and gave it no address")
    return found
