"""TikTok: films in chunks, photos by their public address. What becomes of a post is known later, and is asked for."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import Rejected, Retriable, SmmError
from smm_cli.networks._hosted import public_address
from smm_cli.networks._oauth import OAuthDoors, renew, sign_in
from smm_cli.networks._short import described, short
from smm_cli.networks._tiktok_fault import tiktok_fault
from smm_cli.networks._tiktok_film import announced, chunks
from smm_cli.networks._tiktok_state import COMPLETE, FAILED, LISTED, UPLOADING, WAITING, among, named, profile, state_of
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import hushed, quiet
from smm_cli.text.rulers import measure
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Intent, LoggingIn, Looking, Publishing, Step, Verifying, Wait
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import JPEG, MP4, QUICKTIME, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post

DOCS = "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post"
PHOTOS = "https://developers.tiktok.com/doc/content-posting-api-reference-photo-post"
API = "https://open.tiktokapis.com"
SCOPES = ("user.info.basic", "video.publish", "video.upload", "video.list")
PRIVACY = {
    "public": "PUBLIC_TO_EVERYONE",
    "friends": "MUTUAL_FOLLOW_FRIENDS",
    "followers": "FOLLOWER_OF_CREATOR",
    "private": "SELF_ONLY",
}
UPLOAD_LIFE = 600.0
"""How long an announced upload is gone on with; its address holds an hour (unverified), and a new one costs nothing."""
WAITS = (2.0, 2.0, 5.0, 10.0, 10.0, 10.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds between questions what became of a post."""
LIST = 20


