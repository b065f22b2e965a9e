"""The errors of smm. The type says what helps; nothing else is raised on purpose.

SmmError                     what happened, where, a hint (a command to run), a slug
  UsageError          2      the command line
  ConfigError         3      channels.toml, a secret, a calendar that another runner publishes
  PostError           4      a post does not parse, or does not fit
  DeliveryError       5      a delivery did not go through
    Retriable                surely not published; trying again may work
      RateLimited            ... after a time
    Rejected                 surely not published; the post must change
    AuthFailed               surely not published; the channel must be renewed
    OutcomeUnknown    6      perhaps published; a person must look
  LedgerError         7      the record itself cannot be read or written

Exit code 1 is a bug in smm, 130 an interruption. Of several codes the gravest wins: `gravest`.
"""

from __future__ import annotations

from collections.abc import Iterable

GRAVITY = (1, 7, 3, 6, 5, 4, 2, 0)
"""Exit codes, the gravest first."""


class SmmError(Exception):
    """Something smm expected might happen, said in words a person can act on."""

    exit_code = 1
    slug = "error"

    def __init__(self, what: str, *, where: str = "", hint: str = "", slug: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint
        self.slug = slug or type(self).slug

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.what}{hint}"


class UsageError(SmmError):
    """The command line cannot be read."""

    exit_code = 2
    slug = "usage"


class ConfigError(SmmError):
    """channels.toml or a secret does not hold."""

    exit_code = 3
    slug = "config"


class PostError(SmmError):
    """A post does not parse, or does not fit."""

    exit_code = 4
    slug = "post"


class DeliveryError(SmmError):
    """A delivery did not go through."""

    exit_code = 5
    slug = "delivery"


class Retriable(DeliveryError):
    """Surely not published; trying again may work."""

    slug = "retriable"


class RateLimited(Retriable):
    """Surely not published; the network asks to wait `after` seconds (None: it did not say)."""

    slug = "rate-limited"

    def __init__(self, what: str, *, after: float | None = None, where: str = "", hint: str = "", slug: str = "") -> None:
        super().__init__(what, where=where, hint=hint, slug=slug)
        self.after = after


class Rejected(DeliveryError):
    """Surely not published; the post must change."""

    slug = "rejected"


class AuthFailed(DeliveryError):
    """Surely not published; the channel must be renewed. `expired`: one refresh may mend it."""

    slug = "auth-failed"

    def __init__(self, what: str, *, expired: bool = False, where: str = "", hint: str = "", slug: str = "") -> None:
        super().__init__(what, where=where, hint=hint, slug=slug)
        self.expired = expired


class OutcomeUnknown(DeliveryError):
    """Perhaps published; a person must look."""

    exit_code = 6
    slug = "outcome-unknown"


class LedgerError(SmmError):
    """The ledger cannot be read or written."""

    exit_code = 7
    slug = "ledger"


def gravest(codes: Iterable[int]) -> int:
    """The exit code to end with when several apply; 0 for none."""
    found = set(codes)
    return next((code for code in GRAVITY if code in found), 0)
