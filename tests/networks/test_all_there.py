"""Every network that smm promises is there, with a fake that tries it or a person who posts."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from smm_cli.cli.network import app
from smm_cli.networks import built_in, load
from smm_cli.sandbox.world import fakes

PROMISED = {
    "social": "mastodon bluesky x linkedin facebook instagram threads misskey tumblr pinterest youtube tiktok reddit lemmy nostr "
    "google-business",
    "chat": "telegram discord slack teams mattermost matrix zulip rocketchat google-chat communote webhook",
    "forums": "discourse nodebb flarum",
    "blogs": "site wordpress wordpress-com ghost micropub writefreely devto hashnode blogger",
    "bookmarks": "delicious shaarli linkding raindrop wallabag linkwarden",
    "mail": "smtp buttondown listmonk mailchimp brevo",
}
BY_HAND = "xing facebook-profile linkedin-share whatsapp hackernews phpbb medium youtube-community handoff"


@pytest.mark.parametrize("family", PROMISED)
def test_a_family_is_whole_and_each_of_it_is_tried_against_a_fake(family):
    wanted = set(PROMISED[family].split())
    assert wanted - set(built_in()) == set()
    assert wanted - set(fakes()) - {"site"} == set()
    assert not any(load(name).handoff for name in wanted)


def test_what_has_no_door_for_programs_is_handed_to_a_person():
    wanted = set(BY_HAND.split())
    assert wanted - set(built_in()) == set()
    assert all(load(name).handoff and load(name).share_link for name in wanted)


def test_there_is_no_network_that_nobody_promised():
    assert set(built_in()) == {*" ".join(PROMISED.values()).split(), *BY_HAND.split()}


def test_the_list_names_them_all_with_what_they_can():
    said = CliRunner().invoke(app, ["list", "--json"])
    shapes = {shape["name"]: shape for shape in json.loads(said.stdout)}
    assert set(built_in()) <= set(shapes)
    for shape in shapes.values():
        assert {"takes", "demands", "text", "media", "poll", "threads", "acts", "auth", "secrets", "scopes", "charges"} <= set(shape)
    assert shapes["x"]["charges"]
    assert shapes["instagram"]["fetches_media"]
    assert "link" in shapes["shaarli"]["demands"]
