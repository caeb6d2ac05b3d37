"""The root over a list of leaves, from the definition of RFC 6962, 2.1, word for word."""

from hashlib import sha256


class Leaves:
    """A list of leaves that is added to and changed; whole subtrees that stay are remembered."""

    def __init__(self) -> None:
        self._leaves: list[bytes] = []
        self._whole: dict[tuple[int, int], bytes] = {}

    def put(self, place: int, leaf: bytes) -> bool:
        """Set a leaf, or add it at the end; false where it was there already."""
        if place == len(self._leaves):
            self._leaves.append(leaf)
            return True
        if self._leaves[place] == leaf:
            return False
        self._leaves[place] = leaf
        size = 1
        while size <= len(self._leaves):
            self._whole.pop((place - place % size, size), None)
            size *= 2
        return True

    def root(self) -> bytes:
        """MTH of all leaves."""
        return self._hash(0, len(self._leaves)) if self._leaves else sha256().digest()

    def _hash(self, start: int, size: int) -> bytes:
        known = self._whole.get((start, size))
        if known is not None:
            return known
        if size == 1:
            found = sha256(b"\x00" + self._leaves[start]).digest()
        else:
            left = 1 << (size - 1).bit_length() - 1  # the largest power of two below the size
            parts = self._hash(start, left) + self._hash(start + left, size - left)
            found = sha256(b"\x01" + parts).digest()
        if size.bit_count() == 1:
            self._whole[start, size] = found
        return found
