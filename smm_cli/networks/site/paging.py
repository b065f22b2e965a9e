"""Which posts stand on which list, so that one more post changes two lists and not all of them.

Archive pages count from the oldest post: once full they never change. The index holds the rest, the newest: from PER_PAGE up to twice
as many less one, or all there are.
"""

from __future__ import annotations

from smm_cli.networks.site.entry import Entry, order

PER_PAGE = 12


def archives(count: int) -> int:
    """How many archive pages there are for `count` posts."""
    return max(0, count // PER_PAGE - 1)


def on_archive(entries: list[Entry], number: int) -> list[Entry]:
    """The posts of archive page `number` (from 1, the oldest), newest first, of all `entries`, newest first."""
    stop = len(entries) - (number - 1) * PER_PAGE
    return entries[max(0, stop - PER_PAGE) : stop]


def on_index(entries: list[Entry]) -> list[Entry]:
    """The newest posts."""
    return entries[: len(entries) - archives(len(entries)) * PER_PAGE]


def place_of(entries: list[Entry], changed: Entry) -> int:
    """The archive page on which `changed` stands, or stood before it went; one more than there are pages for the index."""
    last = archives(len(entries)) + 1
    if not changed:
        return 1
    older = sum(order(entry) < order(changed) for entry in entries)
    return min(last, older // PER_PAGE + 1)
