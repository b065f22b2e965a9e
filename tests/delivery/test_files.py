"""The carrier of `file:`: inside its folder, whole files only."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from smm_cli.delivery.files import Files, output_folder
from smm_cli.errors import ConfigError, Rejected, Retriable
from smm_cli.media.blobs import Blobs
from smm_cli.words.exchange import Answer, Form, Json, Request, Slice, Text
from smm_cli.words.post import Blob


class Folder:
    """A calendar with a site in `public`."""

    def __init__(self, root: Path) -> None:
        self.root = root / "calendar"
        self.root.mkdir()
        (self.root / "channels.toml").write_text("[calendar]\n")
        self.public = self.root / "public"
        self.blobs = Blobs(root / "blobs")
        self.files = Files(self.root, "public")

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        return asyncio.run(self.files.send(Request(method, f"file:{path}", body, auth="", **more), self.blobs))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_is_put_can_be_read(folder: Folder) -> None:
    assert folder.ask("PUT", "hello/index.html", Text("<p>Grüße")).status == 201
    assert (folder.public / "hello" / "index.html").read_bytes() == "<p>Grüße".encode()
    assert folder.ask("GET", "hello/index.html", reads="text") == Answer(200, {}, "<p>Grüße")
    assert folder.ask("PUT", "a.json", Json({"ä": 1})).status == 201
    assert folder.ask("GET", "a.json").body == {"ä": 1}


def test_media_are_copied_from_their_blobs(folder: Folder) -> None:
    blob = folder.blobs.keep(os.urandom(2_500_000), "image/png")
    assert folder.ask("PUT", "a.png", Slice(blob)).status == 201
    assert (folder.public / "a.png").read_bytes() == folder.blobs.read(blob)
    assert folder.ask("PUT", "part", Slice(blob, 10, 20)).status == 201
    assert (folder.public / "part").read_bytes() == folder.blobs.read(blob)[10:20]
    kept = folder.ask("GET", "a.png", reads="blob").body
    assert isinstance(kept, Blob) and kept.sha256 == blob.sha256


def test_equal_bytes_are_not_written_again(folder: Folder) -> None:
    folder.ask("PUT", "a.html", Text("same"))
    os.utime(folder.public / "a.html", (1, 1))
    assert folder.ask("PUT", "a.html", Text("same")) == Answer(200, {}, {"changed": False})
    assert (folder.public / "a.html").stat().st_mtime == 1
    for other in ("sam", "same!", "", "sane"):
        assert folder.ask("PUT", "a.html", Text(other)) == Answer(200, {}, {"changed": True})
        assert (folder.public / "a.html").read_text() == other


def test_nothing_else_is_left_in_the_folder(folder: Folder) -> None:
    folder.ask("PUT", "a.html", Text("one"))
    folder.ask("PUT", "a.html", Text("two"))
    assert [path.name for path in folder.public.iterdir()] == ["a.html"]


def test_a_web_server_may_read_what_is_written(folder: Folder) -> None:
    before = os.umask(0o022)
    try:
        folder.ask("PUT", "a.html", Text("one"))
    finally:
        os.umask(before)
    assert (folder.public / "a.html").stat().st_mode & 0o777 == 0o644


def test_what_is_not_there_is_404(folder: Folder) -> None:
    assert folder.ask("GET", "gone/post.json").status == 404
    assert folder.ask("DELETE", "gone/post.json").status == 404
    assert folder.ask("LIST", "*/post.json") == Answer(200, {}, [])


def test_an_emptied_folder_goes_with_its_last_file(folder: Folder) -> None:
    for path in ("page/1/index.html", "page/2/index.html"):
        folder.ask("PUT", path, Text("x"))
    assert folder.ask("DELETE", "page/1/index.html").status == 204
    assert [path.name for path in (folder.public / "page").iterdir()] == ["2"]
    folder.ask("DELETE", "page/2/index.html")
    assert folder.public.is_dir() and not list(folder.public.iterdir())


def test_a_listing_is_sorted_and_can_be_read(folder: Folder) -> None:
    for name in ("b", "a", "c"):
        folder.ask("PUT", f"{name}/post.json", Json({"name": name, "text": "long"}))
    folder.ask("PUT", "a/index.html", Text("x"))
    folder.ask("PUT", "a/deep/post.json", Json({}))
    size = (folder.public / "a" / "post.json").stat().st_size
    assert folder.ask("LIST", "*/post.json").body == [{"path": f"{name}/post.json", "size": size} for name in "abc"]
    read = folder.ask("LIST", "*/post.json", query=(("read", "1"), ("without", "text"), ("path", "b/post.json")))
    assert read.body == [{"path": "b/post.json", "size": size, "body": {"name": "b"}}]
    assert [item["path"] for item in folder.ask("LIST", "a/*").body] == ["a/index.html", "a/post.json"]
    assert json.dumps(read.body)


def test_a_file_that_is_no_json_is_listed_as_null(folder: Folder) -> None:
    folder.ask("PUT", "a/post.json", Text("{half"))
    assert folder.ask("LIST", "*/post.json", query=(("read", "1"),)).body[0]["body"] is None


@pytest.mark.parametrize(
    "path",
    [
        "../channels.toml",
        "a/../../channels.toml",
        "/etc/passwd",
        "",
        "a//b",
        "./a",
        "a\\b",
        "a\0b",
        ".git/config",
        ".gitignore",
        "C:/a",
        "a*",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_path_leads_out_of_the_folder(folder: Folder, method: str, path: str) -> None:
    with pytest.raises(Rejected):
        folder.ask(method, path, Text("x"))
    assert (folder.root / "channels.toml").read_text() == "[calendar]\n"


def test_no_link_leads_out_of_the_folder(folder: Folder) -> None:
    folder.public.mkdir()
    (folder.root / "secrets").mkdir()
    (folder.root / "secrets" / "post.json").write_text('{"token": 1}')
    (folder.public / "way").symlink_to(folder.root / "secrets")
    (folder.public / "key.json").symlink_to(folder.root / "secrets" / "post.json")
    for method, path in (
        ("GET", "way/post.json"),
        ("PUT", "way/new"),
        ("DELETE", "way/post.json"),
        ("GET", "key.json"),
        ("PUT", "key.json"),
    ):
        with pytest.raises(Rejected):
            folder.ask(method, path, Text("x"))
    assert folder.ask("LIST", "*/post.json").body == [] == folder.ask("LIST", "*.json").body
    assert (folder.root / "secrets" / "post.json").read_text() == '{"token": 1}'


@pytest.mark.parametrize(
    "output", ["", ".", "..", "/tmp/site", "../site", "a/../..", ".git", ".smm/site", "posts", "posts/site", "receipts", "C:/site"]
)
def test_an_output_folder_that_is_not_below_the_calendar_is_refused(folder: Folder, output: str) -> None:
    with pytest.raises(ConfigError) as refused:
        output_folder(folder.root, output)
    assert refused.value.hint


@pytest.mark.parametrize("inside", [".git/config", "channels.toml", ".smm/ledger.db", "texts/launch.md"])
def test_a_folder_that_holds_a_calendar_is_never_written_over(folder: Folder, inside: str) -> None:
    (folder.public / inside).parent.mkdir(parents=True)
    (folder.public / inside).touch()
    with pytest.raises(ConfigError):
        folder.ask("PUT", "index.html", Text("x"))
    assert not (folder.public / "index.html").exists()


def test_an_output_folder_that_is_a_link_to_elsewhere_is_refused(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder.public.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError):
        folder.ask("PUT", "index.html", Text("x"))


def test_a_disk_that_refuses_is_worth_another_try(folder: Folder) -> None:
    folder.public.mkdir()
    (folder.public / "a").write_text("a file where a folder should be")
    with pytest.raises(Retriable) as refused:
        folder.ask("PUT", "a/index.html", Text("x"))
    assert "public" in refused.value.what


def test_a_form_is_no_file(folder: Folder) -> None:
    with pytest.raises(Rejected):
        folder.ask("PUT", "a.html", Form(()))
    assert not (folder.public / "a.html").exists()


def test_an_unknown_verb_is_405(folder: Folder) -> None:
    assert folder.ask("PATCH", "a.html").status == 405
