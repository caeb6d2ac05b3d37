"""Referral form: open a journey from the Prefect UI, with the patient named by an opaque id."""

from prefect import flow

from tasks.form import ReferralForm
from tasks.open import open_from_form


@flow(name="refer", flow_run_name="refer")
async def refer(referral: ReferralForm) -> str:
    """Open one journey. Names and numbers never enter here: `atmpflow identify` gives the id."""
    return await open_from_form(referral)
