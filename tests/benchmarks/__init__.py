"""Benchmarks run, and their names stay."""
