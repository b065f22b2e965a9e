"""XING: its posting API was closed to third parties; a person posts by its share form.

Sources: dev.xing.com offers plugins and job interfaces only; the share form takes an address and nothing else, title and picture
come from the page (dev.xing.com/plugins/share_button, read 2026-11-22).
"""

from __future__ import annotations

from smm_cli.networks._handoff import Handoff, form, link_of
from smm_cli.networks.base import Facts
from smm_cli.words.delivery import Payload
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

SHARE = "https://www.xing.com/spi/shares/new"
HOME = "https://www.xing.com/"


class Xing(Handoff):
    """A person's or a company's profile on XING, posted to by hand."""

    name = "xing"
    title = "XING"
    docs = "https://dev.xing.com/plugins/share_button"
    appends = frozenset({"tags"})
    steps = "Nothing to create: smm shows the text and opens XING's share form, you post and give the address back."

    def share_link(self, payload: Payload) -> str:
        """XING's share form for the link; without a link the start page, where the text is pasted."""
        link = link_of(payload)
        return form(SHARE, url=link) if link else HOME

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        if link_of(payload):
            return ()
        what = "XING's share form takes an address only, and this post has none: its text is pasted by hand"
        return (Problem("link-missing", what, Place(post.path, channel=self.channel.name), "add link:", WARNING),)


NETWORK = Xing
