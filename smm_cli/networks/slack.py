"""Slack: a channel that an app's bot writes to, or an incoming webhook (which tells no id, and takes no files)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.networks._chat import Chat
from smm_cli.networks._slack_fault import read_fault
from smm_cli.networks._slack_files import root_after, share, upload_all
from smm_cli.networks._slack_hook import HOST, files_refused, post_through
from smm_cli.networks._slack_look import NOBODY, look_for, mark_of
from smm_cli.networks._slack_room import Room, ask_account, fields_of
from smm_cli.networks._usual_files import usual_files
from smm_cli.networks.base import Facts, Later
from smm_cli.text.mrkdwn import escaped, mrkdwn
from smm_cli.words.auth import Auth, Bearer, InRequest
from smm_cli.words.channel import Person
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import Limit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Problem

DOCS = "https://docs.slack.dev/reference/methods"
UPLOADS = f"{DOCS}/files.getUploadURLExternal"
READ = "2026-08-06"


class Slack(Chat):
    """One channel of a workspace. Parts of a post after the first stand in its thread."""

    name = "slack"
    title = "Slack"
    docs = f"{DOCS}/chat.postMessage"
    auth: Auth = Bearer()
    dialect = "mrkdwn"
    takes = frozenset({"link", "tags", "alt", "reply_to"})
    address = re.compile(r"^https://[\w.-]+\.slack\.com/archives/[A-Z0-9]+/p(\d{10})(\d{6})")
    # More than 40000 characters are cut off in silence; 4000 is what Slack recommends, and all that chat.update takes.
    text = (Limit("text", 4000, "code_points", f"{DOCS}/chat.update", READ), Limit("alt", 1000, "code_points", UPLOADS, READ))
    media = usual_files(1 << 30, 10, UPLOADS, READ)
    media_count = 10
    mixing = True
    steps = (
        "api.slack.com/apps, Create New App, From scratch. With a bot: OAuth & Permissions, Bot Token Scopes chat:write, files:write, "
        "files:read, channels:history, groups:history; Install to Workspace; the token begins with xoxb-. Write /invite @yourapp in the "
        'channel, and set channel = "C…". With a webhook: Incoming Webhooks, Add New Webhook; of its address '
        'https://hooks.slack.com/services/T…/B…/SECRET set webhook = "T…/B…", the last piece is the secret.'
    )

    Settings = Later("smm_cli.networks._slack_tables", "Settings")
    Options = Later("smm_cli.networks._slack_tables", "Options")

    written = staticmethod(mrkdwn)
    literal = staticmethod(escaped)
    fault = staticmethod(read_fault)

    @property
    def room(self) -> Room:
        return Room(self.settings.channel, self.account)

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        return InRequest() if settings.get("webhook") else cls.auth

    def hosts(self) -> tuple[str, ...]:
        return (HOST,) if self.settings.webhook else ("slack.com",)

    # -- composing -------------------------------------------------------------------------------------------------------

    def called(self, handle: str, person: Person) -> str:
        """By member id (U…): names call nobody here."""
        return f"<@{handle}>" if handle[:1] in "UW" and handle.isalnum() and handle.isupper() else escaped(person.title or handle)

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        return fields_of(self.options(post), self.settings, number)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        refused = files_refused(payload, post.path, self.channel.name) if self.settings.webhook else ()
        return (*super().remarks(post, payload, facts), *refused)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload the files, then one message, in the thread of the first."""
        message = payload.parts[part]
        _, thread = self.answered(message)
        if self.settings.webhook:
            return (yield from post_through(self.settings.webhook, message, thread))
        files = yield from upload_all(message.media)
        root = (yield from root_after((yield Earlier()), self.room.channel)) or thread
        if files:
            return (yield from share(self.room, files, message.text, root))
        answer = yield self.room.post(message, mark_of(payload.key, part), root, self.settings)
        return self.room.receipt(self.known(answer, "ts"), root)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Another text; files stay."""
        yield self.room.change(receipt, payload.parts[part].text)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the files and the message; what is gone already is success."""
        yield from self.room.take_down(receipt, self.must)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Of a webhook's messages nobody can tell."""
        return NOBODY if self.settings.webhook else (yield from look_for(self.room, intent))

    def verify(self) -> Verifying:
        return (yield from ask_account(self.settings.webhook))


NETWORK = Slack
