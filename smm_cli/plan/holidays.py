"""Public holidays, from the package `holidays` (imported only when asked: 0.1 s). The only module that imports it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from smm_cli.errors import ConfigError


def free_days(code: str) -> Callable[[int], frozenset[date]]:
    """The public holidays of a year, for `DE`, `DE-BY`, `US-CA` …: country, then its part. Read once a year of the calendar.

    The returned function raises ConfigError for a country or part that is not known.
    """
    return lambda year: _days(code, year)


@lru_cache(maxsize=64)
def _days(code: str, year: int) -> frozenset[date]:
    import holidays

    country, _, part = code.strip().upper().partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError:
        hint = "write a country and its part, such as DE-BY, in channels.toml: holidays"
        raise ConfigError(f"no holidays are known for {code}", hint=hint, slug="unknown-holidays") from None
