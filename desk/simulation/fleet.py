"""The simulated site's loggers: registered and calibrated, each saying that it is simulated."""

from datetime import datetime

from models.database import Connection

LOGGERS = 20
INTERVAL_S = 900.0
"""The longest at which one of them writes."""

REGISTER = """
INSERT INTO logger (serial, model, sensor, unit, zone, interval_s, owner, sender, standing,
    valid_from, recorded_by)
SELECT serial, 'simulated', 'SIM-SENSOR', 'C', 'UTC', %(interval)s, 'R0A', NULL, 'in-use',
    %(begun)s, 'atmpflow'
FROM unnest(%(serials)s::text[]) AS serial
WHERE NOT EXISTS (SELECT FROM logger l WHERE l.serial = serial.serial)
"""
CALIBRATE = """
INSERT INTO calibration (device, kind, calibrated_at, due_at, certificate, recorded_by)
SELECT serial, 'logger', %(begun)s, %(over)s, 'SIMULATED', 'atmpflow'
FROM unnest(%(serials)s::text[]) AS serial
WHERE NOT EXISTS (SELECT FROM calibration c WHERE c.device = serial.serial)
"""


def serial(number: int) -> str:
    """The serial number of a simulated logger."""
    return f"SIM-LOGGER-{number % LOGGERS + 1}"


def register_fleet(connection: Connection, begun: datetime, over: datetime) -> None:
    """Put every simulated logger on the register, calibrated over all that time."""
    serials = [serial(number) for number in range(LOGGERS)]
    values = {"serials": serials, "interval": INTERVAL_S, "begun": begun, "over": over}
    for statement in (REGISTER, CALIBRATE):
        connection.execute(statement.encode(), values)
