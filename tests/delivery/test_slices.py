"""A piece of a file as a field of a form: what leaves, what is kept of it, what a person is shown."""

from __future__ import annotations

import asyncio
import hashlib

from smm_cli.delivery.freeze import _body, _body_from
from smm_cli.delivery.handles import Filler
from smm_cli.delivery.wire import wire
from smm_cli.sandbox.recording import _body as shown
from smm_cli.words.exchange import Field, Multipart, Request, Slice
from smm_cli.words.post import Blob

BLOB = Blob(hashlib.sha256(b"0123456789").hexdigest(), 10, "video/mp4")


def form(start, stop):
    return Multipart((Field("media", Slice(BLOB, start, stop), "media.mp4"),))


class Folder:
    def __init__(self, path):
        self._path = path

    def path(self, blob):
        return self._path


def test_only_the_piece_leaves_as_a_file(tmp_path):
    (tmp_path / "film").write_bytes(b"0123456789")
    made = wire(form(3, 6), Folder(tmp_path / "film"), Filler({}, None, frozenset()))
    content = asyncio.run(made.whole())
    assert b'filename="media.mp4"\r\nContent-Type: video/mp4\r\n\r\n345\r\n--' in content
    assert len(content) == made.length


def test_what_is_kept_of_it_is_the_same_again():
    assert _body_from(_body(form(3, 6))) == form(3, 6)


def test_each_piece_has_a_fingerprint_of_its_own():
    assert len({Request("POST", "https://a.example", form(start, start + 3)).fingerprint() for start in (0, 3, 6)}) == 3


def test_a_person_sees_which_bytes():
    assert shown(form(3, 6), {}) == [["media", "<media.mp4, video/mp4, 10 bytes>, bytes 3 to 6"]]
