"""Raindrop.io: bookmarks in collections. Source: developer.raindrop.io (github.com/raindropio/developer-site, 2024-12-24)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.errors import Retriable
from smm_cli.networks._bookmark import LOOKED_FOR, Bookmarks, Twin, is_like, names_of, note_of
from smm_cli.networks._oauth import OAuthDoors, OwnApp
from smm_cli.networks._raindrop_fault import raindrop_fault
from smm_cli.networks.base import Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.limit import Limit

DOCS = "https://developer.raindrop.io"
HOST = "https://api.raindrop.io"
TRASH, MOST = -99, 10
"""The collection of what was removed; how many bookmarks of one link are looked at."""


class Raindrop(Bookmarks, OwnApp):
    """One account on Raindrop.io; whether a bookmark is public is its collection's matter."""

    name = "raindrop"
    title = "Raindrop.io"
    docs = f"{DOCS}/v1/raindrops/single"
    dialect = "commonmark"
    auth = OAuth2()
    apis = ("api.raindrop.io", "raindrop.io")
    spaced = True
    takes = frozenset({"title", "link", "tags"})
    text = (
        Limit("text", 10_000, "code_points", f"{DOCS}/v1/raindrops (note)", "2024-12-24"),
        Limit("title", 1000, "code_points", f"{DOCS}/v1/raindrops (title)", "2024-12-24"),
    )
    steps = (
        "At app.raindrop.io, Settings, Integrations, For Developers: create an app. Its test token is enough for your own account: give it "
        "to smm channel login. To let others log in, put client_id, redirect_uri and client_secret into [networks.raindrop]."
    )

    Settings = Later("smm_cli.networks._raindrop_tables", "Settings")

    fault = staticmethod(raindrop_fault)

    @property
    def api(self) -> str:
        return f"{HOST}/rest/{self.settings.api_version}"

    @property
    def doors(self) -> OAuthDoors:
        """Tokens hold for two weeks; the test token of an app holds for ever and is given without a login (developer.raindrop.io)."""
        return OAuthDoors("https://raindrop.io/oauth/authorize", "https://raindrop.io/oauth/access_token", (), pkce=False, json=True)

    # -- bookmarks ---------------------------------------------------------------------------------------------------------

    def find(self, message: PayloadPart) -> Generator[Request, Answer, Twin | None]:
        """Raindrop.io takes a link twice, but tells where it is there; the one that says the same is ours. What is in the trash is gone."""
        asked = Json({"urls": [message.fields["url"]]})
        known = yield Request("POST", f"{self.api}/import/url/exists", asked, keeps_for=LOOKED_FOR)
        if not isinstance(ids := known.get("ids"), list):
            raise Retriable("Raindrop.io does not say whether it has the link")
        twins: list[Twin] = []
        for id in ids[:MOST]:
            answer = yield Request("GET", f"{self.api}/raindrop/{id}", keeps_for=LOOKED_FOR)
            if answer.get("item", "collection", "$id") != TRASH and answer.get("item", "removed") is not True:
                twins.append(self.saved(answer, message))
        return next((twin for twin in twins if is_like(twin, message)), twins[0] if twins else None)

    def save(self, message: PayloadPart, twin: Twin | None) -> Request:
        fields = message.fields
        body: dict[str, Any] = {"link": fields["url"], "title": fields["title"], "note": note_of(message), "tags": fields["tags"]}
        if twin:
            return Request("PUT", f"{self.api}/raindrop/{twin.id}", Json(body), commits=True)
        body |= {"collection": {"$id": self.settings.collection}, "type": "link"} | ({"pleaseParse": {}} if self.settings.parse else {})
        return Request("POST", f"{self.api}/raindrop", Json(body), commits=True)

    def saved(self, answer: Answer, message: PayloadPart) -> Twin:
        id = str(answer.get("item", "_id", default=""))
        shelf = answer.get("item", "collection", "$id", default=self.settings.collection)
        title, note = (str(answer.get("item", key, default="")) for key in ("title", "note"))
        # the address of the web app is not documented (unverified, 2026-11-22): it is only shown to people
        return Twin(id, f"https://app.raindrop.io/my/{shelf}/item/{id}/edit", title, note, names_of(answer.get("item", "tags")))

    def removal(self, receipt: PartReceipt) -> Request:
        """To the trash, where it stays until somebody empties that."""
        return Request("DELETE", f"{self.api}/raindrop/{receipt.id}", reads="any", may_fail=True)

    # -- the account -------------------------------------------------------------------------------------------------------

    def verify(self) -> Verifying:
        answer = yield Request("GET", f"{self.api}/user")
        id, name = str(answer.get("user", "_id", default="")), str(answer.get("user", "fullName", default=""))
        return Account(str(answer.get("user", "name", default="") or name or id), id, name, "https://app.raindrop.io", "raindrop")

    def is_gone(self, answer: Answer) -> bool:
        return super().is_gone(answer) or answer.get("status") == 404


NETWORK = Raindrop
