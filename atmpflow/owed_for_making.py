"""Duties that a batch gone wrong or a damaged product makes people owe."""

from atmpflow.events.damage import DoseLost, ProductDamaged, ProductGivenUp
from atmpflow.events.exception import OosProductRequested, OosProductSupplied, RiskEvaluated
from atmpflow.events.manufacture import BatchRejected
from atmpflow.events.remaking import ManufactureFailed, ManufactureGivenUp, RemakeOrdered
from atmpflow.message import Event
from atmpflow.owed import DAY, HOUR, Owed, inform
from atmpflow.owed_for_safety import CELLS
from atmpflow.people import Role

OOS = "EU GMP Part IV 11.5: the authority is told within 48 hours of supply"

TEAM = (inform(Role.PHYSICIAN, HOUR), inform(Role.COORDINATOR, HOUR))


def _conditioned(event: DoseLost) -> bool:
    return event.conditioned


TELL_PATIENT = Owed(
    "tell-patient", "Tell the patient, and offer what else there is", Role.PHYSICIAN, DAY
)

MAKING: dict[type[Event], tuple[Owed, ...]] = {
    ManufactureFailed: TEAM,
    BatchRejected: TEAM,
    RemakeOrdered: (inform(Role.MANUFACTURER), inform(Role.COORDINATOR)),
    ManufactureGivenUp: (inform(Role.MANUFACTURER), TELL_PATIENT, *CELLS),
    RiskEvaluated: (inform(Role.PHYSICIAN, 4 * HOUR, OOS),),
    OosProductRequested: (inform(Role.QP, 4 * HOUR, OOS),),
    OosProductSupplied: (
        Owed(
            "notify-oos-supply",
            "Notify the authority of the supply out of specification; name the notification",
            Role.MANUFACTURER,
            2 * DAY,
            OOS,
        ),
        inform(Role.PHARMACIST, 4 * HOUR, OOS),
    ),
    ProductDamaged: (inform(Role.PHYSICIAN, HOUR), inform(Role.MANUFACTURER)),
    DoseLost: (
        inform(Role.COORDINATOR, HOUR),
        Owed(
            "plan-rescue",
            "The patient is conditioned: decide on rescue now; name the plan",
            Role.PHYSICIAN,
            HOUR,
            when=_conditioned,
        ),
    ),
    ProductGivenUp: (inform(Role.MANUFACTURER), TELL_PATIENT, *CELLS),
}
"""What each event of a failed batch or a damaged product makes people owe."""
