"""Misskey's API: every call is a POST with the token in its body; files in the drive; what an error means.

Source: misskey-js 2026.5.1; misskey-dev/misskey packages/backend/src/server/api (ApiCallService.ts, endpoints/), 2026-11-22.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._moment import moment
from smm_cli.networks._nodeinfo import ask_node, named
from smm_cli.networks.fault import fault_by_status, retry_after
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, LoggingIn, Looking, Tokens, Verifying, Visit
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request, handle
from smm_cli.words.post import Media

PERMISSIONS = ("read:account", "write:notes", "read:drive", "write:drive", "read:notifications")
MIB = 1024 * 1024
PAGE, PAGES = 100, 5
"""The most that users/notes gives at once, and how often it is asked."""
SKEW = timedelta(seconds=60)
ACCOUNT = frozenset({"CREDENTIAL_REQUIRED", "AUTHENTICATION_FAILED", "YOUR_ACCOUNT_SUSPENDED", "YOUR_ACCOUNT_MOVED", "PERMISSION_DENIED"})
"""Errors of the token or the account, whatever their status: AUTHENTICATION_FAILED was 403 before 13, is 401 since."""


class Api:
    """Requests to one server."""

    def __init__(self, server: str) -> None:
        self.server = server

    def ask(self, endpoint: str, body: Mapping[str, Any] | None = None, **more: Any) -> Request:
        """A call with the token."""
        return Request("POST", f"{self.server}/api/{endpoint}", Json({"i": handle("token"), **(body or {})}), **more)

    def upload(self, medium: Media, *, sensitive: bool) -> Generator[Request, Any, str]:
        """The id of a file in the drive. The same bytes give the file that is there already; its description is then said anew."""
        if medium.blob is None:
            raise Rejected(f"{medium.path} was not read", hint="smm check")
        named = f"{medium.blob.sha256[:16]}.{medium.blob.type.rpartition('/')[2]}"
        fields = [Field("i", handle("token")), Field("name", named), Field("isSensitive", "true" if sensitive else "false")]
        fields += [Field("comment", medium.alt)] if medium.alt else []
        fields.append(Field("file", medium.blob, named, medium.blob.type))
        answer = yield Request("POST", f"{self.server}/api/drive/files/create", Multipart(tuple(fields)), timeout=300.0)
        id = str(answer.get("id", default=""))
        if not id:
            raise Retriable(f"the server gave no id for {medium.path}")
        if (answer.get("comment") or "") != medium.alt or bool(answer.get("isSensitive")) != sensitive:
            yield self.ask("drive/files/update", {"fileId": id, "comment": medium.alt or None, "isSensitive": sensitive})
        return id

    def found(self, pointer: Mapping[str, str] | None, key: str) -> Generator[Request, Any, str]:
        """The id of a note that a post points to; the server fetches one that lives elsewhere."""
        if not pointer or "id" in pointer:
            return pointer["id"] if pointer else ""
        if "post" in pointer:
            raise Retriable(f"{key}: the post {pointer['post']} is not yet published on this channel")
        url = pointer["url"]
        if url.startswith(f"{self.server}/notes/"):
            return url.rstrip("/").rpartition("/")[2]
        answer = yield self.ask("ap/show", {"uri": url}, may_fail=True)
        if not answer.ok or answer.get("type") != "Note":
            raise Rejected(f"{key}: the server finds no note at {url}", hint="is it public, and its address complete?")
        return str(answer.get("object", "id"))

    def receipt(self, note: Mapping[str, Any]) -> PartReceipt:
        """The receipt of a note."""
        id = str(note.get("id", ""))
        files = note.get("fileIds")
        more = {"files": files} if isinstance(files, list) and files else {}
        return PartReceipt(id, f"{self.server}/notes/{id}", more, moment(note.get("createdAt")))

    def look_for(self, intent: Intent, earlier: Any) -> Looking:
        """Among the account's own notes since the intent, straight from the database: what is not there was not published."""
        sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
        me = yield self.ask("i")
        known = earlier.id if isinstance(earlier, PartReceipt) else ""
        begin: dict[str, Any] = {"sinceDate": int((intent.at - SKEW).timestamp() * 1000)}
        for _ in range(PAGES):
            asked = {"userId": me.get("id"), "limit": PAGE, "withReplies": True, "withChannelNotes": True, **begin}
            page = yield self.ask("users/notes", asked)
            if not isinstance(page.body, list):
                break
            notes = [note for note in page.body if isinstance(note, Mapping)]
            for note in notes:
                if note.get("id") != known and _same(note, sent):
                    return Found(self.receipt(note))
            if len(page.body) < PAGE:
                return Absent()
            begin = {"sinceId": max(str(note.get("id")) for note in notes)}
        return CannotTell(f"{self.server}/@{me.get('username')}")

    def account(self, host: str) -> Verifying:
        """Who the token belongs to, what the server runs, and its limits."""
        me = yield self.ask("i")
        meta = yield Request("POST", f"{self.server}/api/meta", Json({"detail": True}), auth="")
        software, version = named((yield from ask_node(self.server)))
        size = me.get("policies", "maxFileSizeMb")
        bytes_most = int(size * MIB) if isinstance(size, int | float) else 0
        said = {
            "text": meta.get("maxNoteTextLength"),
            "content_warning": meta.get("maxCwLength"),  # Sharkey's, as the next
            "alt": meta.get("maxAltTextLength"),
            **dict.fromkeys(("image_bytes", "video_bytes", "audio_bytes"), bytes_most),
        }
        limits = {name: value for name, value in said.items() if isinstance(value, int) and value > 0}
        user, id = str(me.get("username")), str(me.get("id"))
        shown = str(me.get("name", default="")) or user
        return Account(
            f"@{user}@{host}", id, shown, f"{self.server}/@{user}", software, version or str(meta.get("version", default="")), limits
        )


