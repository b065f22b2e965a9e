"""The nouns of smm: frozen values, no behaviour beyond reading themselves. Imports errors only."""
