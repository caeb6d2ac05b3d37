"""Signed decisions from the Prefect UI: the form takes the token of a signature made elsewhere."""

from prefect import flow

from tasks.sign_off import SignOffForm, sign_off_from_form


@flow(name="sign-off", flow_run_name="sign-off")
async def sign_off(decision: SignOffForm) -> str:
    """Record a decision under a signature. Sign it first: `atmpflow sign JOURNEY --meaning ...`."""
    return await sign_off_from_form(decision)
