"""smm plan --diff: what a change of the calendar would change of what goes out, for whoever is to say yes to it."""

from __future__ import annotations

from smm_cli.cli import output
from smm_cli.cli.review import Review, reviewed
from smm_cli.cli.session import Session
from smm_cli.errors import UsageError

FORMATS = ("text", "markdown", "json", "github", "sarif")


def show_diff(session: Session, old: str, new: str, *, form: str = "text", tells: bool = False) -> int:
    """Print the review of `new` against `old`; 4 where the new side has errors, with `tells` 1 where anything differs, else 0.

    Raises UsageError for an unknown form or ref, ConfigError outside git.
    """
    if form not in FORMATS:
        raise UsageError(f"--as {form}: there is {', '.join(FORMATS)}", slug="unknown-format")
    with reviewed(session, old, new) as review:
        _print(review, form)
        return 4 if review.new.errors else int(tells and bool(review))


def _print(review: Review, form: str) -> None:
    if form == "markdown":
        from smm_cli.cli.review_markdown import as_markdown

        output.out(as_markdown(review).rstrip("\n"))
    elif form == "text":
        from smm_cli.cli.review_text import as_text

        for line in as_text(review):
            output.out(line)
    else:
        from smm_cli.cli.review_formats import as_annotations, as_sarif, review_shape

        if form == "json":
            output.as_json(review_shape(review))
        elif form == "sarif":
            output.out(as_sarif(review))
        else:
            for line in as_annotations(review):
                output.out(line)
