"""make bench: all figures, side by side, as ratios. Ends with 1 when a budget is missed, so that one sees it."""

from __future__ import annotations

import argparse
import os
import sys

from benchmarks import idle, listing, posting, sending, workers
from benchmarks.measure import Failed, Figure

ALL = {"idle": idle.figures, "listing": listing.figures, "posting": posting.figures, "sending": sending.figures, "workers": workers.figures}


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("--only", action="append", choices=ALL, help="this part; may be given again")
    asked.add_argument("--runs", type=int, default=7, help="how often each command runs; the least of all counts (default 7)")
    said = asked.parse_args()
    found: list[Figure] = []
    try:
        for name in said.only or ALL:
            print(f"… {name}", file=sys.stderr, flush=True)
            found += ALL[name](said.runs)
    except Failed as error:
        print(f"cannot be measured: {error}", file=sys.stderr)
        return 1
    show(found)
    missed = [figure for figure in found if not figure.holds]
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"\nload average {loads} on {os.cpu_count()} processors; each figure is the best of its runs.")
    if missed:
        print(f"NO: {len(missed)} of {sum(figure.budget is not None for figure in found)} budgets are missed.")
    return 1 if missed else 0


def show(figures: list[Figure]) -> None:
    """The table."""
    rows = [("what", "smm", "peer", "ratio", "budget", "holds")]
    for figure in figures:
        sign = ">=" if figure.at_least else "<="
        budget = "" if figure.budget is None else f"{sign} {figure.budget:.2f}{figure.unit}"
        holds = "" if figure.budget is None else "yes" if figure.holds else "NO"
        rows.append((figure.what, figure.ours, figure.theirs, f"{figure.ratio:.2f}{figure.unit}", budget, holds))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) if n == 0 else cell.rjust(width) for n, (cell, width) in enumerate(zip(row, widths, strict=True)))
        )


if __name__ == "__main__":
    sys.exit(main())
