"""Nostr's names, against the vectors of NIP-19 and what nostr-sdk made of them."""

from __future__ import annotations

import pytest

from smm_cli.text.nostr import clean, decode, encode, event_of, pointer, profile_of

ID = "e0839e8cf5c96a74c758813c4c2676851e1dae184abf18ee1844eaf29b47fff4"
AUTHOR = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e"
NOTE = "note1uzpear84e948f36csy7ycfnks50pmtscf2l33mscgn409x68ll6qzxngty"
NEVENT = (
    "nevent1qqswpqu73n6uj6n5cavgz0zvyemg28sa4cvy40ccacvyf6hjndrllaqpzamhxue69uhhyetvv9ujuetcv9k"
    "hqmr99ehhyeczypl8a8zz4ydlauvl4y57tldpkuhqa0q6fsg5zee7y72zxnvx4h05uqcyqqqqqqga45jkz"
)
NADDR = (
    "naddr1qq9ksetvd3hj6am0wfkxgqghwaehxw309aex2mrp0yhx27rpd4cxcefwdaexwq3q0elfcs4fr0l0r8af98jl"
    "mgdh9c8tcxjvz9qkw038js35mp4dma8qxpqqqp65wwp8a0m"
)
RELAY = "wss://relay.example.org"
NPROFILE = (
    "nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p"
)


def test_names_are_those_of_the_vectors():
    assert encode("note", bytes.fromhex(ID)) == NOTE
    assert pointer("nevent", bytes.fromhex(ID), [RELAY], AUTHOR, 1) == NEVENT
    assert pointer("naddr", b"hello-world", [RELAY], AUTHOR, 30023) == NADDR


def test_names_are_read_back_wherever_they_stand():
    assert event_of(NOTE) == {"id": ID}
    assert event_of(f"https://njump.me/{NEVENT}") == {"id": ID, "relay": RELAY, "author": AUTHOR, "kind": 1}
    assert event_of(f"nostr:{NADDR}") == {"name": "hello-world", "relay": RELAY, "author": AUTHOR, "kind": 30023}
    assert event_of(ID) == {"id": ID}


@pytest.mark.parametrize("text", ["https://example.org/", "note1xyz", NOTE[:-1] + "q", "nevent1"])
def test_what_names_no_event_is_none(text):
    assert event_of(text) == {}


def test_people_are_read_from_npub_nprofile_and_hex():
    npub = encode("npub", bytes.fromhex(AUTHOR))
    assert profile_of(npub) == profile_of(f"nostr:{npub}") == profile_of(f"@{npub}") == profile_of(AUTHOR) == AUTHOR
    assert profile_of(NPROFILE) == "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"  # the example of NIP-19
    assert profile_of("ada@example.org") == profile_of(NOTE) == ""


@pytest.mark.parametrize("wrong", ["nsec", "Npub1qqqqqq", "npub1qqqqqb", NOTE.replace("z", "q", 1), ""])
def test_a_slip_of_the_pen_is_noticed(wrong):
    with pytest.raises(ValueError):
        decode(wrong)


def test_control_characters_are_taken_out_but_breaks_and_tabs_stay():
    assert clean("a\x00b\x1b\tc\nd\x7f") == "ab\tc\nd"
