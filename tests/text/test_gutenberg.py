"""Blocks of WordPress's editor, as it saves them itself."""

from __future__ import annotations

import pytest

from smm_cli.text.gutenberg import gutenberg
from smm_cli.text.markdown import read


def blocks(text):
    return gutenberg(read(text, threads=False).parts[0].blocks, lambda mention: mention.person)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A <b> & *c*", "<!-- wp:paragraph -->\n<p>A &lt;b&gt; &amp; <em>c</em></p>\n<!-- /wp:paragraph -->"),
        ("## Why", '<!-- wp:heading -->\n<h2 class="wp-block-heading">Why</h2>\n<!-- /wp:heading -->'),
        ("### Why", '<!-- wp:heading {"level":3} -->\n<h3 class="wp-block-heading">Why</h3>\n<!-- /wp:heading -->'),
        ("```\na < b\n```", '<!-- wp:code -->\n<pre class="wp-block-code"><code>a &lt; b</code></pre>\n<!-- /wp:code -->'),
        ("***", '<!-- wp:separator -->\n<hr class="wp-block-separator has-alpha-channel-opacity"/>\n<!-- /wp:separator -->'),
        (
            "1. one",
            '<!-- wp:list {"ordered":true} -->\n<ol><!-- wp:list-item -->\n<li>one</li>\n<!-- /wp:list-item --></ol>\n<!-- /wp:list -->',
        ),
    ],
)
def test_each_kind_of_block_is_written_as_the_editor_does(text, wanted):
    assert blocks(text) == wanted


def test_a_quotation_holds_blocks_of_its_own():
    inside = "<!-- wp:paragraph -->\n<p>said</p>\n<!-- /wp:paragraph -->"
    assert blocks("> said") == f'<!-- wp:quote -->\n<blockquote class="wp-block-quote">{inside}</blockquote>\n<!-- /wp:quote -->'


def test_a_list_in_a_list_stands_inside_of_its_item():
    assert blocks("- one\n  - deep").count("<!-- wp:list -->") == 2
    assert "<li>one<!-- wp:list -->" in blocks("- one\n  - deep")


@pytest.mark.parametrize("text", ["- one\n\n- two", "- > quoted", "```python\nx\n```"])
def test_what_has_no_plain_block_is_a_block_of_html(text):
    assert blocks(text).startswith("<!-- wp:html -->")
    assert blocks(text).endswith("<!-- /wp:html -->")


def test_text_cannot_open_or_close_a_block():
    assert "&lt;!-- /wp:paragraph --&gt;" in blocks("\\<!-- /wp:paragraph -->")
