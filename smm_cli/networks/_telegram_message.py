"""The request that publishes a message on Telegram, by what it carries, and the receipt of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smm_cli.errors import OutcomeUnknown, Rejected
from smm_cli.networks._chat import files_of, multipart, patience
from smm_cli.networks._short import short
from smm_cli.networks._telegram_room import Room
from smm_cli.text.telegram import shown
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Json, Request
from smm_cli.words.limit import GIF
from smm_cli.words.post import Media, Part, Poll
from smm_cli.words.tree import Mention

KINDS = {"image": "photo", "video": "video", "audio": "audio"}
CLOSES = 2_628_000
"""The longest that a poll may be told to stay open; without it a poll stays open. Source: sendPoll, open_period (2026-06-11): 5-2628000
since Bot API 9.6, 600 before."""
PRIVATE = "-100"
"""How the numbers of channels and supergroups begin; their addresses leave it out."""


def request_of(room: Room, message: PayloadPart, answered: int) -> Request:
    """The one request that publishes `message`, as an answer to the message of that number unless it is 0."""
    said, media, url = message.fields, message.media, room.url
    fields = {**room.fields, **_manner(message)}
    fields |= {"reply_parameters": {"message_id": answered, "allow_sending_without_reply": True}} if answered else {}
    if poll := said.get("poll"):
        asked: dict[str, Any] = {"question": shown(message.text), "options": [{"text": option} for option in poll["options"]]}
        asked |= {"allows_multiple_answers": bool(poll["multiple"])}
        asked |= {"open_period": poll["seconds"]} if poll["seconds"] <= CLOSES else {}
        return Request("POST", url("sendPoll"), Json({**fields, **asked}), commits=True)
    if not media:
        return Request("POST", url("sendMessage"), Json({**fields, "text": message.text, "parse_mode": "HTML"}), commits=True)
    texts: dict[str, Any] = {"caption": message.text, "parse_mode": "HTML"} if message.text else {}
    texts |= {"show_caption_above_media": True} if said.get("caption_above") and raised(media) else {}
    if len(media) > 1:
        items = [_item(medium, n, said, texts) for n, medium in enumerate(media)]
        body = multipart({**fields, "media": items}, files_of(media, lambda n: f"f{n}"))
        return Request("POST", url("sendMediaGroup"), body, commits=True, timeout=patience(media))
    kind = _kind(media[0])
    values = {**fields, **texts, **({"has_spoiler": True} if said.get("spoiler") and kind != "audio" else {}), **_sizes(media[0])}
    body = multipart(values, files_of(media, lambda n: kind))
    return Request("POST", url(f"send{kind.capitalize()}"), body, commits=True, timeout=patience(media))


def change_of(room: Room, message: PayloadPart, receipt: PartReceipt) -> Request:
    """The request that gives the message of `receipt` another text or caption: media and polls cannot be changed so."""
    kind = message.fields["kind"]
    if kind == "question":
        raise Rejected("Telegram changes no poll", hint="withdraw it, and post it again")
    name, method = ("text", "editMessageText") if kind == "text" else ("caption", "editMessageCaption")
    body = {**room.message(receipt, int(receipt.id)), name: message.text, "parse_mode": "HTML"}
    body |= _previews(message)  # what is not said again goes back to what it is by itself
    body |= {"show_caption_above_media": True} if message.fields.get("caption_above") and raised(message.media) else {}
    return Request("POST", room.url(method), Json(body), may_fail=True)


def poll_of(poll: Poll, mention: Callable[[Mention], str]) -> dict[str, Any]:
    """What a message says of its poll."""
    options = [short(option, mention) for option in poll.options]
    return {"options": options, "multiple": poll.multiple, "seconds": poll.seconds}


def fields_of(part: Part, link: str, poll: Mapping[str, Any] | None, options: Any, settings: Any) -> dict[str, Any]:
    """What is said of a message; `kind` is text, caption or question: by it the length is limited."""
    fields: dict[str, Any] = {"kind": "question" if poll else "caption" if part.media else "text", "poll": poll}
    fields |= {"preview": options.preview or settings.preview, "above": link}
    fields |= {"silent": settings.silent if options.silent is None else options.silent, "protect": settings.protect}
    fields |= {"spoiler": options.spoiler, "caption_above": options.caption_above} if part.media else {}
    return {name: value for name, value in fields.items() if value}


def receipt_of(result: Any, topic: int) -> PartReceipt:
    """The receipt of a message, or of an album, which answers with a list."""
    messages = result if isinstance(result, list) else [result]
    ids = [message.get("message_id") for message in messages if isinstance(message, Mapping)]
    first = ids[0] if ids else None
    if not isinstance(first, int):
        raise OutcomeUnknown("Telegram answered without the number of a message")
    chat = messages[0].get("chat") or {}
    more = {"chat": chat.get("id"), **({"messages": ids} if len(ids) > 1 else {})}
    return PartReceipt(str(first), _address(chat, topic, first), more)


def _manner(message: PayloadPart) -> dict[str, Any]:
    """How a message is delivered and what is shown of its links."""
    fields = message.fields
    manner: dict[str, Any] = {}
    if fields.get("silent"):
        manner["disable_notification"] = True
    if fields.get("protect"):
        manner["protect_content"] = True
    return manner | _previews(message)


def _previews(message: PayloadPart) -> dict[str, Any]:
    """What is shown of a text's links."""
    preview, above = message.fields.get("preview"), message.fields.get("above")
    if message.fields["kind"] != "text" or not (preview or above):
        return {}
    shape = {"none": {"is_disabled": True}, "small": {"prefer_small_media": True}, "large": {"prefer_large_media": True}}
    return {"link_preview_options": shape.get(str(preview), {}) | ({"url": above} if above and preview != "none" else {})}


def _address(chat: Mapping[str, Any], topic: int, id: int) -> str:
    """Of a private chat only its members can open it; of a plain group there is none."""
    number = str(chat.get("id", ""))
    place = chat.get("username") or (f"c/{number.removeprefix(PRIVATE)}" if number.startswith(PRIVATE) else "")
    return f"https://t.me/{place}/{f'{topic}/' if topic else ''}{id}" if place and id else ""


def raised(media: Sequence[Media]) -> bool:
    """Whether a caption may stand above: of sounds it stands below (sendAudio has no show_caption_above_media)."""
    return bool(media) and media[0].kind != "audio"


def _kind(medium: Media) -> str:
    return "animation" if medium.blob and medium.blob.type == GIF else KINDS.get(medium.kind, "document")


def _item(medium: Media, n: int, said: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    """One of an album: the first bears the caption."""
    kind = _kind(medium)
    hidden = {"has_spoiler": True} if said.get("spoiler") and kind != "audio" else {}
    return {"type": kind, "media": f"attach://f{n}", **(texts if n == 0 else {}), **hidden, **_sizes(medium)}


def _sizes(medium: Media) -> dict[str, Any]:
    """Of a film its size, which Telegram does not look for itself, and that it can be watched while it loads."""
    if medium.kind != "video" or not medium.width or not medium.height:
        return {}
    length = {"duration": round(medium.seconds)} if medium.seconds else {}
    return {"width": medium.width, "height": medium.height, "supports_streaming": True, **length}
