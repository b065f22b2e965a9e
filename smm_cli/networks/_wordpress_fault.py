"""Which error an answer of WordPress is. The `code` of its JSON decides; hosts and firewalls in front of it answer HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import retry_after, said_by

KNOWN_TERM = "term_exists"
REFUSED_FILE = frozenset({"rest_upload_sideload_error", "rest_upload_unknown_error"})
"""500 for a file whose type the site does not allow: trying again does not help. Source: class-wp-rest-attachments-controller.php (6.1)."""
ENDED = frozenset({"authorization_required", "invalid_token"})
"""WordPress.com: no token, or one that has ended. Source: error answers of public-api.wordpress.com (2026-07-31)."""


def read_fault(status: int, headers: Mapping[str, str], body: Any, where: str) -> SmmError | None:
    """The error that an answer is, or None. A 400 for a tag that is there already is no error: it names the tag."""
    if status < 300:
        return None
    said = body if isinstance(body, Mapping) else {}
    code = str(said.get("code") or said.get("error") or "")
    told = f"{where} answered {status} {f'{code}: ' if code and code != said_by(body) else ''}{said_by(body)}".strip()
    if code == KNOWN_TERM:
        return None
    if status == 401 or code in ENDED:
        return AuthFailed(told, hint="is the application password right, and may the site be asked with one?", expired=code in ENDED)
    if (status == 403 and code) or "rest_forbidden_status" in str(said.get("data")):
        return AuthFailed(told, hint="the user needs the role of an author or editor")
    if status == 429:
        return RateLimited(told, after=retry_after(headers))
    if code in REFUSED_FILE:
        return Rejected(told, hint="does the site allow files of this type and size?")
    if status in (403, 408, 425) or status >= 500:  # a 403 without a code comes from a firewall, before WordPress
        return Retriable(told)
    if status < 400 or code == "rest_no_route" or (status == 404 and not code):
        return Rejected(told, hint="is `url` the final address of the site, with or without www., and is its REST API on?")
    return Rejected(told)
