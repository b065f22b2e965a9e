"""The file of a medium, as it was read: its bytes, and a neutral name for a film."""

from __future__ import annotations

from smm_cli.errors import Rejected
from smm_cli.words.post import Blob, Media


def blob_of(medium: Media) -> Blob:
    """The bytes of a medium. Raises Rejected where nobody looked at its file."""
    if medium.blob is None:
        raise Rejected(f"{medium.path} was not read", hint="smm check")
    return medium.blob


def ending_of(blob: Blob) -> str:
    """The usual ending of a file of this type."""
    return blob.type.rpartition("/")[2].replace("jpeg", "jpg").replace("quicktime", "mov").replace("mpeg", "mp3")


def film_name(blob: Blob) -> str:
    """A file name for a film: the user's own may tell more than she wants."""
    return "film.mov" if blob.type == "video/quicktime" else "film.mp4"
