"""smm measured beside a bare interpreter and its peers, in one run, as ratios: `make bench`, or `python -m benchmarks`."""
