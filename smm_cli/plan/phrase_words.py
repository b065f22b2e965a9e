"""The words that phrases for times are made of, English and German, lower case. Umlauts also as ae, oe, ue."""

from __future__ import annotations

TODAY = {
    "today": 0,
    "heute": 0,
    "tomorrow": 1,
    "morgen": 1,
    "übermorgen": 2,
    "uebermorgen": 2,
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
}
"""Days from today."""

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon montag mo",
            "tuesday tue tues dienstag di",
            "wednesday wed mittwoch mi",
            "thursday thu thur thurs donnerstag do",
            "friday fri freitag fr",
            "saturday sat samstag sonnabend sa",
            "sunday sun sonntag so",
        )
    )
    for name in names.split()
}
NEXT = frozenset({"next", "this", "coming", "kommenden", "kommender", "diesen", "dieser"})
NEXT |= {stem + ending for stem in ("nächste", "naechste") for ending in ("", "n", "r", "s")}
"""Before a weekday; all mean the first such day after today."""
ON = frozenset({"on", "am", "den"})
AT = frozenset({"at", "um", "@"})

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner jaenner",
            "february feb februar",
            "march mar märz maerz mär mrz",
            "april apr",
            "may mai",
            "june jun juni",
            "july jul juli",
            "august aug",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec dezember dez",
        ),
        1,
    )
    for name in names.split()
}

UNITS = {
    name: minutes
    for minutes, names in (
        (1, "min mins minute minutes minuten"),
        (60, "h hour hours std stunde stunden"),
        (1440, "day days tag tage tagen"),
        (10_080, "week weeks woche wochen"),
    )
    for name in names.split()
}
"""Minutes; days and weeks are counted on the calendar and need a time of day."""
ONE = frozenset({"a", "an", "one", "ein", "eine", "einem", "einer", "einen"})

NOON = frozenset({"noon", "midday", "mittag", "mittags"})
MIDNIGHT = frozenset({"midnight", "mitternacht"})
EXAMPLES = (
    "tomorrow 9am",
    "next Monday 10:30",
    "24 Nov 9:00",
    "in 2 hours",
    "in 3 days 9:00",
    "2026-11-24 09:00",
    "morgen 9 Uhr",
    "nächsten Montag 10:30",
    "4. März 2027 um 9 Uhr",
    "24.11. 9:30",
)
