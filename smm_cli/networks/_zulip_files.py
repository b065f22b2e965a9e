"""Files of a message on Zulip: uploaded first, then linked in its text."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from smm_cli.networks._chat import uploaded
from smm_cli.networks._file import blob_of
from smm_cli.words.channel import Account
from smm_cli.words.delivery import PayloadPart
from smm_cli.words.exchange import Request
from smm_cli.words.post import Media

INLINE = 12
"""The version from which `![…]` is a picture in the text; before, a link shows it below."""


def upload_all(media: Sequence[Media], api: str) -> Generator[Request, Any, dict[str, str]]:
    """Where each file is on the server, by its SHA-256. Older servers say `uri`."""
    answers = yield from uploaded(media, f"{api}/user_uploads", "file", {})
    places = [str(answer.get("url") or answer.get("uri")) for answer in answers]
    return {blob_of(medium).sha256: place for medium, place in zip(media, places, strict=True)}


def content_of(message: PayloadPart, files: Mapping[str, str], account: Account | None) -> str:
    """The text, and below it the links to its files, as the version of the account's server shows them."""
    major = account.version.split(".")[0].split("-")[0] if account else ""
    sign = "!" if major.isdigit() and int(major) >= INLINE else ""
    shown = [(medium.kind, medium.alt, files[medium.blob.sha256]) for medium in message.media if medium.blob]
    links = [f"{sign if kind == 'image' else ''}[{_label(alt) or kind}]({address})" for kind, alt, address in shown]
    return "\n".join([*([message.text] if message.text else []), *links])


def _label(text: str) -> str:
    """A description as the label of a link, where brackets would end it."""
    return " ".join(text.replace("[", "(").replace("]", ")").split())
