"""Is Prefect there: server, work pool, a worker that lives, every deployment with its trigger?"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import yaml

import deployments
from deployments.server import last_api_url
from deployments.settings import Settings
from desk.cli.checks import Check, judged
from tasks import clock

UP = "Start it with `atmpflow up`."
SEEN_WITHIN = timedelta(minutes=1)
PAGE = 200

PROCESS_MAP = Path(deployments.__file__).parent.parent / "prefect.yaml"


def prefect_checks(settings: Settings) -> Iterator[Check]:
    """Every check of the Prefect server; the others only where it answers."""
    url = last_api_url(settings)
    if url is None:
        yield Check("prefect-api", "fail", "never started here", UP)
        return
    try:
        with httpx.Client(base_url=url, timeout=5, trust_env=False) as client:
            yield _api(client, url)
            yield from _pool(client, settings.work_pool)
            yield from _deployments(client)
    except (httpx.HTTPError, ValueError) as error:
        yield Check("prefect-api", "fail", f"no answer at {url} ({type(error).__name__})", UP)


def _api(client: httpx.Client, url: str) -> Check:
    ours = version("prefect")
    theirs = client.get("/admin/version").raise_for_status().json()
    remedy = f"Run the server with Prefect {ours}, the version this program was tried with."
    found = f"{theirs} at {url}"
    return judged("prefect-api", found, well=theirs == ours, otherwise=remedy, state="warn")


def _pool(client: httpx.Client, pool: str) -> Iterator[Check]:
    answer = client.get(f"/work_pools/{pool}")
    if answer.status_code == httpx.codes.NOT_FOUND:
        yield Check("work-pool", "fail", f"there is no work pool {pool}", UP)
        return
    paused = answer.raise_for_status().json()["is_paused"]
    resume = f"Resume it: prefect work-pool resume {pool}."
    found = f"{pool}, {'paused' if paused else 'open'}"
    yield judged("work-pool", found, well=not paused, otherwise=resume)
    workers = client.post(f"/work_pools/{pool}/workers/filter", json={"limit": PAGE})
    seen = [
        datetime.fromisoformat(one["last_heartbeat_time"])
        for one in workers.raise_for_status().json()
    ]
    yield _worker(max(seen, default=None))


def _worker(seen: datetime | None) -> Check:
    if seen is None:
        return Check("worker", "fail", "none has ever reported", UP)
    ago = clock.wall() - seen.astimezone(UTC)
    found = f"seen {max(int(ago.total_seconds()), 0)} s ago"
    return judged("worker", found, well=ago <= SEEN_WITHIN, otherwise=UP)


def _deployments(client: httpx.Client) -> Iterator[Check]:
    if not PROCESS_MAP.exists():
        yield Check("deployments", "warn", "prefect.yaml is not beside the program", UP)
        return
    wanted = {one["name"]: one for one in yaml.safe_load(PROCESS_MAP.read_text())["deployments"]}
    there = {one["name"]: one for one in _all(client, "/deployments/filter", {})}
    yield _difference(set(wanted), there)
    triggers = {name for name, one in wanted.items() if one.get("triggers")}
    if triggers:
        yield _triggers(client, triggers & set(there), there)


def _all(client: httpx.Client, path: str, which: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        asked = {**which, "limit": PAGE, "offset": len(found)}
        page = client.post(path, json=asked).raise_for_status().json()
        found += page
        if len(page) < PAGE:
            return found


def _difference(wanted: set[str], there: Mapping[str, Mapping[str, Any]]) -> Check:
    wrong = [f"{name} missing" for name in sorted(wanted - set(there))]
    wrong += [f"{name} left over" for name in sorted(set(there) - wanted)]
    wrong += [f"{name} paused" for name in sorted(wanted & set(there)) if there[name]["paused"]]
    text = ", ".join(wrong) or f"all {len(wanted)} as in prefect.yaml"
    remedy = "Restart `atmpflow up`; what was paused is resumed in the Prefect UI."
    return judged("deployments", text, well=not wrong, otherwise=remedy)


def _triggers(
    client: httpx.Client, names: set[str], there: Mapping[str, Mapping[str, Any]]
) -> Check:
    """Each stage has an automation that starts it, and it is on."""
    off = [name for name in sorted(names) if not _triggered(client, there[name]["id"])]
    text = f"none or off: {', '.join(off)}" if off else f"all {len(names)} on"
    remedy = "Restart `atmpflow up`, or switch them on under Automations."
    return judged("wake-ups", text, well=not off, otherwise=remedy)


def _triggered(client: httpx.Client, deployment: str) -> bool:
    path = f"/automations/related-to/prefect.deployment.{deployment}"
    found = client.get(path).raise_for_status().json()
    return any(one["enabled"] for one in found)
