"""The listener of the broker that the settings name, as a child process beside the worker."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from deployments.child import child
from deployments.listen import broker_of
from deployments.settings import Settings


@contextmanager
def running_listener(settings: Settings, environment: Mapping[str, str]) -> Iterator[None]:
    """Kept running until the block ends; nothing where no broker is named.

    It waits for a broker that is away. Raises Refused `mqtt-url-invalid` or `setting-missing`.
    """
    if settings.mqtt_url is None:
        yield
        return
    broker_of(settings).place()
    log = settings.state_dir / "mqtt.log"
    with child(["-m", "deployments.listen"], log=log, environment=environment) as process:
        process.keep()
        yield
