"""Newsletters: campaigns of mail that a service sends to a list. What all such services share.

A campaign is made as a draft, which a person sends; only where the channel says `send = true` does smm send it. A marker made of
the payload's key stands in each campaign, by which it is found again after a lost answer.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import field, replace
from html import escape
from typing import Any, ClassVar

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._hosted import public_address
from smm_cli.networks._short import described, short
from smm_cli.networks._take_down import take_down
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.text.dialects import html, plain
from smm_cli.text.quiet import hushed, quiet
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Blob, Part, Post

TEMPLATE = re.compile(r"\{(?=[{%#])|\*(?=\|)")
"""What begins a template expression in Django, Go, Brevo and Mailchimp: typed text must not become one."""
LOOKED_FOR = 0.0
"""Each attempt looks anew: the draft whose answer the last one missed may be there by now."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as its service has it. `page`: where people see it; `more`: what the receipt keeps."""

    id: str
    status: str = "draft"
    page: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def receipt(self, *, sent: bool) -> PartReceipt:
        return PartReceipt(self.id, self.page, {**self.more, "sent": sent})


class Newsletter(Network):
    """A service for newsletters. Subclasses say how a campaign is looked for, made, changed, sent and taken away."""

    dialect = "html"
    demands = frozenset({"title"})
    takes = frozenset({"title", "link", "alt"})
    appends = frozenset({"link"})
    sent: ClassVar[frozenset[str]] = frozenset({"sent"})
    """Statuses of a campaign that goes out, or went."""
    unsent: ClassVar[frozenset[str]] = frozenset({"draft"})
    """Statuses of a campaign that nobody has sent; of any other status than these and those nobody knows."""

    Settings = Later("smm_cli.networks._newsletter_tables", "Settings")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Plain text to read, the body in this service's dialect in field `body`, the title as `subject`."""
        mention = self.mention(facts)
        still = replace(part, blocks=quiet(part.blocks, TEMPLATE))
        subject = hushed(" ".join(short(post.title, mention).split()), TEMPLATE)
        fields = {"subject": subject, "body": self.body(still, facts), "language": post.language or facts.language}
        return PayloadPart(plain(still.blocks, mention, links="after"), fields, described(part.media, mention), part.line)

    def body(self, part: Part, facts: Facts) -> str:
        """What readers get, pictures apart."""
        return html(part.blocks, self.mention(facts))

    # -- what subclasses say -----------------------------------------------------------------------------------------------

    def find(self, payload: Payload) -> Generator[Request, Answer, Campaign | None]:
        """The campaign that carries the payload's marker, if any."""
        yield from ()
        raise NotImplementedError

    def creation(self, payload: Payload, message: PayloadPart, body: str) -> Request:
        """The request that makes a draft."""
        raise NotImplementedError

    def made(self, answer: Answer) -> Campaign:
        """The campaign that an answer to `creation` tells of."""
        raise NotImplementedError

    def change(self, id: str, payload: Payload, message: PayloadPart, body: str) -> Request:
        """The request that writes over a draft."""
        raise NotImplementedError

    def dispatch(self, campaign: Campaign) -> Request:
        """The request that sends a draft to the list."""
        raise NotImplementedError

    def removal(self, id: str) -> Request:
        """The request that takes a campaign away."""
        raise NotImplementedError

    def fill(self, id: str, message: PayloadPart, body: str) -> Generator[Request, Answer, None]:
        """What a draft needs besides its creation; said twice it does no harm."""
        yield from ()

    def upload(self, blob: Blob, name: str) -> Generator[Request, Any, str]:
        """The address of a picture for the body; by default a public one, which the readers' programs fetch."""
        return (yield from public_address(blob))

    # -- conversations -----------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """A draft; where the channel sends, one is prepared before, and the request that publishes is the one that sends it."""
        message = payload.parts[part]
        body = yield from self._whole(message)
        if not self.settings.send:
            yield Earlier()
            answer = yield replace(self.creation(payload, message, body), commits=True)
            campaign = self._known(answer)
            yield campaign.receipt(sent=False)
            yield from self.fill(campaign.id, message, body)
            return campaign.receipt(sent=False)
        found = yield from self.find(payload)
        if found is None:
            answer = yield self.creation(payload, message, body)
            found = self._known(answer)
        elif found.status not in self.unsent:
            hint = f"look at campaign {found.id} there; smm sends drafts only, so that no mail comes twice"
            raise Rejected(f"{self.title} says {found.status!r} of this mail's campaign", hint=hint, slug="mail-sent")
        yield from self.fill(found.id, message, body)
        yield Earlier()
        yield replace(self.dispatch(found), commits=True)
        return found.receipt(sent=True)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the marker: a draft that was to be sent and is one still was not sent."""
        found = yield from self.find(payload)
        if found is None or (self.settings.send and found.status in self.unsent):
            return Absent()
        if self.settings.send and found.status not in self.sent:
            return CannotTell(f"{self.title} says {found.status!r} of campaign {found.id}")
        if not self.settings.send and type(self).fill is not Newsletter.fill:
            message = payload.parts[intent.part]
            body = yield from self._whole(message)
            yield from self.fill(found.id, message, body)
        return Found(found.receipt(sent=self.settings.send))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """A draft can be changed; mail that is on its way cannot."""
        _refuse_sent(receipt, "changed")
        message = payload.parts[part]
        body = yield from self._whole(message)
        yield self.change(receipt.id, payload, message, body)
        yield from self.fill(receipt.id, message, body)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """A draft can be thrown away; mail that is on its way cannot be called back."""
        _refuse_sent(receipt, "called back")
        yield from take_down(self, self.removal(receipt.id), gone=self.is_gone)

    def is_gone(self, answer: Answer) -> bool:
        """Whether an answer to `removal` says that there is no such campaign."""
        return answer.status in (404, 410)

    def _known(self, answer: Answer) -> Campaign:
        found = self.made(answer)
        if not found.id:
            raise OutcomeUnknown(f"{self.title} answered {answer.status} without the id of a campaign")
        return found

    def _whole(self, message: PayloadPart) -> Generator[Request, Any, str]:
        """The body with its pictures, which must have an address first."""
        body = str(message.fields["body"])
        for medium in message.media:
            if medium.blob:
                url = yield from self.upload(medium.blob, medium.path.rpartition("/")[2])
                body += self.picture(url, medium.alt)
        return body

    def picture(self, url: str, alt: str) -> str:
        """A picture below the text."""
        return f'\n<p><img src="{escape(url)}" alt="{escape(hushed(alt, TEMPLATE))}" style="max-width:100%"></p>'


def _refuse_sent(receipt: PartReceipt, what: str) -> None:
    if receipt.more.get("sent"):
        raise Rejected(f"mail that was sent cannot be {what}", hint="send a correction: smm post new", slug="mail-sent")


def marker(payload: Payload) -> str:
    """What a campaign is found by: equal in every attempt."""
    return f"smm-{payload.key[:24]}"


def of_marker(listed: Any, payload: Payload, *path: str) -> Mapping[str, Any] | None:
    """Of `listed` the one that has the marker at `path`: the value itself, in a list, or at the end of a name. No list proves nothing."""
    if not isinstance(listed, list):
        raise Retriable("the list of campaigns cannot be read")
    for one in listed:
        value = Answer(200, {}, one).get(*path, default="")
        if marker(payload) in (value if isinstance(value, list) else str(value).replace("(", " ").replace(")", " ").split()):
            return one if isinstance(one, Mapping) else None
    return None
