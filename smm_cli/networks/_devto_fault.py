"""What an answer of Forem means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, SmmError
from smm_cli.networks.fault import fault_by_status, said_by

TWICE = 300.0
"""Seconds in which one title is taken once. Source: forem app/models/article.rb, title_unique_for_user_past_five_minutes (2026-11-22)."""


def devto_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """A title twice within five minutes may go out later; 403 is the account's or the client's, not the article's."""
    words = said_by(body)
    if status == 422 and "last five minutes" in words:
        return RateLimited(f"dev.to: {words}", after=TWICE)
    if status == 422 and "anonical url has already been taken" in words:
        return Rejected(f"dev.to: {words}", hint="you have published an article with this canonical address", slug="duplicate")
    if status == 403:
        return AuthFailed(f"dev.to answered 403 {words}".strip(), hint="is the account in good standing, and the key still there?")
    return fault_by_status(status, headers, body)
