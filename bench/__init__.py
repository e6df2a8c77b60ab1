"""Benchmarks: run by `make bench`, on servers of their own; what they found is in RESULTS.md."""
