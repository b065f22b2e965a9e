"""A personal profile on Facebook: no API posts to one since 2018; the sharer takes an address, the person pastes the text.

Sources: developers.facebook.com, changelog of 2018-04-24 (publish_actions is gone), sharing/reference/share-dialog (2026-11).
"""

from __future__ import annotations

from smm_cli.networks._handoff import LinkForm


class FacebookProfile(LinkForm):
    """A person's profile on Facebook, posted to by hand."""

    name = "facebook-profile"
    title = "Facebook profile"
    docs = "https://developers.facebook.com/docs/sharing/reference/share-dialog"
    share = "https://www.facebook.com/sharer/sharer.php"
    home = "https://www.facebook.com/"
    parameter = "u"
    steps = "Nothing to create: smm shows the text and opens Facebook's sharer, you paste the text, post, and give the address back."


NETWORK = FacebookProfile
