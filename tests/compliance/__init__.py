"""Scheduled compliance checks: each finds what it should, and nothing else."""
