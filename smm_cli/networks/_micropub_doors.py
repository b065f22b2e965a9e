"""Where a site has its endpoints: it says so itself, in Link headers or in its page (IndieAuth 2024-07-11, Micropub 2017-05-23)."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.base import host_of
from smm_cli.words.conversation import Step
from smm_cli.words.exchange import Answer, Request

LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^\s=;,]+\s*=\s*(?:\"[^\"]*\"|[^\s\",;]+))*)")
"""One entry of a Link header with its parameters (RFC 8288, section 3)."""
REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)
WANTED = ("micropub", "indieauth-metadata", "authorization_endpoint", "token_endpoint")
Asking = Generator[Step, Any, dict[str, str]]


def links_of(answer: Answer, base: str) -> dict[str, str]:
    """Addresses by rel; the Link header comes before the page, what is first there before what follows."""
    found: dict[str, str] = {}
    for target, said in LINK.findall(answer.headers.get("link", "")):
        named = REL.search(said)
        for rel in (named[1] or named[2]).lower().split() if named else ():
            found.setdefault(rel, urljoin(base, target))
    page = _Page()
    page.feed(answer.body if isinstance(answer.body, str) else "")
    for rel, target in page.found:
        found.setdefault(rel, urljoin(base, target))
    return {rel: found[rel] for rel in WANTED if rel in found}


class _Page(HTMLParser):
    """Collects rel and href of links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in ("link", "a") and said.get("href") is not None:
            self.found += [(rel, said["href"] or "") for rel in (said.get("rel") or "").lower().split()]


def discover(url: str) -> Asking:
    """The addresses that the page at `url` names, those of its IndieAuth metadata with them."""
    page = yield Request("GET", url, headers={"accept": "text/html"}, reads="text", auth="", keeps_for=3600.0, may_fail=True)
    if not page.ok:
        hint = "is `url` its final address, with or without www. and the slash at the end?"
        raise Rejected(f"{url} answered {page.status or 'nothing'}", hint=hint)
    found = links_of(page, url)
    if metadata := found.get("indieauth-metadata"):
        told = yield Request("GET", metadata, auth="", keeps_for=3600.0, may_fail=True)
        for name in ("authorization_endpoint", "token_endpoint"):
            if told.ok and isinstance(told.get(name), str):
                found[name] = urljoin(metadata, told.get(name))
    return found


def trusted(name: str, found: Mapping[str, str], said: str, hosts: tuple[str, ...], title: str) -> str:
    """The address of an endpoint: what the settings say, else what the site does, if it may see the token. Raises AuthFailed."""
    address = said or found.get(name, "")
    if not address:
        raise AuthFailed(f"{title} names no {name}", hint="does it speak Micropub? Else put the endpoints into the channel")
    if host_of(address) not in hosts:
        setting = "endpoint" if name == "micropub" else name.replace("-", "_")
        what = f"{title} has its {name} elsewhere, at {address}, which would see the token"
        raise AuthFailed(what, hint=f'if that is right: {setting} = "{address}" in the channel', slug="foreign-endpoint")
    return address
