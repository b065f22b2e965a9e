"""YouTube: films. A film is uploaded as private; what publishes it is the change of its privacy, which may be said twice."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import AuthFailed, Rejected, Retriable
from smm_cli.networks._google import Google
from smm_cli.networks._google_upload import opened, upload
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Later, Repeat
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import hushed, quiet
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Doing, Earlier, Found, Intent, Looking, Publishing, Step, Verifying, Wait
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request, Slice
from smm_cli.words.limit import MP4, QUICKTIME, WEBM, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post

DOCS = "https://developers.google.com/youtube/v3/docs/videos"
HOST = "www.googleapis.com"
SCOPES = tuple(f"https://www.googleapis.com/auth/youtube.{name}" for name in ("upload", "force-ssl", "readonly"))
UNVERIFIED_SECONDS = 15 * 60
"""The longest film of an account that is not verified. Source: support.google.com/youtube/answer/71673 (2026-11-22)."""
WAITS = (2.0, 3.0, 5.0, 10.0, 10.0, 10.0)
"""Seconds between questions whether the film can be used; a film that YouTube still works on then is published all the same."""
REFUSED = frozenset({"failed", "rejected", "deleted"})
ANGLES = str.maketrans("<>", "‹›")
"""Titles and descriptions may hold any sign but these two. Source: videos#properties, snippet.title (2026-11-22)."""


