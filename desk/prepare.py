"""Making a database ready for use: tables of this version and the network's organisations."""

from sqlalchemy import Engine
from sqlmodel import Session, select

from models.database import connect
from models.migrate import migrate
from models.network import Organisation, seed


def prepare(owner_url: str) -> None:
    """Migrate as the owner and add the organisations that are missing; safe to repeat."""
    owner = connect(owner_url)
    try:
        migrate(owner)
        add_organisations(owner)
    finally:
        owner.dispose()


def add_organisations(owner: Engine) -> int:
    """Add what the seed has and the directory has not; returns how many."""
    with Session(owner) as session:
        known = set(session.exec(select(Organisation.ods_code)))
        missing = [one for one in seed() if one.ods_code not in known]
        session.add_all(missing)
        session.commit()
    return len(missing)
