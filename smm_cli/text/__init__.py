"""From Markdown to rich text, from rich text to each dialect; rulers that count as networks do; splitting."""
