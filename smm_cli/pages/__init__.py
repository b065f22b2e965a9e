"""Pages for people: what is better looked at than read."""
