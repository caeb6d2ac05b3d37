"""Making a database ready for use: key, tables of this version, the network's organisations."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import Session, select

from atmpflow.errors import Refused
from atmpflow.people import ENGINE
from desk.simulation.people import enrol, simulated_cast
from models.database import connect, transaction
from models.installation import ensure_installation
from models.keys import key_file, keys, make_key_file
from models.migrate import found, migrate, wanted
from models.network import Organisation, seed
from models.renewal import renew
from tasks.partners.chosen import simulated

NAMED = text("SELECT set_config('atmpflow.account', :account, true)")
"""Who changes the reference data, for the trail; for one transaction."""


def prepare(owner_url: str) -> None:
    """Migrate as the owner and add the organisations that are missing; safe to repeat.

    Where partners are simulated, so are the people: they are enrolled. Makes the key of the
    identities where there is neither a key nor anything sealed. Raises
    Refused `identity-key-missing` or `identity-key-wrong`.
    """
    owner = connect(owner_url)
    try:
        ensure_key(owner)
        before = found(owner)
        migrate(owner)
        check_key(owner)
        if before not in (None, wanted()):
            renew(owner)
        add_organisations(owner)
        if simulated():
            enrol(owner, simulated_cast())
        with transaction(owner) as connection:
            ensure_installation(connection)
    finally:
        owner.dispose()


def add_organisations(owner: Engine) -> int:
    """Add what the seed has and the directory has not; returns how many."""
    with Session(owner) as session:
        known = set(session.exec(select(Organisation.ods_code)))
        missing = [one for one in seed() if one.ods_code not in known]
        session.execute(NAMED, {"account": ENGINE.id})
        session.add_all(missing)
        session.commit()
    return len(missing)


def ensure_key(owner: Engine) -> None:
    """A new key for a new installation; never a second one for an old one."""
    if not key_file().exists() and sealed_with(owner) is None:
        make_key_file(key_file())


def sealed_with(owner: Engine) -> bytes | None:
    """The fingerprint of the key that this database was sealed with, if it was."""
    with transaction(owner) as connection:
        table: Any = connection.execute("SELECT to_regclass('identity.key_check')").fetchone()
        if table[0] is None:
            return None
        row: Any = connection.execute("SELECT fingerprint FROM identity.key_check").fetchone()
    return bytes(row[0]) if row else None


def check_key(owner: Engine) -> None:
    """Refuse another key than the one this database was sealed with."""
    mine, sealed = keys().fingerprint, sealed_with(owner)
    if sealed is None:
        with transaction(owner) as connection:
            connection.execute(
                "INSERT INTO identity.key_check VALUES (%s, %s)", (mine, datetime.now(UTC))
            )
    elif sealed != mine:
        raise Refused(
            "identity-key-wrong",
            "identity_key_file",
            "This is not the key that this database's identities were sealed with.",
            f"Put the right key at {key_file()}, or name it in ATMPFLOW_IDENTITY_KEY_FILE.",
        )
