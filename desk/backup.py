"""Keeping the whole record in one file, with a signed manifest beside it."""

import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from atmpflow.errors import Refused
from deployments.dump import dump
from models.chain import canonical
from models.database import connect, transaction
from models.manifest import manifest
from models.observing import backed_up
from tasks import clock
from tasks.anchors import where
from tasks.anchors.key import signed_by, signer, trusted
from tasks.anchors.places import Signed, signed


@dataclass(frozen=True, slots=True)
class Backup:
    """A dump and what its manifest says; `signature` is `stands`, or why it was not checked."""

    file: Path
    says: dict[str, Any]
    signature: str = "stands"


def manifest_of(file: Path) -> Path:
    """Where a backup's manifest is."""
    return file.with_name(f"{file.name}.manifest")


def make_backup(owner_url: str, file: Path) -> Backup:
    """Dump the record as of one moment to a new file, readable by its owner only.

    Commands go on meanwhile. Raises Refused `backup-file-exists` or `backup-failed`.
    """
    _require_new(file)
    part = file.with_name(f"{file.name}.part")
    owner = connect(owner_url)
    try:
        _private(part)
        says = _dumped(owner, owner_url, part)
        key = signer(where.key_file(), clock.wall())
        text = canonical(says)
        _private(manifest_of(file))
        manifest_of(file).write_bytes(Signed(text, key.public, key.sign(text)).text)
        part.rename(file)
        _remembered(owner, says)
    except OSError as error:
        raise _unwritable(file, error) from None
    finally:
        part.unlink(missing_ok=True)
        owner.dispose()
    return Backup(file, says)


def _remembered(owner: Engine, says: dict[str, Any]) -> None:
    """That it was made is on record from now on: a compliance check asks how old the newest is."""
    dump_says = says["dump"]
    with transaction(owner) as connection:
        digest, size = bytes.fromhex(dump_says["sha256"]), dump_says["bytes"]
        backed_up(connection, datetime.fromisoformat(says["at"]), digest, size)


def _require_new(file: Path) -> None:
    for one in (file, manifest_of(file)):
        if one.exists():
            raise Refused(
                "backup-file-exists",
                "file",
                f"{one} is there already.",
                "Give another name: a backup is never written over.",
            )


def _unwritable(file: Path, error: OSError) -> Refused:
    return Refused(
        "backup-failed",
        "file",
        f"{file} cannot be written: {error.strerror}.",
        "Name a file in a folder that this account may write to, with enough free space.",
    )


def _private(file: Path) -> None:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))


def _dumped(owner: Engine, owner_url: str, part: Path) -> dict[str, Any]:
    """Dump and manifest from one snapshot."""
    with transaction(owner) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        row: Any = connection.execute("SELECT pg_export_snapshot()").fetchone()
        at = clock.wall()
        dump(owner_url, part, row[0])
        with part.open("rb") as file:
            os.fsync(file.fileno())
            digest = file_digest(file, "sha256").hexdigest()
        size = part.stat().st_size
        return manifest(connection, at=at, dump_sha256=digest, dump_bytes=size)


def read_backup(file: Path) -> Backup:
    """A backup whose dump is what its manifest says.

    Raises Refused `backup-incomplete` or `backup-altered`.
    """
    try:
        sealed = signed(manifest_of(file).read_bytes())
        with file.open("rb") as opened:
            digest = file_digest(opened, "sha256").hexdigest()
        says = sealed.says()
        right = digest == says["dump"]["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused(
            "backup-incomplete",
            "file",
            f"A backup is two files: {file.name} and {manifest_of(file).name}; one cannot be read.",
            "Name the first, with the second beside it.",
        ) from None
    if not right or not _stands(sealed):
        raise Refused(
            "backup-altered",
            "file",
            "The backup is not what was written: its digest or its signature is another.",
            "Use another backup; keep this one as evidence.",
        )
    known = bool(trusted(where.key_file()))
    return Backup(file, says, "stands" if known else "not checked: no public key is here")


def _stands(sealed: Signed) -> bool:
    keys = trusted(where.key_file())
    ours = not keys or sealed.public in keys
    return ours and signed_by(sealed.public, sealed.signature, sealed.content)
