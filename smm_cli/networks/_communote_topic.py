"""A topic on a Communote server: its addresses, how it is asked, its notes and their receipts, and whose account writes in it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import quote

from smm_cli.errors import AuthFailed, ConfigError, Rejected
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Step, Verifying
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.frozen import dataclass

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Topic:
    """The topic `alias` of `tenant` on `server`, whose API is of `version`."""

    server: str
    tenant: str
    version: str
    alias: str

    @property
    def rest(self) -> str:
        """Where the API is, without its version."""
        return f"{self.server}/microblog/{quote(self.tenant, safe='')}/api/rest"

    def page(self, path: str) -> str:
        """Where readers find the topic, or a note in it."""
        return f"{self.server}/microblog/{self.tenant}/portal/topics/{quote(self.alias, safe='')}{path}"

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Request:
        """A request; `path` within the API's version, or a whole address."""
        address = path if path.startswith("http") else f"{self.rest}/{self.version}{path}"
        return Request(method, address, body, {"accept": "application/json"}, reads="any", **more)

    def receipt(self, id: Any, number: Any, files: Mapping[str, Any]) -> PartReceipt:
        """The receipt of a note in the topic of this `number`; `files`: attachment ids by the SHA-256 of the files."""
        return PartReceipt(str(id), self.page(f"/notes/{id}"), {"topic": number, **({"files": dict(files)} if files else {})})

    def me(self) -> Generator[Step, Any, Mapping[str, Any]]:
        """Whose account it is, and what the server says of itself."""
        answer = yield self.ask("GET", f"{self.rest}/information")
        said = answer.get("result") or answer.body
        if not isinstance(said, Mapping) or not said.get("userAlias"):
            raise AuthFailed(f"{self.server} does not say whose account this is", hint="is it a Communote server of version 3?")
        return said

    def number(self) -> Generator[Step, Any, Any]:
        """The topic's number, where the account may write in it."""
        query = (("topicListType", "WRITE"), ("f_topicAliases", str(self.alias)))
        answer = yield self.ask("GET", "/topics", query=query, keeps_for=DAY)
        found = answer.get("result", 0, "topicId")
        if not found:
            raise Rejected(f"the account cannot write in the topic {self.alias}", hint="is the alias right, and the right given?")
        return found

    def account(self) -> Verifying:
        """The account; that the licence holds and that the topic can be written to."""
        me = yield from self.me()
        versions = me.get("supportedVersions")
        if isinstance(versions, list) and versions and self.version not in map(str, versions):
            raise ConfigError(f"{self.server} speaks {', '.join(map(str, versions))}, not {self.version}", hint="set `version`")
        if Answer(0, {}, me).get("license", "isValid") is False:
            raise AuthFailed("the licence of the server has ended: nothing can be written", hint="ask who runs it")
        number = yield from self.number()
        alias = str(me.get("userAlias"))
        url = f"{self.server}/microblog/{self.tenant}/portal/users/{quote(alias, safe='')}"
        return Account(f"@{alias}", str(me.get("userId")), alias, url, "communote", facts={"topic": number, "asked": self.alias})


def note(message: PayloadPart, number: Any, files: Mapping[str, Any], session: str) -> dict[str, Any]:
    """What is sent of a note in the topic of this `number`; `session` is that of the uploads."""
    tags = [{"defaultName": tag} for tag in message.fields.get("tags") or ()]
    said = {"topicId": number, "text": message.text, "isHtml": True, "publish": True, "isDirectMessage": False}
    uploaded = {"attachmentUploadSessionId": session} if files else {}
    return {**said, "tags": tags, "attachmentIds": list(files.values()), **uploaded}
