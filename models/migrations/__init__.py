"""Alembic's migrations: forward only, run by the owning role."""
