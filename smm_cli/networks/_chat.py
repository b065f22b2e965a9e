"""What chats share: text that pings nobody by chance, messages that follow one another, neutral names of files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._file import blob_of
from smm_cli.networks._hosted import ENDINGS
from smm_cli.networks._pointer import id_in, pointer
from smm_cli.networks._short import described
from smm_cli.networks.base import Facts, Network
from smm_cli.text.quiet import hushed, quiet
from smm_cli.words.channel import Account, Channel, Person
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Field, Multipart, Request
from smm_cli.words.post import Blob, Media, Part, Post
from smm_cli.words.problem import WARNING, Place, Problem
from smm_cli.words.tree import Block, Mention

CALL = re.compile(r"(?<![\w.+%-])[@\uff20](?=\S|$)")
"""An @ before anything but a blank: in a chat `@**all**` and `@<b>ada</b>` may call somebody too."""
UPLOAD_SPEED = 1 << 16
"""Bytes a second that a committing request with files in it is given, beside its half minute."""
LONGEST = 600.0


class Chat(Network):
    """A room that an account writes to. Parts of a post are messages that answer the one before."""

    threads = True
    takes_alerts = True
    takes = frozenset({"link", "tags"})
    calls = CALL
    address: re.Pattern[str] | None = None
    """Finds a message's id in its address; several groups are joined by dots. None: messages cannot be answered."""

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        super().__init__(channel, account)
        self.auth = self.auth_of(channel.settings)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The text in this chat's dialect; the fields of its request come from `said`."""
        text = self.written(quiet(part.blocks, self.calls, code=False), self.mention(facts))
        fields = dict(self.said(part, number, post, facts))
        if number == 0 and post.reply_to and "reply_to" in self.takes:
            fields["reply_to"] = self._pointed(post.reply_to, facts)
        return PayloadPart(text, fields, described(part.media, self.named(facts)), part.line)

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        """`blocks` in this chat's dialect; what `mention` gives is written as it is."""
        raise NotImplementedError

    def said(self, part: Part, number: int, post: Post, facts: Facts) -> Mapping[str, Any]:
        """The fields of one message beside its text."""
        return {}

    def called(self, handle: str, person: Person) -> str:
        """What calls a person here."""
        return f"@{handle}"

    def literal(self, text: str) -> str:
        """A name as literal text of the dialect."""
        return text

    def mention(self, facts: Facts) -> Callable[[Mention], str]:
        """Calls who has a handle; another's name is plain text."""
        plain = self.named(facts)

        def written(mention: Mention) -> str:
            person = facts.people.get(mention.person)
            found = person.handle(self.channel.name, self.name) if person else ""
            return self.called(found, person) if person and found else self.literal(plain(mention))

        return written

    def named(self, facts: Facts) -> Callable[[Mention], str]:
        """By name, which calls nobody: for titles, descriptions, options of polls."""

        def written(mention: Mention) -> str:
            person = facts.people.get(mention.person)
            return hushed((person.title or person.name) if person else mention.person, self.calls)

        return written

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        target = payload.parts[0].fields.get("reply_to") if payload.parts else None
        if not target or "id" in target:
            return ()
        what, place = f"reply_to: smm knows no message {post.reply_to} in this channel", Place(post.path, channel=self.channel.name)
        if "post" in target:
            return (Problem("target-unpublished", what, place, "it goes out once that post is published here", WARNING),)
        return (Problem("target-unknown", what, place, f"copy the message's own address in {self.title}"),)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def must(self, answer: Answer, *fine: int) -> None:
        """Raise what a forgiven answer means, unless its status is good or one of `fine`."""
        if answer.status in fine:
            return
        error = self.fault(answer.status, answer.headers, answer.body) if answer.status else None
        if error or not answer.ok:
            raise error or Retriable(f"{self.title} did not answer")

    def answered(self, message: PayloadPart) -> tuple[str, str]:
        """The id of the message that `message` answers, and of what that one's thread hangs on; empty where there is none."""
        target = message.fields.get("reply_to") or {}
        if "url" in target:
            raise Rejected(f"reply_to: there is no message at {target['url']}", hint=f"copy the message's own address in {self.title}")
        return id_in(target, "reply_to"), str(target.get("root") or "")

    def _pointed(self, target: str, facts: Facts) -> dict[str, str]:
        """What a post answers: the last message of one of ours, or the message at an address."""
        found = pointer(target, facts, -1)
        if "id" in found:
            last = facts.receipts[target].parts[-1]
            return {"id": last.id, "root": root_of(last)} if last.id else {"url": target}
        if "url" in found and self.address and (match := self.address.search(found["url"])):
            id = ".".join(match.groups())
            return {"id": id, "root": id}
        return found

    def known(self, answer: Answer, *path: str | int) -> str:
        """The id at `path` of the answer to a commit. Raises OutcomeUnknown where there is none."""
        found = answer.get(*path)
        if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
            raise OutcomeUnknown(f"{self.title} answered {answer.status} without the id of a message")
        return str(found)


def root_of(earlier: PartReceipt | None) -> str:
    """The message that a thread hangs on; empty for the first part."""
    return str(earlier.more.get("root") or earlier.id) if earlier else ""


def file_name(blob: Blob, number: int) -> str:
    """A neutral file name with the right ending: the user's own may tell more than she wants."""
    return f"media-{number + 1}.{ENDINGS.get(blob.type, blob.type.partition('/')[2])}"


def files_of(media: Sequence[Media], name: Callable[[int], str]) -> tuple[Field, ...]:
    """The files of a multipart body, as `name` calls their fields."""
    blobs = [blob_of(medium) for medium in media]
    return tuple(Field(name(n), blob, file_name(blob, n), blob.type) for n, blob in enumerate(blobs))


def multipart(values: Mapping[str, Any], files: Sequence[Field]) -> Multipart:
    """A body of `values`, JSON where they are no text, and files."""
    fields = (Field(name, value if isinstance(value, str) else json.dumps(value)) for name, value in values.items())
    return Multipart((*fields, *files))


def uploaded(media: Sequence[Media], url: str, name: str, values: Mapping[str, Any]) -> Generator[Request, Any, list[Answer]]:
    """Each file in a request of its own, where `name` is its field; what the server answers."""
    answers = []
    for medium in media:
        answers.append((yield Request("POST", url, multipart(values, files_of([medium], lambda n: name)), timeout=300.0)))
    return answers


def patience(media: Sequence[Media]) -> float:
    """Seconds that a request which carries its files is given."""
    return min(LONGEST, 30.0 + sum(medium.blob.size for medium in media if medium.blob) / UPLOAD_SPEED)
