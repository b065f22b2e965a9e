"""Films on a Page: uploaded unseen, waited for, then shown by one request. Reels by the Reels API, others as videos."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import Rejected, Retriable
from smm_cli.networks._file import blob_of, film_name
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Looking, Publishing, Step, Wait
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Field, Multipart, Request, Slice, handle
from smm_cli.words.post import Media
from smm_cli.words.problem import Place, Problem

REEL_HOST = "rupload.facebook.com"
REEL = (3.0, 90.0)
"""Seconds of a reel. Source: developers.facebook.com/docs/video-api/guides/reels-publishing (2026-04)."""
UPRIGHT = 0.6
"""Width by height that still counts as 9:16."""
KEEPS = 20 * 3600.0
WAITS = (2.0, 3.0, 5.0, 10.0, 10.0, 30.0, *(60.0,) * 60)
"""Seconds before each look at a film that is being prepared: an hour in all."""
SHOWN = "permalink_url,post_id,created_time"


def is_reel(medium: Media, wish: str) -> bool:
    """Whether a film goes out as a reel."""
    if wish:
        return wish == "reel"
    upright = bool(medium.width and medium.height and medium.width / medium.height <= UPRIGHT)
    return upright and medium.seconds is not None and REEL[0] <= medium.seconds <= REEL[1]


def film_fields(medium: Media, wish: str, title: str) -> dict[str, Any]:
    """What a film says beside its text."""
    return {"film": "reel" if is_reel(medium, wish) else "video", **({"title": title} if title else {})}


def reel_problems(part: PayloadPart, place: Place) -> tuple[Problem, ...]:
    """A reel has its own length."""
    if part.fields.get("film") != "reel" or not (seconds := part.media[0].seconds) or REEL[0] <= seconds <= REEL[1]:
        return ()
    what = f"the film runs {seconds:g} s; a reel runs {REEL[0]:g} to {REEL[1]:g} s"
    return (Problem("media-too-long", what, place, "video_as: video, or cut it"),)


def publish_video(network: MetaNetwork, page: str, message: PayloadPart) -> Publishing:
    """Upload it unpublished, wait until it is ready, show it."""
    film = blob_of(message.media[0])
    fields = [Field("source", film, film_name(film), film.type), Field("published", "false")]
    fields += [Field(key, value) for key, value in (("description", message.text), ("title", message.fields.get("title"))) if value]
    request = Request("POST", f"{network.graph}/{page}/videos", Multipart(tuple(fields)), timeout=600.0)
    id = network.id_in((yield request))
    yield from _ready(network, id)
    yield Earlier()
    answer = yield network.told(id, ("published", "true"), commits=True, query=(("fields", f"id,{SHOWN}"),))
    return (yield from _receipt(network, str(answer.get("id") or id), "video"))


def publish_reel(network: MetaNetwork, page: str, message: PayloadPart) -> Publishing:
    """Ask for a place, upload to it, then publish."""
    film = blob_of(message.media[0])
    begun = yield network.told(f"{page}/video_reels", ("upload_phase", "start"), keeps_for=KEEPS)
    id, version = str(begun.get("video_id", default="")), network.graph.rpartition("/")[2]
    if not id:
        raise Retriable("Facebook gave no place for the reel")
    headers = {"authorization": f"OAuth {handle('token')}", "offset": "0", "file_size": str(film.size)}
    yield Request("POST", f"https://{REEL_HOST}/video-upload/{version}/{id}", Slice(film), headers, auth="", keeps_for=KEEPS, timeout=600.0)
    yield Earlier()
    pairs = (("upload_phase", "finish"), ("video_id", id), ("video_state", "PUBLISHED"), ("description", message.text))
    yield network.told(f"{page}/video_reels", *pairs, ("title", str(message.fields.get("title") or "")), commits=True)
    return (yield from _receipt(network, id, "reel"))


def find_film(network: MetaNetwork, sent: Mapping[str, str], url: str) -> Looking:
    """Whether the film of a committing request is shown: the film itself says so."""
    id = sent.get("video_id") or url.rpartition("/")[2]
    answer = yield network.asked(id, f"published,status,{SHOWN}", may_fail=True)
    if not answer.ok:
        return CannotTell(f"https://www.facebook.com/{id}")
    if "video_id" not in sent:
        return Found(_shown(id, "video", answer)) if answer.get("published") is True else Absent()
    phase = answer.get("status", "publishing_phase", "status")
    if answer.get("status", "publishing_phase", "publish_status") == "published" or phase == "complete":
        return Found(_shown(id, "reel", answer))
    untouched = answer.get("status", "processing_phase", "status") == "not_started" and phase == "not_started"
    return Absent() if untouched else CannotTell(f"https://www.facebook.com/{id}")


def _ready(network: MetaNetwork, id: str) -> Generator[Step, Any, None]:
    for seconds in WAITS:
        answer = yield network.asked(id, "status")
        state = str(answer.get("status", "video_status", default="")).lower()
        if state == "ready":
            return
        if state in ("error", "expired", "upload_failed"):
            words = answer.get("status", "processing_phase", "error", "message", default=state)
            raise Rejected(f"Facebook cannot use the film: {words}")
        yield Wait(seconds)
    raise Retriable("Facebook is still working on the film after an hour")


def _receipt(network: MetaNetwork, id: str, kind: str) -> Generator[Step, Any, PartReceipt]:
    answer = yield network.asked(id, SHOWN, may_fail=True)
    return _shown(id, kind, answer)


def _shown(id: str, kind: str, answer: Answer) -> PartReceipt:
    more: dict[str, Any] = {"kind": kind}
    if post := answer.get("post_id"):
        more["post_id"] = str(post)
    link = str(answer.get("permalink_url", default="")) if answer.ok else ""
    return PartReceipt(id, address(link, id), more)


def address(link: str, id: str) -> str:
    """The address of a post or film: as Facebook says (films: a path alone), else made of its id."""
    return f"https://www.facebook.com{link}" if link.startswith("/") else link or f"https://www.facebook.com/{id}"
