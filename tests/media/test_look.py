"""Looking at files beside a post."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from smm_cli.media.blobs import Blobs
from smm_cli.media.look import look
from smm_cli.words.post import Media
from smm_cli.words.problem import WARNING


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def picture(path: Path, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object) -> Path:
    Image.effect_noise(size, 60).convert(mode).save(path, **options)
    return path


def seen(path: Path, blobs: Blobs, **media: object) -> tuple[Media, list[str]]:
    found, problems = look(path, Media(path.name, **{"alt": "A loaf on a table", **media}), blobs)
    return found, [problem.slug for problem in problems]


@pytest.mark.parametrize(
    ("name", "type_"),
    [("a.jpg", "image/jpeg"), ("a.png", "image/png"), ("a.webp", "image/webp"), ("a.gif", "image/gif"), ("a.avif", "image/avif")],
)
def test_a_picture_shows_its_type_and_size(tmp_path: Path, blobs: Blobs, name: str, type_: str) -> None:
    found, slugs = seen(picture(tmp_path / name), blobs)
    assert not slugs
    assert (found.blob and found.blob.type, found.width, found.height, found.animated) == (type_, 40, 30, False)
    assert found.blob and blobs.read(found.blob) == (tmp_path / name).read_bytes()


def test_the_name_decides_nothing(tmp_path: Path, blobs: Blobs) -> None:
    found, slugs = seen(picture(tmp_path / "photo.png", format="JPEG"), blobs)
    assert not slugs
    assert found.blob and found.blob.type == "image/jpeg"


def test_a_turned_picture_has_the_size_that_people_see(tmp_path: Path, blobs: Blobs) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found, _ = seen(picture(tmp_path / "a.jpg", (60, 20), exif=exif), blobs)
    assert (found.width, found.height) == (20, 60)


def test_a_moving_gif_is_seen_as_one(tmp_path: Path, blobs: Blobs) -> None:
    frames = [Image.effect_noise((10, 10), 60) for _ in range(3)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert seen(tmp_path / "a.gif", blobs)[0].animated


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (b"", "media-empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "media-lfs"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "media-svg"),
        (b"Only words here.\n", "media-type"),
        (b"\x00\x01\x02\x03 no such thing", "media-type"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "media-heic"),
        (b"\x89PNG\r\n\x1a\nnot really", "media-damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_way_out(tmp_path: Path, blobs: Blobs, content: bytes, slug: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    found, problems = look(tmp_path / "a.png", Media("a.png", alt="A loaf", line=7), blobs)
    assert [problem.slug for problem in problems] == [slug]
    assert found.blob is None
    assert problems[0].hint and problems[0].place.line == 7 and "a.png" in problems[0].what


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.gif"])
def test_a_picture_that_was_cut_off_is_damaged(tmp_path: Path, blobs: Blobs, name: str) -> None:
    whole = picture(tmp_path / name, (200, 200)).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    found, slugs = seen(tmp_path / name, blobs)
    assert slugs == ["media-damaged"]
    assert found.blob is None


def test_a_decompression_bomb_is_not_opened(tmp_path: Path, blobs: Blobs) -> None:
    Image.new("1", (30_000, 3_100)).save(tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size < 100_000
    found, slugs = seen(tmp_path / "a.png", blobs)
    assert slugs == ["media-huge"]
    assert found.blob is None


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path, blobs: Blobs) -> None:
    assert seen(tmp_path / "gone.png", blobs)[1] == ["media-missing"]


def test_a_description_is_required(tmp_path: Path, blobs: Blobs) -> None:
    path = picture(tmp_path / "a.jpg")
    assert seen(path, blobs, alt="  ")[1] == ["alt-missing"]


def test_a_decorative_picture_needs_no_description(tmp_path: Path, blobs: Blobs) -> None:
    assert seen(picture(tmp_path / "a.jpg"), blobs, alt="", decorative=True)[1] == []


def test_a_file_name_is_no_description(tmp_path: Path, blobs: Blobs) -> None:
    _, problems = look(picture(tmp_path / "a.jpg"), Media("a.jpg", alt="IMG_2041.JPG"), blobs)
    assert [(problem.slug, problem.severity) for problem in problems] == [("alt-is-a-name", WARNING)]


def test_a_thumbnail_is_looked_at_as_well(tmp_path: Path, blobs: Blobs) -> None:
    film, small = picture(tmp_path / "a.jpg"), picture(tmp_path / "b.png")
    found, problems = look(film, Media("a.jpg", alt="A loaf", thumbnail="b.png"), blobs, small)
    assert not problems
    assert found.thumbnail_blob and found.thumbnail_blob.type == "image/png"
    (tmp_path / "b.png").write_bytes(b"words")
    found, problems = look(film, Media("a.jpg", alt="A loaf", thumbnail="b.png"), blobs, small)
    assert ["b.png" in problem.what for problem in problems] == [True]
    assert found.blob and found.thumbnail_blob is None


def test_a_second_look_reads_the_note_of_the_first(tmp_path: Path, blobs: Blobs) -> None:
    path = picture(tmp_path / "a.jpg")
    first, _ = seen(path, blobs)
    assert first.blob
    noted = blobs.note(first.blob.sha256, "seen-1")
    blobs.store_note(first.blob.sha256, "seen-1", {**noted, "width": 41})
    assert seen(path, blobs)[0].width == 41


needs_ffmpeg = pytest.mark.skipif(not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="ffmpeg is not installed here")


def film(path: Path, *more: str) -> Path:
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=64x48:rate=10:duration=1.5",
        "-pix_fmt",
        "yuv420p",
        *more,
        str(path),
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


@needs_ffmpeg
def test_a_film_shows_its_size_and_duration(tmp_path: Path, blobs: Blobs) -> None:
    found, slugs = seen(film(tmp_path / "a.mp4"), blobs)
    assert not slugs
    assert (found.kind, found.width, found.height, found.seconds) == ("video", 64, 48, 1.5)


@needs_ffmpeg
def test_a_film_that_tells_where_it_was_made_does_not_go_out(tmp_path: Path, blobs: Blobs) -> None:
    assert seen(film(tmp_path / "a.mp4", "-metadata", "location=+48.1374+011.5755/"), blobs)[1] == ["media-place"]


@needs_ffmpeg
def test_a_film_that_was_cut_off_is_damaged(tmp_path: Path, blobs: Blobs) -> None:
    whole = film(tmp_path / "a.mp4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(whole[:600])
    assert seen(tmp_path / "a.mp4", blobs)[1] == ["media-damaged"]


def test_without_ffprobe_a_film_is_sent_unmeasured(tmp_path: Path, blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomavc1\x00\x00\x00\x08mdat")
    found, slugs = seen(tmp_path / "a.mp4", blobs)
    assert not slugs
    assert (found.kind, found.seconds) == ("video", None)
