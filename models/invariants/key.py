"""The key of the blind index, read from its file here too: the checker shares no code."""

import hashlib
import hmac
import os
from pathlib import Path

import platformdirs

_BLOCK_BYTES = 64


def index_pads() -> tuple[bytes, bytes]:
    """The padded keys of HMAC-SHA256, inner and outer; empty where there is no key file."""
    try:
        master = bytes.fromhex(_file().read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return b"", b""
    # HKDF with an empty salt (RFC 5869), one block long.
    extracted = hmac.digest(bytes(32), master, hashlib.sha256)
    key = hmac.digest(extracted, b"atmpflow identity 1 index\x01", hashlib.sha256)
    padded = key.ljust(_BLOCK_BYTES, b"\0")
    return bytes(one ^ 0x36 for one in padded), bytes(one ^ 0x5C for one in padded)


def _file() -> Path:
    named = os.environ.get("ATMPFLOW_IDENTITY_KEY_FILE")
    if named:
        return Path(named).expanduser()
    state_dir = os.environ.get("ATMPFLOW_STATE_DIR")
    folder = Path(state_dir).expanduser() if state_dir else platformdirs.user_data_path("atmpflow")
    return folder / "keys" / "identity.key"
