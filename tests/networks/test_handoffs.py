"""Places that a person posts to: what is laid out for her, and the address that opens."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from smm_cli.networks import load
from smm_cli.networks.check import check_payload
from smm_cli.words.channel import Channel
from smm_cli.words.post import Post

LINK = "https://example.org/a?b=1&c=2"
SAFE = "https%3A%2F%2Fexample.org%2Fa%3Fb%3D1%26c%3D2"
HANDOFFS = ("facebook-profile", "hackernews", "handoff", "linkedin-share", "medium", "phpbb", "whatsapp", "xing", "youtube-community")
NEEDS = {"phpbb": {"server": "https://board.example/forum/", "forum": 7}}


def made(name, facts, body="Hello *you* & all", settings=None, **fields):
    network = load(name)(Channel("it", name, settings or NEEDS.get(name, {})))
    post = Post("p", "posts/p.md", body, **{"title": "A title", **fields})
    payload = network.compose(post, facts)
    slugs = [problem.slug for problem in check_payload(network, post, payload, facts)]
    return payload.parts[0], network.share_link(payload), slugs


@pytest.mark.parametrize("name", HANDOFFS)
def test_none_needs_a_secret_or_speaks_to_anybody(name):
    network = load(name)(Channel("it", name, NEEDS.get(name, {})))
    assert network.handoff
    assert network.auth.secrets == ()
    assert network.hosts() == ()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("linkedin-share", f"https://www.linkedin.com/sharing/share-offsite/?url={SAFE}"),
        ("facebook-profile", f"https://www.facebook.com/sharer/sharer.php?u={SAFE}"),
        ("xing", f"https://www.xing.com/spi/shares/new?url={SAFE}"),
        ("hackernews", f"https://news.ycombinator.com/submitlink?u={SAFE}&t=A%20title"),
        ("medium", "https://medium.com/p/import"),
        ("phpbb", "https://board.example/forum/posting.php?mode=post&f=7"),
        ("youtube-community", "https://www.youtube.com/"),
        ("handoff", ""),
    ],
)
def test_the_form_opens_with_what_it_takes(facts, name, address):
    assert made(name, facts, link=LINK)[1] == address


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("linkedin-share", "https://www.linkedin.com/feed/"),
        ("facebook-profile", "https://www.facebook.com/"),
        ("hackernews", "https://news.ycombinator.com/submit?title=A%20title"),
        ("medium", "https://medium.com/new-story"),
    ],
)
def test_without_a_link_the_place_opens_where_the_text_is_pasted(facts, name, address):
    assert made(name, facts)[1] == address


@pytest.mark.parametrize("name", ["linkedin-share", "facebook-profile", "xing"])
def test_a_form_that_takes_a_link_alone_says_that_there_is_none(facts, name):
    assert made(name, facts)[2] == ["link-missing"]
    part, _, slugs = made(name, facts, link=LINK)
    assert slugs == []
    assert LINK not in part.text


@pytest.mark.parametrize("name", ["hackernews", "medium", "phpbb"])
def test_a_title_is_demanded(facts, name):
    assert "title-missing" in made(name, facts, title="", link=LINK)[2]


@pytest.mark.parametrize(("name", "most"), [("hackernews", 80), ("medium", 100), ("phpbb", 120)])
def test_a_title_is_measured(facts, name, most):
    assert "too-long" not in made(name, facts, body="", title="x" * most, link=LINK)[2]
    assert "too-long" in made(name, facts, body="", title="x" * (most + 1), link=LINK)[2]


def test_hacker_news_takes_a_link_or_a_text(facts):
    assert made("hackernews", facts, link=LINK)[2] == ["text-beside-link"]
    assert made("hackernews", facts, "Words alone")[2] == []
    assert made("hackernews", facts, link=LINK, tags=("news",))[0].text == "Hello you & all"


def test_whatsapp_opens_with_the_marked_text_for_a_number_or_for_whom_one_chooses(facts):
    part, address, _ = made("whatsapp", facts, "Hello **you** & all", link=LINK, tags=("news",))
    assert part.text == f"Hello *you* & all\n\n{LINK}\n\n#news"
    assert address.startswith("https://wa.me/?text=Hello%20%2Ayou%2A%20%26%20all%0A%0A")
    assert made("whatsapp", facts, settings={"number": "431234567"})[1].startswith("https://wa.me/431234567?text=Hello")
    with pytest.raises(ValidationError):
        made("whatsapp", facts, settings={"number": "+43 1"})


def test_phpbb_gets_bbcode_with_the_link(facts):
    assert made("phpbb", facts, "Hello **you** [b]", link=LINK)[0].text == f"Hello [b]you[/b] [\u2060b]\n\n{LINK}"


@pytest.mark.parametrize(
    "settings", [{"server": "board.example", "forum": 1}, {"server": "https://b.example"}, {"server": "https://b.example", "forum": 0}]
)
def test_phpbb_needs_a_board_and_a_forum(facts, settings):
    with pytest.raises(ValidationError):
        made("phpbb", facts, settings=settings)


def test_posts_on_youtube_open_the_channels_own_form(facts):
    id = "UC" + "x" * 22
    assert id in made("youtube-community", facts, settings={"channel_id": id})[1]
    with pytest.raises(ValidationError):
        made("youtube-community", facts, settings={"channel_id": "@name"})


def test_medium_says_that_it_takes_five_topics(facts):
    assert made("medium", facts, link=LINK, tags=tuple("abcdef"))[2] == ["tags"]
    part, _, slugs = made("medium", facts, link=LINK, tags=tuple("abcde"))
    assert (part.text, slugs) == ("Hello you & all", [])


def test_a_template_is_filled_in_and_what_is_filled_in_is_escaped(facts):
    template = "https://example.org/?t={text}&u={link}&h={title}"
    address = made("handoff", facts, "50% {link} & #1", settings={"template": template}, link="https://a.org/?x={title}")[1]
    assert address == ("https://example.org/?t=50%25%20%7Blink%7D%20%26%20%231&u=https%3A%2F%2Fa.org%2F%3Fx%3D%7Btitle%7D&h=A%20title")


def test_without_a_place_for_it_the_link_stands_in_the_text(facts):
    assert (
        made("handoff", facts, "Hi", settings={"template": "https://e.org/?t={text}"}, link="https://a.org")[0].text
        == "Hi\n\nhttps://a.org"
    )


@pytest.mark.parametrize("template", ["https://example.org/?t={body}", "example.org/{text}", "{text}"])
def test_a_template_that_cannot_be_an_address_is_refused(facts, template):
    with pytest.raises(ValidationError):
        made("handoff", facts, settings={"template": template})


def test_other_addresses_may_be_templates_too(facts):
    assert (
        made("handoff", facts, "Hi", settings={"template": "mailto:?subject={title}&body={text}"})[1] == "mailto:?subject=A%20title&body=Hi"
    )
