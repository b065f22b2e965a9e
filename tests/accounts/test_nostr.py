"""Nostr keys: what a secret may look like, and what is signed with it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from smm_cli.accounts import bip340
from smm_cli.accounts.nostr import Key
from smm_cli.accounts.sign import sign
from smm_cli.errors import ConfigError
from smm_cli.text.nostr import event_id
from smm_cli.words.auth import NostrKey

NSEC = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
SECRET = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"
PUBLIC = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e"
EVENT = {"created_at": 1795000000, "kind": 1, "tags": [["t", "news"]], "content": 'Grüße 👋\n"quoted" \\ /slash\ttab'}
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_an_event_is_signed_as_others_sign_it():
    """Made with coincurve and verified by nostr-sdk 0.45 (2026-11-22)."""
    made = Key(NSEC).signed(EVENT)
    assert (made["pubkey"], made["id"]) == (PUBLIC, "e0839e8cf5c96a74c758813c4c2676851e1dae184abf18ee1844eaf29b47fff4")
    assert made["sig"] == (
        "bf52f73c89bf621e6376d05e2291f6b97413bfa1b85518e3dd5104e8e31860346a96840178e70014ffb2140c7f2d1a794730896cdd2b11ef7ef3069eca9fb3cc"
    )


def test_hex_is_as_good_as_nsec_and_the_key_is_never_shown():
    assert Key(SECRET).public == Key(NSEC).public == PUBLIC
    assert SECRET not in repr(Key(SECRET))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg", "npub1, which is not secret"),
        (NSEC.replace("q", "p", 1), "checksum"),
        ("ncryptsec1xyz", "password"),
        ("0" * 64, "no secret key"),
        ("hello", "no bech32"),
        ("", "no bech32"),
    ],
)
def test_what_is_no_secret_key_is_refused_without_showing_it(text, told):
    with pytest.raises(ConfigError, match=told) as caught:
        Key(text)
    assert len(text) < 10 or text not in str(caught.value)


def test_an_upload_carries_a_leave_that_ends(noon=NOW):
    headers = {"x-sha-256": "ab" * 32}
    made = sign(NostrKey(), {"nsec": NSEC}, "PUT", "https://blossom.example/upload", headers, b"", noon)
    scheme, _, coded = made["authorization"].partition(" ")
    event = json.loads(base64.urlsafe_b64decode(coded + "=="))
    assert (scheme, event["kind"]) == ("Nostr", 24242)
    assert event["tags"] == [["t", "upload"], ["x", "ab" * 32], ["expiration", str(int(noon.timestamp()) + 600)]]
    assert event["id"] == event_id(event)
    assert bip340.verify(bytes.fromhex(event["id"]), bytes.fromhex(event["pubkey"]), bytes.fromhex(event["sig"]))


def test_a_relay_that_asks_gets_its_own_question_back():
    event = Key(NSEC).knock("wss://relay.example", "why", NOW)
    assert (event["kind"], event["tags"]) == (22242, [["relay", "wss://relay.example"], ["challenge", "why"]])
