"""A thread that is half out: what is left of it goes out as it was approved, however the file was edited meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from smm_cli.calendar.digest import approval_digest
from smm_cli.calendar.edit import edit_post
from smm_cli.calendar.model import Calendar
from smm_cli.cli.planned import plan_of
from smm_cli.ledger.people import retry
from smm_cli.sandbox.base import Fault
from tests.delivery.test_withdraw import Stage


def approve(stage):
    path = stage.root / "posts" / "launch.md"
    with stage.runner() as runner:
        (post,) = runner.index.posts(runner.source).posts
        calendar: Calendar = runner.calendar
        line = f"ben 2026-11-24T08:00:00Z {approval_digest(post, calendar, runner.source)}"
    path.write_bytes(edit_post(path.read_bytes(), {"approved": [line]}))


def half_out(tmp_path, required):
    stage = Stage(tmp_path / "calendar", "mastodon")
    config = stage.root / "channels.toml"
    config.write_text(config.read_text() + f"\n[approval]\nrequired = {required}\n")
    approve(stage)
    stage.fake.faults.append(Fault("status", method="POST", path="/api/v1/statuses", skip=1, times=1, status=422, body={"error": "no"}))
    stage.publish()
    assert stage.public() == ["One."]
    path = stage.root / "posts" / "launch.md"
    path.write_text(path.read_text().replace("Two.", "Zwei."))
    asyncio.run(stage.clock.sleep(10))
    with stage.runner() as runner:
        retry(runner.ledger, [d for d in plan_of(runner).plan.deliveries if d.post == "launch"])
    return stage


@pytest.mark.parametrize(("required", "second"), [("true", "Two."), ("false", "Zwei.")])
def test_a_retry_takes_up_an_edit_only_where_it_is_approved(tmp_path, required, second):
    stage = half_out(tmp_path, required)
    stage.publish()
    assert stage.public() == ["One.", second, "Three."]


def test_an_edit_that_was_approved_is_taken_up(tmp_path):
    stage = half_out(tmp_path, "true")
    approve(stage)
    stage.publish()
    assert stage.public() == ["One.", "Zwei.", "Three."]
