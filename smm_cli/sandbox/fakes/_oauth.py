"""OAuth 2.0 at a fake network: consent, codes with PKCE, tokens that end, refresh tokens that may rotate. Shared by fakes.

Sources: RFC 6749 (sections 4.1, 5.2, 6), RFC 7636 (section 4.6).
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, urlsafe_b64encode
from binascii import Error
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Fake, Refused, Reply


class OAuthFake(Fake):
    """`visitor` is whose browser visits. A subclass routes its doors to `allow` and `exchange`."""

    visitor = "ada"
    lives: ClassVar[float | None] = None
    """Seconds that an access token holds; None: for ever. Then no refresh token is given either."""
    rotates: ClassVar[bool] = False
    """Whether a refresh token dies when it is used."""
    demands_secret: ClassVar[bool] = False
    """Whether an app must show a secret: as Basic, or in the form. Any will do."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh: dict[str, str] = {}
        self.ends: dict[str, datetime] = {}

    def account_of(self, call: Call) -> str:
        """As every fake, but a token that has ended belongs to nobody."""
        end = self.ends.get(call.bearer)
        return "" if end and end <= self.now() else super().account_of(call)

    def allow(self, call: Call) -> Reply:
        """The visitor says yes at once: a redirect with the code."""
        if not call.asked("client_id") or call.asked("response_type") != "code":
            raise Refused(400, {"error": "invalid_request"})
        code = f"code{self.next_number()}"
        self.codes[code] = {**dict(call.query), "account": self.visitor}
        query = urlencode({"code": code, "state": call.asked("state")})
        return Reply(302, "", {"location": f"{call.asked('redirect_uri')}?{query}"})

    def exchange(self, call: Call) -> Reply:
        """A code or a refresh token for tokens."""
        sent = {name: str(value) for name, value in call.sent.items()}
        client = self._client(call, sent)
        match sent.get("grant_type"):
            case "authorization_code":
                account = self._of_code(sent, client)
            case "refresh_token":
                token = sent.get("refresh_token", "")
                account = self.refresh.get(token, "")
                if account and self.rotates:
                    del self.refresh[token]
            case _:
                raise Refused(400, {"error": "unsupported_grant_type"})
        if not account:
            raise Refused(400, {"error": "invalid_grant", "error_description": "the code or refresh token is not valid"})
        return Reply(200, self.fresh_tokens(account))

    def fresh_tokens(self, account: str) -> dict[str, Any]:
        """New tokens for `account`, as the answer tells them."""
        number = self.next_number()
        token, told = f"token-{number}-of-{account}", {"token_type": "bearer"}
        self.tokens[token] = account
        if self.lives is None:
            return {**told, "access_token": token}
        self.ends[token] = self.now() + timedelta(seconds=self.lives)
        if self.rotates or account not in self.refresh.values():
            self.refresh[f"refresh-{number}-of-{account}"] = account
        kept = next(name for name, whose in reversed(self.refresh.items()) if whose == account)
        return {**told, "access_token": token, "expires_in": int(self.lives), "refresh_token": kept}

    def _client(self, call: Call, sent: dict[str, str]) -> str:
        kind, _, pair = call.headers.get("authorization", "").partition(" ")
        try:
            id, _, secret = b64decode(pair).decode().partition(":") if kind == "Basic" else ("", "", "")
        except (Error, UnicodeDecodeError):
            id = secret = ""
        id, secret = id or sent.get("client_id", ""), secret or sent.get("client_secret", "")
        if not id or (self.demands_secret and not secret):
            raise Refused(401, {"error": "invalid_client", "error_description": "the app's id or secret is not valid"})
        return id

    def _of_code(self, sent: dict[str, str], client: str) -> str:
        kept = self.codes.pop(sent.get("code", ""), None)
        made = urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if not kept or kept["redirect_uri"] != sent.get("redirect_uri") or kept["client_id"] != client:
            return ""
        return kept["account"] if kept.get("code_challenge") in (None, made) else ""
