"""The jobs that let a git host check, publish and act: made from the calendar, shown, or written into its repository."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from shlex import join, quote

from smm_cli import __version__
from smm_cli.calendar import git
from smm_cli.calendar.model import GIT, WORKTREE, Calendar
from smm_cli.calendar.toml_edit import set_table
from smm_cli.cli import output
from smm_cli.cli.channel_file import FILE, prove, read_file, show_change, write_whole
from smm_cli.cli.recipes import rendered
from smm_cli.cli.runner_act import ACTS, branch_of
from smm_cli.cli.runner_hours import Hours, hours_of
from smm_cli.cli.runner_secrets import local_ones, secrets_of, tell_secrets
from smm_cli.cli.runner_site import site_of
from smm_cli.errors import ConfigError, UsageError
from smm_cli.words.frozen import dataclass

WRITTEN = "# Written by smm runner install"
PLAIN = re.compile(r"[A-Za-z0-9._/-]+")
NEED = re.compile(r"(?!.*: )[A-Za-z0-9@:._/+=<>~,\[\] -]+")
"""What may stand in quotes in a line of YAML, where a colon and a blank would begin a mapping."""
LATE = "6h"
"""A job may start hours late. Source: docs.github.com, Events that trigger workflows, schedule (2026-11-23)."""


@dataclass(frozen=True, slots=True)
class Host:
    """A git host: where its files lie, and `most`, the minutes of a month that its smallest plan includes (0: one's own machines)."""

    title: str
    files: Mapping[str, str]
    most: int
    values: Mapping[str, str]


def _workflows(folder: str) -> dict[str, str]:
    return {f"{folder}/smm-{name}.yml": name for name in ("check", "publish", "act")}


HOSTS = {
    "github": Host(
        "GitHub",
        _workflows(".github/workflows"),
        2000,  # docs.github.com, GitHub Actions billing: private repositories, GitHub Free (2026-11-23)
        {"RUNS_ON": "ubuntu-latest", "ACTIONS": "actions", "CHECKOUT": "v6", "SITE_BRANCH": "smm-pages"},
    ),
    "gitlab": Host(
        "GitLab",
        {".gitlab/smm.yml": "gitlab"},
        400,  # docs.gitlab.com, Compute minutes: GitLab.com Free (2026-11-23)
        {"SITE_BRANCH": "smm-pages"},
    ),
    "forgejo": Host(
        "Forgejo",
        _workflows(".forgejo/workflows"),
        0,
        # forgejo.org/docs: data.forgejo.org holds the actions, `docker` is the label that runners bear (2026-11-23)
        {"RUNS_ON": "docker", "ACTIONS": "https://data.forgejo.org/actions", "CHECKOUT": "v4", "SITE_BRANCH": "pages"},
    ),
}
ROOT_FILE = ".gitlab-ci.yml"
INCLUDE = "include:\n  - local: .gitlab/smm.yml\n"


def install(root: Path, calendar: Calendar, where: str, every: str, hours: str, need: str, *, write: bool, yes: bool) -> int:
    """Show the files, or write them. Raises UsageError, ConfigError: also for a file of that name that smm did not write."""
    host, top = HOSTS[where], _top(root)
    when = hours_of(calendar, every or "1h", hours, utc=where != "gitlab")
    files = files_of(calendar, where, when, need, top)
    settings = read_file(root)
    changed_settings = _settings(settings, calendar, root)
    changed = {path: text for path, text in files.items() if not _is(top / path, text)}
    if not write:
        for path, text in files.items():
            output.out(f"# {path}\n{text}")
    _tell_budget(host, calendar, when)
    show_change(FILE, settings, changed_settings)
    if not write:
        output.tell(f"Nothing was written. smm runner install {where} --write writes them.")
    elif not changed and changed_settings == settings:
        output.tell("The files stand there already.")
    else:
        _refuse(top, changed)
        _refuse_budget(host, calendar, when, yes)
        for path in changed:
            output.tell(f"  {path}")
        if not output.confirm("Write them?", yes=yes):
            output.tell("Nothing was written.")
            return 0
        prove(root, settings, changed_settings)
        for path, text in changed.items():
            _make(top / path, text)
        if changed_settings != settings:
            write_whole(root / FILE, changed_settings)
        told = [*changed, *([(root / FILE).relative_to(top).as_posix()] if changed_settings != settings else [])]
        for path in told:
            output.out(f"written  {path}")
        here = f"git -C {quote(str(top))}"
        output.tell(f"Not committed.  {here} add {join(told)} && {here} commit -m 'Let {host.title} publish' && {here} push")
    _tell_rest(where, calendar, when, root)
    return 0


# -- what the files say -----------------------------------------------------------------------------------------------------


def files_of(calendar: Calendar, where: str, when: Hours, need: str, top: Path) -> dict[str, str]:
    """The files of a host by path from the top of the repository. Raises ConfigError for names that have no place in them."""
    host, inside = HOSTS[where], calendar.root.resolve().relative_to(top).as_posix()
    site = site_of(calendar)[0].resolve().relative_to(top).as_posix() if _has_site(calendar) else ""
    branch, secrets = branch_of(calendar, top), secrets_of(read_file(calendar.root))
    for name in (inside, site, branch):
        if name and not PLAIN.fullmatch(name):
            raise ConfigError(f'"{name}" cannot stand in the files of a git host', hint="use letters, digits, . _ - and / alone")
    if need and not NEED.fullmatch(need):
        raise UsageError(f"--requirement {need}: that is no requirement of pip", hint='--requirement "smm-cli==0.1.0"')
    history = calendar.approval.four_eyes or calendar.approval.signed or calendar.approval.by == "merge"
    values = {
        **host.values,
        "VERSION": __version__,
        "CALENDAR": inside,
        "BRANCH": branch,
        "SITE_FOLDER": site,
        "SAID": when.said,
        "ZONE": calendar.timezone,
        "EVERY": str(when.every),
        "EACH": "1 minute" if _each(host, calendar) == 1 else f"{_each(host, calendar)} minutes",
        "MINUTES": str(when.minutes(_each(host, calendar))),
        "CRONS": "\n".join(_cron(where, line, when.zone) for line in when.lines),
        "SECRETS": "\n".join(f"          {name}: ${{{{ secrets.{name} }}}}" for name in secrets),
        "REQUIREMENT": need or _requirement(calendar),
        "ACTS": ", ".join(ACTS),
        "DEPTH": "0" if history else "1",
        "REVIEW_DEPTH": "0" if history else "2",
    }
    words = {where, *(["site"] if site else []), *(["secrets"] if secrets else [])}
    files = {path: f"{WRITTEN} {where}, {__version__}.\n{rendered(name, {*words, name}, values)}" for path, name in host.files.items()}
    return {**files, ROOT_FILE: f"{WRITTEN} gitlab, {__version__}.\n{INCLUDE}"} if where == "gitlab" else files


def _cron(where: str, line: str, zone: str) -> str:
    return f'#   cron: "{line}" zone: {zone}' if where == "gitlab" else f'    - cron: "{line}"'


def _requirement(calendar: Calendar) -> str:
    extras = ["nostr"] if any(one.network == "nostr" for one in calendar.channels.values()) else []
    extras += ["postgres"] if calendar.ledger.url else []
    return f"smm-cli{f'[{chr(44).join(extras)}]' if extras else ''}=={__version__}"


def _has_site(calendar: Calendar) -> bool:
    return any(one.network == "site" for one in calendar.channels.values())


def _each(host: Host, calendar: Calendar) -> int:
    """Minutes that a run is charged for. GitHub counts begun ones, and deploys a site in the same job."""
    return 2 if host is HOSTS["github"] and _has_site(calendar) else 1


def _settings(data: bytes, calendar: Calendar, root: Path) -> bytes:
    """channels.toml with what a job without a lasting folder needs: claims at the remote, a branch, patience."""
    if calendar.ledger.claims != GIT and not calendar.ledger.url:
        data = set_table(data, ("ledger",), {"claims": GIT})
    wanted: dict[str, str] = {}
    if calendar.publish_from == WORKTREE:
        wanted["publish_from"] = branch_of(calendar, root)
    if "max_late" not in tomllib.loads(data.decode("utf-8")).get("calendar", {}):
        wanted["max_late"] = LATE
    return set_table(data, ("calendar",), wanted) if wanted else data


# -- telling, and refusing --------------------------------------------------------------------------------------------------


def _tell_budget(host: Host, calendar: Calendar, when: Hours) -> None:
    minutes, zone = when.minutes(_each(host, calendar)), calendar.timezone
    output.tell(f"Looks every {when.every} min, {when.said} ({zone}), and after each push: about {minutes} minutes a month.")
    if host.most:
        output.tell(f"  {host.title} includes {host.most} a month for private projects without a paid plan; pushes and checks come on top.")


def _refuse_budget(host: Host, calendar: Calendar, when: Hours, yes: bool) -> None:
    minutes = when.minutes(_each(host, calendar))
    if host.most and minutes > host.most and not yes:
        what = f"about {minutes} minutes a month are more than the {host.most} that {host.title} includes"
        raise UsageError(what, hint='--every 2h, or --hours "Mo-Fr 08:00-18:00"; --yes for a public project or a paid plan', slug="minutes")


def _refuse(top: Path, files: Mapping[str, str]) -> None:
    for path in files:
        place = top / path
        if place.exists() and not (place.is_file() and place.read_bytes().startswith(WRITTEN.encode())):
            hint = f"put these lines into it:\n{INCLUDE}" if path == ROOT_FILE else f"move it away first: git mv {path} {path}.old"
            raise ConfigError(f"{path} is there, and smm did not write it", where=str(top), hint=hint, slug="file-exists")


def _is(path: Path, text: str) -> bool:
    if not path.is_file():
        return False
    there = path.read_bytes()
    includes = path.name == ROOT_FILE and b"local: .gitlab/smm.yml" in there
    return includes or there == text.encode()


def _make(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{path.parent} cannot be made: {error.strerror}", slug="not-written") from None
    write_whole(path, text.encode())


def _top(root: Path) -> Path:
    """The top folder of the repository, where git hosts look."""
    if not git.is_repository(root):
        raise ConfigError("this calendar is in no git repository yet", where=str(root), hint="git init", slug="no-repository")
    return Path(git.run(root, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n"))


def _tell_rest(where: str, calendar: Calendar, when: Hours, root: Path) -> None:
    """What only a person can do there."""
    tell_secrets(where, secrets_of(read_file(root)))
    for reference in local_ones(read_file(root)):
        output.tell(f'  {reference} is on this machine alone, so that a job cannot send with it: secret = "env:NAME"')
    if where == "gitlab":
        for line in when.lines:
            said = f'glab schedule create --cron "{line}" --cronTimeZone {when.zone} --ref {branch_of(calendar, root)} --description smm'
            output.tell(f"  {said}")
        output.tell("  Build > Pipeline schedules is the page for that.")
        output.tell("  Settings > CI/CD > Job token permissions: allow Git push requests to the repository (receipts, claims).")
    if _has_site(calendar):
        told = {"github": "Settings > Pages > Source: GitHub Actions", "forgejo": "the pages server shows the branch pages"}
        output.tell(f"  The site: {told.get(where, 'Deploy > Pages shows its address')}")
