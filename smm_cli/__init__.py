"""smm: an editorial calendar in git, published to every network on time, exactly once."""

__version__ = "0.1.0"
