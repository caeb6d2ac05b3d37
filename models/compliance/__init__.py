"""Scheduled compliance checks: each a file of plain SQL with what it is about in its header."""
