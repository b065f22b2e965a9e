"""A site that speaks Micropub: where its endpoints are, who logs in there and how, where its files go, and what it offers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from smm_cli.errors import OutcomeUnknown, Rejected, Retriable
from smm_cli.networks._article import Kept, kept_files
from smm_cli.networks._file import blob_of
from smm_cli.networks._micropub_doors import discover, trusted
from smm_cli.networks._oauth import OAuthDoors, renew, sign_in
from smm_cli.networks.base import host_of
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Doing, LoggingIn, Step, Verifying
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Media

SCOPES = ("create", "update", "delete", "media")
HERE = "http://127.0.0.1/"


def hosts_of(said: Any) -> tuple[str, ...]:
    """The site's own, and those of endpoints that the settings name."""
    every = (said.url, said.endpoint, said.media_endpoint, said.authorization_endpoint, said.token_endpoint)
    return tuple(dict.fromkeys(host_of(address) for address in every if address))


@dataclass(frozen=True, slots=True)
class Site:
    """The site of a channel: its settings, what verify found, and the `hosts` that may see its token."""

    settings: Any
    known: Account | None
    hosts: tuple[str, ...]
    host: str

    def _trusted(self, name: str, found: Mapping[str, str], said: str) -> str:
        return trusted(name, found, said, self.hosts, self.host)

    @property
    def may_take_files(self) -> bool:
        """Whether a place for files is set, or was found, or has not yet been asked for."""
        return bool(self.settings.media_endpoint) or self.known is None or bool(self.known.facts.get("media"))

    def endpoint(self) -> Generator[Step, Any, str]:
        """Where posts go: as verify found it, or as the page says now."""
        known = str(self.known.facts.get("endpoint", "")) if self.known else ""
        found = {"micropub": known} if known or self.settings.endpoint else (yield from discover(self.settings.url))
        return self._trusted("micropub", found, self.settings.endpoint)

    def sign_in(self, inputs: Mapping[str, str]) -> LoggingIn:
        """A visit at the site's own login."""
        doors = yield from self._doors()
        return (yield from sign_in(doors, self._client(inputs["redirect_uri"]), inputs, self.host))

    def renew(self) -> LoggingIn:
        """New tokens for the refresh token."""
        doors = yield from self._doors()
        return (yield from renew(doors, self._client(self.settings.redirect_uri or HERE), self.host))

    def _doors(self) -> Generator[Step, Any, OAuthDoors]:
        """Where one logs in: IndieAuth."""
        found = yield from discover(self.settings.url)
        authorize = self._trusted("authorization_endpoint", found, self.settings.authorization_endpoint)
        token = self._trusted("token_endpoint", found, self.settings.token_endpoint)
        return OAuthDoors(authorize, token, SCOPES, secret=False, more=(("me", self.settings.url),))

    def _client(self, redirect: str) -> str:
        """Who asks: an address of the user's, else this machine, of which the redirect address must be a part (IndieAuth, 3.3)."""
        parts = urlsplit(redirect)
        return str(self.settings.client_id) or f"{parts.scheme}://{parts.netloc}/"

    def upload_all(self, media: tuple[Media, ...], had: Mapping[str, Kept]) -> Generator[Step, Any, tuple[str, dict[str, Kept]]]:
        """Where posts go, and files by their names, with those that the post has; where files go is asked before the first."""
        endpoint, place = (yield from self.endpoint()), ""

        def send(medium: Media, name: str) -> Generator[Step, Any, Kept]:
            nonlocal place
            blob = blob_of(medium)
            place = place or (yield from self._media_endpoint(endpoint))
            fields = (Field("file", blob, name, blob.type),)
            answer: Answer = yield Request("POST", place, Multipart(fields), expect=(201, 202), reads="any", timeout=300.0)
            if not answer.headers.get("location"):
                raise Retriable(f"{self.host} took {medium.path} and did not say where it is")
            return Kept(urljoin(place, answer.headers["location"]))

        return endpoint, (yield from kept_files(media, had, send))

    def _media_endpoint(self, endpoint: str) -> Generator[Step, Any, str]:
        config = yield Request("GET", endpoint, query=(("q", "config"),), keeps_for=3600.0)
        found = {"media-endpoint": urljoin(endpoint, str(config.get("media-endpoint")))} if config.get("media-endpoint") else {}
        if not found and not self.settings.media_endpoint:
            raise Rejected(f"{self.host} has no place for files (media endpoint)", hint="leave media out for this channel (for:)")
        return self._trusted("media-endpoint", found, self.settings.media_endpoint)

    def address(self, answer: Answer, endpoint: str) -> str:
        """Where a new post is. Raises OutcomeUnknown where the answer does not tell."""
        where = answer.headers.get("location", "")
        if not where:
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without an address", hint=f"look at {self.settings.url}")
        return urljoin(endpoint, where)

    def delete(self, url: str, must: Callable[..., None]) -> Doing:
        """Delete a post; a site that knows it no more says so in several ways, so it is asked. `must` raises what else it answers."""
        endpoint = yield from self.endpoint()
        answer = yield Request("POST", endpoint, Json({"action": "delete", "url": url}), reads="any", may_fail=True)
        if answer.status in (400, 403):
            there = yield Request("GET", endpoint, query=(("q", "source"), ("url", url)), reads="any", may_fail=True)
            if there.status in (400, 404, 410):
                return
        must(answer, 404, 410)

    def account(self, must: Callable[..., None]) -> Verifying:
        """The site, and what it offers (q=config; a site need not know it: of any other answer `must` raises what it means)."""
        found = yield from discover(self.settings.url)
        endpoint = self._trusted("micropub", found, self.settings.endpoint)
        config = yield Request("GET", endpoint, query=(("q", "config"),), reads="any", may_fail=True)
        must(config, 400, 404)
        told = config.get("syndicate-to", default=[])
        places = [str(one.get("uid")) for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
        facts = {"endpoint": endpoint, "media": str(config.get("media-endpoint", default="")), "syndicate_to": places}
        parts = urlsplit(self.settings.url)
        return Account(f"{parts.netloc}{parts.path.rstrip('/')}", url=self.settings.url, facts=facts)
