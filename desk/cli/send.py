"""`atmpflow send`: record what was kept on this machine while the database was away."""

import time
from typing import Annotated

import typer

from desk.cli.frame import AsJson, new_app
from desk.cli.output import hint, say, show_json
from desk.cli.trouble import ExitCode
from desk.letters import Letters
from desk.sending import Sent, letters, send_if_back

app = new_app()

AGAIN_AFTER_S = 1.0


@app.command("send")
def send(
    *,
    wait: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Try for so long, each second.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Record what was kept here while the database was away.

    `record`, `refer` and `log` keep what they cannot record. `atmpflow up` sends it by itself;
    this is for a machine on which it does not run. What is refused is among the rejected
    commands. Exit code 4 when something still waits.
    """
    waiting = letters()
    sent = _sent(waiting, time.monotonic() + wait)
    left, set_aside = len(waiting.waiting()), len(waiting.set_aside())
    if as_json:
        counts = {"recorded": sent.recorded, "refused": sent.refused}
        show_json({**counts, "waiting": left, "set_aside": set_aside})
    else:
        say(f"{sent.recorded} recorded, {sent.refused} refused, {left} waiting.")
        if sent.refused:
            hint("The reasons are in: atmpflow rejected.")
        if set_aside:
            hint(f"{set_aside} met a defect and are kept in {waiting.folder}.")
    if left:
        raise typer.Exit(ExitCode.NOT_REACHABLE)


def _sent(waiting: Letters, until: float) -> Sent:
    """Send until nothing waits, or until the time is up."""
    sent = Sent()
    while waiting.waiting():
        send_if_back(waiting, sent)
        if time.monotonic() >= until:
            break
        time.sleep(AGAIN_AFTER_S)
    return sent
