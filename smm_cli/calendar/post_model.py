"""The keys of a post, as pydantic models: what each takes, and its JSON Schema. Imported only when a file is parsed."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from smm_cli.calendar import post_values as take
from smm_cli.calendar.user_words import Wrong
from smm_cli.words.post import Media, Poll, WaitFor

STRING: Final[dict[str, Any]] = {"type": "string"}
LIST: Final[dict[str, Any]] = {"anyOf": [STRING, {"type": "array", "items": STRING}]}
MOMENT: Final[dict[str, Any]] = {"type": "string", "examples": ["2026-11-24 09:00", "2026-11-24T09:00:00+01:00"]}
SPAN: Final[dict[str, Any]] = {"anyOf": [{"type": "string", "examples": ["2h", "30m", "1d"]}, {"type": "number"}]}


_string = WithJsonSchema(STRING)
_strings = WithJsonSchema(LIST)
_day = WithJsonSchema(MOMENT)

Text = Annotated[str, BeforeValidator(take.text)]
Truth = Annotated[bool, BeforeValidator(take.truth)]
Whole = Annotated[int, BeforeValidator(take.whole)]
Seconds = Annotated[float, BeforeValidator(take.seconds), WithJsonSchema(SPAN)]
Span = Annotated[str, BeforeValidator(take.span), WithJsonSchema(SPAN)]
Moment = Annotated[str, BeforeValidator(take.moment), _day]
Day = Annotated[str, BeforeValidator(take.moment_or_day), _day]
Address = Annotated[str, BeforeValidator(take.address), WithJsonSchema({"type": "string", "format": "uri"})]
Reference = Annotated[str, BeforeValidator(take.address_or_id), _string]
Id = Annotated[str, BeforeValidator(take.post_id), _string]
Zone = Annotated[str, BeforeValidator(take.zone), _string]
Language = Annotated[str, BeforeValidator(take.language), _string]
Rule = Annotated[str, BeforeValidator(take.rule), _string]
Numbering = Annotated[str, BeforeValidator(take.numbering), _string]
Slot = Annotated[str, BeforeValidator(take.slot), WithJsonSchema({"enum": ["next"]})]
Status = Annotated[str, BeforeValidator(take.status), WithJsonSchema({"enum": ["draft", "ready"]})]
Texts = Annotated[tuple[str, ...], BeforeValidator(take.many), _strings]
Tags = Annotated[tuple[str, ...], BeforeValidator(take.tags), _strings]
Names = Annotated[tuple[str, ...], BeforeValidator(take.names), _strings]
Approvals = Annotated[tuple[str, ...], BeforeValidator(take.approved), _strings]
Focus = Annotated[tuple[float, float] | None, BeforeValidator(take.focus), _strings]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MediaTable(Table):
    """A picture, film or sound."""

    path: Annotated[Text, Field(description="file, relative to the calendar; ./ at its start: relative to the post")]
    alt: Annotated[Text, Field(description="what it shows, for those who do not see it")] = ""
    decorative: Annotated[Truth, Field(description="true: it says nothing, and needs no alt")] = False
    focus: Annotated[Focus, Field(description="right, up: -1 to 1")] = None
    thumbnail: Annotated[Text, Field(description="a picture to show before a film plays")] = ""


class PollTable(Table):
    """A question with answers to choose from."""

    options: Annotated[Texts, Field(description="the answers")] = ()
    expires_in: Annotated[Seconds, Field(description="how long one may vote")] = 86_400.0
    multiple: Annotated[Truth, Field(description="whether one may choose several")] = False
    hide_totals: Annotated[Truth, Field(description="whether the count is hidden until the end")] = False

    @model_validator(mode="after")
    def _a_choice(self) -> PollTable:
        if "options" in self.model_fields_set and len(set(self.options)) < 2:
            raise Wrong("leaves nothing to choose", "write options: [yes, no]")
        return self


class WaitTable(Table):
    """What must be there before the post goes out: a post, an address or a tag."""

    post: Id = ""
    url: Address = ""
    tag: Text = ""
    limit: Annotated[Seconds, Field(description="for how long; then the post is held")]

    @model_validator(mode="after")
    def _one_thing(self) -> WaitTable:
        if sum(map(bool, (self.post, self.url, self.tag))) != 1:
            raise Wrong("waits for exactly one thing", "write post:, url: or tag:, and a limit: 48h")
        return self


def _table(value: Any) -> Any:
    """Nothing written is no table."""
    return None if value == "" else value


class Sent(Table):
    """Keys that may stand at the top of a post and below a target of `for:`."""

    title: Annotated[Text, Field(description="used where the network has titles; never put into the text")] = ""
    link: Annotated[Address, Field(description="appended unless the text has it")] = ""
    canonical: Annotated[Address, Field(description="where the text stands first")] = ""
    tags: Annotated[Tags, Field(description="appended as hashtags unless the text has them")] = ()
    language: Annotated[Language, Field(description="as in de or en-GB")] = ""
    author: Annotated[Text, Field(description="who wrote it")] = ""
    date: Annotated[Day, Field(description="when it was written; never a due time")] = ""
    pillar: Annotated[Text, Field(description="one of the pillars of channels.toml")] = ""
    notes: Annotated[Text, Field(description="for colleagues; never sent")] = ""
    publish_at: Annotated[Moment, Field(description="when: wall time of the calendar, or with an offset")] = ""
    timezone: Annotated[Zone, Field(description="zone of the times of this post")] = ""
    slot: Annotated[Slot, Field(description="next: the channel's next free slot")] = ""
    order: Annotated[Whole, Field(description="which of the posts that wait for a slot goes first")] = 0
    not_before: Annotated[Day, Field(description="a slot before this is not taken")] = ""
    not_after: Annotated[Day, Field(description="a slot after this is not taken")] = ""
    until: Annotated[Day, Field(description="when a repeated post ends, exclusive")] = ""
    wait_for: Annotated[WaitTable | None, BeforeValidator(_table), Field(description="what must be there first")] = None
    max_late: Annotated[Span, Field(description="later than this it is held; none: never too late")] = ""
    urgent: Annotated[Truth, Field(description="goes out in quiet hours, too")] = False
    media: Annotated[tuple[MediaTable, ...], BeforeValidator(take.media), Field(description="for the first part")] = ()
    content_warning: Annotated[Text, Field(description="shown before the text")] = ""
    visibility: Annotated[Text, Field(description="who may see it, in the network's words")] = ""
    poll: Annotated[PollTable | None, BeforeValidator(_table)] = None
    reply_to: Annotated[Reference, Field(description="an address, or the id of a post")] = ""
    quote: Annotated[Reference, Field(description="an address, or the id of a post")] = ""
    first_comment: Annotated[Text, Field(description="a comment below the post")] = ""
    split: Annotated[Truth, Field(description="whether a text that is too long becomes a thread")] = False
    numbering: Annotated[Numbering, Field(description="of the pieces of a split text, as in {n}/{of}")] = ""

    @model_validator(mode="after")
    def _one_time(self) -> Sent:
        if self.slot and self.publish_at:
            raise Wrong("a post has publish_at or slot: next, not both", "delete one of them", "two-times")
        return self


class TargetTable(Sent):
    """What a target of `for:` changes; other keys are the network's own."""

    model_config = ConfigDict(extra="allow", frozen=True)
    text: Annotated[Text, Field(description="the text for this target, instead of the body")] = ""


