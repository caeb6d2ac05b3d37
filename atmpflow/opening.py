"""How a journey begins: the referral against the catalogue and the network's directory."""

from collections.abc import Mapping
from datetime import datetime

from atmpflow.commands.admission import Refer
from atmpflow.decide import authorise, require_possible_time
from atmpflow.events.admission import ReferralReceived
from atmpflow.message import event_of
from atmpflow.people import Actor
from atmpflow.products.catalogue import product
from atmpflow.rules.organisation import REFERS, TREATS, Listed, usable


def open_journey(
    command: Refer, actor: Actor, now: datetime, *, coi: str, directory: Mapping[str, Listed]
) -> ReferralReceived:
    """The first event of a journey.

    Raises Refused: product-unknown, organisation-unknown, organisation-closed,
    organisation-wrong-kind, date-in-future, role-not-allowed.
    """
    authorise(command, actor)
    require_possible_time(command.occurred_at, now)
    spec = product(command.product)
    on = command.occurred_at.date()
    referrer = usable(
        command.referring_organisation,
        directory,
        on=on,
        field="referring_organisation",
        kinds=REFERS,
    )
    centre = usable(
        command.treating_centre, directory, on=on, field="treating_centre", kinds=TREATS
    )
    return event_of(
        ReferralReceived,
        command,
        coi=coi,
        pathway=spec.pathway,
        referring_organisation=referrer,
        treating_centre=centre,
    )
