"""Our packages and flow files share their names with nothing that is installed."""

import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("atmpflow", "models", "tasks", "flows", "deployments", "desk")
OWNERS = packages_distributions()


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_owns_a_package_of_ours(package: str):
    assert set(OWNERS.get(package, ())) <= {"atmpflow"}
    assert package not in sys.stdlib_module_names


@pytest.mark.parametrize("file", sorted((ROOT / "flows").glob("*.py")), ids=lambda file: file.stem)
def test_a_flow_file_hides_no_module(file: Path):
    """Prefect puts `flows/` first on the path when it runs a flow by its file."""
    assert file.stem not in OWNERS
    assert file.stem not in sys.stdlib_module_names
    assert file.stem not in PACKAGES


def test_flows_import_no_flow_and_nothing_relative():
    text = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "flows").glob("*.py")}
    assert not [name for name, code in text.items() if "from ." in code or "import flows" in code]
    assert not [name for name, code in text.items() if "from flows" in code]
