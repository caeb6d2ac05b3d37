"""Anchors: made, signed, and kept in several places outside the database."""
