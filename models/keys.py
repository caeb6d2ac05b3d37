"""Keys that seal identities: one master key outside the database, one key a person inside, wrapped.

AES-256-GCM throughout. What is sealed is bound to its place (table, column, row), so that no
ciphertext can be moved to another patient. Destroying a person's own key makes their identity
unreadable in every copy of the database, and leaves all else as it is.
"""

import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import platformdirs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from atmpflow.errors import Refused

KEY_FILE = "ATMPFLOW_IDENTITY_KEY_FILE"
STATE_DIR = "ATMPFLOW_STATE_DIR"
KEY_BYTES = 32
NONCE_BYTES = 12
BLOCK_BYTES = 64  # of SHA-256, as HMAC pads its key to it


def key_file_in(state_dir: Path) -> Path:
    """Where the key is unless a setting says otherwise."""
    return state_dir / "keys" / "identity.key"


def key_file() -> Path:
    """The file of the master key, from the environment."""
    named = os.environ.get(KEY_FILE)
    state_dir = os.environ.get(STATE_DIR)
    if named:
        return Path(named).expanduser().absolute()
    folder = Path(state_dir).expanduser() if state_dir else platformdirs.user_data_path("atmpflow")
    return key_file_in(folder.absolute())


@dataclass(frozen=True, repr=False)
class Keys:
    """What follows from the master key; never shown, never logged."""

    wrapping: bytes
    """Wraps the keys of persons and files."""
    index: bytes
    """Makes the blind index: equal numbers are found, and none can be read."""

    @property
    def fingerprint(self) -> bytes:
        """Tells one master key from another, and nothing about either."""
        return _mac(self.index, b"atmpflow identity key")

    def blind_index(self, nhs_number: str) -> bytes:
        """HMAC-SHA256 of a number, for look-up."""
        return _mac(self.index, nhs_number.encode("ascii"))

    @property
    def pads(self) -> tuple[bytes, bytes]:
        """Inner and outer block of the index's HMAC, with which SQL can compute it too."""
        key = self.index.ljust(BLOCK_BYTES, b"\0")
        return bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)


def _mac(key: bytes, message: bytes) -> bytes:
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(message)
    return mac.finalize()


def keys_from(master: bytes) -> Keys:
    """Both keys of a master key of 32 bytes."""
    return Keys(_derived(master, b"wrapping"), _derived(master, b"index"))


def _derived(master: bytes, use: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"atmpflow identity 1 " + use).derive(
        master
    )


@lru_cache(maxsize=8)
def _read(file: Path) -> Keys:
    try:
        master = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        master = b""
    if len(master) != KEY_BYTES:
        raise Refused(
            "identity-key-missing",
            "identity_key_file",
            "The key that opens identities is missing or is no key of 32 bytes in hexadecimal.",
            f"Put the key of this installation back at {file} (mode 0400); look in your key safe.",
        )
    return keys_from(master)


def keys() -> Keys:
    """The keys of this installation. Raises Refused `identity-key-missing`."""
    return _read(key_file())


def make_key_file(file: Path) -> bool:
    """Make a new master key, readable by its owner only; false when there is one already."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(secrets.token_hex(KEY_BYTES) + "\n")
    return True


def new_key() -> bytes:
    """A key for one person or one file."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def seal(key: bytes, content: bytes, place: str) -> bytes:
    """Nonce and ciphertext; opens only with the same key at the same place."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """The content. Raises Refused `identity-altered` when key, place or content is another."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError):
        raise Refused(
            "identity-altered",
            "identity",
            "A sealed identity cannot be opened: it was altered or moved, or the key is another.",
            "Stop. Do not use this record; compare with a backup and run: atmpflow verify.",
        ) from None
