"""WordPress.com, and sites of one's own that are connected to it by Jetpack: the same API, at another address, with OAuth 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed, SmmError
from smm_cli.networks._oauth import OAuthDoors, OwnApp
from smm_cli.networks._wordpress_rest import WordPressRest
from smm_cli.networks.base import Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Verifying

API = "https://public-api.wordpress.com"
SCOPES = ("posts", "media", "taxonomy", "users", "sites")
DOORS = OAuthDoors(f"{API}/oauth2-1/authorize", f"{API}/oauth2-1/token", SCOPES)
"""OAuth 2.1 as /.well-known/oauth-authorization-server of WordPress.com names it (2026-07-31); tokens hold two weeks."""
SHARING = "jetpack_publicize_feature_enabled"
"""The post field that Jetpack's own editor switches sharing with (jetpack, publicize; name unverified at WordPress.com)."""


class WordPressCom(WordPressRest, OwnApp):
    """One user of one site."""

    name = "wordpress-com"
    title = "WordPress.com"
    docs = "https://developer.wordpress.com/docs/api/"
    auth = OAuth2(scopes=SCOPES)
    apis = ("public-api.wordpress.com",)
    doors = DOORS
    steps = (
        "Open https://developer.wordpress.com/apps/ and press Create New Application. As Redirect URL give http://127.0.0.1:8765/callback. "
        "Put its Client ID and that address as client_id and redirect_uri into [networks.wordpress-com], the Client Secret as the secret "
        "client_secret there. Then smm channel login opens WordPress.com, where you allow smm to write."
    )
    Settings = Later("smm_cli.networks._wordpress_tables", "ComSettings")

    def api(self, path: str) -> str:
        return f"{API}/wp/v2/sites/{self.settings.site}/{path}"

    @property
    def host(self) -> str:
        return str(self.settings.site)

    def fault(self, status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
        """As WordPress; a token that is not taken may have ended, which a refresh mends."""
        error = super().fault(status, headers, body)
        if status == 401 and isinstance(error, AuthFailed):
            error.expired = True
        return error

    def _meta(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """WordPress.com shares new posts by itself, which would double what smm posts."""
        return {**super()._meta(fields), **({} if self.settings.publicize else {SHARING: False})}

    def verify(self) -> Verifying:
        """The user; the site is the one named in the settings."""
        account = yield from self._me()
        return replace(account, url=f"https://{self.host}", software="wordpress.com")


NETWORK = WordPressCom
