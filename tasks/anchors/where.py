"""Where anchors and their key are: from the environment, as the settings name them."""

import os
from pathlib import Path

import platformdirs

STATE_DIR = "ATMPFLOW_STATE_DIR"
FOLDERS = "ATMPFLOW_ANCHOR_DIRS"
KEY_FILE = "ATMPFLOW_ANCHOR_KEY_FILE"


def key_file_in(state_dir: Path) -> Path:
    """Where the key is unless a setting says otherwise."""
    return state_dir / "keys" / "anchor.key"


def folders_in(state_dir: Path) -> str:
    """Where anchors are unless a setting says otherwise: twice in the state directory.

    The doctor asks for a place that does not share its disk.
    """
    return os.pathsep.join((str(state_dir / "anchors"), str(state_dir / "anchors-copy")))


def state_dir() -> Path:
    """The state directory, as the environment names it."""
    named = os.environ.get(STATE_DIR)
    folder = Path(named).expanduser() if named else platformdirs.user_data_path("atmpflow")
    return folder.absolute()


def key_file() -> Path:
    """The file of the signing key."""
    named = os.environ.get(KEY_FILE)
    return Path(named).expanduser().absolute() if named else key_file_in(state_dir())


def folders() -> list[Path]:
    """Every place, the first one first."""
    named = os.environ.get(FOLDERS) or folders_in(state_dir())
    return [Path(one).expanduser().absolute() for one in named.split(os.pathsep) if one]
