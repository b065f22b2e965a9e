"""A fake site that speaks Micropub and IndieAuth. Rules are those of the specifications (W3C 2017-05-23, IndieAuth 2024-07-11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, Upload, route


class FakeMicropub(Fake):
    """One site. `lists`: it knows q=source without an address, an extension. `files`: it has a media endpoint."""

    name = "micropub"
    channel = 'url = "https://ada.example"'
    place = "ada.example"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.entries: dict[str, dict[str, list[Any]]] = {}
        self.media: dict[str, Upload] = {}
        self.lists = True
        self.files = True

    # -- where things are ---------------------------------------------------------------------------------------------------

    @route("GET", "/")
    def home(self, call: Call) -> Reply:
        link = f'<{call.base}/micropub>; rel="micropub", </indieauth>; rel=indieauth-metadata'
        return Reply(200, "<!doctype html><title>Ada</title>", {"link": link, "content-type": "text/html"})

    @route("GET", "/indieauth")
    def metadata(self, call: Call) -> Reply:
        base = call.base
        told = {"issuer": base, "authorization_endpoint": f"{base}/auth", "token_endpoint": f"{base}/token"}
        return Reply(200, {**told, "code_challenge_methods_supported": ["S256"]})

    @route("POST", "/token")
    def token_for(self, call: Call) -> Reply:
        """IndieAuth, 5.3.2: the code is given back with the client that asked, and PKCE is obligatory."""
        sent = call.sent
        if sent.get("grant_type") == "refresh_token" and sent.get("refresh_token"):
            account = str(sent["refresh_token"])
        elif sent.get("code") and sent.get("client_id") and sent.get("redirect_uri") and sent.get("code_verifier"):
            account = str(sent["code"])
            if urlsplit(sent["client_id"]).netloc != urlsplit(sent["redirect_uri"]).netloc:  # IndieAuth, 5.2
                return Reply(400, {"error": "invalid_request", "error_description": "redirect_uri is not the client's"})
        else:
            return Reply(400, {"error": "invalid_grant"})
        told = {"access_token": self.token(account), "token_type": "Bearer", "scope": "create update delete media", "me": f"{call.base}/"}
        return Reply(200, {**told, "refresh_token": account, "expires_in": 86_400})

    # -- micropub -----------------------------------------------------------------------------------------------------------

    def _who(self, call: Call) -> str:
        account = self.account_of(call)
        if not account:
            raise Refused(401, {"error": "unauthorized", "error_description": "No or a wrong access token"})
        return account

    @route("GET", "/micropub")
    def ask(self, call: Call) -> Reply:
        self._who(call)
        wanted = call.asked("q")
        if wanted == "config":
            files = {"media-endpoint": f"{call.base}/media"} if self.files else {}
            return Reply(200, {**files, "syndicate-to": [{"uid": "https://social.example/@ada", "name": "Social"}]})
        if wanted == "source" and call.asked("url"):
            return Reply(200, {"type": ["h-entry"], "properties": self._entry(call.asked("url"))})
        if wanted == "source" and self.lists:
            newest = sorted(self.entries.values(), key=lambda entry: str(entry["published"]), reverse=True)
            shown = newest[: int(call.asked("limit") or 20)]
            return Reply(200, {"items": [{"type": ["h-entry"], "properties": entry} for entry in shown]})
        return Reply(400, {"error": "invalid_request", "error_description": f"unknown query {wanted}"})

    @route("POST", "/micropub", commits=True)
    def act(self, call: Call) -> Reply:
        account = self._who(call)
        try:
            sent = call.json
        except ValueError:
            raise self._invalid("the body is no JSON") from None
        if not isinstance(sent, dict):
            raise self._invalid("the body is no object")
        if "action" not in sent:
            return self._create(call, account, sent)
        entry = self._entry(str(sent.get("url")))
        return self._update(entry, sent) if sent["action"] == "update" else self._delete(entry, sent)

    def _create(self, call: Call, account: str, sent: Mapping[str, Any]) -> Reply:
        properties = sent.get("properties")
        if sent.get("type") != ["h-entry"] or not isinstance(properties, dict):
            raise self._invalid("type and properties are needed")
        if not all(isinstance(value, list) for value in properties.values()):
            raise self._invalid("every property is a list")
        if not any(properties.get(name) for name in ("content", "name", "photo", "video", "audio")):
            raise self._invalid("nothing to publish")
        name = str((properties.get("mp-slug") or ["post"])[0])
        taken = {urlsplit(url).path.strip("/") for url in self.entries}
        slug = name if name not in taken else f"{name}-{self.next_number()}"  # mp-slug is a wish (Micropub extensions)
        url = f"{call.base}/{slug}"
        kept = {key: value for key, value in properties.items() if not key.startswith("mp-")}
        self.entries[url] = {"published": [self.now().isoformat()], **kept, "url": [url]}
        more = {key: properties[key] for key in sorted(properties) if key not in ("content", "photo")}
        self.publish(Posted(self.name, account, url, url, _text(properties), self.now(), _alts(properties), more=more))
        return Reply(201, None, {"location": f"/{slug}"})

    def _update(self, entry: dict[str, list[Any]], sent: Mapping[str, Any]) -> Reply:
        """Micropub, 3.4: values are lists."""
        replace, gone = sent.get("replace", {}), sent.get("delete", [])
        if not isinstance(replace, dict) or not all(isinstance(value, list) for value in replace.values()):
            raise self._invalid("replace holds lists")
        entry |= replace
        for name in gone:
            entry.pop(name, None)
        self.change(entry["url"][0], text=_text(entry), edited=True, media=_alts(entry))
        return Reply(204)

    def _delete(self, entry: dict[str, list[Any]], sent: Mapping[str, Any]) -> Reply:
        if sent["action"] != "delete":
            raise self._invalid(f"unknown action {sent['action']}")
        del self.entries[entry["url"][0]]
        self.change(entry["url"][0], deleted=True)
        return Reply(204)

    def _entry(self, url: str) -> dict[str, list[Any]]:
        entry = self.entries.get(url)
        if entry is None:
            raise self._invalid("no such post")  # 3.7.1 and 3.8: invalid_request
        return entry

    def _invalid(self, words: str) -> Refused:
        return Refused(400, {"error": "invalid_request", "error_description": words})

    @route("POST", "/media")
    def keep(self, call: Call) -> Reply:
        self._who(call)
        file = call.multipart.get("file")
        if not self.files or not isinstance(file, Upload):
            raise self._invalid("a part named file is needed")
        url = f"{call.base}/files/{file.filename}"
        self.media[url] = file
        return Reply(201, None, {"location": url})


def _text(properties: Mapping[str, Any]) -> str:
    first = (properties.get("content") or [""])[0]
    return str(first.get("html", "") if isinstance(first, dict) else first)


def _alts(properties: Mapping[str, Any]) -> tuple[str, ...]:
    photos = [*properties.get("photo", []), *properties.get("video", []), *properties.get("audio", [])]
    return tuple(str(one.get("alt", "")) if isinstance(one, dict) else "" for one in photos)


FAKE = FakeMicropub
