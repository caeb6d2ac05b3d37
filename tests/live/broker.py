"""A real MQTT broker for tests: Mosquitto where it is installed, else one in Python."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

MOSQUITTO = os.environ.get("ATMPFLOW_TEST_MOSQUITTO") or shutil.which("mosquitto")
"""Mosquitto keeps its sessions over a restart; the other broker forgets them."""

PATIENCE_S = 20
AMQTT = """
import asyncio, sys
from amqtt.broker import Broker
PLUGINS = {
    "amqtt.plugins.authentication.FileAuthPlugin": {"password_file": sys.argv[2]},
}
CONFIG = {
    "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{sys.argv[1]}"}},
    "plugins": PLUGINS,
}
async def serve():
    broker = Broker(CONFIG)
    await broker.start()
    await asyncio.Event().wait()
asyncio.run(serve())
"""
MOSQUITTO_CONFIG = """
user {user}
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
persistence true
persistence_location {folder}/
autosave_interval 1
autosave_on_changes true
"""
TOPIC = "atmpflow/readings/courier-1"
USER, PASSWORD = "atmpflow", "a secret of the tests"


@dataclass
class RunningBroker:
    """A broker at a port of its own, which can be stopped and started again."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def keeps_sessions(self) -> bool:
        return MOSQUITTO is not None

    def start(self) -> None:
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(self._command(), stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while not _listens(self.port):
            assert self.process.poll() is None, (self.folder / "broker.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self, how: int = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(PATIENCE_S)

    def _command(self) -> list[str]:
        if MOSQUITTO is None:
            return [sys.executable, "-c", AMQTT, str(self.port), str(self.folder / "passwords")]
        config = self.folder / "mosquitto.conf"
        values = {"user": getpass.getuser(), "port": self.port, "folder": self.folder}
        config.write_text(MOSQUITTO_CONFIG.format(**values))
        return [MOSQUITTO, "-c", str(config)]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _passwords(folder: Path) -> None:
    """The broker's file of passwords, as it reads it."""
    file = folder / "passwords"
    if MOSQUITTO is None:
        from pwdlib import PasswordHash

        file.write_text(f"{USER}:{PasswordHash.recommended().hash(PASSWORD)}\n")
        return
    file.write_text(f"{USER}:{PASSWORD}\n")
    hashing = Path(MOSQUITTO).parents[1] / "bin" / "mosquitto_passwd"
    subprocess.run([hashing, "-U", file], check=True)


@contextmanager
def running_broker(folder: Path) -> Iterator[RunningBroker]:
    """A broker that lets in one name with its password."""
    folder.chmod(0o755)
    _passwords(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        broker = RunningBroker(int(probe.getsockname()[1]), folder)
    broker.start()
    try:
        yield broker
    finally:
        if broker.process is not None and broker.process.poll() is None:
            broker.stop(signal.SIGKILL)


@contextmanager
def publisher(broker: RunningBroker) -> Iterator[Callable[[bytes], None]]:
    """A logger's system: it publishes with QoS 1 and waits for the broker."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="logger-1", protocol=MQTTv311)
    client.username_pw_set(USER, PASSWORD)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    try:
        yield lambda content: client.publish(TOPIC, content, qos=1).wait_for_publish(PATIENCE_S)
    finally:
        client.disconnect()
        client.loop_stop()
