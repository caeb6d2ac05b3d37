"""Readings over MQTT: a message is acknowledged once what became of it is committed, never before.

The session outlives a connection (no clean start, QoS 1), so that the broker keeps what comes while
we are away and sends again what nobody acknowledged. A batch that comes twice counts once.
"""

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from sqlalchemy import Engine

from atmpflow.errors import Refused
from atmpflow.people import Actor
from models.batches import Sending
from models.database import AWAY
from tasks import clock
from tasks.live.receive import JSON, keep_refused, receive

log = logging.getLogger(__name__)

QOS = 1
KEEPALIVE_S = 30
AGAIN_AFTER_S = 1.0
LONGEST_PAUSE_S = 30
PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True)
class Broker:
    """Where readings are published, and how we sign in there."""

    url: str
    topic: str
    client_id: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """Certificates that the broker's is held against; none: those of the system."""
    certificate_file: Path | None = None
    key_file: Path | None = None

    def place(self) -> tuple[str, int]:
        """Host and port. Raises Refused `mqtt-url-invalid`."""
        try:
            parts = urlsplit(self.url)
            port = parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            parts, port = None, 0
        if parts is None or not parts.hostname or parts.username or parts.path.strip("/"):
            raise Refused(
                "mqtt-url-invalid",
                "mqtt_url",
                "This is not the address of a broker.",
                "Write mqtt://HOST:1883, or mqtts://HOST:8883 with TLS; name and password apart.",
            )
        return parts.hostname, port

    @property
    def tls(self) -> bool:
        return self.url.startswith("mqtts:")


class Listener:
    """Takes readings from a broker for as long as it runs.

    Messages are handled one by one beside the network, which so stays alive while the database is
    away: then a message is tried again until it is committed.
    """

    def __init__(self, broker: Broker, engine: Engine, actor: Actor) -> None:
        self._broker, self._engine, self._actor = broker, engine, actor
        self._waiting: Queue[tuple[int, MQTTMessage] | None] = Queue()
        self._connection = 0
        self.subscribed = False
        """Do messages reach us now?"""
        self._over = threading.Event()
        self.client = self._made()

    def _made(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._broker.client_id,
            clean_session=False,
            protocol=MQTTv311,
            manual_ack=True,
        )
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls:
            client.tls_set(
                _named(self._broker.ca_file),
                _named(self._broker.certificate_file),
                _named(self._broker.key_file),
            )
        client.reconnect_delay_set(1, LONGEST_PAUSE_S)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._came
        return client

    def run(self) -> None:
        """Listen until `stop`; what is being handled then is committed and acknowledged first."""
        host, port = self._broker.place()
        handling = threading.Thread(target=self._handle, name="readings")
        handling.start()
        self.client.connect_async(host, port, KEEPALIVE_S)
        self.client.loop_start()
        self._over.wait()
        self._waiting.put(None)
        handling.join()
        self.client.disconnect()
        self.client.loop_stop()

    def stop(self) -> None:
        """End `run`, soon."""
        self._over.set()

    def _connected(self, client: Client, _: object, __: object, reason: ReasonCode, *___: object):
        self._connection += 1
        if reason.is_failure:
            log.error("The broker refuses us: %s", reason)
            return
        client.subscribe(self._broker.topic, QOS)

    def _subscribed(self, *_: object) -> None:
        self.subscribed = True
        log.info("Listening")

    def _disconnected(self, _: Client, __: object, ___: object, reason: ReasonCode, *____: object):
        self.subscribed = False
        if not self._over.is_set():
            log.warning("The broker is away (%s); trying again", reason)

    def _came(self, _: Client, __: object, message: MQTTMessage) -> None:
        self._waiting.put((self._connection, message))

    def _handle(self) -> None:
        while (came := self._waiting.get()) is not None:
            if self._over.is_set():
                continue  # not acknowledged: the broker sends it again
            connection, message = came
            if self._committed(bytes(message.payload)) and connection == self._connection:
                # After a new connection the broker sends it again, perhaps under another number.
                self.client.ack(message.mid, message.qos)

    def _committed(self, payload: bytes) -> bool:
        """Whether it was taken or refused on record; tries until the database answers."""
        while True:
            sending = Sending("mqtt", "json", payload, self._actor, clock.wall(), JSON)
            try:
                receive(self._engine, sending)
                return True
            except AWAY:
                log.warning("The database is away; the message waits")
            except Exception as error:
                log.exception("A message could not be read")
                if self._set_aside(sending, error):
                    return True
            if self._over.wait(AGAIN_AFTER_S):
                return False

    def _set_aside(self, sending: Sending, error: Exception) -> bool:
        """Keep what nobody can read, so that it does not hold up all others."""
        refused = Refused(
            "readings-unreadable",
            "$",
            f"Reading it failed here: {type(error).__name__}.",
            "Tell the administrator; the message is kept, and the logger's file is still good.",
        )
        try:
            keep_refused(self._engine, sending, None, refused)
        except Exception:
            log.exception("It could not be kept either; the message waits")
            return False
        return True


def _named(file: Path | None) -> str | None:
    return None if file is None else str(file)
