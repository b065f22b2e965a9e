"""Anywhere else: a person posts the text, at an address that channels.toml gives, filled in."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from smm_cli.networks._handoff import Handoff as ByHand
from smm_cli.networks._handoff import link_of
from smm_cli.networks.base import Facts, Later
from smm_cli.words.delivery import Payload
from smm_cli.words.post import Part, Post

PLACE = re.compile(r"\{(text|link|title)\}")


class Handoff(ByHand):
    """A place that smm knows nothing of."""

    name = "handoff"
    title = "By hand"
    docs = "https://www.rfc-editor.org/rfc/rfc3986"
    example = 'template = "https://example.org/share?text={text}&url={link}&title={title}"'
    steps = "Nothing to create: smm shows the text, you post it and give the address back. `template` is where you post, filled in."

    Settings = Later("smm_cli.networks._handoff_tables", "Settings")

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        """As of every handoff; a link that the template has a place for does not stand in the text too."""
        return super().messages(replace(post, link="") if "{link}" in self.settings.template else post, facts)

    def share_link(self, payload: Payload) -> str:
        """The template filled in; empty where the channel has none."""
        first = payload.parts[0]
        told = {"text": first.text, "link": link_of(payload), "title": str(first.fields.get("title") or "")}
        return PLACE.sub(lambda found: quote(told[found[1]], safe=""), self.settings.template)


NETWORK = Handoff
