"""One colour that a person chose, made readable on light and on dark ground."""

from __future__ import annotations

LIGHT, DARK = "#fffdf9", "#171614"
"""The grounds of the style sheet, for pages seen by day and by night."""
ENOUGH = 4.8
"""The least contrast of a link to its ground: WCAG 2.2, 1.4.3 asks for 4.5 (2024-12-12); the rest is for rounding and tinted grounds."""

_Colour = tuple[float, float, float]


def readable(colour: str, ground: str) -> str:
    """`colour` (#rrggbb), moved towards black or white until it stands out enough from `ground`."""
    target = (0.0, 0.0, 0.0) if _light(_read(ground)) > 0.5 else (255.0, 255.0, 255.0)
    start = _read(colour)
    for step in range(21):
        mixed = _mix(start, target, step / 20)
        if contrast(_write(mixed), ground) >= ENOUGH:
            return _write(mixed)
    return _write(target)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 for two colours, 1 to 21."""
    lighter, darker = sorted((_light(_read(one)), _light(_read(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _light(colour: _Colour) -> float:
    red, green, blue = (_linear(value / 255) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _mix(one: _Colour, other: _Colour, share: float) -> _Colour:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def _read(colour: str) -> _Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _write(colour: _Colour) -> str:
    return "#" + "".join(f"{round(value):02x}" for value in colour)
