"""What single keys of a post take. Each function gives the value that a Post keeps, or raises Wrong in the user's words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from smm_cli.calendar.moments import as_datetime, is_day, is_moment, mended, seconds_of
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.user_words import Wrong, quotes
from smm_cli.words.delivery import is_name

STATUS = ("draft", "ready")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
APPROVED = re.compile(r"\S+ \d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}) v\d+:[0-9a-f]{4,64}")
SPOKEN = {"german": "de", "deutsch": "de", "english": "en", "englisch": "en", "french": "fr", "französisch": "fr", "spanish": "es"}
PLACES = frozenset({"n", "of"})


def text(value: Any) -> str:
    """One text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        raise Wrong("takes one text, not a list", "write the text after the colon; in quotes where it begins with a bracket")
    raise Wrong("takes one text, not keys of its own", 'a text with ": " in it stands in quotes')


def many(value: Any) -> list[str]:
    """A list of texts; one text is a list of one, nothing an empty list."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [text(item) for item in value if item != ""]
    raise Wrong("takes a list", "write [one, two]")


def _as_list(value: str, between: str) -> str:
    return f"write [{', '.join(filter(None, re.split(between, value)))}]"


def names(value: Any) -> list[str]:
    """Names of channels or groups."""
    found = many(value)
    if isinstance(value, str) and re.search(r"[,\s]", value.strip()):
        raise Wrong(f"{value} is one text, not a list", _as_list(value, r"[,\s]+"))
    return list(dict.fromkeys(found))


def tags(value: Any) -> list[str]:
    """Hashtags without their sign, each once."""
    found = many(value)
    if isinstance(value, str) and ("," in value or value.count("#") > 1):
        raise Wrong(f"{value} is one text, not a list", _as_list(value, r"[,#\s]+"))
    return list(dict.fromkeys(tag.strip().removeprefix("#").strip() for tag in found))


def truth(value: Any) -> bool:
    """true or false, and nothing that other YAML readers guess."""
    said = text(value).lower()
    if said not in ("true", "false"):
        wish = "true" if said in ("yes", "on", "ja", "y", "1") else "false" if said in ("no", "off", "nein", "n", "0") else "true or false"
        raise Wrong(f"{value!r} is neither true nor false", f"write {wish}")
    return said == "true"


def whole(value: Any) -> int:
    """A whole number."""
    said = text(value)
    if not re.fullmatch(r"[+-]?\d{1,9}", said):
        raise Wrong(f"{said!r} is no whole number", "write digits, as in 10")
    return int(said)


def post_id(value: Any) -> str:
    """A name that is safe in refs and in file names."""
    said = text(value)
    if said and not is_name(said):
        from smm_cli.text.slug import slug

        wish = slug(said)
        raise Wrong(f"{said!r} cannot be an id", f"write {wish}" if is_name(wish) else "use a-z, 0-9 and -", "bad-id")
    return said


def status(value: Any) -> str:
    said = text(value) or "draft"
    if said not in STATUS:
        wish = did_you_mean(said, STATUS, "write draft or ready")
        if said in ("published", "sent", "done", "scheduled"):
            wish = "write ready; what was published is told by its receipts"
        raise Wrong(f"{said!r} is no status", wish)
    return said


def slot(value: Any) -> str:
    said = text(value)
    if said not in ("", "next"):
        raise Wrong(f"{said!r} is no slot", "write slot: next, or a time: publish_at: 2026-11-24 09:00")
    return said


def moment(value: Any) -> str:
    """A wall time, or one with its offset, as written."""
    said = text(value)
    if said and not is_moment(said):
        raise _no_moment(said, "2026-11-24 09:00")
    return said


def moment_or_day(value: Any) -> str:
    """A time or a day, as written."""
    said = text(value)
    if said and not is_day(said) and not is_moment(said):
        raise _no_moment(said, "2026-11-24")
    return said


def _no_moment(said: str, example: str) -> Wrong:
    if is_day(said):
        return Wrong(f"{said} has no time of day", f"write {said} 09:00", "no-moment")
    wish = mended(said)
    if wish or not re.match(r"\d{4}-\d{2}-\d{2}", said):
        what = f"{said}: in a file write {wish or example}"
        return Wrong(what, "or let smm write it: smm post schedule POST " + quotes(said), "no-moment")
    return Wrong(f"there is no time {said}", f"write it as {example}", "no-moment")


def zone(value: Any) -> str:
    """An IANA time zone."""
    said = text(value)
    if said and not _is_zone(said):
        from zoneinfo import available_timezones

        places = sorted(available_timezones())
        wish = next((name for name in places if name.endswith(f"/{said}")), "")
        raise Wrong(f"there is no time zone {said}", f"did you mean {wish}?" if wish else did_you_mean(said, places, "write Europe/Berlin"))
    return said


@lru_cache(maxsize=64)
def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def span(value: Any) -> str:
    """A span such as 2h or 30m, or none."""
    said = text(value)
    if said:
        _seconds(said)
    return said


def seconds(value: Any) -> float:
    """Seconds of a span; `none` is refused."""
    said = text(value)
    found = _seconds(said)
    if not found:
        raise Wrong(f"{said!r} is no span of time", "write 6h, 30m or 2d")
    return found


def _seconds(said: str) -> float | None:
    try:
        return seconds_of(said)
    except ValueError:
        raise Wrong(f"{said!r} is no span of time", "write 2h, 30m, 1d, or none") from None


def address(value: Any) -> str:
    """An http address."""
    said = text(value)
    if said and not ADDRESS.fullmatch(said):
        wish = f"write https://{said}" if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", said) else "write it whole, as in https://acme.example/"
        raise Wrong(f"{said} is no address", wish, "bad-address")
    return said


def address_or_id(value: Any) -> str:
    """An address of the web, or the id of a post."""
    said = text(value)
    if said and not is_name(said) and not re.fullmatch(r"(?:https?|at|nostr)://?\S+", said):
        raise Wrong(f"{said} is neither an address nor the id of a post", "write https://… or the id of another post")
    return said


def language(value: Any) -> str:
    said = text(value)
    if said and not LANGUAGE.fullmatch(said):
        raise Wrong(f"{said!r} is no language", f"write {SPOKEN.get(said.lower(), 'its short form, as in de or en-GB')}")
    if said.lower() in SPOKEN:
        raise Wrong(f"{said!r} is no language", f"write {SPOKEN[said.lower()]}")
    return said


def rule(value: Any) -> str:
    """A recurrence rule of RFC 5545, as FREQ=WEEKLY;BYDAY=MO."""
    said = text(value)
    return _rule(said) if said else ""


@lru_cache(maxsize=256)
def _rule(said: str) -> str:
    from datetime import UTC, datetime

    from dateutil.rrule import rrulestr

    bare = said.removeprefix("RRULE:").strip()
    if "FREQ=" not in bare.upper():
        raise Wrong(
            f"{said!r} is no rule",
            "write FREQ=WEEKLY;BYDAY=MO for every Monday, FREQ=MONTHLY;BYMONTHDAY=1 for each month's first",
            "bad-rule",
        )
    if "\n" in bare or re.search(r"DTSTART|EXDATE|RDATE|EXRULE", bare, re.IGNORECASE):
        raise Wrong(f"{said!r} is more than one rule", "the first time stands in publish_at, the last in until", "bad-rule")
    if re.search(r"(INTERVAL|COUNT)=0*(;|$)", bare, re.IGNORECASE):
        raise Wrong(f"{said!r} never ends or never begins", "INTERVAL and COUNT are at least 1", "bad-rule")
    try:
        aware = bool(re.search(r"UNTIL=\w*Z", bare, re.IGNORECASE))
        rrulestr(bare, dtstart=datetime(2026, 1, 1, tzinfo=UTC if aware else None))
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
        raise Wrong(f"{said!r} is no rule ({error})", "write FREQ=WEEKLY;BYDAY=MO, or as RFC 5545 has it", "bad-rule") from None
    return said


def numbering(value: Any) -> str:
    """How pieces of a split post are numbered: {n}, {of}."""
    said = text(value)
    found = re.findall(r"\{([^{}]*)\}", said)
    if said and ("n" not in found or set(found) - PLACES):
        raise Wrong(f"{said!r} has no place for the number", 'write "{n}/{of}"')
    return said


def focus(value: Any) -> tuple[float, float] | None:
    """The point that matters, from -1 to 1 each: right and up."""
    parts = value if isinstance(value, list) else re.split(r"[,\s]+", text(value).strip())
    if parts in ([""], []):
        return None
    try:
        x, y = (float(text(part)) for part in parts)
    except ValueError:
        raise Wrong(f"{value!r} is no point", 'write "0.0, 0.5": right and up, from -1 to 1') from None
    if not (-1 <= x <= 1 and -1 <= y <= 1):
        raise Wrong(f"{value!r} lies outside the picture", "each number is between -1 and 1; 0, 0 is the middle")
    return x, y


def media(value: Any) -> list[Any]:
    """A list of tables; a path alone is one of them without a description."""
    if value == "":
        return []
    items = value if isinstance(value, list) else [value]
    return [{"path": item} if isinstance(item, str) else item for item in items if item != ""]


def approved(value: Any) -> list[str]:
    """Lines that smm post approve wrote: who, when, version and digest."""
    found = many(value)
    for line in found:
        if not APPROVED.fullmatch(line):
            raise Wrong(f"{line!r} is no approval", "smm post approve writes it", "bad-approval")
    return found


def as_datetime_or_none(value: str) -> Any:
    """A written time as a datetime; None for an empty one."""
    return as_datetime(value) if value else None
