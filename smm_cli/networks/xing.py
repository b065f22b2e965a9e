"""XING: its posting API was closed to third parties; a person posts by its share form.

Sources: dev.xing.com offers plugins and job interfaces only; the share form takes an address and nothing else, title and picture
come from the page (dev.xing.com/plugins/share_button, read 2026-11-22).
"""

from __future__ import annotations

from smm_cli.networks._handoff import LinkForm


class Xing(LinkForm):
    """A person's or a company's profile on XING, posted to by hand."""

    name = "xing"
    title = "XING"
    docs = "https://dev.xing.com/plugins/share_button"
    share = "https://www.xing.com/spi/shares/new"
    home = "https://www.xing.com/"
    steps = "Nothing to create: smm shows the text and opens XING's share form, you post and give the address back."


NETWORK = Xing
