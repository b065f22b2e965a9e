"""Google Chat: a webhook into one space. It takes text alone; messages can be neither read nor changed nor deleted by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._chat import Chat
from smm_cli.networks.base import Later, Repeat
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.text.gchat import escaped, gchat
from smm_cli.words.auth import InRequest
from smm_cli.words.channel import Account, Person
from smm_cli.words.conversation import Earlier, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Json, Request, handle
from smm_cli.words.limit import Limit
from smm_cli.words.tree import Block, Mention

DOCS = "https://developers.google.com/workspace/chat"
CREATE = f"{DOCS}/api/reference/rest/v1/spaces.messages/create"
HOST = "chat.googleapis.com"
SECRETS = (("key", handle("key")), ("token", handle("token")))
REPLY = ("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD")


class GoogleChat(Chat):
    """One space, behind one webhook. Parts of a post after the first stand in its thread."""

    name = "google-chat"
    title = "Google Chat"
    docs = f"{DOCS}/quickstart/webhooks"
    auth = InRequest(("key", "token"))
    apis = (HOST,)
    dialect = "gchat"
    text = (Limit("text", 32_000, "utf8", f"{CREATE}: the whole message, in bytes", "2026-11-22"),)
    asked_daily = False
    steps = (
        "In Google Chat (Workspace accounts only), at the space: Apps & integrations, Webhooks, Add webhook. Of its address "
        'https://chat.googleapis.com/v1/spaces/SPACE/messages?key=KEY&token=TOKEN set space = "SPACE"; KEY and TOKEN are the secrets.'
    )

    Settings = Later("smm_cli.networks._google_chat_tables", "Settings")

    def repeat(self) -> Repeat | None:
        """For ever, where the setting says that request ids may be trusted."""
        return Repeat(None, f"{CREATE}, requestId", "2026-11-22") if self.settings.request_ids else None

    # -- composing -------------------------------------------------------------------------------------------------------

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        return gchat(blocks, mention)

    def literal(self, text: str) -> str:
        return escaped(text)

    def called(self, handle: str, person: Person) -> str:
        """By the number of a user: names call nobody here."""
        return f"<users/{handle}>" if handle.isdigit() else escaped(person.title or handle)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """One message; the answer of a webhook tells its name and its thread, no more."""
        earlier = yield Earlier()
        body: dict[str, Any] = {"text": payload.parts[part].text}
        query = [*SECRETS, ("requestId", str(uuid5(NAMESPACE_URL, f"smm:{payload.key}:{part}")))]
        if earlier and (thread := earlier.more.get("thread")):
            body["thread"] = {"name": thread}
            query.append(REPLY)
        answer = yield Request("POST", self._url, Json(body), query=tuple(query), commits=True)
        id, thread = self.known(answer, "name"), str(answer.get("thread", "name", default=""))
        return PartReceipt(id, self._address(id, thread), {"thread": thread} if thread else {})

    def verify(self) -> Verifying:
        """A message without content, which is refused: as empty where the webhook is good, otherwise where it is not."""
        answer = yield Request("POST", self._url, Json({}), query=SECRETS, may_fail=True)
        error = self.fault(answer.status, answer.headers, answer.body) if answer.status else Retriable("Google Chat does not answer")
        if error and not isinstance(error, Rejected):
            raise error
        return Account(self.settings.space, id=f"spaces/{self.settings.space}")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """{"error": {"code", "status", "message"}}; a wrong key is a 400 (google.rpc.ErrorInfo, API_KEY_INVALID)."""
        error = body.get("error") if isinstance(body, Mapping) else None
        if not isinstance(error, Mapping):
            return fault_by_status(status, headers, body)
        told = f"Google Chat answered {status} {error.get('status', '')}: {str(error.get('message', ''))[:300]}".rstrip(": ")
        if status == 429:
            return RateLimited(told, after=retry_after(headers))
        if status in (401, 403, 404) or "api key" in told.lower():
            return AuthFailed(told, hint="is the webhook still there, and are space, key and token all of its present address?")
        return Retriable(told) if status >= 500 else Rejected(told)

    @property
    def _url(self) -> str:
        return f"https://{HOST}/v1/spaces/{self.settings.space}/messages"

    def _address(self, id: str, thread: str) -> str:
        message = id.rpartition("/")[2].rpartition(".")[2]
        known = self.settings.addresses and thread and message
        return f"https://chat.google.com/room/{self.settings.space}/{thread.rpartition('/')[2]}/{message}" if known else ""


NETWORK = GoogleChat
