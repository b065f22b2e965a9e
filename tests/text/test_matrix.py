"""Rich text for Matrix: its HTML, people as pills, pictures as links."""

from __future__ import annotations

import pytest

from smm_cli.text.markdown import read
from smm_cli.text.matrix import formatted, pill


def made(body, people=None):
    known = people or {}
    blocks = read(body, threads=False).parts[0].blocks
    return formatted(blocks, lambda mention: mention.person.title(), lambda mention: known.get(mention.person, ""))


def test_a_person_with_an_id_becomes_a_pill_and_one_without_her_name():
    people = {"ada": "@ada:example.org"}
    assert made("@{ada} and @{bea}", people) == '<p><a href="https://matrix.to/#/@ada:example.org">@ada:example.org</a> and Bea</p>'
    assert made("> **@{ada}**", people).count("matrix.to") == 1


@pytest.mark.parametrize(("user", "address"), [("@a:b.example", "@a:b.example"), ("@a/b:c", "@a%2Fb:c"), ("@é:c", "@%C3%A9:c")])
def test_ids_are_escaped_in_addresses(user, address):
    assert pill(user) == f"https://matrix.to/#/{address}"


def test_pictures_in_running_text_are_links_since_clients_show_files_of_the_server_only():
    shown = made("See ![a cat](https://a.example/cat.png) here")
    assert shown == '<p>See <a href="https://a.example/cat.png">a cat</a> here</p>'
    assert "<img" not in made("- ![x](https://a.example/x.png) and\n- two")


def test_what_is_typed_is_escaped():
    assert made("1 < 2 & <b>no</b>") == "<p>1 &lt; 2 &amp; &lt;b&gt;no&lt;/b&gt;</p>"
    assert "href" not in made("[x](javascript:alert)")


def test_code_keeps_its_language():
    assert made("```python\na < b\n```") == '<pre><code class="language-python">a &lt; b\n</code></pre>'
