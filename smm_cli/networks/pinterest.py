"""Pinterest: a Pin with a picture, several, or a film, on a board, by the API v5.

Pinterest fetches pictures itself, so that they are put at a public address first. It has neither drafts nor a key against doubles:
after a lost answer the board is looked through.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks._handoff import form
from smm_cli.networks._hosted import public_address
from smm_cli.networks._oauth import OAuthDoors, renew, sign_in
from smm_cli.networks._pinterest_film import upload_film
from smm_cli.networks._pinterest_pin import find_pin, receipt_of, said_of
from smm_cli.networks._short import described, short
from smm_cli.networks.base import Facts, Later, Network
from smm_cli.networks.fault import fault_by_status, retry_after, said_by
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import quiet
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import JPEG, MP4, PNG, QUICKTIME, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

SPEC = "github.com/pinterest/api-description v5 5.23.0"
GUIDE = "https://developers.pinterest.com/docs"
SCOPES = ("boards:read", "boards:write", "pins:read", "pins:write", "user_accounts:read")
MB = 1_000_000


class Pinterest(Network):
    """One board of one account (or several, by the option `board`)."""

    name = "pinterest"
    title = "Pinterest"
    docs = f"{GUIDE}/api/v5/pins-create"
    auth = OAuth2(scopes=SCOPES)
    text = (
        Limit("text", 800, "code_points", f"{SPEC}, PinCreate.description", "2025-12-11"),
        Limit("title", 100, "code_points", f"{SPEC}, PinCreate.title", "2025-12-11"),
        Limit("alt", 500, "code_points", f"{SPEC}, PinCreate.alt_text", "2025-12-11"),
        Limit("link", 2048, "code_points", f"{SPEC}, PinCreate.link", "2025-12-11"),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG), 10 * MB), 5, f"{SPEC}; bytes: not said, integrators name 10 to 32 MB", "2026-11-22"),
        MediaLimit("video", dict.fromkeys((MP4, QUICKTIME), 2000 * MB), 1, "help.pinterest.com, product specs", "2026-11-22",
                   seconds=900.0, exclusive=True),
    )  # fmt: skip
    media_count = 5
    fetches = frozenset({"image"})
    takes = frozenset({"title", "link", "tags", "alt"})
    appends = frozenset({"tags"})
    demands = frozenset({"media"})
    steps = (
        "At developers.pinterest.com connect an app and register a redirect address. Copy app id and secret into [networks.pinterest] "
        "(client_id, client_secret) and the address as redirect_uri. An app on trial publishes to the sandbox only "
        '(server = "https://api-sandbox.pinterest.com"): ask for Standard access. The id of a board: smm channel check names them.'
    )

    Settings = Later("smm_cli.networks._pinterest_tables", "Settings")
    Options = Later("smm_cli.networks._pinterest_tables", "Options")

    @property
    def base(self) -> str:
        return f"{self.settings.server}/v5"

    @property
    def doors(self) -> OAuthDoors:
        """Id and secret go as Basic (api/v5/oauth-token)."""
        return OAuthDoors("https://www.pinterest.com/oauth/", f"{self.base}/oauth/token", SCOPES, pkce=False, basic=True, joined=",")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The description, plain; title, link and board beside it."""
        mention, said = self.mention(facts), self.options(post)
        fields: dict[str, Any] = {"board": said.board or self.settings.board}
        fields |= {"title": short(post.title, mention)} if post.title else {}
        fields |= {"link": post.link} if post.link else {}
        fields |= {"section": said.section} if said.section else {}
        media = described(part.media, mention)
        if any(medium.kind == "video" for medium in media):
            fields["cover_at"] = said.cover_at
        return PayloadPart(plain(quiet(part.blocks), mention, links="after"), fields, media, part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Pictures of one Pin have one size (PinMediaSourceImagesURL)."""
        sizes = {(medium.width, medium.height) for medium in payload.parts[0].media if medium.kind == "image" and medium.width}
        if len(sizes) < 2:
            return ()
        what = "the pictures of one Pin must be of one size: " + ", ".join(f"{width} x {height}" for width, height in sorted(sizes))
        return (Problem("media-shape", what, Place(post.path, channel=self.channel.name), "crop them alike"),)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """The files first, then the one request that makes the Pin."""
        message = payload.parts[part]
        source = yield from self._source(message)
        yield Earlier()
        body = {"board_id": message.fields["board"], "media_source": source, **said_of(message)}
        body |= {"board_section_id": message.fields["section"]} if "section" in message.fields else {}
        answer = yield Request("POST", f"{self.base}/pins", Json(body), commits=True)
        if not isinstance(answer.body, Mapping) or not answer.get("id"):
            raise OutcomeUnknown(f"Pinterest answered {answer.status} without the id of a Pin")
        return receipt_of(answer.body)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the Pins of the board, or of its section: no document says that a board's list has those of its sections."""
        message = payload.parts[intent.part]
        section = f"/sections/{message.fields['section']}" if "section" in message.fields else ""
        return (yield from find_pin(f"{self.base}/boards/{message.fields['board']}{section}/pins", message, intent))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Words and link; the picture stays. Not every app may (the API calls it beta)."""
        answer = yield Request("PATCH", f"{self.base}/pins/{receipt.id}", Json(said_of(payload.parts[part])))
        return replace(receipt, id=str(answer.get("id") or receipt.id))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the Pin; gone already is success."""
        answer = yield Request("DELETE", f"{self.base}/pins/{receipt.id}", reads="any", may_fail=True)
        if not answer.ok and answer.status != 404:
            raise self.fault(answer.status, answer.headers, answer.body) or Retriable("Pinterest did not answer")

    def verify(self) -> Verifying:
        """Whose token it is, and whether the board is there."""
        me = yield Request("GET", f"{self.base}/user_account")
        board = yield Request("GET", f"{self.base}/boards/{self.settings.board}", may_fail=True)
        if board.status == 404:
            listed = yield Request("GET", f"{self.base}/boards", query=(("page_size", "100"),))
            known = [f'"{item.get("id")}" is {item.get("name")}' for item in listed.get("items", default=[]) if isinstance(item, Mapping)]
            hint = f"set board in channels.toml: {'; '.join(known) or 'this account has none'}"
            raise AuthFailed(f"this account has no board {self.settings.board}", hint=hint)
        name = str(me.get("username", default=""))
        return Account(name, str(me.get("id", default="")), str(me.get("business_name") or name), f"https://www.pinterest.com/{name}/")

    def share_link(self, payload: Payload) -> str:
        """Pinterest's own form, for a board that is pinned to by hand."""
        part = payload.parts[0]
        return form("https://www.pinterest.com/pin/create/button/", url=str(part.fields.get("link") or ""), description=part.text)

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """A visit, then a token of 30 days and one of 60 that renews it."""
        return (yield from sign_in(self.doors, self.settings.client_id, inputs, self.title))

    def refresh(self) -> LoggingIn:
        return (yield from renew(self.doors, self.settings.client_id, self.title))

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """{"code", "message"}; 403 with code 29 is the app's access, not the Pin (pinterest/pinterest-python-sdk, Postiz issue 1084)."""
        told = f"Pinterest answered {status} {said_by(body)}".strip()
        if status == 401:
            return AuthFailed(told, expired=True)
        if status == 403:
            return AuthFailed(
                told, hint="an app on trial publishes to https://api-sandbox.pinterest.com only: set server, or ask for access"
            )
        if status == 429:
            return RateLimited(told, after=retry_after(headers))
        if status == 400 and "unable to reach the url" in told.lower():
            return Retriable(told)
        return fault_by_status(status, headers, body)

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _source(self, message: PayloadPart) -> Generator[Step, Any, dict[str, Any]]:
        """The `media_source` of a Pin: a film, a picture, or two to five of one size."""
        blobs = [medium.blob for medium in message.media if medium.blob]
        if len(blobs) != len(message.media):
            raise Rejected("a file was not read", hint="smm check")
        if message.media[0].kind == "video":
            id = yield from upload_film(self.base, blobs[0])
            return {"source_type": "video_id", "media_id": id, "cover_image_key_frame_time": message.fields["cover_at"]}
        addresses = []
        for blob in blobs:
            addresses.append((yield from public_address(blob)))
        if len(addresses) == 1:
            return {"source_type": "image_url", "url": addresses[0]}
        return {"source_type": "multiple_image_urls", "items": [{"url": address} for address in addresses], "index": 0}


NETWORK = Pinterest
