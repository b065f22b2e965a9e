"""smm network."""

from __future__ import annotations

import json

import pytest

from smm_cli import networks
from smm_cli.cli.network import type_name
from smm_cli.cli.start import run


def test_every_network_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["network", "list", "--json"]) == 0
    shapes = json.loads(capsys.readouterr().out)
    assert {shape["name"] for shape in shapes} >= set(networks.built_in())
    assert {shape["name"] for shape in shapes if shape["by_hand"]} == {name for name in networks.built_in() if networks.load(name).handoff}


@pytest.mark.parametrize("name", networks.built_in())
def test_each_limit_is_shown_with_source_and_date(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["network", "show", name]) == 0
    out = capsys.readouterr().out
    for limit in (*networks.load(name).text, *networks.load(name).media):
        assert f"{limit.source}, {limit.date}" in out


def test_settings_say_type_and_whether_they_are_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["network", "show", "mastodon", "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    fields = {field["name"]: field for field in shape["settings"]}
    assert fields["server"]["required"] and fields["server"]["type"] == "text"
    assert fields["visibility"] == {
        "name": "visibility",
        "type": "one of public, unlisted, private, direct",
        "required": False,
        "default": "public",
        "about": None,
    }
    assert shape["scopes"] and shape["secrets"] == ["token"] and "edit" in shape["acts"]


def test_an_unknown_network_is_a_mistake_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["network", "show", "mastodn"]) == 2
    assert "did you mean mastodon?" in capsys.readouterr().err


def test_types_are_said_in_words() -> None:
    assert type_name(tuple[str, ...]) == "list of text"
    assert type_name(bool | None) == "true or false"
    assert type_name(int) == "whole number"
