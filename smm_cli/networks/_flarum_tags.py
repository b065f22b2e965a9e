"""What a Flarum tells of itself: whose token it is, and its tags, which have numbers; it takes none that it has not."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._flarum_board import Board
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.exchange import Answer, Request
from smm_cli.words.problem import WARNING, Place, Problem

DAY = 86_400.0


def numbers_of(board: Board, names: Sequence[str], perhaps: Iterable[str], account: Account | None) -> Generator[Request, Any, list[str]]:
    """The numbers of tags: `names` must be there, `perhaps` may. The forum is asked where the account knows not all that must."""
    known = (account.facts.get("tags") if account else None) or {}
    if not set(names) <= set(known):
        known = tags_in((yield board.ask("GET", "/api/tags", keeps_for=DAY)))
    for name in names:
        if name not in known:
            raise Rejected(f"{board.server} has no tag {name}", hint=f"it has {', '.join(sorted(known)[:10]) or 'none'}")
    return [known[name] for name in dict.fromkeys((*names, *perhaps)) if name in known]


def left_out(board: Board, perhaps: Iterable[str], account: Account | None, place: Place) -> tuple[Problem, ...]:
    """A warning for each tag that the forum is known not to have."""
    known = account.facts.get("tags") if account else None
    missing = () if known is None else [tag for tag in perhaps if tag not in known]
    return tuple(Problem("tags", f"{board.server} has no tag {tag}", place, "it is left out", WARNING) for tag in missing)


def ask_account(board: Board) -> Verifying:
    """Whose token it is, and which tags the forum has."""
    me = yield from board.me()
    tags = yield board.ask("GET", "/api/tags", may_fail=True)
    name = str(me.get("username") or "")
    facts = {"tags": tags_in(tags)} if tags.ok else {}
    url = f"{board.server}/u/{me.get('slug') or name}"
    return Account(f"@{name}", str(me["id"]), str(me.get("displayName") or ""), url, "flarum", facts=facts)


def tags_in(answer: Answer) -> dict[str, str]:
    """Number by slug; nothing where the forum has no tags."""
    found = {}
    for one in answer.get("data", default=[]) or ():
        slug = Answer(0, {}, one).get("attributes", "slug")
        if slug:
            found[str(slug)] = str(one.get("id"))
    return found
