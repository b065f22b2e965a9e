"""Right front matter is read without pydantic, and just as with it."""

from __future__ import annotations

import pytest
from pydantic import BeforeValidator, ValidationError

from smm_cli.calendar.post_model import PostTable
from smm_cli.calendar.post_quick import TAKES, read_quickly

TABLES = {"media", "poll", "wait_for", "targets"}


def test_every_key_without_a_table_is_taken_by_the_same_function_as_in_the_model():
    said = {
        name: next(one.func for one in field.metadata if isinstance(one, BeforeValidator)) for name, field in PostTable.model_fields.items()
    }
    assert {name: take for name, take in said.items() if name not in TABLES} == dict(TAKES)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"id": "launch", "title": "Ä", "channels": "blog", "tags": ["#a", "a", "b"], "status": ""},
        {"channels": ["blog", "social"], "publish_at": "2026-11-24 09:00", "urgent": "true", "order": "-3", "split": "false"},
        {"slot": "next", "publish_at": "", "repeat": "FREQ=DAILY", "until": "2026-12-01", "max_late": "2h", "numbering": "{n}/{of}"},
        {"link": "https://acme.example/", "reply_to": "launch", "notes": "x", "timezone": "Europe/Berlin", "language": "de"},
    ],
)
def test_quick_values_are_those_of_the_model(values):
    quick, whole = read_quickly(values), PostTable.model_validate(values)
    assert quick is not None
    assert quick.model_fields_set == whole.model_fields_set
    for key in values:
        assert (getattr(quick, key), type(getattr(quick, key))) == (getattr(whole, key), type(getattr(whole, key)))


@pytest.mark.parametrize(
    "values",
    [
        {"titel": "x"},
        {"targets": {}},
        {"title": ["x"]},
        {"slot": "next", "publish_at": "2026-11-24 09:00"},
        {"status": "done"},
        {"order": "1.5"},
    ],
)
def test_what_is_wrong_is_left_to_the_model_which_refuses_it(values):
    assert read_quickly(values) is None
    with pytest.raises(ValidationError):
        PostTable.model_validate(values)


@pytest.mark.parametrize("values", [{"poll": {"options": ["a", "b"]}}, {"media": "a.png"}, {"for": {}}, {"title": "\udfff"}])
def test_tables_and_texts_that_cannot_be_written_are_left_to_the_model(values):
    assert read_quickly(values) is None
