"""Ratios against peers run side by side: `python -m benchmarks NAME`."""
