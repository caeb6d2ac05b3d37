"""Where it runs: the embedded database, the Prefect server, the worker and the relay."""