class TikTok(Network):
    """One creator."""

    name = "tiktok"
    title = "TikTok"
    docs = DOCS
    auth = OAuth2(SCOPES, rotates=True)
    text = (
        Limit("text", 4000, "utf16", f"{PHOTOS} (description; 4000 unverified)", "2026-11-22"),
        Limit("caption", 2200, "utf16", f"{DOCS} (title of a film)", "2026-11-22"),
        Limit("title", 90, "utf16", f"{PHOTOS} (title of photos)", "2026-11-22"),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, WEBP), 20_000_000), 35, PHOTOS, "2026-11-22", pixels=1080 * 1920),
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), 4 * 10**9), 1, DOCS, "2026-11-22", seconds=600.0, exclusive=True),
    )
    media_count = 35
    fetches = frozenset({"image"})
    takes = frozenset({"title", "link", "tags", "visibility"})
    demands = frozenset({"media"})
    visibilities = tuple(PRIVACY)
    decisive = False
    steps = (
        "At developers.tiktok.com: register an app, add Login Kit (Desktop, redirect http://127.0.0.1:*/callback) and Content Posting API "
        "with Direct Post, ask for the scopes user.info.basic, video.publish, video.upload, video.list, verify the address of [media] host "
        "(URL properties) for photos, and apply for the audit: until then everything stays private. Put the client key as client_id and "
        "the client_secret into [networks.tiktok]."
    )

    Settings = Later("smm_cli.networks._tiktok_tables", "Settings")
    Options = Later("smm_cli.networks._tiktok_tables", "Options")

    def hosts(self) -> tuple[str, ...]:
        """Uploads go to another host, whose address is a capability of its own."""
        return ("open.tiktokapis.com",)

    # -- composing -------------------------------------------------------------------------------------------------------

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The caption of a film, or title and description of photos, in plain text."""
        options, mention = self.options(post), self.mention(facts)
        film = any(medium.kind == "video" for medium in part.media)
        fields: dict[str, Any] = {"privacy_level": PRIVACY.get(post.visibility or self.settings.privacy, ""), "film": film}
        fields |= {"disable_comment": not options.comments}
        fields |= {"brand_content_toggle": options.branded, "brand_organic_toggle": options.own_brand}
        if film:
            fields |= {"disable_duet": not options.duet, "disable_stitch": not options.stitch}
            fields |= {"video_cover_timestamp_ms": int(options.cover_at * 1000)} if options.cover_at else {}
            fields |= {"is_aigc": True} if options.ai else {}
        else:
            fields |= {"auto_add_music": options.music, "title": hushed(short(post.title, mention))}
        text = plain(quiet(part.blocks), mention, links="after")
        return PayloadPart(text, fields, described(part.media, mention), part.line)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """A film has a caption alone; photos have title and description."""
        if limit.name == "caption":
            return measure(part.text, limit.ruler) if part.fields.get("film") else 0
        return super().measured(part, limit)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Ask what the creator may do, send the media; then what became of them."""
        message = payload.parts[part]
        user = (yield from self._creator(message)) if self._direct else ""
        send = self._film(message) if message.fields["film"] else self._photos(message)
        publish_id = yield from send
        receipt = PartReceipt(publish_id, profile(user), {"publish_id": publish_id})
        yield receipt
        answer = Answer(0)
        for seconds in WAITS:
            answer = yield self._status(publish_id)
            if (state := state_of(answer)) in (COMPLETE, WAITING):
                break
            if state == FAILED:
                raise Rejected(
                    f"TikTok did not publish it: {answer.get('data', 'fail_reason', default='no reason given')}", slug="tiktok-failed"
                )
            yield Wait(seconds)
        return named(receipt, answer, user, film=bool(message.fields["film"]))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Of a film its own state; of photos, whose id was lost, the newest public posts: not to find them there proves nothing."""
        message = payload.parts[intent.part]
        user = str(self.account.handle if self.account else "").removeprefix("@")
        if not message.fields["film"]:
            request = Request("POST", self._url("video/list/"), Json({"max_count": LIST}), query=LISTED)
            return among((yield request), intent, message) or CannotTell(profile(user) or "https://www.tiktok.com")
        publish_id = next((str(id) for answer in answers if (id := answer.get("data", "publish_id"))), "")
        answer = yield self._status(publish_id)
        state = state_of(answer)
        if state in (COMPLETE, WAITING):
            return Found(named(PartReceipt(publish_id, profile(user), {"publish_id": publish_id}), answer, user, film=True))
        size = message.media[0].blob.size if message.media[0].blob else 0
        if state == FAILED or (state == UPLOADING and int(answer.get("data", "uploaded_bytes", default=size)) < size):
            return Absent()
        raise Retriable("TikTok still works on the film")

    def verify(self) -> Verifying:
        """The creator, and how long her films may be; for the inbox alone her name is known."""
        if not self._direct:
            me = yield Request("GET", self._url("user/info/"), query=(("fields", "open_id,display_name"),))
            name = str(me.get("data", "user", "display_name", default=""))
            return Account(name, str(me.get("data", "user", "open_id", default="")), name)
        creator = yield self._ask("post/publish/creator_info/query/", {})
        user = str(creator.get("data", "creator_username", default=""))
        longest = creator.get("data", "max_video_post_duration_sec")
        limits = {"video_seconds": longest} if isinstance(longest, int) else {}
        return Account(f"@{user}", user, str(creator.get("data", "creator_nickname", default="")), profile(user), limits=limits)

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """OAuth with a challenge in hex, which TikTok wants of desktop apps."""
        challenge = inputs["challenge"]
        if self.settings.challenge == "hex":
            challenge = urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4)).hex()
        return (yield from sign_in(self._doors(), self.settings.client_id, {**inputs, "challenge": challenge}, self.title))

    def refresh(self) -> LoggingIn:
        return (yield from renew(self._doors(), self.settings.client_id, self.title))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        return tiktok_fault(status, headers, body)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    @property
    def _direct(self) -> bool:
        return bool(self.settings.mode == "direct")

    def _creator(self, message: PayloadPart) -> Generator[Step, Any, str]:
        """The creator's name. TikTok demands that her choices are asked for before each post."""
        answer = yield self._ask("post/publish/creator_info/query/", {}, keeps_for=3600.0)
        offered, wanted = answer.get("data", "privacy_level_options", default=[]), message.fields["privacy_level"]
        if offered and wanted not in offered:
            names = ", ".join(name for name, level in PRIVACY.items() if level in offered)
            raise Rejected(
                f"this account does not offer that privacy; it offers {names}", hint="set visibility:, or privacy of the channel"
            )
        longest = answer.get("data", "max_video_post_duration_sec")
        for medium in message.media:
            if isinstance(longest, int) and medium.seconds and medium.seconds > longest:
                raise Rejected(f"{medium.path} runs {medium.seconds:g} s; this account may post {longest} s", hint="cut it shorter")
        return str(answer.get("data", "creator_username", default=""))

    def _film(self, message: PayloadPart) -> Generator[Step, Any, str]:
        blob = _blob(message.media[0])
        body: dict[str, Any] = {"source_info": announced(blob)}
        if self._direct:
            body["post_info"] = {"title": message.text, **_info(message)}
        path = "post/publish/video/init/" if self._direct else "post/publish/inbox/video/init/"
        begun = yield self._ask(path, body, keeps_for=UPLOAD_LIFE, secret=("data.upload_url",))
        *first, last = chunks(blob, str(begun.get("data", "upload_url", default="")))
        for request in first:  # noqa: UP028 - a list would not take the answers
            yield request
        yield Earlier()
        yield last
        return str(begun.get("data", "publish_id", default=""))

    def _photos(self, message: PayloadPart) -> Generator[Step, Any, str]:
        addresses = []
        for medium in message.media:
            addresses.append((yield from public_address(_blob(medium))))
        yield Earlier()
        info = {"description": message.text, **({"title": message.fields["title"]} if message.fields["title"] else {})}
        info |= _info(message) if self._direct else {}
        source = {"source": "PULL_FROM_URL", "photo_images": addresses, "photo_cover_index": 0}
        mode = "DIRECT_POST" if self._direct else "MEDIA_UPLOAD"
        body = {"post_info": info, "source_info": source, "post_mode": mode, "media_type": "PHOTO"}
        answer = yield self._ask("post/publish/content/init/", body, commits=True)
        return str(answer.get("data", "publish_id", default=""))

    def _status(self, publish_id: str) -> Request:
        return self._ask("post/publish/status/fetch/", {"publish_id": publish_id})

    def _ask(self, path: str, body: Any, *, commits: bool = False, keeps_for: float | None = None, secret: tuple[str, ...] = ()) -> Request:
        headers = {"content-type": "application/json; charset=UTF-8"}
        return Request("POST", self._url(path), Json(body), headers, commits=commits, keeps_for=keeps_for, secret=secret)

    def _url(self, path: str) -> str:
        return f"{API}/{self.settings.version}/{path}"

    def _doors(self) -> OAuthDoors:
        token = self._url("oauth/token/")
        authorize = f"https://www.tiktok.com/{self.settings.version}/auth/authorize/"
        return OAuthDoors(authorize, token, SCOPES, client="client_key", joined=",")


def _info(message: PayloadPart) -> dict[str, Any]:
    return {key: value for key, value in message.fields.items() if key not in ("film", "title")}


def _blob(medium: Media) -> Any:
    if medium.blob is None:
        raise Rejected(f"{medium.path} was not read", hint="smm check")
    return medium.blob


NETWORK = TikTok
