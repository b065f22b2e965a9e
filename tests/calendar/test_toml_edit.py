from __future__ import annotations

import tomllib
from datetime import date

import pytest

from smm_cli.calendar.toml_edit import add_table, remove_table, rename_table, set_table
from smm_cli.errors import ConfigError

CALENDAR = b"""# Our calendar
[calendar]
name = "acme"   # never change

# Channels
[channels.blog]          # the site
network = "site"
gap = "2h"               # not too often

# the toots
[channels.mastodon]
network = "mastodon"
slots = [
  "Mon 09:00",  # Monday
  "Fri 09:00",
]

[channels.mastodon.limits]
text = 5000

[groups]
all = ["blog", "mastodon"]
"""


def lines_changed(before: bytes, after: bytes) -> list[bytes]:
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


def test_a_changed_value_keeps_its_comment_and_touches_no_other_line():
    after = set_table(CALENDAR, ("channels", "blog"), {"gap": "3h"})
    assert lines_changed(CALENDAR, after) == [b'gap = "3h"               # not too often']
    assert len(after.splitlines()) == len(CALENDAR.splitlines())


def test_a_new_key_stands_behind_the_last_key_of_its_table():
    after = set_table(CALENDAR, ("channels", "blog"), {"account": "@acme", "since": date(2026, 11, 24)})
    lines = after.splitlines()
    place = lines.index(b'gap = "2h"               # not too often')
    assert lines[place + 1 : place + 4] == [b'account = "@acme"', b"since = 2026-11-24", b""]


def test_a_new_key_stands_behind_a_list_of_several_lines_and_before_the_tables_below():
    after = set_table(CALENDAR, ("channels", "mastodon"), {"by_hand": True})
    lines = after.splitlines()
    assert lines[lines.index(b"]") + 1] == b"by_hand = true"
    assert tomllib.loads(after.decode())["channels"]["mastodon"]["by_hand"] is True


def test_none_removes_a_key():
    after = set_table(CALENDAR, ("channels", "blog"), {"gap": None})
    assert b"gap" not in after
    assert set_table(after, ("channels", "blog"), {"gap": None}) == after


def test_a_new_channel_stands_behind_the_last_channel():
    after = set_table(CALENDAR, ("channels", "bluesky"), {"network": "bluesky", "secret": {"password": "env:BLUESKY"}})
    text = after.decode()
    assert text.index("[channels.mastodon.limits]") < text.index("[channels.bluesky]") < text.index("[groups]")
    assert '\n\n[channels.bluesky]\nnetwork = "bluesky"\nsecret = {password = "env:BLUESKY"}\n\n[groups]' in text


def test_the_first_channel_of_an_almost_empty_file_stands_at_its_end():
    assert set_table(b'[calendar]\nname = "a"\n', ("channels", "x"), {"network": "site"}) == (
        b'[calendar]\nname = "a"\n\n[channels.x]\nnetwork = "site"\n'
    )


def test_nothing_to_change_changes_no_byte():
    assert set_table(CALENDAR, ("channels", "blog"), {"gap": "2h"}) == CALENDAR


def test_a_pause_is_added_and_removed_again():
    after = add_table(CALENDAR, "pause", {"reason": "fire", "channel": None, "except": ["statement"]})
    assert tomllib.loads(after.decode())["pause"] == [{"reason": "fire", "except": ["statement"]}]
    twice = add_table(after, "pause", {"reason": "flood"})
    assert [pause["reason"] for pause in tomllib.loads(twice.decode())["pause"]] == ["fire", "flood"]
    once = remove_table(twice, ("pause", 0))
    assert [pause["reason"] for pause in tomllib.loads(once.decode())["pause"]] == ["flood"]
    assert tomllib.loads(set_table(twice, ("pause", 1), {"until": "2026-11-25"}).decode())["pause"][1]["until"] == "2026-11-25"


def test_a_removed_table_takes_its_comment_and_what_is_below_it_but_nothing_else():
    after = remove_table(CALENDAR, ("channels", "mastodon")).decode()
    assert "mastodon]" not in after and "the toots" not in after and "5000" not in after
    assert "# Channels" in after and "# not too often" in after
    assert tomllib.loads(after)["groups"] == {"all": ["blog", "mastodon"]}


def test_the_comment_of_the_next_table_stays_when_a_table_goes():
    assert b"# the toots\n[channels.mastodon]" in remove_table(CALENDAR, ("channels", "blog"))


def test_a_renamed_table_stays_where_it_is_with_all_below_it():
    after = rename_table(CALENDAR, ("channels", "mastodon"), "toots")
    assert lines_changed(CALENDAR, after) == [b"[channels.toots]", b"[channels.toots.limits]"]
    commented = rename_table(CALENDAR, ("channels", "blog"), "site-main")
    assert b"[channels.site-main]          # the site" in commented


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(ConfigError, match="already"):
        rename_table(CALENDAR, ("channels", "blog"), "mastodon")


def test_tables_written_inline_or_with_dots_are_edited_too():
    inline = b'[channels]\nblog = {network = "site", gap = "1h"} # ours\nnews.network = "site"\n'
    after = set_table(inline, ("channels", "blog"), {"gap": "2h", "account": "x"})
    assert tomllib.loads(after.decode())["channels"]["blog"] == {"network": "site", "gap": "2h", "account": "x"}
    assert b"# ours" in after
    after = remove_table(inline, ("channels", "news"))
    assert tomllib.loads(after.decode())["channels"] == {"blog": {"network": "site", "gap": "1h"}}


def test_tables_out_of_order_are_edited_at_their_place():
    data = b'[channels.a]\nnetwork = "site"\n\n[groups]\nall = ["a"]\n\n[channels.b]\nnetwork = "site"\n'
    after = set_table(data, ("channels", "a"), {"network": "xing", "gap": "1h"})
    assert after == data.replace(b'"site"', b'"xing"', 1).replace(b"\n\n[groups]", b'\ngap = "1h"\n\n[groups]')


def test_windows_line_ends_and_a_byte_order_mark_stay():
    data = b"\xef\xbb\xbf" + CALENDAR.replace(b"\n", b"\r\n")
    for after in (
        set_table(data, ("channels", "blog"), {"gap": "3h", "by_hand": True}),
        rename_table(data, ("channels", "blog"), "b"),
        set_table(data, ("channels", "new"), {"network": "site"}),
    ):
        assert after.startswith(b"\xef\xbb\xbf#")
        assert after.count(b"\n") == after.count(b"\r\n") >= data.count(b"\r\n")
        tomllib.loads(after.decode("utf-8-sig"))


def test_a_file_that_is_no_toml_is_refused_and_not_made_worse():
    with pytest.raises(ConfigError, match="cannot be edited"):
        set_table(b"[channels\n", ("channels", "x"), {"network": "site"})
