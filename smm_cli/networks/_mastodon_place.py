"""The server of an account: what it is known to be, the posts that others point to, and receipts of what was written there."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import OutcomeUnknown, Rejected
from smm_cli.networks._mastodon_lookup import find_status, look_for, receipt_of
from smm_cli.networks._mastodon_relatives import Relative, relative_of
from smm_cli.networks._pointer import id_in
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Intent, Looking, Step
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """A server at `url` (scheme and host, without a final slash); `account` is what verify found."""

    url: str
    account: Account | None

    @property
    def host(self) -> str:
        """The server as people write it, with port where there is one."""
        return urlsplit(self.url).netloc

    @property
    def is_mastodon(self) -> bool:
        """Whether it is known to run Mastodon itself."""
        return self.account is not None and self.account.software == "mastodon"

    @property
    def types(self) -> frozenset[str]:
        """The types of files that it names; empty where it names none."""
        return frozenset((self.account.facts.get("types") if self.account else None) or ())

    @property
    def relative(self) -> Relative:
        """The program that it runs, as far as that differs from Mastodon."""
        return relative_of(self.account)

    @property
    def uploads(self) -> str:
        """Where media go."""
        return f"{self.url}{self.relative.upload}"

    def status(self, id: str = "") -> str:
        """The API's address of a status, or of all of them."""
        return f"{self.url}/api/v1/statuses{'/' if id else ''}{id}"

    def look_for(self, message: PayloadPart, intent: Intent, earlier: Any) -> Looking:
        """Among the account's own statuses. A direct message may be missing from that list elsewhere than on Mastodon."""
        whole = message.fields.get("visibility") != "direct" or self.is_mastodon
        return (yield from look_for(self.url, intent, earlier, whole, message.media))

    def found(self, pointer: Mapping[str, str] | None, key: str) -> Generator[Step, Any, str]:
        """The id of a status that a post points to; an address is looked up by the server itself."""
        if not pointer or "url" not in pointer:
            return id_in(pointer, key)
        # its own name may differ from that of its handles
        own = (self.host, self.account.handle.rpartition("@")[2]) if self.account else (self.host,)
        found: str = yield from find_status(self.url, own, pointer["url"])
        if not found:
            raise Rejected(f"{key}: {self.host} finds no post at {pointer['url']}", hint="is it public, and its address complete?")
        return found

    def receipt(self, answer: Answer, media: Iterable[tuple[str, str]]) -> PartReceipt:
        """The receipt of a status with its media (ids with SHA-256). Raises OutcomeUnknown where the answer is none."""
        if not isinstance(answer.body, Mapping) or not answer.body.get("id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a post")
        return receipt_of(answer.body, {sha: own for own, sha in media})
