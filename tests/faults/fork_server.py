"""The fork server: `python -m tests.faults.fork_server FD`, a child of `forks.py`."""

import os
import pickle
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from tempfile import TemporaryFile
from typing import IO, Any

import tests.faults.deeds  # noqa: F401 - imported once, here: a fork then has all of it at once
from models import fault
from tests.faults.forks import FAILED, Ended, Failure, Job


class Server:
    """Forks, and keeps what each child has said until somebody asks for it.

    In a file, not in a pipe: whoever said much would wait to be read, and seem to run for ever.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._said: dict[int, IO[bytes]] = {}

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
        for pid in self._said:
            os.kill(pid, signal.SIGKILL)

    def _begin(self, job: Job) -> int:
        said = TemporaryFile()  # noqa: SIM115 - closed once it was read
        pid = os.fork()
        if not pid:
            self._connection.close()
            _child(job, said)
        self._said[pid] = said
        return pid

    def _stopped(self, pid: int) -> bool:
        _, status = os.waitpid(pid, os.WUNTRACED)
        return os.WIFSTOPPED(status)

    def _runs(self, pid: int) -> bool:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def _ended(self, pid: int) -> Ended:
        _, status = os.waitpid(pid, 0)
        with self._said.pop(pid) as file:
            file.seek(0)
            said = file.read()
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return Ended(number, pickle.loads(said) if said else None)  # noqa: S301 - our own child


def _child(job: Job, said: IO[bytes]) -> None:
    """The whole life of a forked process; never returns."""
    code = 0
    try:
        answer = _done(job)
    except BaseException:
        answer, code = Failure(traceback.format_exc()), FAILED
    said.write(pickle.dumps(answer))
    said.flush()
    os._exit(code)


def _done(job: Job) -> Any:
    os.environ.update(job.environment)
    fault.arm(job.faults)
    return job.deed(*job.arguments)


def main() -> None:
    Server(Connection(int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
