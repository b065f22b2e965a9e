"""A problem: something found, with its place and a way out. Problems are collected, not raised."""

from __future__ import annotations

from smm_cli.words.frozen import dataclass

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands: a file with 1-based line and column, or a channel; 0 means unknown."""

    file: str = ""
    line: int = 0
    column: int = 0
    channel: str = ""

    def __str__(self) -> str:
        spot = self.file
        if self.line:
            spot += f":{self.line}"
            if self.column:
                spot += f":{self.column}"
        return f"{spot} [{self.channel}]".strip() if self.channel else spot


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding. `error`: this target does not go out; `warning`: it does."""

    slug: str
    what: str
    place: Place = Place()
    hint: str = ""
    severity: str = ERROR

    def __str__(self) -> str:
        hint = f"\n  {self.hint}" if self.hint else ""
        place = f"{self.place}: " if str(self.place) else ""
        return f"{place}{self.severity}: {self.what} [{self.slug}]{hint}"


def errors_of(problems: tuple[Problem, ...] | list[Problem]) -> list[Problem]:
    """Those that keep a target from going out."""
    return [problem for problem in problems if problem.severity == ERROR]
