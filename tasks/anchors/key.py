"""The key that signs anchors: Ed25519, in a file of its own, never in the database."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from atmpflow.errors import Refused


@dataclass(frozen=True)
class Signer:
    """Signs; never shown, never logged."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032), 64 bytes."""
        return self.key.sign(content)


def public_file(key_file: Path) -> Path:
    """The public halves of every key there was, one a line: what checking needs."""
    return key_file.with_suffix(".pub")


def signer(key_file: Path, now: datetime) -> Signer:
    """The signer of a key file, which is made where there is none.

    A new key's public half is added to the public file, so that what earlier keys signed still
    holds. Raises Refused `anchor-key-unreadable`.
    """
    made = _make(key_file)
    try:
        found = Signer(
            Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key_file.read_text("ascii")))
        )
    except (OSError, ValueError):
        raise _unreadable(key_file) from None
    if made or found.public not in trusted(key_file):
        _publish(public_file(key_file), found.public, now)
    return found


def _make(key_file: Path) -> bool:
    try:
        key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return False
    except OSError:
        raise _unreadable(key_file) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
    return True


def _unreadable(key_file: Path) -> Refused:
    return Refused(
        "anchor-key-unreadable",
        "anchor_key_file",
        "The key that signs anchors cannot be read or made.",
        f"Look at {key_file} (mode 0400, of the account that runs atmpflow), or name another file"
        " in ATMPFLOW_ANCHOR_KEY_FILE.",
    )


def _publish(file: Path, public: bytes, now: datetime) -> None:
    with file.open("a", encoding="ascii") as opened:
        opened.write(f"{public.hex()} {now.isoformat(timespec='seconds')}\n")


def trusted(key_file: Path) -> frozenset[bytes]:
    """Every public key whose signatures count here; none where no key was made yet."""
    return trusted_in(public_file(key_file))


def trusted_in(file: Path) -> frozenset[bytes]:
    """The public keys of a file, one a line; none where it cannot be read."""
    try:
        return frozenset(_keys(file.read_text(encoding="ascii").splitlines()))
    except (OSError, ValueError):
        return frozenset()


def _keys(lines: list[str]) -> Iterator[bytes]:
    for line in lines:
        try:
            yield bytes.fromhex(line.split()[0])
        except (ValueError, IndexError):
            continue


def signed_by(public: bytes, signature: bytes, content: bytes) -> bool:
    """Does this signature stand?"""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
