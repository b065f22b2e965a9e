"""LinkedIn without an app: its share form takes an address, the person pastes the text. For apps that are not approved yet.

Source: learn.microsoft.com/linkedin, consumer/integrations/self-serve/plugins/share-plugin (2026-09): only `url` is read.
"""

from __future__ import annotations

from smm_cli.networks._handoff import LinkForm
from smm_cli.words.limit import Limit


class LinkedInShare(LinkForm):
    """A person's profile on LinkedIn, posted to by hand."""

    name = "linkedin-share"
    title = "LinkedIn (by hand)"
    docs = "https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/plugins/share-plugin"
    text = (Limit("text", 3000, "utf16", "https://www.linkedin.com/help/linkedin/answer/a528176", "2026-09-30"),)
    share = "https://www.linkedin.com/sharing/share-offsite/"
    home = "https://www.linkedin.com/feed/"
    steps = "Nothing to create: smm shows the text and opens LinkedIn's share form, you paste the text, post, and give the address back."


NETWORK = LinkedInShare
