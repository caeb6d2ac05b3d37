"""Can people sign: what passwords cost, how many are enrolled, whether signatures are demanded?"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine

from desk.cli.checks import Check, judged, ok
from models.database import transaction
from models.passwords import FLOOR_KIB, memory_kib
from tasks import clock

ENROLLED = "SELECT count(*), count(*) FILTER (WHERE locked_until > %s) FROM credential"
DEMANDED = "SELECT since FROM signature_policy"
BROKEN = (
    "SELECT count(*) FROM signature_broken b WHERE NOT EXISTS"
    " (SELECT FROM signature_void v WHERE v.signature_id = b.signature_id)"
)


def signing_checks(engine: Engine) -> Iterator[Check]:
    """Every check of signatures."""
    kib = memory_kib()
    remedy = f"Set ATMPFLOW_PASSWORD_MEMORY_KIB to {FLOOR_KIB} or more, or unset it."
    yield judged(
        "passwords", f"{kib} KiB each", well=kib >= FLOOR_KIB, otherwise=remedy, state="warn"
    )
    with transaction(engine) as connection:
        enrolled: Any = connection.execute(ENROLLED, (clock.wall(),)).fetchone()
        demanded: Any = connection.execute(DEMANDED).fetchone()
        broken: Any = connection.execute(BROKEN).fetchone()
    yield ok("signers", f"{enrolled[0]} enrolled, {enrolled[1]} locked after failures")
    yield judged(
        "signatures",
        f"demanded since {demanded[0]:%Y-%m-%d %H:%M} UTC" if demanded else "not demanded",
        well=demanded is not None,
        otherwise="Enrol those who sign, then run: atmpflow signing demand.",
        state="warn",
    )
    yield judged(
        "signed-records",
        f"{broken[0]} signatures of records that were changed",
        well=broken[0] == 0,
        otherwise="Do not release or give anything of these journeys; run: atmpflow verify.",
    )
