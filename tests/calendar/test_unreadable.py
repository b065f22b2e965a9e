"""Files and folders of the work tree that this user may not read: they are told, and never passed over."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from smm_cli.calendar.config import read_calendar
from smm_cli.calendar.digest import approval_digest
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.source import WorkTree
from smm_cli.errors import ConfigError

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other rights")
NOBODY = 65534
FILES = {
    "channels.toml": '[calendar]\nname = "a"\n\n[channels.blog]\nnetwork = "site"\naddress = "https://example.org"\n',
    "posts/a.md": "---\nid: a\nchannels: [blog]\n---\n\nHello.\n\n![x](media/x.png)\n",
    "media/x.png": "x",
}


@pytest.fixture
def root() -> Iterator[Path]:
    """A calendar's folder that anybody may enter; who is root is nobody meanwhile, since rights do not bind root."""
    folder = Path(tempfile.mkdtemp(prefix="smm-unreadable-"))
    folder.chmod(0o755)
    for path, text in FILES.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    me = os.geteuid()
    yield folder
    os.seteuid(me)
    for path in ("posts", "media"):
        (folder / path).chmod(0o755)
    shutil.rmtree(folder)


def bound_by_rights() -> None:
    if os.geteuid() == 0:
        os.seteuid(NOBODY)


@pytest.mark.parametrize("folder", ["posts", "media"])
def test_a_folder_that_may_not_be_read_is_told_and_not_taken_for_an_empty_one(root: Path, folder: str) -> None:
    (root / folder).chmod(0)
    bound_by_rights()
    with pytest.raises(ConfigError, match=f"{folder} cannot be read: Permission denied"):
        WorkTree(root).paths(folder)


@pytest.mark.parametrize("locked", ["media/x.png", "media"])
def test_a_picture_that_may_not_be_read_lapses_the_approval_of_its_post(root: Path, locked: str) -> None:
    calendar, _ = read_calendar(root)
    assert calendar is not None
    post, _ = read_post("posts/a.md", FILES["posts/a.md"].encode(), calendar)
    assert post is not None
    before = approval_digest(post, calendar, WorkTree(root))
    (root / locked).chmod(0)
    bound_by_rights()
    assert approval_digest(post, calendar, WorkTree(root)) != before
