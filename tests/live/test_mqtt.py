"""Readings over MQTT, through a real broker: committed, then acknowledged; none lost or twice."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from atmpflow.errors import Refused
from deployments.child import child
from models.fault import FAULTS
from tasks.live import mqtt
from tasks.live.mqtt import Broker, Listener
from tasks.prediction import watch_shippers
from tests.conftest import Database
from tests.live.broker import PASSWORD, USER, RunningBroker, publisher, running_broker
from tests.live.samples import COURIER, STEP, Travelling, body, travelling
from tests.models.rows import select

PATIENCE_S = 30


@pytest.fixture
def broker(new_folder: Callable[[str], Path]) -> Iterator[RunningBroker]:
    with running_broker(new_folder("broker")) as running:
        yield running


def _settings(broker: RunningBroker, **changed: Any) -> Broker:
    values = {"url": broker.url, "topic": "atmpflow/readings/#", "client_id": "atmpflow-test"}
    return Broker(**{**values, "username": USER, "password": PASSWORD, **changed})


@contextmanager
def _listening(broker: Broker, app: Engine) -> Iterator[Listener]:
    listener = Listener(broker, app, COURIER)
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        _until(lambda: listener.subscribed)
        yield listener
    finally:
        listener.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def _outcomes(app: Engine, batch: str) -> list[tuple[Any, ...]]:
    query = "SELECT outcome, code, source FROM reading_batch WHERE batch = %s ORDER BY number"
    return select(app, query, batch)


def test_a_batch_is_taken_by_the_same_rules_as_over_http(
    broker: RunningBroker, database: Database
) -> None:
    one = travelling(database.app)
    good, swapped = one.message(batch="m-good"), one.message(batch="m-swapped", sensor="PROBE-2")
    part = one.message(first=8, batch="m-part")
    part["readings"][0]["value"] = "5,1"
    part["readings"][1]["at"] = "2026-03-01T09:30:00"
    with _listening(_settings(broker), database.app), publisher(broker) as publish:
        for message in (good, good, swapped, part):
            publish(body(message))
        publish(b"\xff no JSON")
        _until(lambda: _outcomes(database.app, "m-part"))
        _until(lambda: _refused(database.app, "json-invalid"))
    assert _outcomes(database.app, "m-good") == [("taken", None, "mqtt")]
    assert _outcomes(database.app, "m-swapped") == [("refused", "sensor-swapped", "mqtt")]
    query = "SELECT taken, problems FROM reading_batch WHERE batch = 'm-part'"
    ((taken, problems),) = select(database.app, query)
    assert taken == 4
    assert [one["code"] for one in problems] == ["decimal-comma", "time-without-zone"]
    assert _refused(database.app, "json-invalid")[0][0] == b"\xff no JSON"


def _refused(app: Engine, code: str) -> list[tuple[Any, ...]]:
    query = "SELECT content FROM reading_batch WHERE source = 'mqtt' AND code = %s"
    return select(app, query, code)


def test_a_message_is_acknowledged_after_its_commit_and_never_before(
    broker: RunningBroker, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = travelling(database.app)
    tried: list[str] = []
    real = mqtt.receive

    def away_at_first(*asked: Any) -> Any:
        tried.append("asked")
        if len(tried) < 3:
            raise psycopg.OperationalError("the database is away")
        return real(*asked)

    monkeypatch.setattr(mqtt, "receive", away_at_first)
    monkeypatch.setattr(mqtt, "AGAIN_AFTER_S", 0.1)
    with _listening(_settings(broker), database.app) as listener, publisher(broker) as publish:
        acked = listener.client.ack
        kept_then: list[int] = []

        def ack(mid: int, qos: int) -> Any:
            kept_then.append(len(_outcomes(database.app, "m-away")))
            return acked(mid, qos)

        monkeypatch.setattr(listener.client, "ack", ack)
        publish(body(one.message(batch="m-away")))
        _until(lambda: kept_then)
    assert tried == ["asked"] * 3
    assert kept_then == [1]


def test_it_goes_on_when_the_broker_was_away(broker: RunningBroker, database: Database) -> None:
    one = travelling(database.app)
    with _listening(_settings(broker), database.app) as listener:
        with publisher(broker) as publish:
            publish(body(one.message(batch="m-before")))
        _until(lambda: _outcomes(database.app, "m-before"))
        broker.stop(signal.SIGKILL)
        _until(lambda: not listener.subscribed)
        broker.start()
        _until(lambda: listener.subscribed)
        with publisher(broker) as publish:
            publish(body(one.message(first=6, batch="m-after")))
        _until(lambda: _outcomes(database.app, "m-after"))
    assert _outcomes(database.app, "m-before") == [("taken", None, "mqtt")]


def test_a_message_that_no_code_here_can_read_is_kept_and_holds_up_no_other(
    broker: RunningBroker, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = travelling(database.app)
    real = mqtt.receive

    def defect(engine: Engine, sending: Any) -> Any:
        if b"m-defect" in sending.content:
            raise ZeroDivisionError
        return real(engine, sending)

    monkeypatch.setattr(mqtt, "receive", defect)
    with _listening(_settings(broker), database.app), publisher(broker) as publish:
        publish(body(one.message(batch="m-defect")))
        publish(body(one.message(first=6, batch="m-next")))
        _until(lambda: _outcomes(database.app, "m-next"))
    assert _outcomes(database.app, "m-defect") == [("refused", "readings-unreadable", "mqtt")]


def test_readings_over_mqtt_warn_of_a_warming_shipper(
    broker: RunningBroker, own_database: Database
) -> None:
    app = own_database.app
    one = travelling(app)
    with _listening(_settings(broker), app), publisher(broker) as publish:
        for first in range(0, 48, 12):
            publish(body(_warming(one, first)))
        _until(lambda: _outcomes(app, _warming(one, 36)["batch"]))
    assert watch_shippers(app, one.packed_at + 47 * STEP) == 1


def _warming(one: Travelling, first: int) -> dict[str, Any]:
    return one.message(first, 12, celsius=lambda index: one.normal_c + index / 4)


def _process(broker: RunningBroker, database: Database, **more: str) -> dict[str, str]:
    """The environment of a listener's process."""
    settings = {"URL": broker.url, "ACCOUNT": COURIER.id, "CLIENT_ID": "atmpflow-process"}
    settings |= {"USERNAME": USER, "PASSWORD": PASSWORD}
    named = {f"ATMPFLOW_MQTT_{name}": value for name, value in settings.items()}
    return {**os.environ, **named, "ATMPFLOW_APPLICATION_URL": database.application, **more}


