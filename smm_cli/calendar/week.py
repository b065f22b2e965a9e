"""Times of the week as people write them: slots (`Mon 09:00`, `Mo-Fr 12:30`) and quiet hours (`20:00-08:00; Sa,Su 00:00-24:00`)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from smm_cli.calendar.near import near
from smm_cli.words.channel import Slot
from smm_cli.words.frozen import dataclass

NAMES = (
    ("mon", "monday", "mo", "montag"),
    ("tue", "tuesday", "tu", "tues", "di", "dienstag"),
    ("wed", "wednesday", "we", "mi", "mittwoch"),
    ("thu", "thursday", "th", "thur", "thurs", "do", "donnerstag"),
    ("fri", "friday", "fr", "freitag"),
    ("sat", "saturday", "sa", "samstag", "sonnabend"),
    ("sun", "sunday", "su", "so", "sonntag"),
)
DAYS = {name: weekday for weekday, names in enumerate(NAMES) for name in names}
EVERY = {
    "daily": range(7),
    "täglich": range(7),
    "weekdays": range(5),
    "werktags": range(5),
    "weekend": range(5, 7),
    "wochenende": range(5, 7),
}
SHORT = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@dataclass(frozen=True, slots=True)
class Quiet:
    """A quiet stretch that begins on each of `days` (0 is Monday) at minute `start` and ends at `end`, after midnight if not later."""

    days: tuple[int, ...]
    start: int
    end: int


def read_slots(text: str) -> tuple[Slot, ...]:
    """The slots of `Mon 09:00`, `Mo-Fr 12:30`, `Di,Do 9:00,17:30`, `daily 08:00`. Raises ValueError with advice."""
    days, times = _split(text)
    if not (days and times):
        raise ValueError(f'"{text}" is no slot: write "Mon 09:00" or "Mo-Fr 12:30"')
    found = product(_days(days), sorted({_minute(time, 1439) for time in times.split(",")}))
    return tuple(Slot(day, minute) for day, minute in found)


def read_quiet(text: str) -> tuple[Quiet, ...]:
    """The stretches of `20:00-08:00; Sa,Su 00:00-24:00`: every day where none is named. Raises ValueError with advice."""
    return tuple(_stretch(piece.strip()) for piece in text.split(";") if piece.strip())


def say_quiet(stretches: Iterable[Quiet]) -> str:
    """The same in one spelling: English two-letter days, `;` between."""
    return "; ".join(_say(stretch) for stretch in stretches)


def _stretch(piece: str) -> Quiet:
    days, hours = _split(piece)
    start, dash, end = hours.replace("–", "-").partition("-")
    if not dash:
        raise ValueError(f'"{piece}" is no stretch of time: write "20:00-08:00" or "Sa,Su 00:00-24:00"')
    read = Quiet(_days(days) if days else tuple(range(7)), _minute(start, 1439), _minute(end, 1440))
    if read.start == read.end:
        raise ValueError(f'"{piece}" begins and ends at one time: for a whole day write 00:00-24:00')
    return read


def _split(text: str) -> tuple[str, str]:
    """Days and times: what stands before the first digit, and the rest."""
    place = next((number for number, char in enumerate(text) if char.isdigit()), len(text))
    return text[:place].strip(), text[place:].strip()


def _days(text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for piece in text.replace("–", "-").split(","):
        first, dash, last = piece.strip().lower().partition("-")
        if not dash and first in EVERY:
            found.update(EVERY[first])
            continue
        start = _day(first)
        length = (_day(last) - start) % 7 if dash else 0
        found.update((start + step) % 7 for step in range(length + 1))
    return tuple(sorted(found))


def _day(text: str) -> int:
    name = text.strip().strip(".")
    if name not in DAYS:
        like = near(name, DAYS)
        raise ValueError(f'"{text}" is no day of the week: ' + (f"did you mean {like.capitalize()}?" if like else "write Mon, Tue … Sun"))
    return DAYS[name]


def _minute(text: str, most: int) -> int:
    hours, colon, minutes = text.strip().partition(":")
    if colon and hours.isascii() and hours.isdigit() and len(minutes) == 2 and minutes.isascii() and minutes.isdigit():
        minute = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and minute <= most:
            return minute
    raise ValueError(f'"{text.strip()}" is no time of day: write 09:00')


def _say(stretch: Quiet) -> str:
    def clock(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}"

    days = "" if len(stretch.days) == 7 else ",".join(SHORT[day] for day in stretch.days) + " "
    return f"{days}{clock(stretch.start)}-{clock(stretch.end)}"
