"""A new process takes over where one before it on this machine was killed, without a wait."""

import os
import socket

from sqlalchemy import Engine

from models.database import transaction
from models.work import PATIENCE, forget_wake_ups, holders, take_from
from tasks import clock
from tasks.answer import WORKER


def take_over(engine: Engine) -> int:
    """End the claims of dead processes of this machine, and wake all that is owed once more.

    Their leases would run for up to a minute, and what they were woken for would be woken again
    only a minute after. Returns how many claims were ended. A wake-up too many is harmless.
    """
    with transaction(engine) as connection:
        dead = [worker for worker in holders(connection) if _is_dead(worker)]
        ended = take_from(connection, dead)
        forget_wake_ups(connection, clock.wall() + PATIENCE)
    return ended


def _is_dead(worker: str) -> bool:
    """A worker of another machine is never known to be; its lease has to run out."""
    host, _, number = worker.rpartition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    # This process has claimed nothing yet: the same number was another's before it.
    return worker == WORKER or not _runs(int(number))


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
