"""What is due on one channel, in order, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from smm_cli.accounts.masks import knows_any, masked
from smm_cli.calendar.model import WORKTREE, Pause
from smm_cli.delivery.freeze import content_digest, keyed, payload_from, payload_text, same_parts
from smm_cli.delivery.heartbeat import alive
from smm_cli.delivery.lasting import forgets
from smm_cli.delivery.papers import Papers
from smm_cli.delivery.planning import unapproved
from smm_cli.delivery.prepare import Prepared
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.send import Outcome, send
from smm_cli.delivery.sending import PAUSED, Later, Sending
from smm_cli.delivery.whose import STOPPED, account_of
from smm_cli.errors import AuthFailed, LedgerError, PostError, SmmError
from smm_cli.ledger.claims import BUSY, Claim, Gate, take
from smm_cli.ledger.corrections import earlier_changes
from smm_cli.ledger.journal import PUBLISH
from smm_cli.ledger.outcomes import ended, freeze
from smm_cli.ledger.vault import Vault
from smm_cli.networks.base import Network
from smm_cli.words.channel import Account, Channel
from smm_cli.words.delivery import HELD, PUBLISHED, WAITING, Delivery, Payload, Receipt
from smm_cli.words.post import Post

if TYPE_CHECKING:
    from smm_cli.ledger.lanes import Taken

RACY = 2.0
"""Seconds: a file changed so shortly before it was read may have changed again without a new time."""


class ChannelRun:
    """One channel's turn in a tick."""

    def __init__(
        self, runner: Runner, channel: Channel, papers: Papers, waits: list[float], planned_at: datetime, taken: Taken | None = None
    ) -> None:
        self.runner = runner
        self.taken = taken
        self.planned_at = planned_at.timestamp()
        self.channel = channel
        self.papers = papers
        self.waits = waits
        self.clock = runner.clock
        self.ledger = runner.ledger
        self.gate: Gate | None = None
        self.at_once = False
        """A person wants it now, whatever its time."""

    async def run(self, deliveries: Sequence[Delivery], posts: Mapping[str, Post]) -> list[Outcome]:
        """Send them, as far as the channel lets. Raises LedgerError only: then nothing can be recorded any more."""
        outcomes: list[Outcome] = []
        until = self.ledger.waits_until(self.channel.name)
        if until is not None and until > self.clock.now():  # it is not asked whose account it is either
            return [self._gated(delivery, Gate("the network asked to wait", until, "rate-limit")) for delivery in deliveries]
        try:
            network = self.runner.composer.network(self.channel, self.ledger.account(self.channel.name))
            by_hand = self.channel.by_hand or network.handoff
            if self.runner.shared is not None and not by_hand and (forgetful := forgets(self.runner.calendar, network)) is not None:
                raise forgetful
            credential = "" if by_hand else await self.runner.transport.credential(network)
            account = None if by_hand else await account_of(self.runner, network, credential)
        except LedgerError:
            raise
        except SmmError as error:
            return [self._held(delivery, error) for delivery in deliveries]
        except OSError as error:
            what = f"{self.channel.name}: its login cannot be kept: {error.strerror or error}"
            raise LedgerError(what, hint="is the disk full?", slug="disk") from error
        except Exception as error:  # an adapter that breaks down delays no other channel
            return [self._held(delivery, self._bug(error)) for delivery in deliveries]
        for delivery in deliveries:
            if self.runner.ending:
                break
            if self.gate is not None:  # the channel's order is kept: what comes later does not overtake what another runner sends
                outcomes.append(self._gated(delivery, self.gate))
                continue
            outcome = await self._one(delivery, posts[delivery.post], account, credential, by_hand)
            if outcome is not None:
                outcomes.append(outcome)
        return outcomes

    # -- one delivery -------------------------------------------------------------------------------------------------------

    async def _one(self, delivery: Delivery, post: Post, account: Account | None, credential: str, by_hand: bool) -> Outcome | None:
        if (pause := self.runner.pause_over(post, self.channel)) is not None:
            return Outcome(delivery.name, HELD, note=_said(pause))
        if self._changed(post):
            return Outcome(delivery.name, HELD, note=f"{post.path} changed a moment ago: the next tick reads it anew")
        try:
            prepared = self.runner.composer.prepare(post, self.channel, delivery.name, delivery.at or self.clock.now(), account)
        except SmmError as error:
            return self._held(delivery, error)
        except OSError as error:
            raise LedgerError(f"{self.channel.name}: a file cannot be kept: {error}", hint="is the disk full?", slug="disk") from error
        except Exception as error:
            return self._held(delivery, self._bug(error))
        if prepared.payload is not None and any(knows_any(part.text) for part in prepared.payload.parts):
            what = f"{post.path} holds a secret of this machine, and does not go out with it"
            return self._held(delivery, PostError(what, hint="take it out, and make a new one: smm channel login", slug="secret-in-post"))
        claim = await self._claim(delivery, post, credential)
        if claim is None:
            return None
        if isinstance(claim, Gate):
            self.gate = claim
            return self._gated(delivery, claim)
        outcome = await self._claimed(delivery, claim, prepared, post, credential, by_hand)
        untold = await self.runner.shared.free(self.channel.name) if self.runner.shared is not None else ""
        return replace(outcome, note=f"{outcome.note}; {untold}".removeprefix("; ")) if untold else outcome

    async def _claimed(self, delivery: Delivery, claim: Claim, prepared: Prepared, post: Post, credential: str, by_hand: bool) -> Outcome:
        if claim.payload and (claim.anew or self._media_gone(claim)):
            claim = await self._thawed(claim, prepared, post)
        if not claim.payload and (prepared.errors or prepared.payload is None):
            return await self._does_not_fit(delivery, claim, prepared)
        if by_hand:
            return await self._to_person(delivery, claim)
        return await self._send(delivery, claim, prepared, post, credential)

    def _changed(self, post: Post) -> bool:
        """Whether the file says something else than when this tick planned. A commit never changes; an old file has not."""
        source = self.runner.source
        if source.mark() != WORKTREE:
            return False
        try:
            found = (source.root / post.path).stat()
        except OSError:
            return True
        if max(found.st_mtime, found.st_ctime) < self.planned_at - RACY:
            return False
        return self.runner.index.read(source, post.path)[0] != post

    async def _claim(self, delivery: Delivery, post: Post, credential: str) -> Claim | Gate | None:
        if (taken := self.taken) is not None:  # a worker took it before it looked
            return Gate(taken.stopped, None, "stopped") if taken.stopped and taken.stopped_for == credential else taken.claim
        ledger, now, shared = self.ledger, self.clock.now(), self.runner.shared
        if shared is not None:
            if (gate := await shared.claim(delivery, post.text_digest)) is not None:
                return gate
            from smm_cli.ledger.progress import know_credential, slow_hash

            hashed = await asyncio.to_thread(slow_hash, credential, delivery.channel)  # once for each; it takes its time
            know_credential(ledger, delivery.name, credential, hashed)
        claim = await ledger.commit(
            lambda c: take(c, ledger.calendar, delivery, ledger.alive.owner, now, post.text_digest, credential, ledger.alive.is_alive)
        )
        if shared is not None and not isinstance(claim, Claim):
            await shared.free(self.channel.name)
        return claim

    async def _thawed(self, claim: Claim, prepared: Prepared, post: Post) -> Claim:
        """A person wants another try: with the post as it is now, unless it is perhaps public, public in part and changed there, or
        changed since it was approved: what was begun is then ended as it was."""
        states = self.ledger.journal.load(claim.delivery, PUBLISH)
        if any(state.intent for state in states.values()) or unapproved(self.runner.calendar, self.runner.source, post, self.channel):
            return claim
        public, kept, text = [n for n, state in states.items() if state.public_at], payload_from(claim.payload), ""
        if public:
            if prepared.payload is None or prepared.errors or not same_parts(kept, prepared.payload, public):
                return claim
            text = payload_text(prepared.payload)
        await self.ledger.commit(lambda c: freeze(c, claim, text))
        return replace(claim, payload=text)

    def _media_gone(self, claim: Claim) -> bool:
        """Whether another machine began it with pictures or films whose bytes are not here, as they are no longer in the post."""
        if self.runner.shared is None:
            return False
        media = [medium for part in payload_from(claim.payload).parts for medium in part.media]
        return any(medium.blob is not None and not self.runner.composer.blobs.has(medium.blob) for medium in media)

    async def _send(self, delivery: Delivery, claim: Claim, prepared: Prepared, post: Post, credential: str) -> Outcome:
        payload = payload_from(claim.payload) if claim.payload else prepared.payload
        assert payload is not None
        before = () if claim.first else await self.ledger.commit(lambda c: earlier_changes(c, claim.calendar, claim.delivery))
        if before and not claim.payload:
            payload = keyed(payload, f"replaced {len(before)}")
        if self.ledger.machine and any(part.media for part in payload.parts):
            from smm_cli.delivery.kept_media import bring_media, keep_media
            from smm_cli.delivery.sync import shared_folder

            if claim.payload:
                bring_media(self.ledger, self.runner.composer.blobs, payload, shared_folder(self.runner.calendar))
            else:
                keep_media(self.ledger, self.runner.composer.blobs, payload)
        sending = Sending(
            network=prepared.network,
            claim=claim,
            payload=payload,
            ledger=self.ledger,
            wire=self.runner.transport,
            clock=self.clock,
            vault=Vault(self.ledger, delivery.name),
            credential=credential,
            act=PUBLISH,
            waits=self.waits,
            frozen=bool(claim.payload),
            shared=self.runner.shared,
            hindered=lambda frozen: self._hindered(delivery, post, frozen),
        )
        receipt = replace(self._receipt(delivery, post, prepared.network, payload), changes=before)
        async with alive(self.ledger, claim, self.clock):
            outcome = await send(sending, receipt, masked, self._file)
        if claim.payload and prepared.payload is not None and content_digest(prepared.payload) != content_digest(payload):
            outcome = replace(
                outcome, note=f"{post.path} changed while being sent: what was begun went on as it was. {outcome.note}".strip()
            )
        return outcome

    def _hindered(self, delivery: Delivery, post: Post, frozen: bool) -> Later | None:
        """A pause, also between two parts; of what has not begun, that by clocks better than this machine's its time has not come."""
        if (pause := self.runner.pause_over(post, self.channel)) is not None:
            return Later(self.clock.now(), _said(pause), PAUSED)
        comes = None if frozen or self.at_once else self.runner.transport.skew.early(delivery.at)
        return None if comes is None else Later(comes, "this machine's clock is fast: its time has not come", "clock")

    def _file(self, receipt: Receipt, text: str) -> None:
        """Write a receipt soon; where runners share a remote it is written when the claim ends, with all that goes there."""
        if self.runner.shared is None:
            self.papers.add(receipt, text)

    def _receipt(self, delivery: Delivery, post: Post, network: Network, payload: Payload) -> Receipt:
        cost = network.cost(payload)
        return Receipt(
            cost=f"{cost.amount:g} {cost.currency}" if cost else "",
            delivery=delivery.name,
            post=delivery.post,
            channel=delivery.channel,
            network=network.name,
            occurrence=delivery.occurrence,
            state=PUBLISHED,
            at=self.clock.now(),
            account=network.account.handle if network.account else self.channel.account,
            digest=post.text_digest,
            runner=self.ledger.runner,
            campaign=post.campaign,
            author=post.author,
            approved_by=self.runner.approved_by(post),
            due=delivery.at,
        )

    # -- what does not go out -----------------------------------------------------------------------------------------------

    async def _to_person(self, delivery: Delivery, claim: Claim) -> Outcome:
        note = f"a person makes it: smm queue show {delivery.name}"
        await self.ledger.commit(lambda c: ended(c, claim, WAITING, slug="by-hand", note=note))
        return Outcome(delivery.name, WAITING, note=note)

    async def _does_not_fit(self, delivery: Delivery, claim: Claim, prepared: Prepared) -> Outcome:
        await self.ledger.commit(lambda c: ended(c, claim, "planned"))
        first = prepared.errors[0]
        return self._held(delivery, PostError(first.what, where=str(first.place), hint=first.hint, slug=first.slug))

    def _gated(self, delivery: Delivery, gate: Gate) -> Outcome:
        if gate.reason == "stopped":
            return self._held(delivery, AuthFailed(gate.why, slug=STOPPED))
        later = None if gate.reason == BUSY else gate.until  # the other runner may be done at any moment
        return Outcome(delivery.name, HELD, note=gate.why, next_at=later)

    def _bug(self, error: Exception) -> SmmError:
        what = f"smm failed in {self.channel.network}: {type(error).__name__}: {error}"
        found = SmmError(masked(what), where=self.channel.name, hint="please report it: smm doctor writes a report", slug="bug")
        found.__cause__ = error
        return found

    def _held(self, delivery: Delivery, error: SmmError) -> Outcome:
        error.where = error.where or self.channel.name
        if isinstance(error, AuthFailed):
            error.hint = error.hint or f"smm channel login {self.channel.name}"
        return Outcome(delivery.name, HELD, error=error, note=masked(error.what))


def _said(pause: Pause) -> str:
    return f"paused{': ' + pause.reason if pause.reason else ''}"
