"""What to tell people when a place does not keep an anchor."""

from collections.abc import Sequence
from pathlib import Path

from atmpflow.errors import Refused


def not_kept(folders: Sequence[Path]) -> Refused:
    """An anchor is kept elsewhere, but not here."""
    return Refused(
        "anchor-place-failed",
        "anchor_dirs",
        f"Not kept in {', '.join(map(str, folders))}.",
        "Make the folder writable for the account that runs atmpflow; the next anchor catches up.",
    )
