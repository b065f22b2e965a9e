"""What Google's fakes share: tokens and the shape of errors."""

from __future__ import annotations

from typing import Any

from smm_cli.sandbox.base import Call, Fake, Refused, Reply


def wrong(status: int, reason: str, message: str, name: str = "") -> Refused:
    """An error as Google's JSON APIs say it: the old list of reasons and the new status in one."""
    error: dict[str, Any] = {"code": status, "message": message, "errors": [{"message": message, "domain": "global", "reason": reason}]}
    return Refused(status, {"error": error | ({"status": name} if name else {})})


class GoogleFake(Fake):
    """A fake API of Google's."""

    def who(self, call: Call) -> str:
        """The account of the call; 401 as Google says it."""
        if not (account := self.account_of(call)):
            raise wrong(401, "authError", "Request had invalid authentication credentials.", "UNAUTHENTICATED")
        return account

    def too_many(self, seconds: float) -> Reply:
        said = wrong(429, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries'", "RESOURCE_EXHAUSTED").reply
        return Reply(said.status, said.body, {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return wrong(404, "notFound", "Requested entity was not found.", "NOT_FOUND").reply
