"""Logging in by OAuth 2.0 with an app of the user's own: a visit, a code, tokens; and renewing them. Shared by all that do it so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from smm_cli.errors import AuthFailed
from smm_cli.networks.base import Network
from smm_cli.words.conversation import LoggingIn, Tokens, Visit
from smm_cli.words.exchange import Answer, Form, Json, Request, handle
from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class OAuthDoors:
    """Where a network's OAuth is, and how it differs from RFC 6749 with PKCE (RFC 7636).

    `client`: what it calls the app's id (TikTok: client_key). `secret`: whether apps have one (`client_secret`, a secret of
    `[networks.<network>]`). `basic`: id and secret go as `Authorization: Basic` instead of in the form. `more`: further pairs of the
    visit (access_type=offline). `joined`: what stands between scopes.
    """

    authorize: str
    token: str
    scopes: tuple[str, ...]
    client: str = "client_id"
    secret: bool = True
    pkce: bool = True
    basic: bool = False
    joined: str = " "
    more: tuple[tuple[str, str], ...] = ()
    json: bool = False
    """Whether tokens are asked for in JSON (Raindrop.io)."""
    headers: tuple[tuple[str, str], ...] = ()
    """What requests for tokens say beside (Reddit's user agent)."""


class OwnApp(Network):
    """A network that is logged into by OAuth with an app of the user's own: `client_id` of its settings. Subclasses say `doors`."""

    @property
    def doors(self) -> OAuthDoors:
        """Where its OAuth is."""
        raise NotImplementedError

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        return (yield from sign_in(self.doors, self.settings.client_id, inputs, self.title))

    def refresh(self) -> LoggingIn:
        return (yield from renew(self.doors, self.settings.client_id, self.title))


def sign_in(doors: OAuthDoors, client_id: str, inputs: Mapping[str, str], title: str) -> LoggingIn:
    """The visit, then the code for tokens. `inputs`: redirect_uri, state, challenge, verifier, as delivery/login gives them."""
    _demand(client_id, title)
    asked = {"response_type": "code", doors.client: client_id, "redirect_uri": inputs["redirect_uri"], "state": inputs["state"]}
    asked |= {"scope": doors.joined.join(doors.scopes)} if doors.scopes else {}
    asked |= {"code_challenge": inputs["challenge"], "code_challenge_method": "S256"} if doors.pkce else {}
    page = f"{doors.authorize}{'&' if '?' in doors.authorize else '?'}{urlencode([*asked.items(), *doors.more])}"
    allowed = yield Visit(page, f"allow smm to post on {title}")
    form = {"grant_type": "authorization_code", "code": str(allowed.get("code")), "redirect_uri": inputs["redirect_uri"]}
    form |= {"code_verifier": inputs["verifier"]} if doors.pkce else {}
    answer = yield token_request(doors, client_id, form)
    return tokens_of(answer, title)


def renew(doors: OAuthDoors, client_id: str, title: str) -> LoggingIn:
    """New tokens for the kept refresh token; where the answer brings another one, that one is kept."""
    answer = yield token_request(doors, client_id, {"grant_type": "refresh_token", "refresh_token": handle("refresh")})
    return tokens_of(answer, title)


def token_request(doors: OAuthDoors, client_id: str, form: Mapping[str, str]) -> Request:
    """A request for tokens, the app's id and secret with it."""
    pairs = {**form} if doors.basic else {**form, doors.client: client_id}
    if doors.secret and not doors.basic:
        pairs["client_secret"] = handle("client_secret")
    auth = "app" if doors.basic else ""
    body = Json(pairs) if doors.json else Form(tuple(pairs.items()))
    return Request("POST", doors.token, body, dict(doors.headers), auth=auth, secret=("access_token", "refresh_token"))


def tokens_of(answer: Answer, title: str) -> Tokens:
    """The tokens of an answer (RFC 6749, section 5.1). Raises AuthFailed where there is none."""
    token = answer.get("access_token")
    if not token:
        said = answer.get("error_description") or answer.get("error") or "no token came"
        raise AuthFailed(f"{title} refused the login: {said}")
    values: dict[str, str] = {"token": str(token)}
    if refresh := answer.get("refresh_token"):
        values["refresh"] = str(refresh)
    ends = seconds(answer.get("refresh_token_expires_in") or answer.get("refresh_expires_in")) if refresh else None
    return Tokens(values, seconds(answer.get("expires_in")), ends_in=ends)


def seconds(value: Any) -> float | None:
    """How long a token holds, where the answer says so."""
    return float(value) if isinstance(value, int | float | str) and str(value).replace(".", "", 1).isdigit() else None


def _demand(client_id: str, title: str) -> None:
    if not client_id:
        raise AuthFailed(
            f"{title} wants an app of your own first", hint="put client_id and client_secret into [networks.…]: smm network show tells how"
        )
