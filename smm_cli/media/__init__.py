"""What a file is, and how it is made to fit a limit."""
