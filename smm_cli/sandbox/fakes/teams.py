"""A fake Workflows webhook of Teams. It accepts cards, and refuses what the trigger, the size limit or the schema refuses.

Sources: learn.microsoft.com/connectors/teams (2026-08-06); adaptivecards.io/schemas/adaptive-card.json for the elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import SANDBOX_TOKEN, Call, Fake, Posted, Refused, Reply, route

MOST = 28 * 1024
TEXTS = {"TextBlock": "text", "Image": "url"}


class FakeTeams(Fake):
    """One workflow. `off`: its owner switched it off."""

    name = "teams"
    channel = 'url = "https://flow.example/workflows/1/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0"'
    place = "flow.example"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.off = False

    def too_many(self, seconds: float) -> Reply:
        return Reply(429, _error("429", "Rate limit is exceeded."), {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return Reply(404, _error("WorkflowNotFound", "The workflow could not be found."))

    @route("POST", "/workflows/{id}/triggers/manual/paths/invoke", commits=True)
    def invoke(self, call: Call) -> Reply:
        if self.off:
            return self.missing(call)
        token = call.asked("sig")
        if not token.startswith(SANDBOX_TOKEN):
            raise Refused(401, _error("DirectApiAuthorizationRequired", "The request must be authenticated only by Shared Access scheme."))
        if len(call.content) > MOST:
            raise Refused(413, _error("RequestEntityTooLarge", "The message is too large."))
        sent = call.sent
        attachments = sent.get("attachments")
        if sent.get("type") != "message" or not isinstance(attachments, list) or not attachments:
            raise Refused(400, _error("TriggerInputSchemaMismatch", "The input body must have attachments."))
        for attachment in attachments:  # the template posts each as a card of its own
            self._post(attachment, token.removeprefix(SANDBOX_TOKEN))
        return Reply(202)

    def _post(self, attachment: Mapping[str, Any], account: str) -> None:
        card = attachment.get("content")
        if attachment.get("contentType") != "application/vnd.microsoft.card.adaptive" or not isinstance(card, dict):
            raise Refused(400, _error("BadRequest", "Bad card"))
        body = card.get("body")
        if card.get("type") != "AdaptiveCard" or not card.get("version") or not isinstance(body, list) or not body:
            raise Refused(400, _error("BadRequest", "Bad card"))
        shown = [piece for element in body for piece in self._shown(element)]
        pictures = tuple(str(element.get("altText", "")) for element in body if element["type"] == "Image")
        id = str(body[0].get("id") or f"card-{self.next_number()}")
        self.publish(Posted(self.name, account, id, "", "\n".join(shown), self.now(), pictures, more=dict(card)))

    def _shown(self, element: Mapping[str, Any]) -> list[str]:
        kind = element.get("type")
        if kind == "Container":
            return [piece for inner in element["items"] for piece in self._shown(inner)]
        if kind not in TEXTS or not isinstance(element.get(TEXTS[kind]), str) or not element[TEXTS[kind]]:
            raise Refused(400, _error("BadRequest", f"Bad element {kind}"))
        if kind == "Image" and not element["url"].startswith("https://"):
            raise Refused(400, _error("BadRequest", "Bad image"))
        return [element["text"]] if kind == "TextBlock" else []


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


FAKE = FakeTeams
