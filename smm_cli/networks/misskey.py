"""Misskey and its forks (Sharkey, CherryPick, Iceshrimp's Misskey API): notes by their own API, which tells more than the borrowed one.

There is no edit: Misskey has none, and Sharkey's `notes/edit` could not be confirmed (2026-11-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from smm_cli.errors import SmmError
from smm_cli.networks._misskey_account import ask_account, sign_in
from smm_cli.networks._misskey_api import Api
from smm_cli.networks._misskey_fault import is_gone, read_fault
from smm_cli.networks._misskey_look import look_for
from smm_cli.networks._misskey_note import VISIBILITY, body_of, fields_of, first_fields_of
from smm_cli.networks._short import described
from smm_cli.networks._take_down import take_down
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.text.mfm import mfm
from smm_cli.words.auth import InRequest
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import AVIF, GIF, JPEG, PNG, WEBP, Limit, PollLimit
from smm_cli.words.post import Part, Post

CODE = "misskey-dev/misskey packages/backend/src"
NOTE = f"{CODE}/server/api/endpoints/notes/create.ts"
READ = "2026-11-22"
ROLE = f"{CODE}/core/RoleService.ts, maxFileSizeMb (default 30); /api/i tells the account's own"


class Misskey(Network):
    """One account on one server."""

    name = "misskey"
    title = "Misskey"
    docs = "https://misskey-hub.net/en/docs/for-developers/api/"
    auth = InRequest()
    text = (
        # Misskey counts code points, Sharkey JavaScript's length: the shorter of both
        Limit("text", 3000, "utf16", f"{CODE}/const.ts MAX_NOTE_TEXT_LENGTH; Sharkey: maxNoteLength of its configuration", READ),
        Limit("content_warning", 100, "utf16", NOTE, READ),
        Limit("alt", 512, "utf16", f"{CODE}/const.ts DB_MAX_IMAGE_COMMENT_LENGTH", READ),
    )
    media = usual_files(30 * 1024 * 1024, 16, ROLE, READ, pictures=(JPEG, PNG, GIF, WEBP, AVIF))
    media_count = 16
    mixing = True
    poll = PollLimit(10, 50, 1, 10 * 365 * 86_400, f"{NOTE}; no longest time", READ, "utf16", media=True)
    threads = True
    dialect = "mfm"
    takes = frozenset({"link", "tags", "content_warning", "visibility", "poll", "reply_to", "quote", "alt"})
    visibilities = tuple(VISIBILITY)
    steps = (
        "Nothing to create first: smm channel login opens your server's page, where you allow it (MiAuth). "
        "Or make a token by hand: Settings, API (or Connected services), Generate access token, with notes, drive and account."
    )

    Settings = Later("smm_cli.networks._misskey_tables", "Settings")
    Options = Later("smm_cli.networks._misskey_tables", "Options")

    @property
    def api(self) -> Api:
        return Api(str(self.settings.server))

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Text, and the fields of the request; a content warning holds for every part, poll, quote and reply for the first."""
        options, mention = self.options(post), self.mention(facts)
        wanted = post.visibility or self.settings.visibility
        if number and wanted == "public":
            wanted = self.settings.thread_visibility or wanted
        fields = fields_of(post, wanted, options, mention) | (first_fields_of(post, facts, mention) if number == 0 else {})
        return PayloadPart(mfm(part.blocks, mention).strip(), fields, described(part.media, mention), part.line)

    def share_link(self, payload: Payload) -> str:
        """The server's own form with the text of the first part."""
        return f"{self.api.server}/share?text={quote(payload.parts[0].text, safe='')}"

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files into the drive (a note may name each but once), what is answered or quoted, then the one request that publishes."""
        message, api = payload.parts[part], self.api
        files = yield from api.upload_all(message.media, sensitive=bool(message.fields.get("sensitive")))
        reply = yield from api.found(message.fields.get("reply_to"), "reply_to")
        quoted = yield from api.found(message.fields.get("quote"), "quote")
        earlier = yield Earlier()
        answer = yield api.ask("notes/create", body_of(message, files, earlier.id if earlier else reply, quoted), commits=True)
        return api.created(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from look_for(self.api, intent, earlier))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Take one note down; one that is gone already is success. The files stay in the drive."""
        request = self.api.ask("notes/delete", {"noteId": receipt.id}, reads="any", may_fail=True)
        yield from take_down(self, request, self.api.host, is_gone)

    def verify(self) -> Verifying:
        return (yield from ask_account(self.api))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        return (yield from sign_in(self.api, inputs))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return read_fault(status, headers, body, self.api.host)


NETWORK = Misskey
