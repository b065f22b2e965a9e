"""What a post answers or quotes: one of ours, an address, or a post that is not public yet."""

from __future__ import annotations

from collections.abc import Mapping

from smm_cli.errors import Retriable
from smm_cli.networks.base import Facts


def pointer(target: str, facts: Facts, part: int) -> dict[str, str]:
    """The id of one of ours (of its `part`: a reply continues the last), else an address or an unknown post."""
    receipt = facts.receipts.get(target)
    if receipt and receipt.parts:
        return {"id": receipt.parts[part].id}
    return {"url": target} if target.startswith(("https://", "http://")) else {"post": target}


def id_in(target: Mapping[str, str] | None, key: str) -> str:
    """The id that `key` of a post points to; empty where it points to nothing, or to an address. Raises Retriable for no public post."""
    if target and "post" in target:
        raise Retriable(f"{key}: the post {target['post']} is not yet published on this channel")
    return target.get("id", "") if target else ""
