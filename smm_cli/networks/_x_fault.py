"""What X's answers mean: problem+json with a `type`, or the numbered errors of its first version.

Source: xdevplatform/docs, OpenAPI 2.167 and support/error-troubleshooting (2026-08-22).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, SmmError
from smm_cli.networks.fault import fault_by_status, said_by

ACCOUNT = frozenset({32, 64, 89, 99, 215, 226, 261, 326})
"""Numbers of errors that are the credential's or the account's: bad token, suspended, locked, an app that may not write."""
STOPS = re.compile(r"(client-forbidden|oauth1-permissions|unsupported-authentication|usage-capped|not-authorized-for-client)$")
LOCKED = re.compile(r"\b(suspended|locked|deactivated)\b|client app is not configured|not permitted to perform this action", re.IGNORECASE)
DUPLICATE = re.compile(r"duplicate content", re.IGNORECASE)


def read_fault(status: int, headers: Mapping[str, str], body: Any, *, renewable: bool) -> SmmError | None:
    """The error that an answer is, or None. `renewable`: a refused token may only have ended (OAuth 2)."""
    told, kind = f"{status} {words_of(body)}".strip(), str(body.get("type") or "") if isinstance(body, Mapping) else ""
    numbers = {int(one["code"]) for one in errors_of(body) if str(one.get("code", "")).isdigit()}
    if status < 300:
        return Rejected(told) if errors_of(body) and not body.get("data") else None
    if status == 401:
        return AuthFailed(told, expired=renewable)
    if status == 402:
        return AuthFailed(told, hint="the app's credit at X is used up: buy more in the console, then smm channel check", slug="no-credit")
    if STOPS.search(kind) or numbers & ACCOUNT or (status == 403 and LOCKED.search(told)):
        return AuthFailed(told, hint="does the app have read and write permission, and is the account in order?")
    if status == 403 and DUPLICATE.search(told):
        hint = "X refuses the text of a recent post: change it, or look at the account whether it is out already"
        return Rejected(told, hint=hint, slug="duplicate")
    if status == 429 and (seconds := _until_tomorrow(headers)):
        return RateLimited(told, after=seconds)
    return fault_by_status(status, headers, {"detail": words_of(body)})


def _until_tomorrow(headers: Mapping[str, str]) -> float | None:
    """Seconds until a limit of 24 hours that is used up begins anew, by X's own clock; the usual header tells of 15 minutes."""
    used = [name for name in ("user", "app") if headers.get(f"x-{name}-limit-24hour-remaining") == "0"]
    try:
        now = parsedate_to_datetime(headers.get("date", "")).timestamp()
        return max((float(headers.get(f"x-{name}-limit-24hour-reset", "0")) - now for name in used), default=None)
    except (TypeError, ValueError):
        return None


def errors_of(body: Any) -> list[Mapping[str, Any]]:
    """The single errors in a body."""
    found = body.get("errors") if isinstance(body, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def words_of(body: Any) -> str:
    """What X says, with the words of the single errors."""
    single = "; ".join(str(one.get("message") or one.get("detail") or "") for one in errors_of(body))
    return ": ".join(word for word in (said_by(body), single) if word)[:300]
