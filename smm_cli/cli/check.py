"""smm check: everything wrong with posts and channels.toml, before it matters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from smm_cli.cli import output
from smm_cli.cli.channel_file import Keeping
from smm_cli.cli.check_findings import Findings, find_all, folded, in_order
from smm_cli.cli.check_paths import chosen_paths
from smm_cli.cli.looking import look
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import problem_shape
from smm_cli.errors import UsageError
from smm_cli.words.problem import ERROR, WARNING, Problem, errors_of

app = typer.Typer(rich_markup_mode=None)
FORMS = ("text", "json", "github")
KINDS = ((ERROR, "error", "errors"), (WARNING, "warning", "warnings"), ("info", "note", "notes"))


@app.command("check")
def check_command(
    ctx: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATHS]", help="Only these files, folders or posts.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Write the ids that are missing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Again after each change, until interrupted.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 4 on warnings too.")] = False,
    form: Annotated[str, typer.Option("--as", help="text, json, or github: annotations of a job.")] = "text",
    json: Annotated[bool, typer.Option("--json", help="One array of problems.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --fix: show what would be written.")] = False,
    commit: Annotated[bool, typer.Option("--commit", help="With --fix: commit what was written.")] = False,
    push: Annotated[bool, typer.Option("--push", help="With --fix: commit and push it.")] = False,
) -> int:
    """Find what is wrong with posts and channels.toml, as the files lie here. Needs no secret, asks no server.

    Exit code 4 on errors, 3 where channels.toml itself is broken, else 0.

    Example: smm check posts/launch.md --strict
    """
    if form not in FORMS:
        raise UsageError(f"--as {form}: there is {', '.join(FORMS)}", slug="unknown-format")
    form = "json" if json else form
    if watch and (form != "text" or fix):
        raise UsageError("--watch goes with neither --json, --as nor --fix", hint="smm check --watch")
    if (dry_run or commit or push) and not fix:
        raise UsageError("--dry-run, --commit and --push belong to --fix", hint="smm check --fix --dry-run")
    session: Session = ctx.obj
    if fix:
        from smm_cli.cli.check_fix import fix_ids

        fix_ids(session, paths or (), Keeping(dry_run, commit, push))
    if watch:
        from smm_cli.cli.check_watch import watch_calendar

        return watch_calendar(session, lambda: check(session, paths or (), strict=strict))
    return check(session, paths or (), strict=strict, as_json=form == "json", annotate=form == "github")


def check(session: Session, paths: Sequence[str] = (), *, strict: bool = False, as_json: bool = False, annotate: bool = False) -> int:
    """Look at everything and print what was found; the exit code. Raises UsageError for a path that is not there."""
    from smm_cli.calendar.config import read_calendar

    calendar, of_config = read_calendar(session.root)
    if calendar is None:
        _show(in_order(of_config), as_json, annotate, session)
        if not as_json:
            output.tell(f"channels.toml cannot be read, so no post was looked at: {counted(of_config)}. Until then nothing goes out.")
        return 3
    with look(session, worktree=True) as runner:
        choose = (lambda indexed: chosen_paths(paths, indexed, session)) if paths else None
        shown = find_all(runner, of_config, choose)
    _show(shown.problems, as_json, annotate, session)
    if not as_json:
        output.tell(summary(shown))
    failing = list(shown.problems) if strict else errors_of(shown.problems)
    return 4 if any(problem.severity in (ERROR, WARNING) for problem in failing) else 0


def summary(found: Findings) -> str:
    """`12 posts, 3 channels: 1 error, 2 warnings`."""
    posts, channels = len(found.posts), found.channels
    looked = f"{posts} post{'' if posts == 1 else 's'}, {channels} channel{'' if channels == 1 else 's'}"
    return f"{looked}: {counted(found.problems) or 'nothing to complain of'}"


def counted(problems: Sequence[Problem]) -> str:
    """`1 error, 2 warnings`, counted as they are shown; empty for none."""
    shown = folded(problems)
    counts = [(sum(problem.severity == kind for problem in shown), one, many) for kind, one, many in KINDS]
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)


def _show(problems: Sequence[Problem], as_json: bool, annotate: bool, session: Session) -> None:
    if as_json:
        output.as_json([problem_shape(problem) for problem in problems])
    elif annotate:
        _annotate(folded(problems), session)
    else:
        for problem in folded(problems):
            output.show_problem(problem)


def _annotate(problems: Sequence[Problem], session: Session) -> None:
    """As workflow commands, which name files from the top of the repository."""
    from smm_cli.calendar import git
    from smm_cli.cli.review_formats import LEVELS, Note, annotation

    above = (git.ask(session.root, "rev-parse", "--show-prefix") or b"").decode("utf-8", "surrogateescape").rstrip("\n")
    for problem in problems:
        at, hint = problem.place, f" ({problem.hint})" if problem.hint else ""
        where = f"[{at.channel}] " if at.channel else ""
        file = f"{above}{at.file or 'channels.toml'}"
        output.out(annotation(Note(problem.slug, LEVELS.get(problem.severity, "note"), f"{where}{problem.what}{hint}", file, at.line)))
