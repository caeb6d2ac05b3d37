"""Where it runs: real PostgreSQL, a real Prefect server and a real worker."""
