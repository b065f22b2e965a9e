"""smm runner act: what a person chose in a form of the git host. It comes through the environment, and no shell ever reads it."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

from smm_cli.calendar import git
from smm_cli.calendar.model import WORKTREE, Calendar
from smm_cli.cli import output
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.errors import ConfigError, SmmError, UsageError
from smm_cli.words.channel import Person
from smm_cli.words.delivery import is_name
from smm_cli.words.frozen import dataclass

MOST = 500
"""Signs of one input: a reason and an address need no more."""
JOINERS = "\u200c\u200d"
"""Signs that cannot be seen, and belong to letters of some languages and to many emoji."""
NOT_PUBLISHED = "not published"
ACTORS = ("GITLAB_USER_LOGIN", "GITHUB_ACTOR", "FORGEJO_ACTOR")
"""The login of who started the job; GitLab's first, where a person may add variables of the other names to a pipeline.
Source: docs.github.com, Variables reference; docs.gitlab.com, Predefined variables (2026-11-23)."""
AGAIN = ("GITHUB_TRIGGERING_ACTOR", "FORGEJO_TRIGGERING_ACTOR")
"""Who started it again: a job that is run again keeps its first actor. Source: docs.github.com, as above."""
STARTED_AT = "GITHUB_SHA"
"""The commit that was the branch when the job was started; a job that is run again keeps it, and not every host tells who did that.
Source: docs.github.com, as above; github.com/go-gitea/gitea, issue 33675 (2026-11-23)."""
OCCURRENCE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{4})?")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was typed, checked: names, and texts of one line without control signs."""

    act: str
    posts: tuple[str, ...] = ()
    channel: str = ""
    reason: str = ""
    until: str = ""
    address: str = ""
    seen: str = ""


def read_inputs(environment: Mapping[str, str]) -> Inputs:
    """SMM_ACT, SMM_POST (blanks between several), SMM_CHANNEL, SMM_REASON, SMM_UNTIL, SMM_ADDRESS, SMM_SEEN. Raises UsageError."""
    names = ("ACT", "POST", "CHANNEL", "REASON", "UNTIL", "ADDRESS", "SEEN")
    act, post, channel, reason, until, address, seen = (_line(f"SMM_{name}", environment.get(f"SMM_{name}", "")) for name in names)
    if act not in ACTS:
        from smm_cli.calendar.near import did_you_mean

        raise UsageError(f'SMM_ACT is "{act}"' if act else "SMM_ACT is empty", hint=did_you_mean(act, ACTS, ", ".join(ACTS)))
    for name in (*post.split(), *([channel] if channel else [])):
        if not _is_delivery(name):
            raise UsageError(
                f'"{name}" is no name of a post or channel', hint="SMM_POST: launch, or launch@mastodon, in small letters", slug="act-name"
            )
    if seen and not re.fullmatch(r"(v1:)?[0-9a-f]{6,64}", seen):
        raise UsageError(
            f'SMM_SEEN: "{seen}" is no digest', hint="smm plan --diff and smm post show tell it: v1:3f9a1c2b…", slug="act-seen"
        )
    return Inputs(act, tuple(post.split()), channel, reason, until, address, seen)


def _line(name: str, text: str) -> str:
    text = text.strip()
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in JOINERS for sign in text):
        raise UsageError(f"{name} holds a line break or another sign that cannot be seen", hint="type it in one line", slug="act-input")
    if len(text) > MOST:
        raise UsageError(f"{name} has {len(text)} signs; {MOST} are taken", hint="say it shorter", slug="act-input")
    return text


def _is_delivery(name: str) -> bool:
    post, *rest = name.split("@")
    return is_name(post) and len(rest) <= 2 and all(map(is_name, rest[:1])) and all(map(OCCURRENCE.fullmatch, rest[1:]))


def act(session: Session) -> int:
    """Do what the environment asks for; the exit code. Raises UsageError, ConfigError."""
    wanted = read_inputs(os.environ)
    return ACTS[wanted.act](session.root, session.calendar(), wanted)


# -- the acts ---------------------------------------------------------------------------------------------------------------
# Values go as --name=value, so that one that begins with a dash is no option; names of posts never begin with one.


def _smm(root: Path, *words: str) -> int:
    return run(["-C", str(root), *words])


def _pause(root: Path, calendar: Calendar, wanted: Inputs) -> int:
    said = [f"--{name}={text}" for name, text in (("channel", wanted.channel), ("reason", wanted.reason), ("until", wanted.until)) if text]
    return _smm(root, "pause", *said)


def _resume(root: Path, calendar: Calendar, wanted: Inputs, how: str = "--keep-held") -> int:
    scope = [f"--channel={wanted.channel}"] if wanted.channel else []
    before = git.head(root)
    code = _smm(root, "resume", how, *scope, *_committing())
    return code or _push(root, calendar, before, "resume", "the end of the pause")


def _go_on(root: Path, calendar: Calendar, wanted: Inputs) -> int:
    return _resume(root, calendar, wanted, "--go-on")


def _publish(root: Path, calendar: Calendar, wanted: Inputs) -> int:
    return _smm(root, "publish", *(f"--post={name}" for name in _posts(wanted)), "--now", "--yes")


def _approve(root: Path, calendar: Calendar, wanted: Inputs) -> int:
    person = approver(calendar, os.environ)
    if calendar.approval.signed:
        what = "approvals here must be signed, and a job cannot sign for you"
        raise UsageError(what, hint="on your own machine: smm post approve POST --commit --push", slug="act-signed")
    os.environ.update(_written_by(person))
    seen = [f"--seen={wanted.seen}"] if wanted.seen else []
    posts, before = _posts(wanted), git.head(root)
    if (started := os.environ.get(STARTED_AT)) and started != before:
        raise _crossed(branch_of(calendar, root), f"the approval of {' '.join(posts)}")
    code = _smm(root, "post", "approve", *posts, f"--as={person.name}", *seen, "--yes", "--commit")
    return code or _push(root, calendar, before, f"approve-{posts[0]}", f"the approval of {' '.join(posts)}")


