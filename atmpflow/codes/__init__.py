"""Identifiers of the field: parse, check and format, one code a file."""
