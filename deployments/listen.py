"""The listener's own process: `python -m deployments.listen`, started where a broker is named."""

import logging
import signal

from atmpflow.errors import Refused
from atmpflow.people import Actor, Role
from deployments.child import end_with_parent
from deployments.settings import Settings, settings
from models.migrate import require_current
from tasks.engine import engine
from tasks.live.mqtt import Broker, Listener


def broker_of(chosen: Settings) -> Broker:
    """The broker that the settings name. Raises Refused `setting-missing`."""
    if chosen.mqtt_url is None or chosen.mqtt_account is None:
        raise Refused(
            "setting-missing",
            "mqtt_account",
            "A broker is named, but not the account that sends its readings.",
            "Set ATMPFLOW_MQTT_ACCOUNT, or unset ATMPFLOW_MQTT_URL.",
        )
    return Broker(
        url=chosen.mqtt_url,
        topic=chosen.mqtt_topic,
        client_id=chosen.mqtt_client_id,
        username=chosen.mqtt_username,
        password=chosen.mqtt_password,
        ca_file=chosen.mqtt_ca_file,
        certificate_file=chosen.mqtt_certificate_file,
        key_file=chosen.mqtt_key_file,
    )


def main() -> None:
    """Listen until told to stop."""
    end_with_parent()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    chosen = settings()
    require_current(engine())
    account = Actor(str(chosen.mqtt_account), Role.COURIER)
    listener = Listener(broker_of(chosen), engine(), account)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: listener.stop())
    listener.run()


if __name__ == "__main__":
    main()
