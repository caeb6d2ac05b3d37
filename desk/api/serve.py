"""The HTTP interface's own process: `python -m desk.api.serve PORT`, a child of `atmpflow up`."""

import sys

import uvicorn

from deployments.child import end_with_parent
from deployments.ports import HOST
from desk.api.app import application


def main() -> None:
    end_with_parent()
    uvicorn.run(
        application(),
        host=HOST,
        port=int(sys.argv[1]),
        # Addresses name journeys and their units: they are in the record, not in a log.
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
