"""What a Pin says, its receipt, and looking for one on its board."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from smm_cli.errors import OutcomeUnknown
from smm_cli.networks._moment import earliest, moment
from smm_cli.networks._squashed import squashed
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.post import Media

PAGES, PAGE = 4, 25
SAID = ("title", "description", "link")
"""What tells one Pin from another."""


def fields_of(said: Any, board: str, title: str, link: str, media: tuple[Media, ...]) -> dict[str, Any]:
    """Title, link, board and the section of it (in the options `said`), and where in a film its cover is."""
    fields: dict[str, Any] = {"board": board}
    fields |= {"title": title} if title else {}
    fields |= {"link": link} if link else {}
    fields |= {"section": said.section} if said.section else {}
    return fields | ({"cover_at": said.cover_at} if any(medium.kind == "video" for medium in media) else {})


def body_of(message: PayloadPart, source: Mapping[str, Any]) -> dict[str, Any]:
    """A Pin as it is made."""
    body = {"board_id": message.fields["board"], "media_source": source, **said_of(message)}
    return body | ({"board_section_id": message.fields["section"]} if "section" in message.fields else {})


def made_of(answer: Answer) -> PartReceipt:
    """The receipt of what was made. Raises OutcomeUnknown where the answer names none."""
    if not isinstance(answer.body, Mapping) or not answer.get("id"):
        raise OutcomeUnknown(f"Pinterest answered {answer.status} without the id of a Pin")
    return receipt_of(answer.body)


def find_pin(base: str, message: PayloadPart, intent: Intent) -> Looking:
    """Among the Pins of the board, or of its section: no document says that a board's list has those of its sections.

    Absent where the list was read to its end, or beyond the intent in the order of time.
    """
    section = f"/sections/{message.fields['section']}" if "section" in message.fields else ""
    url, since = f"{base}/boards/{message.fields['board']}{section}/pins", earliest(intent)
    wanted = {key: value for key, value in said_of(message).items() if key in SAID}
    bookmark, times = "", []
    for _ in range(PAGES):
        query = (("page_size", str(PAGE)), *((("bookmark", bookmark),) if bookmark else ()))
        page = yield Request("GET", url, query=query)
        if not isinstance(page.get("items"), list):
            break
        pins = [pin for pin in page.get("items") if isinstance(pin, Mapping)]
        for pin in pins:
            at = moment(pin.get("created_at"), UTC)
            times += [at] if at else []
            if at and at >= since and all(squashed(pin.get(key)) == squashed(value) for key, value in wanted.items()):
                return Found(receipt_of(pin))
        bookmark = str(page.get("bookmark", default=""))
        ordered = times == sorted(times, reverse=True)
        if not bookmark or (ordered and times and times[-1] < since):
            return Absent()
    return CannotTell(f"look at the newest Pins of board {message.fields['board']}")


def said_of(message: PayloadPart) -> dict[str, Any]:
    """Words and link, as making and changing a Pin take them. A Pin has one description: that of its first picture."""
    said: dict[str, Any] = {"description": message.text, "alt_text": message.media[0].alt if message.media else ""}
    return {key: value for key, value in {**said, **message.fields}.items() if key in (*SAID, "alt_text") and value}


def receipt_of(pin: Mapping[str, Any]) -> PartReceipt:
    """The receipt of a Pin as the API shows it."""
    id = str(pin.get("id"))
    return PartReceipt(id, f"https://www.pinterest.com/pin/{id}/", {}, moment(pin.get("created_at"), UTC))
