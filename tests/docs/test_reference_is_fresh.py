"""The reference is made of the code; here it is made again, in memory, and compared."""

from __future__ import annotations

import json

import jsonschema

from smm_cli.networks import built_in


def test_what_the_code_says_is_what_the_reference_says(made, root):
    stale = [name for name, text in made.pages().items() if not (root / name).exists() or (root / name).read_text("utf-8") != text]
    assert stale == [], "run: make docs"


def test_every_network_stands_in_the_reference_with_a_source_for_each_limit(made):
    page = made.networks_page()
    for shape in made.shapes():
        assert f"\n## {shape['name']}\n" in page
        for limit in (*shape["text"], *shape["media"]):
            assert limit["source"] and limit["date"], (shape["name"], limit)
            assert limit["source"] in page
    assert {shape["name"] for shape in made.shapes()} == set(built_in())


def test_every_network_stands_in_the_readme(made, root):
    readme = (root / "README.md").read_text("utf-8")
    for shape in made.shapes():
        assert f"networks.md#{shape['name']})" in readme


def test_every_error_stands_with_its_exit_code(made):
    from smm_cli import errors

    page = made.errors_page()
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.SmmError):
            assert f"| `{name}` | {kind.exit_code} | `{kind.slug}` |" in page


def test_the_schemas_are_schemas_and_take_a_plain_calendar(root):
    for name, value in (
        ("post", {"id": "a", "channels": ["blog"], "status": "draft"}),
        ("channels", {"calendar": {"name": "acme"}, "channels": {"blog": {"network": "site", "address": "https://acme.example"}}}),
    ):
        schema = json.loads((root / f"docs/reference/{name}.schema.json").read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(value)
        assert not jsonschema.Draft202012Validator(schema).is_valid({**value, "chanels": ["blog"]})
