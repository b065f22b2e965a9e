"""What forums share: a topic with a title, replies in it, Markdown, pictures in the text."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, ClassVar

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._file import blob_of
from smm_cli.networks._forum_text import escaped, hyphened, joined, markdown
from smm_cli.networks._hosted import public_address
from smm_cli.networks._short import described, short
from smm_cli.networks._take_down import take_down
from smm_cli.networks.base import Facts, Network
from smm_cli.text.rulers import measure
from smm_cli.words.conversation import Doing, Earlier, Publishing, Step
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.limit import AVIF, GIF, JPEG, PNG, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import Place, Problem

PICTURE = 120
"""Characters that a picture's address counts before it is known: longer ones are rare, and no forum's limit is so narrow."""


class Forum(Network):
    """One account at one forum; the first part is a topic, the others are replies in it.

    A network says how a topic and a reply are asked for (`topic`, `reply`, `change`) and reads the answer (`receipt`).
    """

    dialect = "commonmark"
    threads = True
    appends = frozenset({"link"})
    demands = frozenset({"title"})
    takes = frozenset({"title", "link", "tags", "alt"})
    waits: ClassVar[str] = "ask a moderator to reject it"
    """What becomes of a post that waits for approval, when it is to be taken down."""
    tag_limits: ClassVar[tuple[int, int, int]] = (5, 1, 100)
    """How many tags a topic may have, and how short and long one may be."""

    @property
    def server(self) -> str:
        """Where the forum is, without a final slash."""
        return str(self.settings.server)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Markdown; title, tags and what else belongs to the topic stand in the fields of the first part."""
        mention = self.mention(facts)
        fields = {"title": short(post.title, mention), "tags": self.tags(post), **self.about(post)} if number == 0 else {}
        return PayloadPart(markdown(part.blocks, mention), fields, described(part.media, mention), part.line)

    def tags(self, post: Post) -> list[str]:
        """The topic's tags, those of the channel and of the post: in small letters with hyphens for blanks, as forums write them."""
        return list(dict.fromkeys(hyphened(tag) for tag in (*self.settings.tags, *post.tags)))

    def about(self, post: Post) -> Mapping[str, Any]:
        """Further fields of the topic."""
        return {}

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Tags that the forum would refuse the topic for."""
        most, least, longest = self.tag_limits
        tags, place = payload.parts[0].fields.get("tags") or [], Place(post.path, channel=self.channel.name)
        wrong = [f"{self.title} takes {most} tags, this topic has {len(tags)}"] if len(tags) > most else []
        wrong += [f"the tag “{tag}” must have {least} to {longest} signs" for tag in tags if not least <= len(tag) <= longest]
        return tuple(Problem("tags", what, place, "write other tags for this channel: below for:") for what in wrong)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """The text with its pictures."""
        if limit.name != "text":
            return super().measured(part, limit)
        return measure(joined(part.text, [f"![{escaped(medium.alt)}]({'x' * PICTURE})" for medium in part.media]), limit.ruler)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Bring the pictures where readers find them, then the topic, or a reply in it."""
        message = yield from self.made_out(payload.parts[part])
        text = yield from self._written(message)
        earlier = yield Earlier()
        if earlier and earlier.more.get("pending"):
            raise Retriable("the topic waits for approval: replies to it cannot be sent before", slug="awaits-approval")
        answer = yield self.reply(message, text, earlier) if earlier else self.topic(payload, message, text)
        return self.receipt(answer, earlier)

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Change one post, of the first one the title too."""
        message = payload.parts[part]
        text = yield from self._written(message)
        yield self.change(message, text, receipt)
        if "title" in message.fields and (request := self.retitle(str(message.fields["title"]), receipt)):
            yield request
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Take down the reply, or the topic; what is gone already is success."""
        if receipt.more.get("pending"):
            raise Rejected("the post waits for approval", hint=self.waits)
        yield from take_down(self, self.removal(receipt, part), "the forum", self.is_gone)

    def _written(self, message: PayloadPart) -> Generator[Step, Any, str]:
        pictures = []
        for medium in message.media:
            pictures.append((yield from self.picture(medium)))
        return joined(message.text, pictures)

    def made_out(self, message: PayloadPart) -> Generator[Step, Any, PayloadPart]:
        """`message` with what only the forum knows: the numbers of its tags."""
        yield from ()
        return message

    def picture(self, medium: Media) -> Generator[Step, Any, str]:
        """The Markdown of a picture that is at a public address."""
        address = yield from public_address(blob_of(medium))
        return f"![{escaped(medium.alt)}]({address})"

    def topic(self, payload: Payload, message: PayloadPart, text: str) -> Request:
        """The request that makes a topic."""
        raise NotImplementedError

    def reply(self, message: PayloadPart, text: str, earlier: PartReceipt) -> Request:
        """The request that answers `earlier` in its topic."""
        raise NotImplementedError

    def change(self, message: PayloadPart, text: str, receipt: PartReceipt) -> Request:
        """The request that changes a post."""
        raise NotImplementedError

    def retitle(self, title: str, receipt: PartReceipt) -> Request | None:
        """The request that changes a topic's title, where `change` does not."""
        return None

    def removal(self, receipt: PartReceipt, part: int) -> Request:
        """The request that takes down the topic (part 0) or a reply; it may fail."""
        raise NotImplementedError

    def is_gone(self, answer: Answer) -> bool:
        """Whether there is nothing left to take down."""
        return answer.status in (404, 410)

    def receipt(self, answer: Answer, earlier: PartReceipt | None) -> PartReceipt:
        """What the answer to `topic` or `reply` proves."""
        raise NotImplementedError

    def no_receipt(self, answer: Answer) -> OutcomeUnknown:
        """For an answer that names no post."""
        return OutcomeUnknown(f"{self.server} answered {answer.status} without the id of a post")


def linked_pictures(date: str) -> tuple[MediaLimit, ...]:
    """For a forum that shows pictures from wherever they stand: the size is ours, which no forum limits; it was looked at on `date`."""
    types = dict.fromkeys((JPEG, PNG, GIF, WEBP, AVIF), 10 * 1024 * 1024)
    return (MediaLimit("image", types, 20, "none: readers fetch them from their address", date),)
