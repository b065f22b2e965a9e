"""Writing a still picture anew: upright, without metadata, and smaller until a limit holds. Deterministic."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from math import log, sqrt
from typing import TYPE_CHECKING, Any

from smm_cli.media.pictures import opened
from smm_cli.words.frozen import dataclass
from smm_cli.words.limit import AVIF, JPEG, PNG, WEBP, MediaLimit

if TYPE_CHECKING:
    from PIL import Image

LEAST_SIDE = 16
STEP = 0.85
QUALITIES = (90, 82, 74)
"""Tried in this order at each size before the picture gets smaller by STEP."""
HOPELESS = 3.0
"""Times too large: then no lower quality helps, and a type that is so much worse than the other is left."""


@dataclass(frozen=True, slots=True)
class Small:
    content: bytes
    type: str
    width: int
    height: int


def shrink(content: bytes, type_: str, limit: MediaLimit) -> Small | None:
    """The largest and best version of the picture that holds `limit`; None where even a tiny one does not."""
    with opened(content) as picture:
        profile = picture.info.get("icc_profile")
        upright, profile = _upright(picture, profile)
    opaque = not upright.mode.endswith("A")
    types = _types(type_, limit, opaque)
    size = _first_size(upright.size, limit)
    while types and min(size) >= 1 and max(size) >= LEAST_SIDE:
        resized = upright if size == upright.size else upright.resize(size, _lanczos(), reducing_gap=3.0)
        over: dict[str, float] = {}
        for target, quality in _tries(types):
            if over.get(target, 0) > HOPELESS:
                continue
            written = _written(resized, target, quality, profile)
            if len(written) <= limit.types[target]:
                return Small(written, target, *size)
            over[target] = len(written) / max(1, limit.types[target])
        least = min(over.values())
        types = [target for target in types if over[target] < HOPELESS * least]
        size = _smaller(size, least)
    return None


def _smaller(size: tuple[int, int], over: float) -> tuple[int, int]:
    """The next size to try: half the way to where it would fit if bytes went with the pixels, which they do not quite."""
    steps = max(1, int(log(over) / log(1 / STEP**2) / 2))
    return round(size[0] * STEP**steps), round(size[1] * STEP**steps)


def _types(type_: str, limit: MediaLimit, opaque: bool) -> list[str]:
    """Types to write, the best first: its own, then what keeps transparency if it has any, then JPEG. Beside PNG a second."""
    wanted = [type_, JPEG, WEBP, PNG, AVIF] if opaque else [type_, PNG, WEBP, AVIF, JPEG]
    known = [each for each in dict.fromkeys(wanted) if each in (JPEG, PNG, WEBP, AVIF) and each in limit.types]
    if not opaque:  # JPEG has no transparency: only where nothing else is taken
        known = [each for each in known if each != JPEG] or known
    return known[: 2 if known[:1] == [PNG] else 1]


def _tries(types: list[str]) -> Iterator[tuple[str, int]]:
    for target in types:
        for quality in QUALITIES if target != PNG else (0,):
            yield target, quality


def _first_size(size: tuple[int, int], limit: MediaLimit) -> tuple[int, int]:
    width, height = size
    scale = 1.0
    if limit.side is not None:
        scale = min(scale, limit.side / max(width, height))
    if limit.pixels is not None:
        scale = min(scale, sqrt(limit.pixels / (width * height)))
    return (width, height) if scale >= 1.0 else (max(1, int(width * scale)), max(1, int(height * scale)))


def _upright(picture: Image.Image, profile: bytes | None) -> tuple[Image.Image, bytes | None]:
    """The picture turned as people see it, in a mode that every type can hold, and the colour profile that then applies."""
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(picture)
    if turned.mode == "CMYK":
        return _to_rgb(turned, profile), None
    if turned.mode.startswith(("I", "F")):  # 16 bits or more: networks show 8
        turned = turned.convert("F").point(lambda value: value / 256).convert("L")
    if turned.mode == "P":
        turned = turned.convert("RGBA" if "transparency" in turned.info else "RGB")
    if turned.mode in ("LA", "La", "PA", "RGBa") or (turned.mode in ("L", "RGB") and "transparency" in turned.info):
        turned = turned.convert("RGBA")
    if turned.mode not in ("L", "RGB", "RGBA"):
        turned = turned.convert("L" if turned.mode == "1" else "RGB")
    if turned.mode == "RGBA" and turned.getchannel("A").getextrema() == (255, 255):
        turned = turned.convert("RGB")
    return turned, profile


def _to_rgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Printing colours as screen colours: through the picture's profile where it has one that can be read."""
    if profile:
        from PIL import ImageCms

        try:
            found = ImageCms.profileToProfile(picture, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
            if found is not None:
                return found
        except ImageCms.PyCMSError:
            pass
    return picture.convert("RGB")


def _lanczos() -> Any:
    from PIL import Image

    return Image.Resampling.LANCZOS


def _written(picture: Image.Image, type_: str, quality: int, profile: bytes | None) -> bytes:
    if type_ == JPEG and picture.mode == "RGBA":
        picture = _on_white(picture)
    options: dict[str, Any] = {
        JPEG: {"format": "JPEG", "quality": quality, "optimize": True, "progressive": True},
        PNG: {"format": "PNG", "optimize": True},
        WEBP: {"format": "WEBP", "quality": quality, "method": 4},
        AVIF: {"format": "AVIF", "quality": quality, "speed": 8, "max_threads": 1},
    }[type_]
    if profile:
        options["icc_profile"] = profile
    target = BytesIO()
    bare = picture.copy()
    bare.info = {}  # writers fall back on what the file said: comments, EXIF, resolution
    bare.save(target, **options)
    return target.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    from PIL import Image

    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
