"""What can be refused: typed errors, each with a stable code, the field and a remedy."""

from dataclasses import dataclass


# Not frozen: Python itself sets `__traceback__` on an exception that passes a context manager.
@dataclass(unsafe_hash=True)
class Refused(Exception):
    """A request that may not be carried out. Nothing was changed.

    `code` is stable (kebab case, documented in docs/errors.md), `field` names what is wrong in the
    request (dotted path, empty when it is the whole), `message` says what is wrong and `remedy`
    what would be right. None of them ever holds a value that could identify a patient.
    """

    code: str
    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f" ({self.field})" if self.field else ""
        return f"{self.code}{where}: {self.message} {self.remedy}".strip()
