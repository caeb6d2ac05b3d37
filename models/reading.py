"""Logger readings: kept with their file, and copied in whole."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt

from models.database import Connection
from models.shipment import LoggerFile

Row = tuple[datetime, float | None]
"""When (UTC) and degrees Celsius; None where the sensor was disconnected."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSTGRES_EPOCH_US = 946_684_800_000_000
"""Microseconds from 1970 to 2000, where PostgreSQL's time begins."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """A file's readings as two columns, in order of time."""

    at_us: npt.NDArray[np.int64]
    """Microseconds since 1970, UTC."""
    celsius: npt.NDArray[np.float64]
    """NaN where the sensor was disconnected."""

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Readings":
        """Columns from rows."""
        pairs = [((at - EPOCH) // MICROSECOND, np.nan if c is None else c) for at, c in rows]
        return cls(
            np.array([at for at, _ in pairs], dtype=np.int64),
            np.array([celsius for _, celsius in pairs], dtype=np.float64),
        )

    def __len__(self) -> int:
        return len(self.at_us)

    def __iter__(self) -> Iterator[Row]:
        for at, celsius in zip(self.at_us.tolist(), self.celsius.tolist(), strict=True):
            yield EPOCH + at * MICROSECOND, None if isnan(celsius) else celsius


MICROSECOND = timedelta(microseconds=1)


def keep_file(connection: Connection, file: LoggerFile) -> int | None:
    """Keep a logger's file byte for byte; its number, or none when this very file is here."""
    row: Any = connection.execute(
        "INSERT INTO logger_file (sha256, shipment_id, logger, content, received_at, format, unit,"
        " zone, interval_s, sensor) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING number",
        (
            file.sha256,
            file.shipment_id,
            file.logger,
            file.content,
            file.received_at,
            file.format,
            file.unit,
            file.zone,
            file.interval_s,
            file.sensor,
        ),
    ).fetchone()
    return row[0] if row else None


COPY = "COPY reading (file, at, celsius, lasts_s) FROM STDIN WITH (FORMAT BINARY)"
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"


def _row_type(*, celsius: bool, lasts: bool) -> np.dtype[Any]:
    """One row as COPY reads it in binary: each value after its length, -1 where there is none."""
    fields = [("fields", ">i2"), ("file_n", ">i4"), ("file", ">i8"), ("at_n", ">i4"), ("at", ">i8")]
    fields += [("celsius_n", ">i4"), *([("celsius", ">f8")] if celsius else [])]
    fields += [("lasts_n", ">i4"), *([("lasts", ">f8")] if lasts else [])]
    return np.dtype(fields)


def copy_readings(connection: Connection, file: int, readings: Readings) -> int:
    """Copy a file's readings in, in order of time; returns how many.

    Each is sent with the seconds until the next, which is what it stands for.
    """
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(HEADER)
        for block in _blocks(file, readings):
            copy.write(block)
        copy.write(TRAILER)
    return len(readings)


def _blocks(file: int, readings: Readings) -> Iterator[bytes]:
    """The rows, in runs that have or lack a temperature; the last one lasts for no known time."""
    lost = np.isnan(readings.celsius)
    edges = np.flatnonzero(lost[1:] != lost[:-1]) + 1
    last = len(readings) - 1
    cuts = sorted({0, *edges.tolist(), max(last, 0), len(readings)})
    lasting = np.diff(readings.at_us) / 1e6
    for start, end in pairwise(cuts):
        lasts = lasting[start:end] if start < last else None
        run = Readings(readings.at_us[start:end], readings.celsius[start:end])
        yield _block(file, run, None if lasts is None else lasts, lost=bool(lost[start]))


def _block(file: int, run: Readings, lasts: npt.NDArray[np.float64] | None, *, lost: bool) -> bytes:
    rows = np.empty(len(run), dtype=_row_type(celsius=not lost, lasts=lasts is not None))
    rows["fields"], rows["file_n"], rows["file"] = 4, 8, file
    rows["at_n"], rows["at"] = 8, run.at_us - POSTGRES_EPOCH_US
    rows["celsius_n"] = -1 if lost else 8
    rows["lasts_n"] = -1 if lasts is None else 8
    if not lost:
        rows["celsius"] = run.celsius
    if lasts is not None:
        rows["lasts"] = lasts
    return rows.tobytes()
