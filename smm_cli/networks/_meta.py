"""What Facebook, Instagram and Threads share: how their answers say what went wrong.

Decided by `code` and `error_subcode`, never by the status alone: most errors, limits too, come with 400.
Sources: developers.facebook.com/docs/graph-api/guides/error-handling, instagram-platform error codes, rate limiting (2026-11-22);
subcodes that integrators reported (Postiz, 2026-08-21) where Meta lists none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status
from smm_cli.words.exchange import Answer

THROTTLED = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
"""Of the app, the user, the page, the account; 80000 and above: Business Use Case limits."""
ENDED = frozenset({102, 190, 490})
"""The token: none of them is mended by a refresh, which wants a token that still holds."""
FORBIDDEN = frozenset({3, 10, *range(200, 300)})
PASSING = frozenset({1, 2})
PASSING_SUBCODES = frozenset(
    {
        4279009,  # threads_publish: the container is not known everywhere yet (fbsamples/threads_api issue 70, 2026-09)
        2207001, 2207003, 2207008, 2207027, 2207032, 2207052, 2207053, 2207077, 2207082, 2207006, 2207020,
        1363047, 1609010,
    }
)  # fmt: skip
LOCKED = frozenset({2207050, 2207051, 4279013, 1404006, 1404112, 1404078, 4854002})
"""The account is restricted, or has to prove who it is, in the app itself."""
QUOTA = frozenset({2207042})
SLOWER = {1390008: 1800.0, 2207042: 3600.0}
"""Seconds to wait where Meta names no time: posting too fast, the quota of 24 hours."""
BLOCKED, HOURS = 368, 6 * 3600.0
"""Temporarily blocked for policy: to hammer makes it longer."""
DUPLICATE = frozenset({506, 1366051})
GONE = 33
"""With code 100: there is no such object, or this token does not see it."""
SUBCODE = re.compile(r"\b(2207\d{3}|4279\d{3})\b")


def read_fault(status: int, headers: Mapping[str, str], body: Any, title: str) -> SmmError | None:
    """The error that an answer of a Meta graph is, or None."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return fault_by_status(status, headers, body)
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    words = str(error.get("error_user_msg") or error.get("message") or "").strip()[:300]
    told = f"{title} answered {status}, error {code}{f'/{subcode}' if subcode else ''}: {words}".rstrip(": ")
    if code in THROTTLED or subcode in QUOTA or code == 9 or subcode == 1390008:
        return RateLimited(told, after=_regained(headers) or SLOWER.get(subcode))
    if code == BLOCKED:
        return RateLimited(told, after=HOURS)
    if code in ENDED or (status == 401 and not code):
        return AuthFailed(told)
    if subcode in LOCKED:
        return AuthFailed(told, hint=f"open {title} as this account: it wants something of you")
    if is_passing(subcode) or code == 9007:
        return Retriable(told)
    if code in PASSING or error.get("is_transient") is True:
        return OutcomeUnknown(told)  # Meta itself does not know: what was asked may have been done
    if code in FORBIDDEN:
        return AuthFailed(told, hint="the app, or your role, lacks a permission: log in again and allow all that is asked")
    if code in DUPLICATE or subcode in DUPLICATE:
        return Rejected(told, hint=f"{title} has this very post already: change a word")
    return Retriable(told) if status >= 500 else Rejected(told)


def is_passing(subcode: int) -> bool:
    """Whether what a subcode tells may pass by itself."""
    return subcode in PASSING_SUBCODES


def subcode_in(words: str) -> int:
    """The subcode that the words of a container's status name, or 0."""
    found = SUBCODE.search(words)
    return int(found[1]) if found else 0


def is_gone(answer: Answer) -> bool:
    """Whether an answer says that there is no such object (any more)."""
    return answer.status == 404 or names_nothing(answer.body)


def names_nothing(body: Any) -> bool:
    """Whether an error says that there is no such object, or that this token does not see it."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return isinstance(error, Mapping) and error.get("code") == 100 and error.get("error_subcode") == GONE


def _regained(headers: Mapping[str, str]) -> float | None:
    """Seconds until access is regained, by X-Business-Use-Case-Usage (which counts minutes), or None."""
    try:
        told = json.loads(headers.get("x-business-use-case-usage", ""))
    except ValueError:
        return None
    uses = [use for uses in told.values() if isinstance(uses, list) for use in uses] if isinstance(told, Mapping) else []
    minutes = [_number(use.get("estimated_time_to_regain_access")) for use in uses if isinstance(use, Mapping)]
    return max(minutes, default=0) * 60.0 or None


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) or (isinstance(value, str) and value.isdigit()) else 0
