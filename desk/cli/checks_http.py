"""Does the HTTP interface for other systems answer?"""

from collections.abc import Iterator

from deployments.interface import answers, last_address
from deployments.settings import Settings
from desk.cli.checks import Check, judged

UP = "Start it with `atmpflow up`; why it ended is at the end of http.log in the state directory."


def http_checks(settings: Settings) -> Iterator[Check]:
    """One check, where it last listened."""
    address = last_address(settings)
    if address is None:
        yield Check("http", "fail", "never started here", UP)
        return
    well = answers(address)
    found = f"{'answers' if well else 'no answer'} at {address}"
    yield judged("http", found, well=well, otherwise=UP)
