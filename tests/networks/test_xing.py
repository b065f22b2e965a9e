"""XING: laid out for a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smm_cli.networks.check import check_payload
from smm_cli.networks.xing import NETWORK
from smm_cli.words.channel import Channel, Person
from smm_cli.words.post import Media, Post


@pytest.fixture
def network():
    return NETWORK(Channel("xing", "xing"))


def test_it_is_a_handoff_that_needs_no_secret_and_speaks_to_nobody(network):
    assert network.handoff
    assert network.auth.secrets == ()
    assert network.hosts() == ()


def test_the_share_form_gets_the_link_encoded(network, facts):
    post = Post("p", "p.md", "Look", link="https://example.com/ä?a=1&b=2#c d")
    address = network.share_link(network.compose(post, facts))
    assert address == "https://www.xing.com/spi/shares/new?url=https%3A%2F%2Fexample.com%2F%C3%A4%3Fa%3D1%26b%3D2%23c%20d"


def test_a_link_in_the_text_is_shared_where_the_post_has_none(network, facts):
    payload = network.compose(Post("p", "p.md", "- Look at [this](https://one.example)\n- and https://two.example"), facts)
    assert network.share_link(payload).endswith("url=https%3A%2F%2Fone.example")


def test_without_a_link_the_start_page_opens_and_a_warning_says_why(network, facts):
    post = Post("p", "p.md", "Only words")
    payload = network.compose(post, facts)
    assert network.share_link(payload) == "https://www.xing.com/"
    (problem,) = check_payload(network, post, payload, facts)
    assert (problem.slug, problem.severity) == ("link-missing", "warning")


def test_the_text_has_tags_but_not_the_link_that_the_form_carries(network, facts):
    post = Post("p", "p.md", "Hello *world*", link="https://a.example", tags=("news",), media=(Media("a.png", alt="A"),))
    (part,) = network.compose(post, facts).parts
    assert part.text == "Hello world\n\n#news"
    assert part.media[0].path == "a.png"


def test_people_are_written_by_name(network, facts):
    facts = replace(facts, people={"bea": Person("bea", {"mastodon": "bea@x"}, "Bea Mayer")})
    assert network.compose(Post("p", "p.md", "With @{bea}", link="https://a.example"), facts).parts[0].text == "With Bea Mayer"


def test_a_first_comment_is_laid_out_beside_the_text(network, facts):
    first, comment = network.compose(Post("p", "p.md", "Text", first_comment="More *here*"), facts).parts
    assert (first.text, comment.text, comment.fields["comment"]) == ("Text", "More here", True)
