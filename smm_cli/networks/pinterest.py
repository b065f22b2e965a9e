"""Pinterest: a Pin with a picture, several, or a film, on a board, by the API v5.

Pinterest fetches pictures itself, so that they are put at a public address first. It has neither drafts nor a key against doubles:
after a lost answer the board is looked through.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smm_cli.networks._declared import Lasts
from smm_cli.networks._handoff import form
from smm_cli.networks._oauth import OAuthDoors, OwnApp
from smm_cli.networks._pinterest_account import SCOPES, account_of, doors_of
from smm_cli.networks._pinterest_fault import read_fault
from smm_cli.networks._pinterest_pin import body_of, fields_of, find_pin, made_of, said_of
from smm_cli.networks._pinterest_source import size_problems, source_of
from smm_cli.networks._short import described, short
from smm_cli.networks._take_down import take_down
from smm_cli.networks.base import Facts, Later
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import quiet
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import JPEG, MP4, PNG, QUICKTIME, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

SPEC = "github.com/pinterest/api-description v5 5.23.0"


class Pinterest(OwnApp):
    """One board of one account (or several, by the option `board`)."""

    name = "pinterest"
    title = "Pinterest"
    docs = "https://developers.pinterest.com/docs/api/v5/pins-create"
    auth = OAuth2(scopes=SCOPES)
    token_lasts = Lasts(
        30 * 86_400, "developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization", "2026-11-23", extends=True
    )
    text = (
        Limit("text", 800, "code_points", f"{SPEC}, PinCreate.description", "2025-12-11"),
        Limit("title", 100, "code_points", f"{SPEC}, PinCreate.title", "2025-12-11"),
        Limit("alt", 500, "code_points", f"{SPEC}, PinCreate.alt_text", "2025-12-11"),
        Limit("link", 2048, "code_points", f"{SPEC}, PinCreate.link", "2025-12-11"),
    )
    media = (
        MediaLimit("image", dict.fromkeys((JPEG, PNG), 10**7), 5, f"{SPEC}; bytes: not said, integrators name 10 to 32 MB", "2026-11-22"),
        MediaLimit("video", dict.fromkeys((MP4, QUICKTIME), 2 * 10**9), 1, "help.pinterest.com, product specs", "2026-11-22",
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
        return doors_of(self.base)

    fault = staticmethod(read_fault)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The description, plain; title, link and board beside it."""
        mention, said = self.mention(facts), self.options(post)
        media = described(part.media, mention)
        fields = fields_of(said, said.board or self.settings.board, short(post.title, mention), post.link, media)
        return PayloadPart(plain(quiet(part.blocks), mention, links="after"), fields, media, part.line)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        return size_problems(payload.parts[0], Place(post.path, channel=self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """The files first, then the one request that makes the Pin."""
        message = payload.parts[part]
        source = yield from source_of(self.base, message)
        yield Earlier()
        answer = yield Request("POST", f"{self.base}/pins", Json(body_of(message, source)), commits=True)
        return made_of(answer)

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """Among the Pins of the board, or of its section: no document says that a board's list has those of its sections."""
        return (yield from find_pin(self.base, payload.parts[intent.part], intent))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Words and link; the picture stays. Not every app may (the API calls it beta)."""
        answer = yield Request("PATCH", f"{self.base}/pins/{receipt.id}", Json(said_of(payload.parts[part])))
        return replace(receipt, id=str(answer.get("id") or receipt.id))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete the Pin; gone already is success."""
        yield from take_down(self, Request("DELETE", f"{self.base}/pins/{receipt.id}", reads="any", may_fail=True))

    def verify(self) -> Verifying:
        return (yield from account_of(self.base, self.settings.board))

    def share_link(self, payload: Payload) -> str:
        """Pinterest's own form, for a board that is pinned to by hand."""
        part = payload.parts[0]
        return form("https://www.pinterest.com/pin/create/button/", url=str(part.fields.get("link") or ""), description=part.text)


NETWORK = Pinterest