def test_a_listener_that_is_killed_before_its_commit_loses_nothing(
    broker: RunningBroker, database: Database, tmp_path: Path
) -> None:
    """Mosquitto sends again what was not acknowledged; with the other broker the sender does."""
    one = travelling(database.app)
    log, proof = tmp_path / "mqtt.log", tmp_path / "killed"
    fault = {FAULTS: f"readings.kept=kill:{proof}"}
    arguments = ["-m", "deployments.listen"]
    with child(arguments, log=log, environment=_process(broker, database, **fault)) as process:
        _until(lambda: log.exists() and "Listening" in log.read_text())
        with publisher(broker) as publish:
            publish(body(one.message(batch="m-killed")))
        _until(lambda: not process.running)
    assert proof.exists()
    assert _outcomes(database.app, "m-killed") == []
    with child(arguments, log=log, environment=_process(broker, database)):
        if not broker.keeps_sessions:
            with publisher(broker) as publish:
                publish(body(one.message(batch="m-killed")))
        _until(lambda: _outcomes(database.app, "m-killed"))
    assert _outcomes(database.app, "m-killed") == [("taken", None, "mqtt")]


def test_what_comes_while_nobody_listens_waits_at_the_broker(
    broker: RunningBroker, database: Database
) -> None:
    one = travelling(database.app)
    with _listening(_settings(broker), database.app):
        pass
    with publisher(broker) as publish:
        publish(body(one.message(batch="m-waited")))
    if broker.keeps_sessions:
        broker.stop()
        broker.start()
    with _listening(_settings(broker), database.app):
        _until(lambda: _outcomes(database.app, "m-waited"))


def test_a_wrong_password_is_told_and_tried_again(
    broker: RunningBroker, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(_settings(broker, password="wrong"), database.app, COURIER)
    thread = threading.Thread(target=listener.run)
    thread.start()
    _until(lambda: "refuses us" in caplog.text)
    listener.stop()
    thread.join(PATIENCE_S)
    assert not listener.subscribed
    assert "wrong" not in caplog.text


@pytest.mark.parametrize(
    "url", ["", "localhost", "http://a", "mqtt://", "mqtt://u:p@a", "mqtt://a:port", "mqtt://a/b"]
)
def test_an_address_of_no_broker_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refused:
        Broker(url, "t", "c").place()
    assert refused.value.code == "mqtt-url-invalid"


def test_the_address_says_whether_the_broker_speaks_tls() -> None:
    plain, secret = Broker("mqtt://a", "t", "c"), Broker("mqtts://a", "t", "c", password="p-word")
    assert (plain.place(), plain.tls) == (("a", 1883), False)
    assert (secret.place(), secret.tls) == (("a", 8883), True)
    assert "p-word" not in repr(secret)
