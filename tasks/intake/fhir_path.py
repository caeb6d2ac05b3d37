"""Walking over a FHIR resource: each value knows its path, each wrong shape is refused with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from atmpflow.errors import Refused

_LONGEST_LIST = 1000
"""No referral comes near; it bounds the work of one message."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands, e.g. `entry[1].resource.code`. `value` None: not there."""

    value: Any
    path: str

    def __bool__(self) -> bool:
        return self.value is not None

    def get(self, *names: str) -> "Node":
        """The element below, through objects; absent when any on the way is."""
        node = self
        for name in names:
            node = node._child(name)
        return node

    def each(self, name: str) -> Iterator["Node"]:
        """The items of a repeating element; none when it is absent. An empty list is refused."""
        node = self._child(name)
        if not node:
            return
        if not isinstance(node.value, list) or not node.value:
            raise not_conformant(node.path, "This element is a list with at least one item.")
        if len(node.value) > _LONGEST_LIST:
            message = f"This element has more than {_LONGEST_LIST} items."
            raise Refused("fhir-too-large", node.path, message, "Send one referral a message.")
        for number, item in enumerate(node.value):
            yield Node(item, f"{node.path}[{number}]")._some()

    def text(self) -> str | None:
        """The value of a text element; None when absent."""
        if self.value is None or isinstance(self.value, str):
            return self.value
        raise not_conformant(self.path, "This element is a text.")

    def flag(self) -> bool | None:
        """The value of a true-or-false element; None when absent."""
        if self.value is None or isinstance(self.value, bool):
            return self.value
        raise not_conformant(self.path, "This element is true or false.")

    def coded(self, name: str, system: str) -> str | None:
        """The code that a CodeableConcept element gives in `system` (letter case of it aside)."""
        for coding in self.get(name).each("coding"):
            if same(coding.get("system").text(), system):
                return coding.get("code").text()
        return None

    def _child(self, name: str) -> "Node":
        path = f"{self.path}.{name}" if self.path else name
        if self.value is None:
            return Node(None, path)
        if not isinstance(self.value, dict):
            raise not_conformant(self.path, "This element is an object.")
        if name in self.value:
            return Node(self.value[name], path)._some()
        return Node(None, path)

    def _some(self) -> "Node":
        if self.value is None:
            raise not_conformant(self.path, "This element is null; FHIR leaves out what is absent.")
        return self


def same(system: str | None, expected: str) -> bool:
    """Whether two system addresses mean the same; published ones differ in letter case."""
    return system is not None and system.lower() == expected.lower()


def not_conformant(path: str, message: str) -> Refused:
    """Refused `fhir-not-conformant`: the message breaks FHIR R4 at `path`."""
    return Refused("fhir-not-conformant", path, message, "Send a message that conforms to FHIR R4.")
