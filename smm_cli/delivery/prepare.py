"""From a post to the payload that its network will get: the same code for check, preview, rehearsal, dry run and sending."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from smm_cli.calendar.check import check_post
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
        problems = self._post_problems(post)
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
        return Prepared(aimed, network, seal(payload), self._each_once(problems))

    def _each_once(self, problems: list[Problem]) -> tuple[Problem, ...]:
        """Without those the calendar ignores, and without what two rooms found at the same place."""
        found = {(problem.slug, problem.place.file, problem.place.line, problem.what): problem for problem in problems}
        return tuple(problem for problem in found.values() if problem.slug not in self.calendar.ignored)

    def _post_problems(self, post: Post) -> list[Problem]:
        known = self._checked.get(post.path)
        if known is None or known[0] is not post:
            known = self._checked[post.path] = (post, check_post(post, self.calendar, self.source))
        return list(known[1])

    def _receipts_of(self, channel: Channel) -> dict[str, Receipt]:
        return {receipt.post: receipt for receipt in self._receipts() if receipt.channel in (channel.name, *channel.formerly)}

    def _media(self, post: Post, network: Network, problems: list[Problem]) -> dict[str, Media]:
        wanted = [*post.media, *(m for part in network.reading(post).parts for m in part.media)] if "![" in post.body else list(post.media)
        fitted: dict[str, Media] = {}
        for medium in wanted:
            seen, found = self._look(medium, post)
            if seen.blob is not None:
                seen, more = fit(
                    replace(seen, alt=medium.alt, decorative=medium.decorative, focus=medium.focus), network.media_limits, self.blobs
                )
                found = [*found, *more]
            here = network.channel.name
            problems += [replace(problem, place=replace(problem.place, file=post.path, channel=here)) for problem in found]
            fitted[medium.path] = seen
        return fitted

    def _look(self, medium: Media, post: Post) -> tuple[Media, list[Problem]]:
        known = self._seen.get(medium.path)
        if known is None:
            try:
                known = look(self.source.fetch(medium.path), medium, self.blobs)
            except (FileNotFoundError, ValueError, IsADirectoryError):
                place = Place(post.path, medium.line)
                hint = "is it committed, and spelled exactly like the file (upper and lower case)?"
                known = (medium, [Problem("media-missing", f"{medium.path} is not there", place, hint)])
            self._seen[medium.path] = known
        seen, problems = known
        return replace(seen, line=medium.line), problems
