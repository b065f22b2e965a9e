"""TikTok: films in chunks, photos by their public address. What becomes of a post is known later, and is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.networks._oauth import OAuthDoors, OwnApp
from smm_cli.networks._short import described, short
from smm_cli.networks._tiktok_account import SCOPES, ask_account, ask_creator, ask_name, doors_for, in_hex
from smm_cli.networks._tiktok_compose import PRIVACY, fields_of
from smm_cli.networks._tiktok_fault import tiktok_fault
from smm_cli.networks._tiktok_post import send_film, send_photos
from smm_cli.networks._tiktok_state import became, begun, find_film, find_photos
from smm_cli.networks.base import Facts, Later
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import hushed, quiet
from smm_cli.text.rulers import measure
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Intent, LoggingIn, Looking, Publishing, Verifying
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import JPEG, MP4, QUICKTIME, WEBM, WEBP, Limit, MediaLimit
from smm_cli.words.post import Part, Post

DOCS = "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post"
PHOTOS = "https://developers.tiktok.com/doc/content-posting-api-reference-photo-post"


class TikTok(OwnApp):
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

    apis = ("open.tiktokapis.com",)  # uploads go to another host, whose address is a capability of its own
    fault = staticmethod(tiktok_fault)

    @property
    def api(self) -> str:
        return f"https://open.tiktokapis.com/{self.settings.version}"

    @property
    def doors(self) -> OAuthDoors:
        return doors_for(self.api, self.settings.version)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The caption of a film, or title and description of photos, in plain text."""
        mention, film = self.mention(facts), any(medium.kind == "video" for medium in part.media)
        privacy, title = post.visibility or self.settings.privacy, hushed(short(post.title, mention))
        fields = fields_of(self.options(post), privacy, title, film=film)
        return PayloadPart(plain(quiet(part.blocks), mention, links="after"), fields, described(part.media, mention), part.line)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """A film has a caption alone; photos have title and description."""
        if limit.name == "caption":
            return measure(part.text, limit.ruler) if part.fields.get("film") else 0
        return super().measured(part, limit)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Ask what the creator may do, send the media; then what became of them."""
        message, direct = payload.parts[part], self._direct
        user = (yield from ask_creator(self.api, message)) if direct else ""
        film = bool(message.fields["film"])
        receipt = begun((yield from (send_film if film else send_photos)(self.api, message, direct=direct)), user)
        yield receipt
        return (yield from became(self.api, receipt, user, film=film))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Of a film its own state; of photos, whose id was lost, the newest public posts."""
        message = payload.parts[intent.part]
        user = str(self.account.handle if self.account else "").removeprefix("@")
        if message.fields["film"]:
            return (yield from find_film(self.api, message, answers, user))
        return (yield from find_photos(self.api, message, intent, user))

    def verify(self) -> Verifying:
        """The creator, and how long her films may be; for the inbox alone her name is known."""
        return (yield from (ask_account if self._direct else ask_name)(self.api))

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """OAuth with a challenge in hex, which TikTok wants of desktop apps."""
        return (yield from super().login(in_hex(inputs) if self.settings.challenge == "hex" else inputs))

    @property
    def _direct(self) -> bool:
        return bool(self.settings.mode == "direct")


NETWORK = TikTok