def _resolve(root: Path, calendar: Calendar, wanted: Inputs) -> int:
    if not wanted.address:
        hint = f"its public address, or: {NOT_PUBLISHED}"
        raise UsageError("SMM_ADDRESS is empty: how did it end?", hint=hint, slug="act-address")
    gone = wanted.address.lower().replace("-", " ") == NOT_PUBLISHED
    said = ["--not-published", "--yes"] if gone else [f"--published={wanted.address}"]
    if len(_posts(wanted)) > 1 and not gone:
        raise UsageError("one address is that of one post", hint="resolve them one by one", slug="act-address")
    for name in _posts(wanted):
        if code := _smm(root, "queue", "resolve", name, *said):
            return code
    return 0


def _decide(verb: str) -> Callable[[Path, Calendar, Inputs], int]:
    return lambda root, calendar, wanted: _smm(root, "queue", verb, *_posts(wanted))


def _posts(wanted: Inputs) -> tuple[str, ...]:
    if not wanted.posts:
        raise UsageError(f"{wanted.act} what? SMM_POST is empty", hint="launch, or launch@mastodon", slug="act-post")
    return wanted.posts


ACTS: dict[str, Callable[[Path, Calendar, Inputs], int]] = {
    "pause": _pause,
    "resume": _resume,
    "resume-go-on": _go_on,
    "publish": _publish,
    "approve": _approve,
    "resolve": _resolve,
    "retry": _decide("retry"),
    "hold": _decide("hold"),
    "release": _decide("release"),
}


# -- who, and where to ------------------------------------------------------------------------------------------------------


def approver(calendar: Calendar, environment: Mapping[str, str]) -> Person:
    """Who started the job, as channels.toml knows her. Raises UsageError where it does not, or where somebody else ran it again."""
    login = next((environment[name] for name in ACTORS if environment.get(name)), "")
    other = next((environment[name] for name in AGAIN if environment.get(name)), login)
    if not login:
        raise UsageError("who approves? This is no job of a git host", hint="smm post approve POST", slug="act-nobody")
    if other.lower() != login.lower():
        raise UsageError(f"{other} ran again what {login} had started: that is nobody's approval", hint="start it anew", slug="act-again")
    person = next((person for person in calendar.people.values() if person.login.lower() == login.lower()), None)
    if person is None:
        hint = f'[people.NAME] login = "{login}" in channels.toml'
        raise UsageError(f"nobody in channels.toml has the login {login}", hint=hint, slug="act-nobody")
    return person


def _written_by(person: Person) -> dict[str, str]:
    """What git shall write as author: the person, under an address that channels.toml ties to her."""
    address = person.git[0] if person.git else f"{person.login}@users.noreply.github.com"
    return {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in (("NAME", person.name), ("EMAIL", address))}


def _committing() -> list[str]:
    """A job's commit needs an author, where none is set."""
    for role in ("AUTHOR", "COMMITTER"):
        os.environ.setdefault(f"GIT_{role}_NAME", "smm")
        os.environ.setdefault(f"GIT_{role}_EMAIL", "smm@localhost")
    return ["--commit"]


def _push(root: Path, calendar: Calendar, before: str, name: str, about: str) -> int:
    """Bring what was committed after `before` to the published branch; where that is protected, to a branch of its own, for a proposal.

    Raises ConfigError where a person must go on.
    """
    if git.head(root) == before:
        return 0
    branch = branch_of(calendar, root)
    try:
        git.run(root, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}", limit=git.SLOW, write=True)
    except SmmError as error:
        tip = git.run(root, "ls-remote", "origin", f"refs/heads/{branch}", limit=git.SLOW).split()
        if tip and tip[0].decode() != before:
            raise _crossed(branch, about) from None
        aside = f"{name.replace('@', '-')}-{git.head(root)[:7]}"
        git.run(root, "push", "--quiet", "origin", f"HEAD:refs/heads/{aside}", limit=git.SLOW, write=True)
        hint = f"It is on the branch {aside}: open a proposal from it, and merge it{_page(branch, aside)}"
        raise ConfigError(f"{branch} did not take {about}: {error.what}", hint=hint, slug="act-protected") from None
    output.tell(f"Pushed to {branch}. The host starts no job for that: what is due goes out when one looks next.")
    return 0


def branch_of(calendar: Calendar, root: Path) -> str:
    """The branch that is published: its name at the remote."""
    if calendar.publish_from == WORKTREE:
        return git.branch(root) or "main"
    return calendar.publish_from.removeprefix("refs/heads/").removeprefix("refs/remotes/").removeprefix("origin/")


def _crossed(branch: str, about: str) -> ConfigError:
    """What was looked at is no longer what is there."""
    hint = f"look at it once more, and start this anew, from the branch {branch}"
    return ConfigError(f"{branch} changed since this was started: {about} is not there", hint=hint, slug="act-crossed")


def _page(branch: str, aside: str) -> str:
    """Where a browser opens the proposal, on hosts that have such a page."""
    env = os.environ
    if "GITHUB_REPOSITORY" in env:
        return f":\n{env.get('GITHUB_SERVER_URL', 'https://github.com')}/{env['GITHUB_REPOSITORY']}/compare/{branch}...{aside}?expand=1"
    if "CI_PROJECT_URL" in env:
        return f":\n{env['CI_PROJECT_URL']}/-/merge_requests/new?merge_request[source_branch]={aside}"
    return ""
