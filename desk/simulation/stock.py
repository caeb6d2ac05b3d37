"""The simulated site's shelf: enough matching units for its allogeneic journeys."""

from datetime import datetime, timedelta

from atmpflow.people import Role
from atmpflow.products.catalogue import catalogue
from desk.simulation.people import actor
from models.stock import Shelved

HLA = ("A*02:01", "A*24:02", "B*07:02", "B*35:01", "C*04:01", "C*07:02")


def shelf(now: datetime, *, batches: int) -> list[Shelved]:
    """One batch of every allogeneic product for each journey that will ask for one."""
    return [
        Shelved(
            unit=f"SIM-{spec.code[:3].upper()}-{batch:03d}-U{unit + 1}",
            product=spec.code,
            batch=f"SIM-{spec.code[:3].upper()}-{batch:03d}",
            hla=HLA,
            restricted_by=("A*02:01",),
            expires_at=now + timedelta(days=730),
            certified_by=actor(Role.QP).id,
        )
        for spec in catalogue().values()
        if spec.pathway == "allogeneic"
        for batch in range(1, batches + 1)
        for unit in range(len(spec.dose.days))
    ]