class YouTube(Google):
    """One YouTube channel."""

    name = "youtube"
    title = "YouTube"
    docs = DOCS
    auth = OAuth2(SCOPES)
    scopes = SCOPES
    apis = (HOST,)
    text = (
        Limit("title", 100, "code_points", f"{DOCS}#snippet.title", "2026-11-22", minimum=1),
        Limit("text", 5000, "utf8", f"{DOCS}#snippet.description", "2026-11-22"),
        Limit("tags", 500, "code_points", f"{DOCS}#snippet.tags[]", "2026-11-22"),
    )
    media = (
        MediaLimit(
            "video",
            dict.fromkeys((MP4, WEBM, QUICKTIME), 256 * 1024**3),
            1,
            f"{DOCS}/insert",
            "2026-11-22",
            seconds=12 * 3600,
            exclusive=True,
        ),
    )
    media_count = 1
    takes = frozenset({"title", "link", "tags", "language", "visibility"})
    demands = frozenset({"title", "video"})
    visibilities = ("public", "unlisted", "private")
    appends = frozenset({"link"})
    steps = (
        "At console.cloud.google.com: make a project, enable “YouTube Data API v3”, set up the consent screen and publish it (in Testing "
        "a login ends after seven days), make an OAuth client of the kind Desktop app. Put its client_id and client_secret into "
        "[networks.youtube] of channels.toml. Films of a project that Google has not audited may stay private."
    )

    Settings = Later("smm_cli.networks._youtube_tables", "Settings")
    Options = Later("smm_cli.networks._youtube_tables", "Options")

    def repeat(self) -> Repeat | None:
        """For ever: it says what the privacy of one film is to be."""
        return Repeat(None, f"{DOCS}/update (the same privacy again changes nothing)", "2026-11-22")

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The text is the description; a vertical film of up to three minutes becomes a Short by itself."""
        options, mention, settings = self.options(post), self.mention(facts), self.settings
        fields: dict[str, Any] = {
            "title": hushed(short(post.title, mention)).translate(ANGLES),
            "tags": [tag.translate(ANGLES) for tag in post.tags],
            "category": options.category or settings.category,
            "visibility": post.visibility or settings.visibility,
        }
        fields |= {"language": post.language} if post.language else {}
        fields |= {"synthetic": True} if options.synthetic else {}
        text = plain(quiet(part.blocks), mention, links="after").translate(ANGLES)
        return PayloadPart(text, fields, described(part.media, mention), part.line)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """Tags count together, with a comma between and quotes around those of several words (snippet.tags[])."""
        if limit.name != "tags":
            return super().measured(part, limit)
        tags = part.fields.get("tags") or ()
        return sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(0, len(tags) - 1)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload as private, set the thumbnail, see whether YouTube can use it; then the change of privacy."""
        message = payload.parts[part]
        medium = message.media[0]
        if medium.blob is None:
            raise Rejected(f"{medium.path} was not read", hint="smm check")
        body = Json({"snippet": self._snippet(message), "status": self._status("private", message)})
        query = (("part", "snippet,status"), ("notifySubscribers", "true" if self.settings.notify else "false"))
        made = yield from upload(opened(self._url("videos", upload=True), query, body, medium.blob), medium.blob)
        id = str(made.get("id", default=""))
        if not id:
            raise Retriable("YouTube gave the film no id")
        yield from self._thumbnail(medium, id)
        yield from self._usable(id)
        yield Earlier()
        wanted = str(message.fields["visibility"])
        sent = Json({"id": id, "status": self._status(wanted, message)})
        answer = yield Request("PUT", self._url("videos"), sent, query=(("part", "status"),), commits=True)
        receipt = self._receipt(str(answer.get("id", default=id)))
        yield receipt
        if (now := answer.get("status", "privacyStatus", default=wanted)) != wanted:
            raise Rejected(
                f"YouTube left the film {now}, not {wanted}", hint="has Google audited your project? See smm network show youtube"
            )
        return receipt

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Title, description, tags, privacy; the film itself cannot be changed."""
        message = payload.parts[part]
        status = self._status(str(message.fields["visibility"]), message)
        sent = {"id": receipt.id, "snippet": self._snippet(message), "status": status}
        yield Request("PUT", self._url("videos"), Json(sent), query=(("part", "snippet,status"),))
        if message.media:
            yield from self._thumbnail(message.media[0], receipt.id)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Make it private: its views and comments are kept. A film that is gone is success."""
        status = {"privacyStatus": "private", "selfDeclaredMadeForKids": self.settings.made_for_kids}
        sent = Json({"id": receipt.id, "status": status})
        answer = yield Request("PUT", self._url("videos"), sent, query=(("part", "status"),), may_fail=True)
        if not answer.ok and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("YouTube did not answer")

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """The privacy of the very film."""
        sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
        id = str(sent.get("id", ""))
        answer = yield Request("GET", self._url("videos"), query=(("part", "status"), ("id", id)))
        now = answer.get("items", 0, "status", "privacyStatus")
        if now is None:
            return CannotTell("https://studio.youtube.com")
        return Found(self._receipt(id)) if now == sent.get("status", {}).get("privacyStatus") else Absent()

    def verify(self) -> Verifying:
        answer = yield Request("GET", self._url("channels"), query=(("part", "id,snippet,status"), ("mine", "true")))
        own = answer.get("items", 0)
        if not isinstance(own, Mapping):
            raise AuthFailed("this Google account has no YouTube channel", hint="make one at youtube.com, or log in as another")
        name = str(answer.get("items", 0, "snippet", "title", default=""))
        handle = str(answer.get("items", 0, "snippet", "customUrl", default="")) or name
        long = answer.get("items", 0, "status", "longUploadsStatus", default="allowed") == "allowed"
        limits = {} if long else {"video_seconds": UNVERIFIED_SECONDS}
        return Account(handle, str(own.get("id", "")), name, f"https://www.youtube.com/channel/{own.get('id')}", limits=limits)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _thumbnail(self, medium: Media, id: str) -> Generator[Request, Any, None]:
        """The medium's own thumbnail, where it has one. Only verified accounts may set one: without it the film is no less a film."""
        if medium.thumbnail_blob:
            url, query = self._url("thumbnails/set", upload=True), (("uploadType", "media"), ("videoId", id))
            yield Request("POST", url, Slice(medium.thumbnail_blob), query=query, reads="any", may_fail=True, timeout=120.0)

    def _usable(self, id: str) -> Generator[Step, Any, None]:
        for seconds in WAITS:
            answer = yield Request("GET", self._url("videos"), query=(("part", "status"), ("id", id)))
            state = str(answer.get("items", 0, "status", "uploadStatus", default=""))
            if state in REFUSED:
                why = answer.get("items", 0, "status", "rejectionReason") or answer.get("items", 0, "status", "failureReason") or state
                raise Rejected(f"YouTube cannot use the film: {why}", slug="video")
            if state == "processed":
                return
            yield Wait(seconds)

    def _snippet(self, message: PayloadPart) -> dict[str, Any]:
        fields = message.fields
        snippet = {"title": fields["title"], "description": message.text, "tags": fields["tags"], "categoryId": fields["category"]}
        return snippet | ({"defaultLanguage": fields["language"]} if "language" in fields else {})

    def _status(self, privacy: str, message: PayloadPart) -> dict[str, Any]:
        """All that may be set: an update replaces the whole part."""
        settings = self.settings
        status = {"privacyStatus": privacy, "selfDeclaredMadeForKids": settings.made_for_kids}
        status |= {"license": settings.license, "embeddable": settings.embeddable}
        return status | ({"containsSyntheticMedia": True} if message.fields.get("synthetic") else {})

    def _url(self, path: str, *, upload: bool = False) -> str:
        return f"https://{HOST}/{'upload/' if upload else ''}youtube/{self.settings.version}/{path}"

    def _receipt(self, id: str) -> PartReceipt:
        return PartReceipt(id, f"https://www.youtube.com/watch?v={id}")


NETWORK = YouTube
