"""Fake networks that refuse what the real ones refuse; the rehearsal publishes against them."""
