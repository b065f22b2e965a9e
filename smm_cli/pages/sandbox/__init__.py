"""The sandbox's page: what was posted on the fakes, and faults on demand. Text from outside is escaped, always."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

HERE = files("smm_cli.pages.sandbox")
TYPES = {"style.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'"
"""Nothing but this page's own style and script: what was posted can load and run nothing."""


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("smm_cli.pages.sandbox", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def whole_page(fakes: Sequence[Mapping[str, Any]]) -> str:
    """The page. A fake has `network`, `address`, `lines`, `faults` (words) and `threads`: see `threads_of`."""
    return str(_environment().get_template("page.html").render(fakes=fakes))


def posted_part(fakes: Sequence[Mapping[str, Any]]) -> str:
    """The part of the page that changes."""
    return str(_environment().get_template("posted.html").render(fakes=fakes))


def asset(name: str) -> bytes | None:
    """A file that the page asks for: style.css or page.js."""
    return HERE.joinpath(name).read_bytes() if name in TYPES else None


def threads_of(posted: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """What was posted, as threads: each a first post and what answers it, in order; the newest thread first.

    An entry has `id`, `reply_to`, `account`, `url`, `text`, `at`, `media`, `deleted`, `edited`.
    """
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    threads: list[list[Mapping[str, Any]]] = []
    for entry in posted:
        thread = by_id.get(entry["reply_to"]) if entry["reply_to"] else None
        if thread is None:
            thread = []
            threads.append(thread)
        thread.append(entry)
        by_id[entry["id"]] = thread
    return sorted(threads, key=lambda thread: str(thread[-1]["at"]), reverse=True)
