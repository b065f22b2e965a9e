"""Looking for a message after its answer was lost: a text by its id, a file among the messages of the room."""

from __future__ import annotations

from smm_cli.networks._chat_look import among
from smm_cli.networks._moment import earliest
from smm_cli.networks._rocketchat_room import METHODS, Room
from smm_cli.words.conversation import CannotTell, Intent, Looking

LISTED = 100


def look_for_file(room: Room, intent: Intent, root: str) -> Looking:
    """The message that shares the file of the intent; not to be told where the room's type is not known."""
    file, oldest = intent.request.url.rpartition("/")[2], earliest(intent).isoformat().replace("+00:00", "Z")
    where = f"look into the room on {room.server} yourself"
    if room.kind not in METHODS:
        return CannotTell(where)
    query = (("roomId", room.id), ("count", str(LISTED)), ("oldest", oldest))
    listed = (yield room.ask("GET", f"{METHODS[room.kind]}.history", query=query)).get("messages")
    return among(
        listed,
        lambda message: (message.get("file") or {}).get("_id") == file,
        lambda message: room.receipt(str(message["_id"]), root),
        LISTED,
        where,
    )
