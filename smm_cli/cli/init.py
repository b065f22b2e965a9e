"""smm init: a calendar in a folder: a git repository, channels.toml, a first draft. Nothing that exists is overwritten."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from smm_cli.calendar import git
from smm_cli.calendar.model import WORKTREE
from smm_cli.cli import output
from smm_cli.cli.init_files import Answers, files_of
from smm_cli.cli.session import Session
from smm_cli.errors import ConfigError, SmmError, UsageError
from smm_cli.text.slug import slug
from smm_cli.words.delivery import is_name

app = typer.Typer(rich_markup_mode=None)
FILE = "channels.toml"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the calendar will be: `made` if git is new there; `branch` empty without git; `identity` whether git knows the person."""

    root: Path
    made: bool = False
    branch: str = ""
    identity: bool = True


@app.command("init")
def init_command(
    ctx: typer.Context,
    directory: Annotated[str, typer.Argument(metavar="[DIR]", help="The folder; this one by default.")] = "",
    name: Annotated[str, typer.Option(help="The calendar's name; the folder's by default.")] = "",
    timezone: Annotated[str, typer.Option(help="Such as Europe/Berlin; this machine's by default.")] = "",
    language: Annotated[str, typer.Option(help="Such as de; this machine's by default.")] = "",
    publish_from: Annotated[str, typer.Option("--publish-from", metavar="REF", help="A branch, or worktree; the branch by default.")] = "",
    site: Annotated[bool | None, typer.Option("--site/--no-site", help="A site with feeds as the first channel.")] = None,
    address: Annotated[str, typer.Option(help="Where the site will be read: https://…")] = "",
    public: Annotated[str, typer.Option(help="committed or deployed: whether git keeps the site's folder public/.")] = "",
    approval: Annotated[bool | None, typer.Option("--approval/--no-approval", help="A second person looks at every post.")] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; the defaults stand.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")] = False,
    commit: Annotated[bool, typer.Option("--commit", help="Commit what was written.")] = False,
) -> int:
    """Make a calendar: a git repository with channels.toml and a first draft. Never overwrites anything.

    Example: smm init social --no-input --address https://www.example.org
    """
    session: Session = ctx.obj
    root = Path(directory or session.place or Path.cwd()).expanduser().resolve()
    answers = Answers(name, timezone, language, publish_from, site, address, public, approval)
    return init(root, answers, no_input=no_input, dry_run=dry_run, commit=commit)


def init(root: Path, answers: Answers, *, no_input: bool, dry_run: bool, commit: bool) -> int:
    """Make the calendar. Raises UsageError, ConfigError; then nothing was written but perhaps an empty repository."""
    if (root / FILE).exists():
        raise UsageError(f"there is a calendar in {root} already", hint="smm channel add adds to it; smm check looks at it")
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file, not a folder", hint="smm init FOLDER")
    answers = _of_machine(root, answers)
    _refuse(answers)
    place = look(root, answers.publish_from)
    answers = replace(answers, publish_from=answers.publish_from or place.branch)
    about = "git: new" if place.made else "git: there already" if place.branch else "no git"
    output.tell(
        f"Calendar in {root} ({about}, published from {answers.publish_from}). Zone {answers.timezone}. Language {answers.language}."
    )
    answers = ask(answers, no_input)
    _prove(root, answers)
    written = write(root, place, files_of(answers), dry_run=dry_run)
    if dry_run:
        output.tell("Nothing was written.")
        return 0
    say_next(root, place, answers, written, commit=commit)
    return 0


# -- answers ------------------------------------------------------------------------------------------------------------------


def _of_machine(root: Path, answers: Answers) -> Answers:
    """What was not said, as this machine says it."""
    name = answers.name or slug(root.name) or "calendar"
    return replace(answers, name=name, timezone=answers.timezone or zone_here(), language=answers.language or language_here())


def zone_here(local: Path = Path("/etc/localtime")) -> str:
    """This machine's zone, by TZ, /etc/localtime or /etc/timezone; UTC where none tells."""
    candidates = [os.environ.get("TZ", "").removeprefix(":")]
    if local.is_symlink():
        candidates.append(str(local.resolve()).partition("zoneinfo/")[2])
    told = local.with_name("timezone")
    candidates.append(told.read_text("utf-8", "replace").strip() if told.is_file() else "")
    for zone in candidates:
        if "/" in zone and not zone.startswith("/"):
            try:
                return ZoneInfo(zone).key.replace("Etc/UTC", "UTC")
            except (ValueError, OSError, KeyError):
                continue
    return "UTC"


