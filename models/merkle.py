"""Merkle tree of RFC 6962 over a list of leaves: the root commits to all of them."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

LEAF, NODE = b"\0", b"\1"
"""RFC 6962, 2.1: leaf and node hashes can never be taken for one another."""

EMPTY = sha256().digest()


class Tree:
    """A list of leaves of which some change and some are added; only their paths are rehashed."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    def update(self, leaves: Mapping[int, bytes]) -> None:
        """Set leaves by their place; a place is at most one past the last.

        Raises IndexError where a place would leave a gap.
        """
        hashed = self._levels[0]
        for place in sorted(leaves):
            digest = sha256(LEAF + leaves[place]).digest()
            if place == len(hashed):
                hashed.append(digest)
            else:
                hashed[place] = digest
        self._rehash(set(leaves))

    def _rehash(self, changed: set[int]) -> None:
        depth = 0
        while len(self._levels[depth]) > 1:
            below = self._levels[depth]
            depth += 1
            if depth == len(self._levels):
                self._levels.append([])
                changed = set(range(len(below)))
            above = self._levels[depth]
            changed = {place // 2 for place in changed}
            for place in sorted(changed):
                node = _joined(below[2 * place : 2 * place + 2])
                if place == len(above):
                    above.append(node)
                else:
                    above[place] = node

    def path(self, place: int) -> list[bytes]:
        """The audit path of a leaf (RFC 6962, 2.1.1): what leads from it to the root.

        Raises IndexError where there is no such leaf.
        """
        if not 0 <= place < len(self._levels[0]):
            raise IndexError("no such leaf")
        found: list[bytes] = []
        for level in self._levels[:-1]:
            beside = place ^ 1
            found += level[beside : beside + 1]
            place //= 2
        return found

    @property
    def root(self) -> bytes:
        """The hash over all leaves (RFC 6962, 2.1)."""
        return self._levels[-1][0] if self._levels[0] else EMPTY


def _joined(pair: list[bytes]) -> bytes:
    """A node; the last one of an odd level goes up as it is."""
    return sha256(NODE + pair[0] + pair[1]).digest() if len(pair) == 2 else pair[0]


def led_to(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an audit path leads to (RFC 9162, 2.1.3.2); none for a path of another tree."""
    if not 0 <= place < size:
        return None
    node, last = sha256(LEAF + leaf).digest(), size - 1
    for beside in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = sha256(NODE + beside + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = sha256(NODE + node + beside).digest()
        place, last = place >> 1, last >> 1
    return node if last == 0 else None
