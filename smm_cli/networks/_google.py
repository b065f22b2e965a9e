"""What Google's networks share: signing in by Google's OAuth, and the errors of its APIs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._oauth import OAuthDoors, OwnApp
from smm_cli.networks.fault import fault_by_status, retry_after, said_by

TOKENS = "oauth2.googleapis.com"
REFRESH_FOR_EVER = (("access_type", "offline"), ("prompt", "consent"))
"""Without these no refresh token comes. Source: developers.google.com/identity/protocols/oauth2/native-app (2026-11-22)."""
A_DAY = frozenset({"quotaExceeded", "dailyLimitExceeded", "uploadLimitExceeded"})
"""Used up for the day; Google counts anew at midnight in California. Source: developers.google.com/youtube/v3/determine_quota_cost."""
A_MOMENT = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"})
ACCOUNT = frozenset(
    {
        "accessNotConfigured",
        "SERVICE_DISABLED",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "insufficientPermissions",
        "authorizedScopesInsufficient",
        "accountSuspended",
        "accountClosed",
        "authenticatedUserAccountSuspended",
        "authenticatedUserAccountClosed",
        "channelClosed",
        "channelSuspended",
        "youtubeSignupRequired",
        "PERMISSION_DENIED",
    }
)
"""403 (or 401) of the app or the account, not of the post. Sources: google.rpc.ErrorReason; youtube/v3/docs/errors (2026-11-22)."""
GRANT = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "access_denied"})
"""Refusals of the token endpoint (RFC 6749, section 5.2)."""
HOUR = 3600.0


class Google(OwnApp):
    """A network of Google's: `scopes` that its tokens need."""

    scopes: ClassVar[tuple[str, ...]] = ()

    @property
    def doors(self) -> OAuthDoors:
        """Google's OAuth for an app of the kind *desktop*: its secret is no secret, but is asked for."""
        return OAuthDoors("https://accounts.google.com/o/oauth2/v2/auth", f"https://{TOKENS}/token", self.scopes, more=REFRESH_FOR_EVER)

    def hosts(self) -> tuple[str, ...]:
        return (*self.apis, TOKENS)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return google_fault(status, headers, body, self.title)


def google_fault(status: int, headers: Mapping[str, str], body: Any, title: str) -> SmmError | None:
    """The error that an answer of a Google API is, or None. Limits come as 403, 429 and 400; 308 is an upload under way."""
    if status < 300 or status == 308:
        return None
    reasons = set(reasons_of(body))
    error = body.get("error") if isinstance(body, Mapping) else None
    words = str(error.get("message") or "") if isinstance(error, Mapping) else said_by(body)
    told = f"{title} answered {status} {words or ', '.join(sorted(reasons))}".strip()[:300]
    if isinstance(error, str) and error in GRANT:
        return AuthFailed(told, hint="in Testing Google ends a login after seven days: publish the app's consent screen")
    if reasons & A_DAY:
        return RateLimited(told, after=HOUR, slug="quota", hint="the quota of your Google project for today is used up")
    if status == 429 or reasons & A_MOMENT:
        return RateLimited(told, after=retry_after(headers))
    if status in (401, 403) and reasons & ACCOUNT:
        return AuthFailed(told, hint="does the app have this API, and the login its scopes?")
    if status == 401:
        return AuthFailed(told, expired=True)
    if status in (409, 412):
        return Retriable(told)
    return fault_by_status(status, headers, body) if status >= 500 else Rejected(told)


def reasons_of(body: Any) -> Iterator[str]:
    """Every reason that an error names, in the old shape (errors[].reason) and in the new one (status, details[].reason)."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return
    yield str(error.get("status") or "")
    for name in ("errors", "details"):
        found = error.get(name)
        for one in found if isinstance(found, list) else ():
            if isinstance(one, Mapping) and one.get("reason"):
                yield str(one["reason"])
