"""Opening pictures with the decoder: what it may read, and what its complaints mean in plain English."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from smm_cli.media.types import BMP, TIFF
from smm_cli.words.frozen import dataclass
from smm_cli.words.limit import AVIF, GIF, JPEG, PNG, WEBP

if TYPE_CHECKING:
    from PIL import Image

FORMATS = {"JPEG": JPEG, "MPO": JPEG, "PNG": PNG, "GIF": GIF, "WEBP": WEBP, "AVIF": AVIF, "BMP": BMP, "TIFF": TIFF}
"""The decoder's names of formats that smm opens; none of them starts another program, as PostScript would.
MPO is a JPEG with further pictures behind it."""

ORIENTATION = 0x0112  # EXIF 3.0, table 4
MOST_PIXELS = 89_478_485  # Pillow's own limit for one picture: 256 MiB at 3 bytes each (Pillow 13.0, read 2026-11-22)


class Unreadable(ValueError):
    """The picture cannot be opened; `slug` and `hint` say what a person can do."""

    def __init__(self, what: str, slug: str, hint: str) -> None:
        super().__init__(what)
        self.slug = slug
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture: its type, its size in pixels as people see it, whether it moves or must be turned."""

    type: str
    width: int
    height: int
    animated: bool
    turned: bool


@contextmanager
def opened(content: bytes) -> Iterator[Image.Image]:
    """The picture of `content`, its first frame decoded. Raises Unreadable."""
    from PIL import Image, UnidentifiedImageError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(BytesIO(content), formats=[name for name in FORMATS if name != "MPO"]) as picture:
                picture.load()
                yield picture
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            hint = f"smm opens pictures of up to {MOST_PIXELS // 1_000_000} million pixels: save it smaller"
            raise Unreadable("has more pixels than smm opens", "media-huge", hint) from None
        except UnidentifiedImageError:
            hint = "the name says little: look at what it really is, and save it as JPEG or PNG"
            raise Unreadable("is not a picture that smm can read", "media-type", hint) from None
        except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as broken:
            if isinstance(broken, Unreadable):
                raise
            hint = "copy or export it again"
            raise Unreadable("is damaged or was cut off while copying", "media-damaged", hint) from None


def see(content: bytes) -> Seen:
    """What the picture in `content` is. Raises Unreadable."""
    with opened(content) as picture:
        turned = turn_of(picture) != 1
        width, height = picture.size
        if turn_of(picture) >= 5:
            width, height = height, width
        animated = bool(getattr(picture, "is_animated", False)) and picture.format != "MPO"
        return Seen(FORMATS[str(picture.format)], width, height, animated, turned)


def turn_of(picture: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 stands upright, from 5 on width and height change places."""
    found = picture.getexif().get(ORIENTATION, 1)
    return found if isinstance(found, int) and 1 <= found <= 8 else 1
