"""Two machines that share nothing but a remote."""

from __future__ import annotations


def test_what_one_published_the_other_knows_and_does_not_repeat(team):
    team.channel("one")
    team.post("launch")
    team.push()
    laptop, server = team.clone("laptop"), team.clone("server")
    assert [outcome.state for outcome in laptop.tick().outcomes] == ["published"]
    assert len(team.public("one")) == 1
    assert list(team.receipts()) == ["receipts/launch/one.toml"]
    assert team.refs() == []
    assert server.tick().outcomes == ()
    assert len(team.public("one")) == 1
    assert server.states() == {"launch@one": "published"}
