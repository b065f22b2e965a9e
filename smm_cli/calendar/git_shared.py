"""What runners share through a git remote: the published ref, the branch with receipts, pauses and claims; looked at and written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import quote

from smm_cli.calendar import git
from smm_cli.calendar.git_branch import Mirror, Resolve
from smm_cli.calendar.git_notes import remote_of
from smm_cli.calendar.git_refs import SEEN, Move, Unreachable, fetch, known, listing, push, refusal, unheard
from smm_cli.calendar.model import WORKTREE, Calendar
from smm_cli.errors import ConfigError

PAUSE = "refs/smm/pause"
TRIES = 6
"""How often a push is built anew because another runner was quicker."""
NO_ATOMIC = "does not support --atomic"


def needs_ref() -> ConfigError:
    """What is wrong with claims through git on a work tree."""
    what = 'claims = "git" publishes what the remote has: a work tree is on one machine only'
    return ConfigError(what, where="channels.toml", hint='set publish_from = "main" in [calendar]', slug="claims-worktree")


def published_there(root: Path, publish_from: str) -> tuple[str, str]:
    """The remote, and the branch of it that is published; the remote is empty where there is none. Raises ConfigError."""
    if publish_from == WORKTREE:
        raise needs_ref()
    remote = remote_of(root, publish_from)
    short = publish_from.removeprefix("refs/remotes/").removeprefix(f"{remote}/").removeprefix("refs/heads/")
    if short == "HEAD":
        short = git.branch(root)
        if not short:
            what = 'publish_from = "HEAD", and no branch is checked out here'
            raise ConfigError(what, where="channels.toml", hint='set publish_from = "main" in [calendar]', slug="unknown-ref")
    return remote, f"refs/heads/{short}"


def seen_ref(calendar: Calendar) -> str:
    """The ref of this clone that stands for the published one: as last seen at the remote, else as it is here. Raises ConfigError."""
    _, ref = published_there(calendar.root, calendar.publish_from)
    here = SEEN + ref.removeprefix("refs/")
    return here if git.ask(calendar.root, "rev-parse", "--verify", "--quiet", f"{here}^{{commit}}") else calendar.publish_from


class Remote:
    """The remote of a calendar, as last looked at. `objects`: the claims that this process made, or may let go."""

    def __init__(self, calendar: Calendar, resolve: Resolve) -> None:
        self.root = calendar.root
        self.name, self.published = published_there(calendar.root, calendar.publish_from)
        self.branch = f"refs/heads/{calendar.ledger.branch.removeprefix('refs/heads/')}"
        base = git.run(self.root, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").strip("\n")
        self.prefix = base
        inside = "".join(f"{quote(part, safe='').replace('.', '%2E')}/" for part in base.split("/") if part)
        self.claims = f"refs/smm/at/{inside}claims/" if inside else "refs/smm/claims/"
        self.mirror = Mirror(self.root, calendar.receipts.parent)
        self.objects: set[str] = set()
        self.seen: dict[str, str] = {}
        self.notes: dict[str, tuple[str, str]] = {}
        self._resolve = resolve
        self._atomic = True
        self._made: set[str] = set()

    def exchange(self, moves: Sequence[Move], releases: Collection[str], message: str) -> None:
        """Push what is new of the branch, with it let go the claims `releases`, then ask for `moves`; and look what came of it all.

        Afterwards `seen` tells who has which ref. Raises Unreachable where the remote cannot be asked or refuses, with what to do.
        """
        asked = list(moves)
        for attempt in range(TRIES):
            said, told, news = "", "", self.mirror.news()
            if attempt or news or releases or asked:
                said, told = self._push(self._together(news, releases, message)), self._push_each(asked)
            self.look()
            self._explain(asked, told)
            left = [ref for ref in releases if self.seen.get(ref) in self.objects]
            asked = []
            if not left and not (news and self.mirror.news()):
                return
            if NO_ATOMIC in said:
                self._atomic = False
            elif reason := unheard(said):
                raise _no_push(self.name, reason)
            elif reason := refusal(said):
                raise _refused(self.name, self.branch if news else self.claims, reason)
        raise Unreachable(f"{self.name}: others are quicker each time; trying again at the next tick", slug="no-remote")

    def _together(self, news: dict[str, str], releases: Collection[str], message: str) -> list[Move]:
        """The receipts and the claims that end with them: all or nothing, and where that cannot be had, the receipts first."""
        found = list[Move]()
        if news and not self._is_here(self.mirror.tip):
            return found  # this .smm/ is older than the clone: what it goes on from is fetched first
        if news:
            commit = self.mirror.commit(news, self.prefix, message)
            self._made.add(commit)
            found.append(Move(self.branch, self.mirror.tip, commit))
        if self._atomic or not found:
            found += [Move(ref, self.seen[ref], "") for ref in releases if self.seen.get(ref) in self.objects]
        return found

    def _is_here(self, tip: str) -> bool:
        return bool(self.seen) or not tip or git.ask(self.root, "cat-file", "-e", f"{tip}^{{commit}}") is not None

    def _push(self, moves: list[Move]) -> str:
        return push(self.root, self.name, moves, atomic=len(moves) > 1 and self._atomic) if moves else ""

    def _push_each(self, moves: list[Move]) -> str:
        self.objects.update(move.new for move in moves)
        return push(self.root, self.name, moves) if moves else ""

    def _explain(self, moves: list[Move], said: str) -> None:
        """Raise Unreachable where claims did not get there, were refused, or taken and not shown: such a host cannot say who has one."""
        for move in moves:
            if self.seen.get(move.ref) == move.new:
                return
        if reason := unheard(said):
            raise _no_push(self.name, reason)
        if reason := refusal(said):
            raise _refused(self.name, self.claims, reason)
        taken = [line for line in said.splitlines() if line[:1] in "*+ =" and any(f":{move.ref}\t" in line for move in moves)]
        if taken and not any(self.seen.get(move.ref) for move in moves):
            raise _refused(self.name, self.claims, "it takes them, and does not show them")

    # -- looking --------------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Ask the remote, fetch what is new there, bring the branch's files here up to it. Raises Unreachable, ConfigError."""
        if not self.name:
            raise Unreachable("there is no remote", hint="git remote add origin URL", slug="no-remote")
        for attempt in range(3):
            listed = listing(self.root, self.name, [self.published, self.branch, "refs/smm/*"])
            try:
                refs = self._bring(listed)
                break
            except Unreachable:  # a ref may be gone between the two questions
                if attempt == 2:
                    raise
        if self.published not in listed:
            what = f"{self.name} has no branch {self.published.removeprefix('refs/heads/')}"
            hint = f"git push {self.name} {self.published.removeprefix('refs/heads/')}, or change publish_from in [calendar]"
            raise ConfigError(what, where="channels.toml", hint=hint, slug="unknown-ref")
        self.seen = {there: refs[here][0] for there, here in self._wanted(listed).items() if here in refs}
        self.notes = {ref: refs[self._here(ref)] for ref in self.seen if ref.startswith(self.claims)}
        tip = self.seen.get(self.branch, "")
        if tip != self.mirror.tip:
            self._refuse_lost(tip)
            self.mirror.merge(tip, self.prefix, self._resolve)
        self.mirror.save()

    def _refuse_lost(self, tip: str) -> None:
        """Raise ConfigError where the branch does not go on from what it was: receipts may be gone, and their posts would go out again."""
        old, short = self.mirror.tip, self.branch.removeprefix("refs/heads/")
        if not old or (tip and self._goes_on(old, tip)):
            return
        what = f"the branch {short} at {self.name} lost what it had: without its receipts posts would go out again"
        hint = f"bring it back: git push --force {self.name} {old[:12]}:{self.branch}     or, if it is as you want it: rm .smm/shared.json"
        raise ConfigError(what, where=f"{self.name}/{short}", hint=hint, slug="receipts-lost")

    def _goes_on(self, old: str, tip: str) -> bool:
        """Whether `tip` comes after `old`; what a shallow clone cannot see of that (`git fetch --depth`) is fetched first."""
        for _ in range(2):
            if git.ask(self.root, "merge-base", "--is-ancestor", old, tip) is not None:
                return True
            if git.run(self.root, "rev-parse", "--is-shallow-repository").strip() != b"true":
                break
            fetch(self.root, self.name, {self.branch: self._here(self.branch)}, whole=True)
        return False

    def _here(self, there: str) -> str:
        return SEEN + there.removeprefix("refs/").removeprefix("smm/")

    def _wanted(self, listed: Collection[str]) -> dict[str, str]:
        ours = (there for there in listed if there in (self.published, self.branch, PAUSE) or there.startswith(self.claims))
        return {there: self._here(there) for there in ours}

    def _bring(self, listed: dict[str, str]) -> dict[str, tuple[str, str]]:
        """Have under SEEN what the remote has; what was made here is not fetched. All our refs as they are then."""
        before, wanted = known(self.root, "refs/smm/"), self._wanted(listed)
        stale = {there: here for there, here in wanted.items() if before.get(here, ("",))[0] != listed[there]}
        local = {there: here for there, here in stale.items() if listed[there] in self.objects or listed[there] in self._made}
        lines = [f"update {here} {listed[there]}\n" for there, here in local.items()]
        old, new = before.get(SEEN + "pause", ("",))[0], listed.get(PAUSE, "")
        fetch(self.root, self.name, {there: here for there, here in stale.items() if there not in local})
        prefixes = tuple(self._here(one) for one in (self.claims, PAUSE))
        lines += [f"delete {here}\n" for here in before if here.startswith(prefixes) and here not in wanted.values()]
        if before.get(PAUSE, ("",))[0] == old and old != new:  # a pause that only this clone knows stays
            lines.append(f"update {PAUSE} {new}\n" if new else f"delete {PAUSE}\n")
        if lines:
            git.run(self.root, "update-ref", "--stdin", stdin="".join(lines).encode(), write=True)
        return known(self.root, "refs/smm/") if lines or stale else before


def _no_push(remote: str, reason: str) -> Unreachable:
    hint = "may this machine push there? its key must not be for reading alone; a job in CI needs permissions: contents: write"
    return Unreachable(f"{remote} can be read, and not be pushed to: {reason}", hint=hint, slug="no-push")


def _refused(remote: str, what: str, reason: str) -> Unreachable:
    if what.startswith("refs/heads/"):
        short = what.removeprefix("refs/heads/")
        hint = f'let this runner push to {short}, or name another branch for receipts: [ledger] branch = "…"'
        return Unreachable(f"{remote} refuses the branch {short}: {reason}", hint=hint, slug="receipts-refused")
    hint = (
        f"allow pushes to {what}* there (a rule, a hook, receive.hideRefs), or share a database: [ledger] url,\n"
        'or let one machine alone publish: [ledger] claims = "sqlite"'
    )
    return Unreachable(f"{remote} does not let runners keep claims under {what}: {reason}", hint=hint, slug="claims-refused")
