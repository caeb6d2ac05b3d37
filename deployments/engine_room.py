"""The one process that works: the in-process worker with the relay beside it.

`python -m deployments.engine_room PREFECT_YAML`, started by `stack.py`.
"""

from deployments.relay import relay
from deployments.settings import settings
from deployments.work import run
from models.migrate import require_current
from tasks.engine import engine
from tasks.takeover import take_over


async def _relay() -> None:
    await relay(engine(), str(settings().prefect_api_url))


def main() -> None:
    """Refuse another schema, take over from a process that died, work until told to stop."""
    require_current(engine())
    take_over(engine())
    run(beside=(_relay,))


if __name__ == "__main__":
    main()
