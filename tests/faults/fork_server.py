"""The fork server: `python -m tests.faults.fork_server FD`, a child of `forks.py`."""

import os
import pickle
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from typing import Any

import tests.faults.deeds  # noqa: F401 - imported once, here: a fork then has all of it at once
from models import fault
from tests.faults.forks import FAILED, Ended, Failure, Job


class Server:
    """Forks, and keeps what is said through each child's pipe until somebody waits for it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pipes: dict[int, int] = {}

    def serve(self) -> None:
        deeds = {
            "begin": self._begin,
            "stopped": self._stopped,
            "runs": self._runs,
            "ended": self._ended,
        }
        while True:
            try:
                kind, what = self._connection.recv()
            except EOFError:
                break
            self._connection.send(deeds[kind](what))
        for pid in self._pipes:
            os.kill(pid, signal.SIGKILL)

    def _begin(self, job: Job) -> int:
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            self._connection.close()
            _child(job, writing)
        os.close(writing)
        self._pipes[pid] = reading
        return pid

    def _stopped(self, pid: int) -> bool:
        _, status = os.waitpid(pid, os.WUNTRACED)
        return os.WIFSTOPPED(status)

    def _runs(self, pid: int) -> bool:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def _ended(self, pid: int) -> Ended:
        with os.fdopen(self._pipes.pop(pid), "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(pid, 0)
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return Ended(number, pickle.loads(said) if said else None)  # noqa: S301 - our own child


def _child(job: Job, writing: int) -> None:
    """The whole life of a forked process; never returns."""
    code = 0
    try:
        answer = _done(job)
    except BaseException:
        answer, code = Failure(traceback.format_exc()), FAILED
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(pickle.dumps(answer))
    os._exit(code)


def _done(job: Job) -> Any:
    os.environ.update(job.environment)
    fault.arm(job.faults)
    return job.deed(*job.arguments)


def main() -> None:
    Server(Connection(int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
