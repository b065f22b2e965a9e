"""NodeInfo: which program a server of the Fediverse runs. Source: nodeinfo.diaspora.software/protocol (2026-11-22)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.words.exchange import Answer, Request


def ask_node(server: str) -> Generator[Request, Any, Answer]:
    """The newest nodeinfo document of `server`, or Answer(0) where it has none."""
    wellknown = yield Request("GET", f"{server}/.well-known/nodeinfo", reads="any", may_fail=True, auth="")
    node = Answer(0)
    if address := node_address(wellknown, server):
        node = yield Request("GET", address, reads="any", may_fail=True, auth="")
    return node


def node_address(wellknown: Answer, server: str) -> str:
    """The address of the newest nodeinfo document on the same server, or empty."""
    links = wellknown.get("links", default=[]) if wellknown.ok else []
    found = [str(link.get("href", "")) for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []
    return max((address for address in found if address.startswith(server + "/")), default="")


def named(node: Answer) -> tuple[str, str]:
    """Name (lower case) and version of the program; empty where it does not say."""
    name = node.get("software", "name") if node.ok else None
    if not isinstance(name, str) or not name:
        return "", ""
    return name.lower(), str(node.get("software", "version", default=""))
