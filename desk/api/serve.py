"""The HTTP service's own process: `python -m desk.api.serve PORT`, started by `atmpflow up`."""

import sys

import uvicorn

from deployments.child import end_with_parent
from desk.api.service import service

HOST = "127.0.0.1"


def main() -> None:
    """Serve until told to stop. It listens on this machine only: a proxy adds TLS."""
    end_with_parent()
    uvicorn.run(
        service(),
        host=HOST,
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
