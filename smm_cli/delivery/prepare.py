"""From a post to the payload that its network will get: the same code for check, preview, rehearsal, dry run and sending."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from smm_cli.calendar.check import check_post
from smm_cli.calendar.media_files import find_media, pictures_of
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.source import Source
from smm_cli.calendar.targets import aim
from smm_cli.delivery.freeze import seal
from smm_cli.errors import PostError
from smm_cli.media.blobs import Blobs
from smm_cli.media.fit import fit
from smm_cli.media.look import look
from smm_cli.networks import load
from smm_cli.networks.base import Facts, Network
from smm_cli.networks.check import check_payload
from smm_cli.words.channel import Account, Channel
from smm_cli.words.delivery import Payload, Receipt
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media, Post
from smm_cli.words.problem import ERROR, Place, Problem


@dataclass(frozen=True, slots=True)
class Prepared:
    """A post ready for one channel, with everything found wrong on the way. `payload` is None where nothing could be composed."""

    post: Post
    network: Network
    payload: Payload | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == ERROR)


class Composer:
    """Composes payloads of one calendar; looks at each file once."""

    def __init__(self, calendar: Calendar, source: Source, receipts: Callable[[], Iterable[Receipt]] = tuple) -> None:
        self.calendar = calendar
        self.source = source
        self.blobs = Blobs(calendar.state / "frozen")
        self._receipts = receipts
        self._seen: dict[str, tuple[Media, list[Problem]]] = {}
        self._networks: dict[str, Network] = {}
        self._checked: dict[str, tuple[Post, list[Problem]]] = {}

    def network(self, channel: Channel, account: Account | None = None) -> Network:
        """The network of a channel, with what its server said. Raises ConfigError where there is no such network."""
        made = self._networks.get(channel.name)
        if made is None or made.account != account:
            made = load(channel.network)(channel, account)
            self._networks[channel.name] = made
        return made

    def prepare(self, post: Post, channel: Channel, delivery: str, at: datetime, account: Account | None = None) -> Prepared:
        """Aim, look, fit, compose, check. Never raises for what an author can do wrong: that is a problem."""
        network = self.network(channel, account)
        aimed = aim(post, channel, self.calendar)
        problems = self._post_problems(post, channel)
        media = self._media(aimed, network, problems)
        facts = Facts(
            calendar=self.calendar.name,
            delivery=delivery,
            at=at,
            people=self.calendar.people,
            media=media,
            receipts=self._receipts_of(channel) if aimed.reply_to or aimed.quote else {},
            language=aimed.language or self.calendar.language,
            zone=self.calendar.timezone,
        )
        try:
            payload = network.compose(replace(aimed, media=tuple(media.get(m.path, m) for m in aimed.media)), facts)
        except PostError as error:
            problems.append(Problem(error.slug, error.what, Place(post.path, channel=channel.name), error.hint))
            return Prepared(aimed, network, None, self._each_once(problems))
        problems += check_payload(network, aimed, payload, facts)
        if not self.calendar.media.get("host") and any(network.fetched(medium) for part in payload.parts for medium in part.media):
            problems.append(_nowhere(network, post))
        return Prepared(aimed, network, seal(payload), self._each_once(problems))

    def _each_once(self, problems: list[Problem]) -> tuple[Problem, ...]:
        """Without those the calendar ignores, and without what two rooms found at the same place."""
        found = {(problem.slug, problem.place, problem.what): problem for problem in problems}
        return tuple(problem for problem in found.values() if problem.slug not in self.calendar.ignored)

    def _post_problems(self, post: Post, channel: Channel) -> list[Problem]:
        """What is wrong with the post itself, or with what it says for this channel."""
        known = self._checked.get(post.path)
        if known is None or known[0] is not post:
            known = self._checked[post.path] = (post, check_post(post, self.calendar, self.source))
        return [problem for problem in known[1] if problem.place.channel in ("", channel.name)]

    def _receipts_of(self, channel: Channel) -> dict[str, Receipt]:
        return {receipt.post: receipt for receipt in self._receipts() if receipt.channel in (channel.name, *channel.formerly)}

    def _media(self, post: Post, network: Network, problems: list[Problem]) -> dict[str, Media]:
        """Every file that `post` names, by the path as written, looked at and fitted to the network's limits."""
        wanted = {medium.path: medium for medium in post.media}
        for path, alt, line in pictures_of(post.body, post.body_line):
            wanted.setdefault(path, Media(path, alt, line=line))
        fitted: dict[str, Media] = {}
        for medium in wanted.values():
            seen, found = self._look(medium, post)
            if seen.blob is not None:
                seen = replace(seen, alt=medium.alt, decorative=medium.decorative, focus=medium.focus)
                seen, more = fit(seen, network.media_limits, self.blobs)
                found = [*found, *more]
            here = network.channel.name
            problems += [replace(problem, place=replace(problem.place, file=post.path, channel=here)) for problem in found]
            fitted[medium.path] = self._with_thumbnail(seen, medium, post)
        return fitted

    def _with_thumbnail(self, seen: Media, medium: Media, post: Post) -> Media:
        if not medium.thumbnail:
            return seen
        small, _ = self._look(Media(medium.thumbnail, decorative=True, line=medium.line), post)
        return replace(seen, thumbnail=medium.thumbnail, thumbnail_blob=small.blob)

    def _look(self, medium: Media, post: Post) -> tuple[Media, list[Problem]]:
        """The facts of one file; what is missing or outside is check_post's to say."""
        path = find_media(medium.path, post.path, self.source)
        if not path:
            return medium, []
        known = self._seen.get(path)
        if known is None:
            known = self._seen[path] = look(self.source.fetch(path), medium, self.blobs)
        seen, problems = known
        return replace(seen, path=medium.path, line=medium.line), problems


def _nowhere(network: Network, post: Post) -> Problem:
    what = f"{network.title} fetches pictures and films from a public address, and channels.toml names none"
    return Problem("media-host", what, Place(post.path, channel=network.channel.name), '[media] host = "…": docs/how-to/media.md')