def sign_in(api: Api, host: str, inputs: Mapping[str, str]) -> LoggingIn:
    """MiAuth: a visit with a session of our own making, then the token of that session. Tokens do not end.

    Source: misskey-hub.net/en/docs/for-developers/api/token/miauth (2026-11-22).
    """
    session = UUID(bytes=hashlib.sha256(inputs["state"].encode()).digest()[:16], version=4)
    asked = {"name": "smm", "permission": ",".join(PERMISSIONS)}
    told = f"allow smm to post at {host}"
    if inputs["redirect_uri"].startswith("http"):
        asked["callback"] = f"{inputs['redirect_uri']}?{urlencode({'state': inputs['state'], 'code': 'allowed'})}"
    else:
        told += "; then type any word instead of a code"
    yield Visit(f"{api.server}/miauth/{session}?{urlencode(asked)}", told)
    answer = yield Request("POST", f"{api.server}/api/miauth/{session}/check", Json({}), auth="", secret=("token",))
    if not answer.get("ok") or not answer.get("token"):
        raise AuthFailed(f"{host} did not get your consent", hint="try again, and say yes on its page")
    return Tokens({"token": str(answer.get("token"))}, handle=f"@{answer.get('user', 'username')}@{host}")


def read_fault(status: int, headers: Mapping[str, str], body: Any, host: str) -> SmmError | None:
    """`{"error": {"message", "code", "id", "kind"}}` in any status from 400 on; proxies before it answer as they like."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if status < 400 or not isinstance(error, Mapping):
        return fault_by_status(status, headers, body)
    code, words = str(error.get("code", "")), str(error.get("message", ""))
    info = error.get("info")
    why = f" ({info['reason']})" if isinstance(info, Mapping) and isinstance(info.get("reason"), str) else ""
    told = f"{host} answered {status}: {code} {words}{why}".strip()
    if code in ACCOUNT or status == 401:
        return AuthFailed(told)
    if status == 429 or code == "RATE_LIMIT_EXCEEDED":
        return RateLimited(told, after=retry_after(headers))
    if status >= 500:
        return Retriable(told)
    return Rejected(told)


def is_gone(answer: Answer) -> bool:
    """Whether the note is there no more."""
    return answer.ok or answer.get("error", "code") == "NO_SUCH_NOTE"


def _same(note: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether a listed note is the one that was sent; servers trim the text."""
    texts = [str(one.get("text") or "").strip() for one in (note, sent)]
    rest = all((note.get(name) or None) == (sent.get(name) or None) for name in ("cw", "replyId", "renoteId"))
    return texts[0] == texts[1] and rest and list(note.get("fileIds") or ()) == list(sent.get("fileIds") or ())
