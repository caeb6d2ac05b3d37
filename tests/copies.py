"""A copy of this project in another folder, for what changes its sources and runs its tests."""

from pathlib import Path
from shutil import copytree, ignore_patterns

ROOT = Path(__file__).parents[1]
LEFT_OUT = (".*", "__pycache__", "dist", "mutants", "uv.lock")
PUBLISHED = "shared"
"""Published data that lies beside the project on some machines, and that tests read by path."""


def copy_project(folder: Path) -> Path:
    """The copy, as `folder/project`; what lies beside the project can be read beside the copy."""
    target = folder / "project"
    copytree(ROOT, target, ignore=ignore_patterns(*LEFT_OUT))
    data = ROOT.parent / PUBLISHED
    if data.is_dir():
        (folder / PUBLISHED).symlink_to(data)
        # Tools that copy once more, into a folder of the copy, look one folder deeper.
        (target / PUBLISHED).symlink_to(data)
    return target
