"""What is in an archive, for whoever opens it without us."""

from desk.inspection.derived import DERIVED
from models.inspection.part import parts

HEAD = """\
Inspection pack of atmpflow: what is in this archive

pack.json          what was asked for, which journeys belong to it and why, what was left out,
                   who made the pack and when
verification.json  what was verified, when, and what was found
manifest.json      every file with its size and SHA-256; content_sha256 is over all that follows
                   from the record alone: two packs of an unchanged record have the same
SHA256SUMS         the same sums; unpack, then check with: sha256sum -c SHA256SUMS

tables/NAME.csv    tables for a spreadsheet (UTF-8). A word that a spreadsheet could take for a
                   formula has an apostrophe before it; parts/NAME.json has it as it is
parts/NAME.json    the same rows for programs

All moments are UTC. The column coi is a journey's chain-of-identity id. Patients stand under
opaque person ids: nothing here says who they are.
"""
DOCUMENTS = """\

journeys/COI/      of each journey: fhir.json (HL7 FHIR R4 Bundle), epcis.json (GS1 EPCIS 2.0), and
                   pictures of custody and of the temperatures of each leg (SVG and PNG)
loggers/SHA256     loggers' files, byte for byte as they were received
"""


def readme(summary: bool) -> bytes:  # noqa: FBT001 - says which of two archives
    """The text, with a line for every table."""
    tables = [f"  {one.name:<22} {one.title}. {one.says}" for one in (*parts(), *DERIVED)]
    documents = "" if summary else DOCUMENTS
    return "\n".join([HEAD + documents, "Tables:", "", *tables, ""]).encode()