def language_here() -> str:
    """This machine's language, such as de; en where none is set."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        code = os.environ.get(variable, "").partition(".")[0].partition("_")[0].lower()
        if code and code not in ("c", "posix"):
            return code if code.isalpha() and len(code) <= 3 else "en"
    return "en"


def _refuse(answers: Answers) -> None:
    if not is_name(answers.name):
        raise UsageError(f'"{answers.name}" cannot be a name: use a-z, 0-9, - and _', hint="--name acme")
    if answers.public not in ("", "committed", "deployed"):
        raise UsageError(f"--public {answers.public}: write committed or deployed")
    if answers.site is False and (answers.address or answers.public):
        raise UsageError("--no-site has no --address and no --public", hint="leave one of them out")
    if answers.approval and answers.publish_from == WORKTREE:
        raise UsageError("approval needs a branch to publish from: nothing is merged into a work tree", hint="leave out --publish-from")


def ask(answers: Answers, no_input: bool) -> Answers:
    """The questions that were not answered by an option. Without input: a site only where its address is known, no approval."""
    site, address, public, approval = answers.site, answers.address, answers.public, answers.approval
    if no_input:
        if site and not address:
            raise UsageError("a site needs the address where it will be read", hint="--address https://www.example.org")
        return replace(answers, site=bool(address) if site is None else site, public=public or "committed", approval=bool(approval))
    if site is None and not address:
        site = _yes("Does it begin with a site of its own: pages and feeds in public/?", default=True)
    site = site is not False
    if site and not address:
        address = output.ask("Where will the site be read?", default="https://www.example.org")
    if site and not public:
        committed = _yes("Shall git keep public/? (no: it is deployed from where smm runs)", default=True)
        public = "committed" if committed else "deployed"
    if approval is None and answers.publish_from != WORKTREE:
        approval = _yes("Does a second person look at posts before they go out?", default=False)
    return replace(answers, site=site, address=address, public=public or "committed", approval=bool(approval))


def _yes(question: str, *, default: bool) -> bool:
    answer = output.ask(f"{question} [{'Y/n' if default else 'y/N'}]").lower()
    return answer in ("y", "yes", "j", "ja") if answer else default


def _prove(root: Path, answers: Answers) -> None:
    """Raise UsageError where smm could not read what it would write."""
    from smm_cli.calendar.config import read_calendar
    from smm_cli.words.problem import errors_of

    _, problems = read_calendar(root, files_of(answers)[FILE])
    wrong = errors_of(problems)
    if wrong:
        raise UsageError(wrong[0].what, hint=wrong[0].hint or "nothing was written")


# -- git ----------------------------------------------------------------------------------------------------------------------


def look(root: Path, publish_from: str) -> Place:
    """What git says of the folder, or of the nearest one above it that exists. Raises ConfigError without git, unless none is wanted."""
    if publish_from == WORKTREE:
        return Place(root)
    here = next(folder for folder in (root, *root.parents) if folder.is_dir())
    try:
        if not git.is_repository(here):
            git.run(here, "--version")
            wanted = git.ask(here, "config", "init.defaultBranch")
            branch = publish_from or (wanted.decode().strip() if wanted else "main")
            return Place(root, True, branch, _identity(here))
    except ConfigError as error:
        error.hint = "install git, or: smm init --publish-from worktree"
        raise
    branch = git.branch(here)
    if not branch and not publish_from:
        raise UsageError("no branch is checked out here", hint="git switch main, or: smm init --publish-from main")
    return Place(root, False, branch or publish_from, _identity(here))


def _identity(here: Path) -> bool:
    return all(git.ask(here, "config", key) or os.environ.get(f"GIT_AUTHOR_{key[5:].upper()}") for key in ("user.name", "user.email"))


# -- writing ------------------------------------------------------------------------------------------------------------------


def write(root: Path, place: Place, files: dict[str, bytes], *, dry_run: bool) -> list[str]:
    """Write what is not there; .gitignore gets the lines it lacks. The paths written. Raises ConfigError where the disk refuses."""
    written: list[str] = []
    try:
        if not dry_run:
            root.mkdir(parents=True, exist_ok=True)
            if place.made:
                git.run(root, "init", "--quiet", f"--initial-branch={place.branch}", write=True)
        for path, data in files.items():
            target = root / path
            if target.exists() and path != ".gitignore":
                output.tell(f"  {path} is there already: left as it is")
                continue
            before = target.read_bytes() if target.exists() else b""
            lacking = [line for line in data.splitlines() if line not in before.splitlines()]
            if not lacking:
                continue
            if not dry_run:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("ab" if before else "xb") as file:
                    file.write(b"\n".join([*([b""] if before and not before.endswith(b"\n") else []), *lacking, b""]) if before else data)
            written.append(path)
    except OSError as error:
        raise ConfigError(f"{root} cannot be written: {error.strerror}", hint="smm init FOLDER names another", slug="not-written") from None
    output.tell(f"{'Would write' if dry_run else 'Wrote'} {', '.join(written)}")
    return written


def say_next(root: Path, place: Place, answers: Answers, written: list[str], *, commit: bool) -> None:
    """What to do now: git's own needs first, then three commands."""
    with_git = bool(place.branch)
    add = f"git add {' '.join(written)} && git commit -m 'A calendar'"
    if root != Path.cwd():
        output.tell(f"  cd {shlex.quote(str(root))}")
    if with_git and not place.identity:
        output.tell(
            'git does not know who you are yet:  git config --global user.name "…" && git config --global user.email you@example.org'
        )
    if with_git and commit and place.identity:
        try:
            output.tell(f"Committed as {git.add_commit_push(root, written, 'A calendar')[:10]} on {place.branch}.")
            commit_line = ""
        except SmmError as error:
            output.show_error(error)
            commit_line = add
    else:
        commit_line = add if with_git else ""
    if commit_line:
        output.tell(f"Not committed: {answers.publish_from} does not know of it yet.  {commit_line}")
    post, when = ("hallo", "morgen 9 Uhr") if answers.german else ("hello", "tomorrow 9am")
    first = (f"smm preview {post}", "how it will look")
    if not answers.site:
        first = ("smm channel add --network mastodon", "where it goes: smm network list shows what there is")
    steps = [
        first,
        (f'smm post schedule {post} "{when}"', "when it goes out"),
        ("smm runner install cron", "so that this machine publishes"),
    ]
    output.tell("Next:")
    for command, about in steps:
        output.tell(f"  {command:<42} {about}")
