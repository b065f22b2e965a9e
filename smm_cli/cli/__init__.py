"""The command line: one file per command group; output.py alone prints."""
