"""Who sends: `python -m benchmarks.faults.sender plain|atmpflow`, a process as any client is.

Reads one JSON object: the labels to send and the seconds to spread them over. Prints `ready`, and
at its end how many it sent and how many it kept because nobody took them.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

Send = Callable[[str, str], bool]
"""Sends one event (its name, its label); true when it was kept for later."""


def plain() -> Send:
    """Prefect's own client: it reconnects, keeps its queue, and drains it before it ends."""
    from prefect.events import emit_event  # noqa: PLC0415

    def send(event: str, label: str) -> bool:
        resource = {
            "prefect.resource.id": f"shipment.{label}",
            "prefect.resource.name": label,
        }
        emit_event(event=event, resource=resource, payload={"shipment": label})
        return False

    return send


def ours() -> Send:
    """What `atmpflow record confirm-eligibility` does, without its words on the terminal."""
    from atmpflow.commands.admission import ConfirmEligibility  # noqa: PLC0415
    from atmpflow.people import Role  # noqa: PLC0415
    from desk.cli.recording import Given, carry_out, letter_of  # noqa: PLC0415
    from desk.cli.trouble import Kept  # noqa: PLC0415
    from desk.sending import kept_if_away  # noqa: PLC0415

    def send(event: str, label: str) -> bool:
        given = Given(
            words={"decision": "eligible"},
            account="physician-1",
            role=Role.PHYSICIAN.value,
            key=f"{event}:{label}",
            expect=None,
            file=None,
            as_json=True,
            journey_text=label,
        )
        letter = letter_of(ConfirmEligibility, given)
        try:
            with kept_if_away(letter) as engine:
                carry_out(engine, letter)
        except Kept:
            return True
        return False

    return send


def spread(send: Send, asked: dict[str, Any]) -> dict[str, int]:
    """Send evenly over the time that was asked for."""
    labels: list[str] = asked["labels"]
    began, kept = time.monotonic(), 0
    for number, label in enumerate(labels):
        due = began + number * asked["over_s"] / len(labels)
        time.sleep(max(due - time.monotonic(), 0))
        kept += send(asked["event"], label)
    return {"sent": len(labels), "kept": kept}


def main() -> None:
    send = {"plain": plain, "atmpflow": ours}[sys.argv[1]]()
    print("ready", flush=True)
    told = spread(send, json.loads(sys.stdin.readline()))
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
