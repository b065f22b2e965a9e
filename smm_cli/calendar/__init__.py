"""Files in, files edited: front matter, posts, channels.toml, the index, git."""
