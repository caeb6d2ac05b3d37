"""What a worker reports to Prefect: that it is there, under its name."""

import platform
from datetime import UTC, datetime

import httpx

NEVER = datetime.min.replace(tzinfo=UTC)


def worker_name() -> str:
    """The name under which this machine's worker shows in the UI; it may hold no `/` or `%`."""
    return f"in-process on {platform.node().replace('/', '-').replace('%', '-')}"


def last_report(client: httpx.Client, api_url: str, work_pool: str) -> datetime | None:
    """When this machine's worker last reported; `NEVER` where Prefect knows none.

    None while the server does not answer: one that registers everything on a busy machine may take
    longer than the client waits.
    """
    url = f"{api_url}/work_pools/{work_pool}/workers/filter"
    try:
        response = client.post(url, json={"limit": 50})
    except httpx.TransportError:
        return None
    if response.is_server_error:
        return None
    workers = response.json() if response.is_success else []
    return max((_reported(one) for one in workers if one["name"] == worker_name()), default=NEVER)


def _reported(worker: dict[str, str]) -> datetime:
    return datetime.fromisoformat(worker["last_heartbeat_time"])
