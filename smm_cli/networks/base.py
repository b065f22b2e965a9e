"""What a network is: a class that declares its limits, composes payloads and describes conversations. It does no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from smm_cli.errors import SmmError
from smm_cli.networks._declared import Cost, Facts, Lasts, Repeat
from smm_cli.networks._later import Kept, Later
from smm_cli.networks.fault import fault_by_status
from smm_cli.text.append import append_link_and_tags
from smm_cli.text.markdown import Reading, read
from smm_cli.text.rulers import measure
from smm_cli.text.split import split_parts
from smm_cli.words.auth import Auth, NoAuth
from smm_cli.words.channel import Account, Channel
from smm_cli.words.conversation import CannotTell, Doing, Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import Limit, MediaLimit, PollLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import Problem
from smm_cli.words.tree import Mention

if TYPE_CHECKING:
    from smm_cli.networks._table import Table

__all__ = ["Cost", "Facts", "Later", "Network", "Repeat", "Table", "host_of"]


def __getattr__(name: str) -> Any:
    """`Table`, the base of Settings and Options: pydantic (65 ms, measured 2026-11-22) is imported by those who declare one."""
    if name == "Table":
        from smm_cli.networks._table import Table

        return Table
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class Network:
    """One network, bound to one channel. Subclasses declare the class attributes and define what they can do."""

    name: ClassVar[str]
    title: ClassVar[str]
    docs: ClassVar[str]
    auth: Auth = NoAuth()
    text: ClassVar[tuple[Limit, ...]] = ()
    media: ClassVar[tuple[MediaLimit, ...]] = ()
    poll: ClassVar[PollLimit | None] = None
    media_count: ClassVar[int] = 0
    mixing: ClassVar[bool] = False
    apart: ClassVar[bool] = False
    """Whether each medium is a message of its own, after the text of its part."""
    threads: ClassVar[bool] = False
    dialect: ClassVar[str] = "plain"
    takes: ClassVar[frozenset[str]] = frozenset()
    """Which optional keys of a post it honours: title, link, tags, language, content_warning, visibility, poll, reply_to,
    quote, first_comment, alt, canonical, author, date. Others are a problem at check time, never silence."""
    fetches: ClassVar[frozenset[str]] = frozenset()
    """Kinds of media (image, video, audio) that it fetches from a public address (`[media] host`) instead of taking them."""
    demands: ClassVar[frozenset[str]] = frozenset()
    """What a post must have here: title, link, media (of any kind), image, video."""
    visibilities: ClassVar[tuple[str, ...]] = ()
    appends: ClassVar[frozenset[str]] = frozenset({"link", "tags"})
    """What is added to the text where the text has it not."""
    apis: ClassVar[tuple[str, ...]] = ()
    """The hosts that it speaks to, where they are the same for every channel."""
    settles: ClassVar[float] = 300.0
    decisive: ClassVar[bool] = True
    """Whether `lookup` can show that a post is not public; False where it can but find (lists that hide, lag or end)."""
    asked_daily: ClassVar[bool] = True
    """Whether `verify` is asked once a day before sending; False where asking troubles the receiver."""
    late_limit: ClassVar[bool] = True
    """Whether lateness matters (False for a site: its pages carry their own date)."""
    takes_alerts: ClassVar[bool] = False
    """Whether it is read by people among themselves, so that alerts may be told there."""
    wants_handles: ClassVar[bool] = True
    """Whether a person without a handle here is worth a warning; False where people are simply named."""
    token_lasts: ClassVar[Lasts | None] = None
    """How long its tokens hold where nobody tells and none can be renewed."""
    handoff: ClassVar[bool] = False
    steps: ClassVar[str] = ""
    """What a person creates in which console before `smm channel login`, told step by step."""

    Settings: Any = Later("smm_cli.networks._table", "Settings")
    """Its table in channels.toml: `class Settings(Table)` in the class of a network."""
    Options: Any = Later("smm_cli.networks._table", "Options")
    """Its keys inside `for:` of a post: `class Options(Table)`."""

    def __init__(self, channel: Channel, account: Account | None = None) -> None:
        self.channel = channel
        self.account = account
        kept = channel.kept.get("settings")
        self.settings: Any = self.Settings.model_validate(dict(channel.settings or {})) if kept is None else Kept(kept)

    @classmethod
    def auth_of(cls, settings: Mapping[str, Any]) -> Auth:
        """How a channel with these settings signs, where a setting chooses (its `__init__` then sets `auth` so); else `auth`."""
        return cls.auth

    # -- what is declared, after the server and channels.toml were heard ------------------------------------------------

    @cached_property
    def text_limits(self) -> tuple[Limit, ...]:
        """The declared limits, overridden by the server's and by channels.toml; `text_minimum` and the like set the least."""
        said = {**(self.account.limits if self.account else {}), **self.channel.limits}
        links = said.get("url_length")
        return tuple(
            replace(
                limit,
                maximum=said.get(limit.name, limit.maximum),
                minimum=said.get(f"{limit.name}_minimum", limit.minimum),
                url_length=links or limit.url_length,
            )
            for limit in self.text
        )

    @cached_property
    def media_limits(self) -> tuple[MediaLimit, ...]:
        """As text_limits; a server's `media_count` and `image_bytes`, `video_bytes`, `image_pixels` … override."""
        said = {**(self.account.limits if self.account else {}), **self.channel.limits}
        return tuple(limit.heard(said) for limit in self.media)

    @property
    def poll_limit(self) -> PollLimit | None:
        """As text_limits: what the server and channels.toml say of polls overrides what is declared."""
        said = {**(self.account.limits if self.account else {}), **self.channel.limits}
        return self.poll.heard(said) if self.poll else None

    @property
    def most_media(self) -> int:
        """Most media in one part, of whatever kind."""
        said = {**(self.account.limits if self.account else {}), **self.channel.limits}
        return int(said.get("media_count", self.media_count))

    def hosts(self) -> tuple[str, ...]:
        """The hosts it speaks to, which alone may see its credentials, as `host_of` writes them: `apis`, else setting `server` or `url`."""
        said = (getattr(self.settings, name, "") for name in ("server", "url"))
        return self.apis or tuple(host_of(str(address)) for address in said if address)

    def repeat(self) -> Repeat | None:
        """For how long, on this account's server, a repeated publishing request cannot publish twice; None: it can."""
        return None

    # -- composing: pure, deterministic ----------------------------------------------------------------------------------

    def compose(self, post: Post, facts: Facts) -> Payload:
        """The payload of `post` (already aimed at this channel); no clock, no chance, no key yet (delivery/ seals it)."""
        parts = self.messages(post, facts)
        rendered = tuple(self.render(part, number, post, facts) for number, part in enumerate(parts))
        return Payload(self.name, facts.calendar, facts.delivery, facts.at, rendered, self.fields(post, facts))

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        """The parts of a post: read, media attached, link and tags added, split where asked, first comment last."""
        parts = list(self.reading(post).parts)
        parts[0] = replace(parts[0], media=(*post.media, *parts[0].media))
        parts = [replace(part, media=tuple(_looked_at(medium, facts) for medium in part.media)) for part in parts]
        link = post.link if "link" in self.appends else ""
        tags = post.tags if "tags" in self.appends else ()
        done = append_link_and_tags(tuple(parts), link, tags)
        if post.split and self.threads:
            done = split_parts(done, self._fits(post, facts), post.numbering or getattr(self.settings, "numbering", ""))
        if self.apart:
            done = tuple(piece for part in done for piece in _each_apart(part))
        if post.first_comment and "first_comment" in self.takes:
            comment = read(post.first_comment, threads=False).parts[0]
            done = (*done, replace(comment, comment=True))
        return done

    def reading(self, post: Post) -> Reading:
        """The body as a tree, with the problems found in it."""
        return read(post.body, line=post.body_line, threads=self.threads)

    def _fits(self, post: Post, facts: Facts) -> Callable[[Part], bool]:
        def fits(part: Part) -> bool:
            rendered = self.render(part, 0, post, facts)
            return all(
                self.measured(rendered, limit) <= limit.maximum
                for limit in self.text_limits
                if limit.name in ("text", "bytes") or limit.together
            )

        return fits

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """How much of `limit` a part uses; what counts together with it counts plainly, links and mentions at full length."""
        text = part.text if limit.name in ("text", "bytes") else str(part.fields.get(limit.name) or "")
        beside = sum(measure(str(part.fields.get(name) or ""), "graphemes") for name in limit.together)
        return measure(text, limit.ruler, limit.url_length) + beside

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """One part in this network's dialect. Every network that composes defines it."""
        raise NotImplementedError

    def fields(self, post: Post, facts: Facts) -> Mapping[str, Any]:
        """What belongs to the post rather than to a part; plain JSON."""
        return {}

    def options(self, post: Post) -> Any:
        """The post's own Options for this channel; the defaults where they do not validate (a problem by then)."""
        kept = self.channel.kept.get("options")
        if kept is not None and not post.options:
            return Kept(kept)
        from pydantic import ValidationError

        try:
            return self.Options.model_validate(dict(post.options))
        except ValidationError:
            return self.Options()

    def cost(self, payload: Payload) -> Cost | None:
        """What the network charges for `payload`; None: nothing."""
        return None

    def fetched(self, medium: Media) -> bool:
        """Whether `medium` is fetched from a public address."""
        return medium.kind in self.fetches

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """What only this network finds wrong with a payload, beside what networks.check finds from the declared limits."""
        return ()

    def mention(self, facts: Facts) -> Callable[[Mention], str]:
        """How a mention is written here: @handle, or the person's name where she has no handle (a problem by then)."""

        def written(mention: Mention) -> str:
            person = facts.people.get(mention.person)
            found = person.handle(self.channel.name, self.name) if person else ""
            return f"@{found}" if found else (person.title or person.name) if person else mention.person

        return written

    # -- conversations: generators of requests, fed with answers ----------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Publish one part. At most one request with commits=True."""
        yield from ()
        raise NotImplementedError

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """After an unknown outcome: is the part public? Default: it cannot be told."""
        yield from ()
        return CannotTell(f"look at {self.channel.account or self.channel.name} yourself")

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """The error that an answer is, or None. Sees every answer, also 200; never assumes JSON."""
        return fault_by_status(status, headers, body)

    verify: ClassVar[Callable[..., Verifying] | None] = None
    """`verify(self)`: who the credential belongs to, the server's software and limits."""
    withdraw: ClassVar[Callable[..., Doing] | None] = None
    """`withdraw(self, receipt: PartReceipt, part: int)`: take down one part; already gone is success."""
    edit: ClassVar[Callable[..., Publishing] | None] = None
    """`edit(self, payload, part, receipt)`: change one public part."""
    login: ClassVar[Callable[..., LoggingIn] | None] = None
    """`login(self, inputs: Mapping[str, str])`: the real flow; inputs are handles and loopback facts (see accounts/)."""
    refresh: ClassVar[Callable[..., LoggingIn] | None] = None
    """`refresh(self)`: renew tokens; refers to stored ones by handle."""
    announce: ClassVar[Callable[..., Doing] | None] = None
    """`announce(self, urls)`: tell others what is new; apart from deliveries, repeated until it works."""
    share_link: ClassVar[Callable[..., str] | None] = None
    """`share_link(self, payload)`: a prefilled address for a person (handoff)."""


def _looked_at(medium: Media, facts: Facts) -> Media:
    """A medium as written, with what looking at its file found."""
    seen = None if medium.blob else facts.media.get(medium.path)
    if seen is None:
        return medium
    return replace(seen, alt=medium.alt, decorative=medium.decorative, focus=medium.focus, line=medium.line)


def _each_apart(part: Part) -> tuple[Part, ...]:
    """The text of `part`, then a part for each of its media."""
    text = (replace(part, media=()),) if part.blocks or not part.media else ()
    return (*text, *(Part((), (medium,), medium.line or part.line) for medium in part.media))


@lru_cache(maxsize=1024)
def host_of(address: str) -> str:
    """The host of an address or of a bare `host:port`: lower-case ASCII, with its port unless that is the scheme's usual one.

    Empty where there is none.
    """
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            import idna

            host = idna.encode(host, uts46=True).decode()
    except ValueError:  # idna's errors are ValueErrors too
        return ""
    host = f"[{host}]" if ":" in host else host
    return host if port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f"{host}:{port}"
