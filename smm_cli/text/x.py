"""How X counts."""
from smm_cli.text.rulers import graphemes
def weighted_length(text: str, url_length: int = 23) -> int:
    return graphemes(text)
