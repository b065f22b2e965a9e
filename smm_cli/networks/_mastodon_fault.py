"""Which error an answer of the Mastodon API is. Servers differ: JSON, plain text, HTML and nothing at all occur in any status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import retry_after, said_by

NOT_READY = re.compile(r"not finished processing|try again in a moment|noch nicht (fertig )?verarbeitet", re.IGNORECASE)
"""422 for media that a server still works on (Mastodon, config/locales: media_attachments.validations.not_ready). The sentence comes in
the account's language; other languages are Rejected, which is why publish waits until the media are ready."""

PERHAPS_POSTED = re.compile(r"already attached|duplicate idempotency|bereits (an|einem)", re.IGNORECASE)
"""Attached media mean that an earlier attempt went through (Mastodon, media_attachments.validations.not_found); Pixelfed answers a
repeated Idempotency-Key with 400 "Duplicate idempotency key." instead of the post (pixelfed ApiV1Controller, 2024-03)."""

ACCOUNT = re.compile(r"scope|login|suspend|disabled|confirm|pending|authoriz|authenticat|token", re.IGNORECASE)
"""403 of the credential or the account, not of the post (Mastodon, app/controllers/api/base_controller.rb, 2026-07)."""

REFUSED_GRANT = frozenset({"invalid_grant", "invalid_client", "invalid_token", "unauthorized_client", "access_denied"})
"""OAuth errors (RFC 6749 section 5.2, RFC 6750 section 3.1), mostly with status 400."""


def read_fault(status: int, headers: Mapping[str, str], body: Any, server: str, *, hurries: bool = False) -> SmmError | None:
    """The error that an answer is, or None. `hurries`: with 503 and a time the server says that it did not begin (GoToSocial)."""
    words = said_by(body)
    told = f"{server} answered {status}" + (f": {words}" if words else "")
    error = body.get("error") if isinstance(body, Mapping) else None
    if status < 300:
        return Rejected(told) if isinstance(error, str) and error and "id" not in body else None
    if status == 401 or error in REFUSED_GRANT:
        return AuthFailed(f"{server} does not accept the token" + (f": {words}" if words else ""))
    if PERHAPS_POSTED.search(words):
        return OutcomeUnknown(told, hint="an earlier attempt may have gone through; look at the account")
    if status == 429 or (hurries and status == 503 and retry_after(headers) is not None):
        return RateLimited(told, after=retry_after(headers))
    if status in (408, 409, 425) or status >= 500 or NOT_READY.search(words):
        return Retriable(told)
    if status == 403 and ACCOUNT.search(words):
        return AuthFailed(told)
    if status in range(300, 400) or (status == 404 and not words):
        return Rejected(told, hint=f"is {server} the right `server`, and does it speak the Mastodon API?")
    return Rejected(told)
