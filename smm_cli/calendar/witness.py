"""What the history of posts tells of their approvals: who wrote, who merged, who signed, what changed since. Asked when it decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Any

from smm_cli.calendar import blame, git
from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.digest import differences, digest_of, said_by_channel
from smm_cli.calendar.media_files import find_media, paths_of
from smm_cli.calendar.model import WORKTREE, Calendar
from smm_cli.calendar.people import Told, person_of
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.sent_lines import lines_with, sent_lines
from smm_cli.calendar.signatures import signer
from smm_cli.calendar.source import Commit, Source, keep
from smm_cli.calendar.targets import aim, channels_of
from smm_cli.errors import SmmError
from smm_cli.words.post import Post

SHALLOW = "this clone lacks the history that tells who {}: git fetch --unshallow (in CI: fetch-depth: 0)"


class GitWitness:
    """The history up to what `source` reads: a commit, or the work tree with what is not committed yet. Raises nothing of its own."""

    def __init__(self, calendar: Calendar, source: Source) -> None:
        self._calendar = calendar
        self._source = source
        self._commit = "" if source.mark() == WORKTREE else source.mark()
        self._lines: dict[str, dict[int, str]] = {}
        self._merging: dict[str, blame.Bringing | None] = {}
        self._then: dict[str, tuple[Commit, Calendar]] = {}
        self._memory = _Memory(calendar, self._commit)

    @cached_property
    def _cut_off(self) -> frozenset[str]:
        return blame.cut_off(self._calendar.root)

    def authors(self, post: Post) -> Told:
        """Everybody whom git blames for a line that is sent, or for the bytes of a picture, and co-authors of those commits."""
        said = self._memory.of("wrote", post.path, lambda: self._authors(post))
        return Told(frozenset(person_of(who, self._calendar) for who in said["who"]), said["unknown"])

    def _authors(self, post: Post) -> dict[str, Any]:
        try:
            lines = self._blamed(post.path)
            wanted = {lines.get(number, "") for number in sent_lines(self._source.read(post.path))}
            wanted |= {blame.newest(self._calendar.root, path, self._commit) for path in self._media_of(post)}
            if wanted & self._cut_off:
                return {"who": [], "unknown": SHALLOW.format("wrote it")}
            who = set(blame.authors(self._calendar.root, wanted))
        except (SmmError, OSError) as error:
            return {"who": [], "unknown": f"nobody can tell who wrote it: {error}"}
        if "" in wanted:  # not committed: by whoever sits here
            who.add((git.ask(self._calendar.root, "config", "user.email") or b"").decode("utf-8", "replace").strip())
        return {"who": sorted(who - {""}), "unknown": ""}

    def merged(self, post: Post) -> Told:
        """Who made the commit of the published branch that brought the post and its media as they are; where `signed`, who signed it."""
        if not self._commit:
            return Told(unknown="nothing is merged into a work tree")
        found = self._bringing(post)
        if found is None:
            return Told(unknown="git has no commit that brought it")
        if found.commit in self._cut_off:
            return Told(unknown=SHALLOW.format("merged it"))
        if self._calendar.approval.signed:
            who, fault = signer(self._calendar.root, found.commit)
            return Told(frozenset(person_of(one, self._calendar) for one in who), fault)
        if not found.people:
            what = "the site merged it and does not say for whom: merge with a merge commit, or with a line Merged-by: NAME"
            return Told(unknown=f"{what} (commit {found.commit[:10]})")
        return Told(frozenset(person_of(one, self._calendar) for one in found.people))

    def _bringing(self, post: Post) -> blame.Bringing | None:
        if post.path not in self._merging:
            self._merging[post.path] = blame.bringing(self._calendar.root, self._commit, [post.path, *self._media_of(post)])
        return self._merging[post.path]

    def _media_of(self, post: Post) -> list[str]:
        """Every file that the post names, for whatever channel, where it is."""
        whole = self._whole(post)
        aimed = [whole, *(aim(whole, target.channel, self._calendar) for target in channels_of(whole, self._calendar))]
        items = {name for one in aimed for item in one.media for name in (item.path, item.thumbnail)}
        items |= {name for one in aimed for name in paths_of(one.body)}
        return sorted({find_media(name, post.path, self._source) for name in items if name} - {""})

    def _whole(self, post: Post) -> Post:
        """The post as its file has it: what is asked about may be aimed at one channel already."""
        return read_post(post.path, self._source.read(post.path), self._calendar)[0] or post

    def signature(self, post: Post, line: str) -> str:
        """Why the commit that added `line` does not count as signed by who the line names; empty where it does."""
        who = person_of(line.split(maxsplit=1)[0], self._calendar)
        try:
            commits = self._adding(post, line)
        except (SmmError, OSError) as error:
            return f"{who}'s approval cannot be looked at: {error}"
        if not commits or "" in commits:
            return f"{who}'s approval is not committed, so not signed"
        for commit in commits:
            if commit in self._cut_off:
                return SHALLOW.format("signed it")
            found, fault = signer(self._calendar.root, commit)
            if fault:
                return f"{who}'s approval does not count: {fault}"
            if who not in {person_of(one, self._calendar) for one in found}:
                return f"{who}'s approval was signed by {', '.join(found)} (commit {commit[:10]})"
        return ""

    def changes(self, post: Post, line: str) -> str:
        """What is not as it was in the commit that added `line`; empty where that was not what it approved, or nobody knows."""
        return str(self._memory.of("changes", f"{post.path}\n{line}", lambda: {"said": self._changes(post, line)})["said"])

    def _changes(self, post: Post, line: str) -> str:
        with suppress(SmmError, OSError):
            commits = self._adding(post, line)
            if len(commits) != 1 or not commits[0]:
                return ""
            source, then = self._calendar_of(commits[0])
            old, _ = read_post(post.path, source.read(post.path), then)
            if old is None:
                return ""
            before = said_by_channel(old, then, source)
            if line.endswith(f" {digest_of(old.id, before)}"):
                return differences(before, said_by_channel(self._whole(post), self._calendar, self._source))
        return ""

    def _calendar_of(self, commit: str) -> tuple[Commit, Calendar]:
        if commit not in self._then:
            source = Commit(self._calendar.root, commit)
            self._then[commit] = source, load_calendar(self._calendar.root, source, remember=False)
        return self._then[commit]

    def _adding(self, post: Post, line: str) -> list[str]:
        """The commits that the lines of the file which hold `line` are from; all of them must vouch for it."""
        lines = self._blamed(post.path)
        return sorted({lines.get(number, "") for number in lines_with(self._source.read(post.path), line)})

    def _blamed(self, path: str) -> dict[int, str]:
        if path not in self._lines:
            self._lines[path] = blame.blame(self._calendar.root, path, self._commit) or {}
        return self._lines[path]


class _Memory:
    """Answers about one commit, kept in .smm/; about the work tree, for this process alone."""

    def __init__(self, calendar: Calendar, commit: str) -> None:
        self._place = calendar.state / "witness.json"
        self._commit = commit
        self._new = 0
        """Answers not written yet: the more there are, the rarer all are written, and the last few are asked again."""

    @cached_property
    def _known(self) -> dict[str, Any]:
        if self._commit:
            with suppress(OSError, ValueError, AttributeError):
                kept = json.loads(self._place.read_bytes())
                if kept.get("commit") == self._commit:
                    return dict(kept["answers"])
        return {}

    def of(self, question: str, about: str, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        key = f"{question} {about}"
        if key not in self._known:
            self._known[key] = ask()
            self._new += 1
            if self._commit and not self._known[key].get("unknown") and self._new > len(self._known) // 8:
                self._new = 0
                answers = {about: said for about, said in self._known.items() if not said.get("unknown")}  # more history may come
                with suppress(OSError):  # read-only: asked again next time
                    keep(self._place, json.dumps({"commit": self._commit, "answers": answers}).encode())
        found: dict[str, Any] = self._known[key]
        return found
