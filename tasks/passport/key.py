"""The key that signs passports: Ed25519, not that of the anchors, in a file of its own.

Whoever hands records on needs this key, and should not be able to make an anchor with it: what
somebody forges with it still cannot show an anchor that holds it.
"""

import os
from datetime import datetime
from pathlib import Path

from atmpflow.errors import Refused
from tasks.anchors.key import Signer, signer
from tasks.anchors.where import state_dir

KEY_FILE = "ATMPFLOW_PASSPORT_KEY_FILE"


def key_file_in(state_dir: Path) -> Path:
    """Where the key is unless a setting says otherwise."""
    return state_dir / "keys" / "passport.key"


def key_file() -> Path:
    """The file of the key; its public half lies beside it, with the ending .pub."""
    named = os.environ.get(KEY_FILE)
    return Path(named).expanduser().absolute() if named else key_file_in(state_dir())


def passport_signer(now: datetime) -> Signer:
    """The signer, made where there is none. Raises Refused `passport-key-unreadable`."""
    try:
        return signer(key_file(), now)
    except Refused:
        raise Refused(
            "passport-key-unreadable",
            "passport_key_file",
            "The key that signs passports cannot be read or made.",
            f"Look at {key_file()} (mode 0400, of the account that runs this), or name another"
            f" file in {KEY_FILE}.",
        ) from None
