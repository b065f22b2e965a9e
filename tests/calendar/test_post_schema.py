"""The schema of a post comes from the models that read it, and says the same."""

from __future__ import annotations

import jsonschema
import pytest

from smm_cli.calendar.post_model import KEYS, TARGET_KEYS
from smm_cli.calendar.schema import post_schema, schemas
from smm_cli.calendar.targets import KEYS as FOLDED
from smm_cli.words.post import Post

GOOD = {
    "id": "herbst",
    "title": "Neu: der Katalog",
    "tags": "neu",
    "channels": ["blog", "mastodon"],
    "publish_at": "2026-11-24 09:00",
    "urgent": True,
    "order": 10,
    "media": [{"path": "media/a.jpg", "alt": "Ein Blatt", "decorative": False}],
    "poll": {"options": ["ja", "nein"], "expires_in": "6h"},
    "for": {"mastodon": {"text": "Kurz", "sensitive": True}},
    "status": "ready",
}


def test_schemas_are_valid_json_schema_and_name_both_files():
    assert set(schemas()) == {"post", "channels"}
    for schema in schemas().values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_a_good_post_fits_its_schema():
    jsonschema.validate(GOOD, post_schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "change", [{"chanels": "x"}, {"status": "redy"}, {"urgent": "ja"}, {"media": [{"alt": "x"}]}, {"slot": "tomorrow"}, {"title": ["a"]}]
)
def test_a_bad_post_does_not(change: dict[str, object]):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**GOOD, **change}, post_schema(), jsonschema.Draft202012Validator)


def test_every_key_of_a_post_is_described():
    described = post_schema()["properties"]
    assert set(described) == set(KEYS)
    assert [key for key in KEYS if not described[key].get("description") and key != "poll"] == []


def test_every_key_is_a_field_of_post_and_can_be_aimed():
    fields = set(Post.__dataclass_fields__)
    assert {key for key in KEYS if key not in fields} == {"for", "notes"}
    assert TARGET_KEYS == FOLDED
