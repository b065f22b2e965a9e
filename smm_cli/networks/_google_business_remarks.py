"""What Google may reject in a post of a place: telephone numbers, small pictures. Unverified, so that these are warnings."""

from __future__ import annotations

import re

from smm_cli.words.delivery import PayloadPart
from smm_cli.words.problem import WARNING, Place, Problem

SMALLEST = 250
"""Pixels of a side of a picture. Source: support.google.com/business/answer/7213077 (unverified, so a warning; 2026-11-22)."""
PHONE = re.compile(r"(?<![\w./-])(?!\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4})\+?\d[\d ()/.-]{7,}\d(?!\w)")
"""What (dates aside) looks like a telephone number: Google rejects such posts (support.google.com/business/answer/7213077, 2026-11-22)."""


def remarks_on(message: PayloadPart, place: Place) -> tuple[Problem, ...]:
    """What Google may not show."""
    found = []
    if number := PHONE.search(message.text):
        what = f"“{number[0]}” looks like a telephone number; Google rejects posts with one"
        found.append(Problem("phone-number", what, place, "take it out; action: CALL makes a button", WARNING))
    for medium in message.media:
        if min(medium.width or SMALLEST, medium.height or SMALLEST) < SMALLEST:
            what = f"{medium.path} is {medium.width} x {medium.height} pixels; Google wants at least {SMALLEST} a side"
            found.append(Problem("media-too-small", what, place, "use a larger one", WARNING))
    return tuple(found)
