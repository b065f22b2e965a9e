"""How Mastodon counts."""
from smm_cli.text.rulers import graphemes
def mastodon_length(text: str, url_length: int) -> int:
    return graphemes(text)