class PostTable(Sent):
    """Front matter of a post."""

    id: Annotated[Id, Field(description="its name for ever; smm post new writes it")] = ""
    channels: Annotated[Names, Field(description="channels or groups")] = ()
    status: Annotated[Status, Field(description="draft, until it may go out")] = "draft"
    approved: Annotated[Approvals, Field(description="written by smm post approve")] = ()
    repeat: Annotated[Rule, Field(description="a rule of RFC 5545, as FREQ=WEEKLY;BYDAY=MO")] = ""
    campaign: Annotated[Text, Field(description="one of the campaigns of channels.toml")] = ""
    targets: Annotated[dict[str, TargetTable], BeforeValidator(lambda value: {} if value == "" else value)] = Field(
        default_factory=dict, alias="for", description="what is different for a channel, group or network"
    )

    @model_validator(mode="after")
    def _poll_has_answers(self) -> PostTable:
        if self.poll and not self.poll.options:
            raise Wrong("the poll has no answers", "write poll: {options: [yes, no], expires_in: 1d}")
        return self


ONLY_ABOVE = frozenset({"id", "channels", "status", "approved", "repeat", "campaign", "for"})
"""Keys of a whole post, which no target may change."""
KEYS = tuple(sorted({*PostTable.model_fields, "for"} - {"targets"}))
TARGET_KEYS = frozenset(TargetTable.model_fields)


def media_of(table: MediaTable, line: int) -> Media:
    return Media(table.path, table.alt, table.decorative, table.focus, table.thumbnail, line)


def poll_of(table: PollTable) -> Poll:
    return Poll(table.options, round(table.expires_in), table.multiple, table.hide_totals)


def wait_of(table: WaitTable) -> WaitFor:
    return WaitFor(table.post, table.url, table.tag, table.limit)
