"""WordPress on a server of one's own: the REST API of core, with an application password.

Its own scheduling (status `future`) is never used: it waits for visitors, and a pause or a lapsed approval could not call it back.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from smm_cli.networks._wordpress_rest import WordPressRest
from smm_cli.networks.base import Later
from smm_cli.words.auth import Basic
from smm_cli.words.conversation import Verifying
from smm_cli.words.exchange import Request


class WordPress(WordPressRest):
    """One user of one site."""

    name = "wordpress"
    title = "WordPress"
    auth = Basic()
    steps = (
        "Log in to your site (yoursite/wp-admin). Open Users, Profile, and below it Application Passwords: type smm as the name, press "
        "Add, and copy the password that is shown once. `user` is your login name or e-mail address, `password` what you copied. The "
        "section is missing on sites without https, and where a security plugin has turned it off."
    )
    Settings = Later("smm_cli.networks._wordpress_tables", "Settings")

    def api(self, path: str) -> str:
        return f"{self.settings.url}{self.settings.api}/wp/v2/{path}"

    @property
    def host(self) -> str:
        parts = urlsplit(self.settings.url)
        return f"{parts.netloc}{parts.path}"

    def verify(self) -> Verifying:
        """The user and the site."""
        account = yield from self._me()
        root = yield Request("GET", f"{self.settings.url}{self.settings.api}/", query=(("_fields", "name,url,gmt_offset"),), may_fail=True)
        url = str(root.get("url", default="")) if root.ok else ""
        return replace(account, url=url or self.settings.url, software="wordpress")


NETWORK = WordPress
