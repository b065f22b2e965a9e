"""An incoming webhook of Slack: it takes no files, and tells no id."""

from __future__ import annotations

from smm_cli.words.conversation import Earlier, Publishing
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Json, Request, handle
from smm_cli.words.problem import Place, Problem

HOST = "hooks.slack.com"


def post_through(hook: str, message: PayloadPart, thread: str) -> Publishing:
    """Publishes a message, as an answer in `thread` unless that is empty."""
    yield Earlier()
    body = {"text": message.text, "unfurl_links": message.fields["unfurl"], "unfurl_media": message.fields["unfurl"]}
    body |= {"thread_ts": thread} if thread else {}
    yield Request("POST", f"https://{HOST}/services/{hook}/{handle('token')}", Json(body), commits=True, reads="text")
    return PartReceipt("")


def files_refused(payload: Payload, path: str, channel: str) -> tuple[Problem, ...]:
    """That a payload has files, which a webhook leaves out."""
    if not any(part.media for part in payload.parts):
        return ()
    place = Place(path, channel=channel)
    return (Problem("media-not-taken", "a webhook of Slack takes no files", place, "set channel and a bot's token instead"),)
