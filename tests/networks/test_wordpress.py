"""Articles on WordPress: blocks, names, tags, faults; and WordPress.com, where the same API is asked with OAuth."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from smm_cli.clock import SetClock
from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable
from smm_cli.networks.check import check_payload
from smm_cli.networks.wordpress import NETWORK
from smm_cli.networks.wordpress_com import NETWORK as COM
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes.wordpress import FAKE
from smm_cli.sandbox.fakes.wordpress_com import FAKE as FAKE_COM
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent
from smm_cli.words.post import Media, Post

CHANNEL = Channel("blog", "wordpress", {"url": "https://blog.example"})


@pytest.fixture
def fake(noon):
    return FAKE(SetClock(noon))


@pytest.fixture
def network():
    return NETWORK(CHANNEL)


@pytest.fixture
def at(fake, driver):
    driven = driver(fake, "", fake.clock)
    fake.token("ada")
    driven.raw = {"authorization": "Basic " + base64.b64encode(b"ada:sandb ox-ada").decode()}
    return driven


@pytest.fixture
def said(seal, facts):
    """A sealed payload of a post with these keys."""

    def made(network, body="Hello *you*", facts=facts, **fields):
        return seal(network.compose(Post("launch", "posts/launch.md", body, **{"title": "We launch", **fields}), facts))

    return made


def sent(at):
    return next(one for one in reversed(at.seen) if one.commits).body.value


def after(at, noon, **more):
    return Intent(0, next(one for one in reversed(at.seen) if one.commits), noon, **more)


@pytest.mark.parametrize("url", ["http://blog.example", "blog.example", "https://blog.example/?p=1", ""])
def test_an_address_that_is_not_https_is_refused(url):
    with pytest.raises(ValidationError, match="https address"):
        NETWORK(replace(CHANNEL, settings={"url": url}))


def test_a_site_below_a_path_and_without_pretty_addresses_is_asked_there():
    network = NETWORK(replace(CHANNEL, settings={"url": "https://x.example/blog/", "api": "/?rest_route="}))
    assert network.api("posts") == "https://x.example/blog/?rest_route=/wp/v2/posts"
    assert network.hosts() == ("x.example",)


def test_the_name_follows_from_the_option_the_title_or_the_id(network, said, facts):
    assert said(network).parts[0].fields["slug"] == "we-launch"
    assert said(network, options={"slug": "Größe 1"}).parts[0].fields["slug"] == "groesse-1"
    assert said(network, title="日本").parts[0].fields["slug"] == "launch"
    again = replace(facts, delivery="launch@blog@2026-11-24T0900")
    assert said(network, facts=again).parts[0].fields["slug"] == "we-launch-2026-11-24t0900"


@pytest.mark.parametrize("title", ["Feed", "2026"])
def test_a_name_that_wordpress_would_number_gets_digits_of_the_key(network, at, said, title):
    payload = said(network, title=title)
    receipt = at.run(network, network.publish(payload, 0))
    assert receipt.more["slug"] == f"{title.lower()}-{payload.key[:6]}"


def test_a_name_that_another_post_has_is_not_used_twice(network, at, said, fake):
    for body in ("one", "two"):
        at.run(network, network.publish(said(network, body), 0))
    assert [post.more["slug"] for post in fake.public] == ["we-launch", f"we-launch-{said(network, 'two').key[:6]}"]


def test_the_text_is_html_where_blocks_are_not_wanted(said):
    network = NETWORK(replace(CHANNEL, settings={"url": "https://blog.example", "blocks": False}))
    assert said(network).parts[0].text == "<p>Hello <em>you</em></p>"


def test_headings_stand_below_the_title_of_the_page(network, said):
    assert '<h2 class="wp-block-heading">Why</h2>' in said(network, "# Why\n\nSo.").parts[0].text


def test_pictures_of_the_text_are_uploaded_and_stand_where_they_were_written(network, at, said, facts, png):
    blob = at.blob(png, "image/png")
    facts = replace(facts, media={"b.png": Media("b.png", blob=blob, width=1, height=1)})
    at.run(network, network.publish(said(network, 'See ![a "dot"](b.png) here.', facts=facts), 0))
    text = sent(at)["content"]
    assert f'<img src="https://blog.example/wp-content/uploads/2026/11/1-b-{blob.sha256[:8]}.png" alt="a &quot;dot&quot;"' in text
    assert "featured_media" not in sent(at)


def test_a_decorative_picture_has_an_empty_description(network, at, said, png):
    media = (Media("a.png", alt="x", decorative=True, blob=at.blob(png, "image/png")),)
    at.run(network, network.publish(said(network, media=media), 0))
    upload = next(one for one in at.seen if one.url.endswith("/media") and one.method == "POST")
    assert [field.name for field in upload.body.fields] == ["file"]


def test_without_featured_pictures_all_stand_in_the_text(at, said, png):
    network = NETWORK(replace(CHANNEL, settings={"url": "https://blog.example", "featured": False}))
    media = (Media("a.png", alt="x", blob=at.blob(png, "image/png")),)
    at.run(network, network.publish(said(network, media=media), 0))
    assert "featured_media" not in sent(at)
    assert 'class="wp-image-1"' in sent(at)["content"]


def test_an_edit_uploads_no_file_again_and_keeps_the_name(network, at, said, png, fake):
    media = (Media("a.png", alt="x", blob=at.blob(png, "image/png")),)
    receipt = at.run(network, network.publish(said(network, media=media, tags=("a",)), 0))
    after = at.run(network, network.edit(said(network, "Better", media=media), 0, receipt))
    assert (after.url, after.more) == (receipt.url, receipt.more)
    assert len(fake.media) == 1
    assert "Better" in fake.public[0].text
    assert fake.posts[int(receipt.id)]["tags"] == []


def test_tags_are_found_by_name_in_any_case_and_made_where_missing(network, at, said, fake):
    fake.terms["tags"][9] = "R&D"
    at.run(network, network.publish(said(network, tags=("r&d", "new")), 0))
    assert sent(at)["tags"][0] == 9
    assert list(fake.terms["tags"].values()) == ["R&D", "new"]


def test_a_tag_that_somebody_makes_meanwhile_is_taken(network, at, said, fake):
    fake.terms["tags"][9] = "new"
    fake.faults.append(Fault("status", "GET", "/tags", status=200, body=[]))
    at.run(network, network.publish(said(network, tags=("new",)), 0))
    assert sent(at)["tags"] == [9]


def test_a_category_that_an_author_may_not_make_is_an_error_of_the_post(network, at, said, fake):
    fake.role = "author"
    with pytest.raises(Rejected, match="no category"):
        at.run(network, network.publish(said(network, options={"categories": ["Of my own"]}), 0))


def test_a_canonical_address_needs_a_field_of_a_plugin(network, at, said, facts):
    post = Post("launch", "posts/launch.md", "Hi", title="T", canonical="https://a.example/")
    assert [one.slug for one in check_payload(network, post, network.compose(post, facts), facts)] == ["key-not-taken"]
    network = NETWORK(replace(CHANNEL, settings={"url": "https://blog.example", "canonical_meta": "_canonical"}))
    assert check_payload(network, post, network.compose(post, facts), facts) == []
    at.run(network, network.publish(said(network, canonical="https://a.example/"), 0))
    assert sent(at)["meta"] == {"_canonical": "https://a.example/"}


def test_a_lost_answer_is_found_by_its_name(network, at, said, noon):
    payload = said(network, title="R&D")
    receipt = at.run(network, network.publish(payload, 0))
    found = at.run(network, network.lookup(payload, after(at, noon), (), None))
    assert isinstance(found, Found)
    assert (found.receipt.id, found.receipt.url) == (receipt.id, receipt.url)


def test_another_post_of_that_name_is_not_taken_for_ours(network, at, said, noon, fake):
    payload = said(network)
    receipt = at.run(network, network.publish(payload, 0))
    fake.posts[int(receipt.id)]["title"] = "Somebody else's"
    assert isinstance(at.run(network, network.lookup(payload, after(at, noon), (), None)), CannotTell)
    fake.posts[int(receipt.id)] |= {"title": "We launch", "date": noon - timedelta(hours=1)}
    assert isinstance(at.run(network, network.lookup(payload, after(at, noon), (), None)), CannotTell)
    del fake.posts[int(receipt.id)]
    assert isinstance(at.run(network, network.lookup(payload, after(at, noon), (), None)), Absent)


def test_withdrawing_what_is_gone_is_success(network, at, said, fake):
    receipt = at.run(network, network.publish(said(network), 0))
    for _ in range(2):
        at.run(network, network.withdraw(receipt, 0))
    assert fake.public == []
    at.run(network, network.withdraw(replace(receipt, id="999"), 0))
    fake.faults.append(Fault("silence_before"))
    with pytest.raises(Retriable):
        at.run(network, network.withdraw(receipt, 0))


def test_a_user_who_may_not_publish_is_told_at_once(network, at, fake):
    fake.role = "subscriber"
    with pytest.raises(AuthFailed, match="may not publish"):
        at.run(network, network.verify())
    drafts = NETWORK(replace(CHANNEL, settings={"url": "https://blog.example", "status": "draft"}))
    assert at.run(drafts, drafts.verify()).facts["publish"] is False


HTML = "<html><h1>Forbidden</h1></html>"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (201, {"id": 1}, None),
        (301, "", Rejected),
        (400, {"code": "term_exists", "data": {"term_id": 3}}, None),
        (400, {"code": "rest_invalid_param", "message": "x"}, Rejected),
        (400, {"code": "rest_invalid_param", "data": {"details": {"status": {"code": "rest_forbidden_status"}}}}, AuthFailed),
        (401, {"code": "rest_cannot_create"}, AuthFailed),
        (401, {"code": "incorrect_password"}, AuthFailed),
        (401, HTML, AuthFailed),
        (403, {"code": "rest_cannot_create"}, AuthFailed),
        (403, HTML, Retriable),
        (404, {"code": "rest_no_route"}, Rejected),
        (404, HTML, Rejected),
        (413, HTML, Rejected),
        (429, HTML, RateLimited),
        (500, {"code": "rest_upload_sideload_error"}, Rejected),
        (500, {"code": "db_insert_error"}, Retriable),
        (500, HTML, Retriable),
        (503, None, Retriable),
    ],
)
def test_each_answer_has_its_error(network, status, body, kind):
    assert type(network.fault(status, {}, body)) is (kind or type(None))


# -- WordPress.com ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def com():
    return COM(
        Channel("blog", "wordpress-com", {"site": "https://Blog.example/", "client_id": "42", "redirect_uri": "http://127.0.0.1:8765/"})
    )


def test_wordpress_com_is_asked_at_one_address_and_shares_nothing_by_itself(com, noon, driver, said):
    fake = FAKE_COM(SetClock(noon))
    at = driver(fake, fake.token("ada"), fake.clock)
    receipt = at.run(com, com.publish(said(com), 0))
    assert at.seen[-1].url == "https://public-api.wordpress.com/wp/v2/sites/blog.example/posts"
    assert sent(at)["meta"] == {"jetpack_publicize_feature_enabled": False}
    assert receipt.url == "https://blog.example/we-launch/"
    assert at.run(com, com.verify()).handle == "ada@blog.example"


def test_wordpress_com_gives_tokens_for_a_visit_and_renews_them(com, noon, driver):
    fake = FAKE_COM(SetClock(noon))
    at = driver(fake, "", fake.clock)
    inputs = {"redirect_uri": "http://127.0.0.1:8765/", "state": "s", "challenge": "c", "verifier": "v"}
    visited = []
    tokens = at.run(com, com.login(inputs), visit=lambda url: visited.append(url) or "ada")
    assert visited[0].startswith("https://public-api.wordpress.com/oauth2-1/authorize?response_type=code&client_id=42&")
    assert tokens.values == {"token": "sandbox-ada", "refresh": "ada"}
    assert tokens.expires_in == 1_209_600
    assert "token" in at.run(com, com.refresh()).values


def test_an_ended_token_of_wordpress_com_can_be_renewed(com):
    error = com.fault(403, {}, {"error": "authorization_required", "message": "An active access token must be used."})
    assert isinstance(error, AuthFailed)
    assert error.expired
    assert com.fault(401, {}, {"code": "rest_not_logged_in"}).expired
    assert not com.fault(403, {}, {"code": "rest_cannot_create"}).expired


def test_a_post_that_the_server_numbered_is_found_too(network, at, said, noon, fake):
    payload = said(network)
    receipt = at.run(network, network.publish(payload, 0))
    fake.posts[int(receipt.id)]["slug"] = "we-launch-2"
    found = at.run(network, network.lookup(payload, after(at, noon), (), None))
    assert found.receipt.more["slug"] == "we-launch-2"
    fake.posts[int(receipt.id)]["title"] = "Somebody else's"
    assert isinstance(at.run(network, network.lookup(payload, after(at, noon), (), None)), Absent)


def test_places_of_files_are_readable_until_they_have_addresses(network, said, at, png):
    blob = at.blob(png, "image/png")
    part = said(
        network, media=(Media("a.png", alt="x", blob=blob), Media("My Dög.png", alt="y", blob=replace(blob, sha256="ab" * 32)))
    ).parts[0]
    assert part.fields["featured"] == f"a-{blob.sha256[:8]}.png"
    assert '<img src="smm:my-doeg-abababab.png" alt="y" class="wp-image-smm:my-doeg-abababab.png#id"/>' in part.text
