"""WhatsApp: Channels have no API, and the Business API writes to customers only. The text stands in a link that a person opens.

Sources: faq.whatsapp.com/5913398998672934 (click to chat), developers.facebook.com/docs/whatsapp (2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smm_cli.networks._handoff import Handoff, form
from smm_cli.networks.base import Later
from smm_cli.text.whatsapp import whatsapp
from smm_cli.words.delivery import Payload
from smm_cli.words.limit import Limit
from smm_cli.words.tree import Block, Mention


class WhatsApp(Handoff):
    """A chat, a group or a channel on WhatsApp, posted to by hand."""

    name = "whatsapp"
    title = "WhatsApp"
    docs = "https://faq.whatsapp.com/5913398998672934"
    # reported by users, not documented: limits = { text = … } overrides
    text = (Limit("text", 4096, "code_points", "reported by users (unverified)", "2026-11-22"),)
    takes = frozenset({"link", "tags", "alt"})
    steps = "Nothing to create: smm opens WhatsApp with the text, you choose the chat or channel and send it."

    Settings = Later("smm_cli.networks._whatsapp_tables", "Settings")

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        """With the marks that one types there."""
        return whatsapp(blocks, mention)

    def share_link(self, payload: Payload) -> str:
        """A link that opens WhatsApp with the text."""
        return form(f"https://wa.me/{self.settings.number}", text=payload.parts[0].text)


NETWORK = WhatsApp
