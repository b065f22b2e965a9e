"""Pictures made to fit, and nothing told that nobody meant to tell."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from smm_cli.media.blobs import Blobs
from smm_cli.media.fit import fit, holds
from smm_cli.media.look import look
from smm_cli.words.limit import MediaLimit
from smm_cli.words.post import Blob, Media

JPEG, PNG, GIF, WEBP, MP4 = "image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def limit(types: dict[str, int] | None = None, **more: int) -> tuple[MediaLimit, ...]:
    return (
        MediaLimit("image", types or {JPEG: 1_000_000, PNG: 1_000_000, GIF: 1_000_000, WEBP: 1_000_000}, 4, "test", "2026-11-22", **more),
    )


def telling() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ada"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 14.0)
    return exif


def noise(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    made = Image.effect_noise(size, 80).convert(mode)
    ImageDraw.Draw(made).rectangle((0, 0, size[0] // 3, size[1] // 3), fill=255 if mode == "L" else "red")
    return made


def fitted(path: Path, limits: tuple[MediaLimit, ...], blobs: Blobs) -> tuple[Media, bytes, list[str]]:
    looked, problems = look(path, Media(path.name, alt="A loaf"), blobs)
    assert not problems
    found, problems = fit(looked, limits, blobs)
    assert found.blob
    return found, blobs.read(found.blob), [problem.slug for problem in problems]


def test_what_fits_and_tells_nothing_is_left_alone(tmp_path: Path, blobs: Blobs) -> None:
    for name in ("a.jpg", "a.png", "a.webp", "a.gif"):
        noise().save(tmp_path / name)
        _, content, slugs = fitted(tmp_path / name, limit(), blobs)
        assert (content, slugs) == ((tmp_path / name).read_bytes(), [])


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.avif"])
def test_exif_and_place_are_taken_out(tmp_path: Path, blobs: Blobs, name: str) -> None:
    noise().save(tmp_path / name, exif=telling(), icc_profile=SRGB)
    assert b"Camera of Ada" in (tmp_path / name).read_bytes()
    _, content, slugs = fitted(tmp_path / name, limit({JPEG: 10**6, PNG: 10**6, WEBP: 10**6, "image/avif": 10**6}), blobs)
    assert not slugs
    assert b"Camera of Ada" not in content
    with Image.open(BytesIO(content)) as bare:
        assert not bare.getexif() and bare.info.get("icc_profile") == SRGB


@pytest.mark.parametrize(
    ("name", "options"), [("a.jpg", {"quality": 80}), ("b.jpg", {"progressive": True}), ("a.png", {}), ("a.webp", {"lossless": True})]
)
def test_taking_out_exif_changes_no_pixel(tmp_path: Path, blobs: Blobs, name: str, options: dict[str, object]) -> None:
    noise((200, 100)).save(tmp_path / name, exif=telling(), **options)
    _, content, _ = fitted(tmp_path / name, limit(), blobs)
    with Image.open(tmp_path / name) as before, Image.open(BytesIO(content)) as after:
        assert before.tobytes() == after.tobytes()
    assert len(content) < (tmp_path / name).stat().st_size


def test_comments_and_written_words_are_taken_out(tmp_path: Path, blobs: Blobs) -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Ada of Example")
    told.add_itxt("XML:com.adobe.xmp", "<x>Ada of Example</x>")
    noise().save(tmp_path / "a.png", pnginfo=told)
    noise().save(tmp_path / "a.jpg", comment=b"Ada of Example")
    noise().save(tmp_path / "a.gif", comment=b"Ada of Example")
    for name in ("a.png", "a.jpg", "a.gif"):
        assert b"Ada of" in (tmp_path / name).read_bytes()
        assert b"Ada of" not in fitted(tmp_path / name, limit(), blobs)[1]


def test_what_follows_the_end_of_a_jpeg_is_cut_off(tmp_path: Path, blobs: Blobs) -> None:
    noise().save(tmp_path / "a.jpg")
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole + b"a hidden film of the living room")
    assert fitted(tmp_path / "a.jpg", limit(), blobs)[1] == whole


def test_a_second_picture_of_a_telephone_is_cut_off(tmp_path: Path, blobs: Blobs) -> None:
    noise().save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[noise()])
    found, content, _ = fitted(tmp_path / "a.jpg", limit(), blobs)
    with Image.open(BytesIO(content)) as single:
        assert single.format == "JPEG" and not found.animated


@pytest.mark.parametrize("turn", range(2, 9))
def test_a_turned_picture_stands_upright(tmp_path: Path, blobs: Blobs, turn: int) -> None:
    upright = Image.new("RGB", (80, 40), "blue")
    upright.paste("red", (0, 0, 20, 20))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn]  # the transposition that a camera holding `turn` would have made
    exif = telling()
    exif[0x0112] = turn
    upright.transpose(Image.Transpose(back)).save(tmp_path / "a.jpg", exif=exif, quality=95)
    found, content, _ = fitted(tmp_path / "a.jpg", limit(), blobs)
    with Image.open(BytesIO(content)) as after:
        assert after.size == (found.width, found.height) == (80, 40)
        assert not after.getexif()
        assert after.getpixel((8, 8))[0] > 200 and after.getpixel((70, 30))[2] > 200


def test_pixels_and_sides_hold(tmp_path: Path, blobs: Blobs) -> None:
    noise((300, 200)).save(tmp_path / "a.jpg")
    found, content, _ = fitted(tmp_path / "a.jpg", limit(side=150), blobs)
    assert (found.width, found.height) == (150, 100)
    with Image.open(BytesIO(content)) as after:
        assert after.size == (150, 100)
    found, _, _ = fitted(tmp_path / "a.jpg", limit(pixels=10_000), blobs)
    assert found.width and found.height and 9_000 < found.width * found.height <= 10_000


@pytest.mark.parametrize("most", [4_000, 20_000, 60_000])
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_shrinking_goes_on_until_the_bytes_hold(tmp_path: Path, blobs: Blobs, name: str, most: int) -> None:
    noise((400, 300)).save(tmp_path / name, **({"quality": 100} if name != "a.png" else {}))
    assert (tmp_path / name).stat().st_size > most
    found, content, slugs = fitted(tmp_path / name, limit({JPEG: most, PNG: most, WEBP: most}), blobs)
    assert not slugs
    assert found.blob and len(content) == found.blob.size <= most
    assert holds(found, limit({JPEG: most, PNG: most, WEBP: most})[0])


@pytest.mark.parametrize("most", [8_000, 40_000, 200_000])
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_however_far_too_large_a_picture_is_it_keeps_most_of_what_it_may_have(tmp_path: Path, blobs: Blobs, name: str, most: int) -> None:
    noise((1600, 1200)).save(tmp_path / name)
    found, content, slugs = fitted(tmp_path / name, limit({JPEG: most, PNG: most, WEBP: most}), blobs)
    assert slugs == []
    assert most * 0.6 < len(content) <= most
    assert found.blob is not None
    assert found.blob.type == (WEBP if name == "a.webp" else JPEG)


def test_a_picture_of_the_exact_size_is_left_alone_and_one_byte_less_is_not(tmp_path: Path, blobs: Blobs) -> None:
    noise((200, 200)).save(tmp_path / "a.jpg")
    size = (tmp_path / "a.jpg").stat().st_size
    assert len(fitted(tmp_path / "a.jpg", limit({JPEG: size}), blobs)[1]) == size
    assert len(fitted(tmp_path / "a.jpg", limit({JPEG: size - 1}), blobs)[1]) < size


def test_a_type_that_is_not_taken_becomes_one_that_is(tmp_path: Path, blobs: Blobs) -> None:
    noise().save(tmp_path / "a.webp")
    noise().save(tmp_path / "a.tiff")
    for name in ("a.webp", "a.tiff"):
        found, _, slugs = fitted(tmp_path / name, limit({JPEG: 10**6, PNG: 10**6}), blobs)
        assert (found.blob and found.blob.type, slugs) == (JPEG, [])


def test_transparency_stays_where_a_type_can_hold_it_and_turns_white_where_none_can(tmp_path: Path, blobs: Blobs) -> None:
    glass = Image.new("RGBA", (100, 50), (0, 0, 0, 0))
    glass.save(tmp_path / "a.webp")
    found, content, _ = fitted(tmp_path / "a.webp", limit({JPEG: 10**6, PNG: 10**6}), blobs)
    with Image.open(BytesIO(content)) as after:
        assert found.blob and found.blob.type == PNG and after.mode == "RGBA"
    found, content, _ = fitted(tmp_path / "a.webp", limit({JPEG: 10**6}), blobs)
    with Image.open(BytesIO(content)) as after:
        assert found.blob and found.blob.type == JPEG and after.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK"])
def test_every_kind_of_colour_survives_shrinking(tmp_path: Path, blobs: Blobs, mode: str) -> None:
    name = "a.jpg" if mode == "CMYK" else "a.png"
    grey = Image.linear_gradient("L").resize((200, 200))
    (grey.convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else grey.convert(mode)).save(tmp_path / name)
    found, content, slugs = fitted(tmp_path / name, limit(side=100), blobs)
    assert not slugs and found.width == 100
    with Image.open(BytesIO(content)) as after:
        shades = after.convert("L").getextrema()
        assert shades[0] < 30 and shades[1] > 225


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path, blobs: Blobs) -> None:
    noise((300, 200)).save(tmp_path / "a.jpg", exif=telling())
    first = fitted(tmp_path / "a.jpg", limit(side=100), blobs)[1]
    assert fitted(tmp_path / "a.jpg", limit(side=100), Blobs(tmp_path / "elsewhere"))[1] == first


def test_a_moving_picture_is_kept_as_it_is(tmp_path: Path, blobs: Blobs) -> None:
    frames = [noise((30, 30)) for _ in range(3)]
    for name, more in (("a.gif", {"comment": b"Ada"}), ("a.webp", {"exif": telling()}), ("a.png", {"exif": telling()})):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0, **more)
        found, content, slugs = fitted(tmp_path / name, limit(), blobs)
        assert not slugs and found.animated and b"Ada" not in content
        with Image.open(BytesIO(content)) as after, Image.open(tmp_path / name) as before:
            assert after.n_frames == before.n_frames == 3 and after.info.get("loop") == before.info.get("loop")


def test_a_moving_picture_that_is_too_large_is_a_problem(tmp_path: Path, blobs: Blobs) -> None:
    frames = [noise((30, 30)) for _ in range(3)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    original = (tmp_path / "a.gif").read_bytes()
    _, content, slugs = fitted(tmp_path / "a.gif", limit({GIF: 500}), blobs)
    assert (content, slugs) == (original, ["media-too-large"])
    assert fitted(tmp_path / "a.gif", limit({PNG: 10**6}), blobs)[2] == ["media-type"]


def test_a_picture_that_can_never_fit_is_a_problem(tmp_path: Path, blobs: Blobs) -> None:
    noise().save(tmp_path / "a.jpg")
    for _ in range(2):  # the second time from the note
        assert fitted(tmp_path / "a.jpg", limit({JPEG: 50}), blobs)[2] == ["media-too-large"]
    noise((60, 60)).save(tmp_path / "b.jpg")
    assert fitted(tmp_path / "b.jpg", limit({"image/heic": 10**6}), blobs)[2] == ["media-too-large"]


def test_a_result_is_remembered(tmp_path: Path, blobs: Blobs) -> None:
    noise((300, 200)).save(tmp_path / "a.jpg")
    looked, _ = look(tmp_path / "a.jpg", Media("a.jpg", alt="A loaf"), blobs)
    first, _ = fit(looked, limit(side=100), blobs)
    assert looked.blob
    blobs.path(looked.blob).unlink()  # without the source only memory can answer
    assert fit(looked, limit(side=100), blobs)[0] == first


def test_films_are_never_made_anew(blobs: Blobs) -> None:
    film = Media("a.mp4", alt="Kneading", blob=Blob("ab", 2_000, MP4), width=1920, height=1080, seconds=61.0)
    taken = MediaLimit("video", {MP4: 2_000}, 1, "test", "2026-11-22", seconds=61.0, side=1920)
    assert fit(film, (taken,), blobs) == (film, [])
    for narrow, slug in (
        (replace(taken, types={MP4: 1_999}), "media-too-large"),
        (replace(taken, seconds=60.9), "media-too-long"),
        (replace(taken, side=1919), "media-too-large"),
        (replace(taken, types={"video/webm": 9_999}), "media-type"),
        (replace(taken, kind="image"), "media-kind"),
    ):
        same, problems = fit(film, (narrow,), blobs)
        assert (same, [problem.slug for problem in problems]) == (film, [slug])
        assert problems[0].hint


def test_what_could_not_be_looked_at_is_passed_on(blobs: Blobs) -> None:
    assert fit(Media("gone.jpg"), limit(), blobs) == (Media("gone.jpg"), [])
