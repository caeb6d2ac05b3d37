"""The Prefect server's own process: `python -m deployments.serve PORT`, a child of `server.py`."""

import sys

import uvicorn
from prefect.server.api.server import create_app

from deployments.child import end_with_parent


def main() -> None:
    end_with_parent()
    uvicorn.run(
        create_app(final=True),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        timeout_keep_alive=60,
        # An open page of the UI holds a websocket: it must not hold up the end.
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
