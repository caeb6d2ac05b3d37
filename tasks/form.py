"""What people fill in when they run a deployment by hand in the Prefect UI."""

from typing import Annotated

from pydantic import Field

from atmpflow.commands.admission import Refer

Journey = Annotated[
    str,
    Field(
        title="Journey",
        description="Chain-of-identity id or journey id; left empty: everything this stage owes.",
    ),
]


class ReferralForm(Refer):
    """A referral, with the patient named by an opaque id and everything else chosen."""
