"""Everybody who acts in tests, with the roles they may act in; enrolled once a run."""

from atmpflow.people import Role
from desk.simulation.people import PERSONS, ROLES, Cast, actor, simulated_cast

EVERYTHING = (
    "operator-1",
    *(
        actor(hands, number).id
        for hands in (Role.MANUFACTURER, Role.QUALITY_CONTROL, Role.CHECKER)
        for number in range(1, PERSONS + 1)
    ),
)
"""Appointed in every role: what they are refused, they are refused for another reason."""

CAST: Cast = {
    **simulated_cast(),
    **dict.fromkeys(EVERYTHING, ROLES),
    "somebody": (Role.COURIER,),
    "a-clinician": (Role.PHYSICIAN,),
    "person-1": (Role.LABORATORY,),
    "person-2": (Role.LABORATORY,),
    "an-officer": (Role.COMPLIANCE,),
    "safety-officer": (Role.COMPLIANCE,),
    "a-courier": (Role.COURIER,),
    "an-independent-qp": (Role.QP,),
    "a-qp": (Role.QP,),
    "a-coordinator": (Role.COORDINATOR,),
    "nurse-1": (Role.COORDINATOR,),
    "logger-reader": (Role.MANUFACTURER, Role.COURIER, Role.PHARMACIST),
}
