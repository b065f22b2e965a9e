"""The quicker expression for ASCII texts finds what the whole one finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smm_cli.text.addresses import MASTODON, Letters, X, grammar

DOMAINS = frozenset({"com", "org", "example"})
PIECES = st.sampled_from(
    ["https://", "acme.example", "a.com", "b.org/", "?q=", "(", ")", "/@ada/", "-", "_", ".", "#x", "'", ",", " ", "Ab0", "&=", "!"]
)


@pytest.mark.parametrize("letters", [X, MASTODON], ids=["x", "mastodon"])
@given(pieces=st.lists(PIECES, max_size=14))
def test_an_ascii_text_has_the_same_addresses_by_the_quicker_expression(letters: Letters, pieces: list[str]):
    text = "".join(pieces)
    whole, quick = (grammar(letters, DOMAINS, ascii).finditer(text) for ascii in (False, True))
    assert [(found.span(), found.groups()) for found in quick] == [(found.span(), found.groups()) for found in whole]
