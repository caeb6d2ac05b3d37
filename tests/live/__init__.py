"""Readings of loggers under way."""
