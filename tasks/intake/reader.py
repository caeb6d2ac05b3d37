"""The door for files: which format it is, and each referral or refusal it holds."""

from hashlib import sha256
from typing import Any

from atmpflow.errors import Refused
from atmpflow.referral import Referral
from tasks.intake.csv_many import looks_like_csv, read_csv
from tasks.intake.fhir_bars import read_bundle
from tasks.intake.json_text import json_of
from tasks.intake.own_json import read_json
from tasks.intake.result import Format, Piece, ReadResult
from tasks.intake.text import text_of


def read(raw: bytes, filename: str) -> tuple[ReadResult, ...]:
    """Every referral of a file: BaRS message, our JSON, or CSV, told apart by the content.

    Never empty and never raises: what cannot be read is a result with its refusals. `filename`
    only decides between CSV without a known header and a format that is not read at all; it is
    never repeated, because people put names of patients into it.
    """
    found, pieces = _read(raw, filename.lower())
    digest = sha256(raw).hexdigest()
    return tuple(_result(piece, found, digest) for piece in pieces)


def _read(raw: bytes, filename: str) -> tuple[Format, tuple[Piece, ...]]:
    try:
        text = text_of(raw)
    except Refused as refused:
        return "unknown", (Piece("file", (refused,)),)
    if text.lstrip().startswith(("{", "[")):
        return _read_json(text)
    if looks_like_csv(text) or filename.endswith((".csv", ".tsv")):
        return "csv", read_csv(text)
    message = "The file is neither a FHIR message in JSON, nor our JSON, nor CSV with a header."
    remedy = "Send one of these; FHIR in XML is not read."
    return "unknown", (Piece("file", (Refused("format-unknown", "", message, remedy),)),)


def _read_json(text: str) -> tuple[Format, tuple[Piece, ...]]:
    try:
        value: Any = json_of(text)
    except Refused as refused:
        return "json", (Piece("file", (refused,)),)
    if isinstance(value, dict) and "resourceType" in value:
        return "fhir-bars", read_bundle(value)
    return "json", read_json(value)


def _result(piece: Piece, found: Format, digest: str) -> ReadResult:
    if isinstance(piece.outcome, Referral):
        return ReadResult(piece.where, found, digest, referral=piece.outcome)
    return ReadResult(piece.where, found, digest, refused=piece.outcome)
