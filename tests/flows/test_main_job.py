"""The main job whole: files in, Prefect runs, journeys to the first follow-up, nothing leaked."""

import json
import time
from base64 import b64decode
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from atmpflow.commands.after import LiftHold, PlaceHold
from atmpflow.pathways import STAGE_NAMES
from atmpflow.people import Role
from atmpflow.signing import SIGNED
from desk.simulation.people import actor
from desk.simulation.signing import sign
from models.database import connect, transaction
from models.record import Request, record
from models.replay import replay
from tasks import clock
from tasks.sign_off import What
from tests.flows.conftest import Job
from tests.pictures.looked_at import greys

SCHEDULED = ("heartbeat", "anchor", "verify", "compliance")


def test_a_journey_of_each_pathway_reaches_its_first_follow_up(job: Job) -> None:
    summary = job.played.summary()

    assert summary["finished"]
    assert not summary["refused"]
    assert {one["pathway"] for one in summary["journeys"]} == {
        "autologous", "allogeneic", "in-vivo", "tissue-engineered",
    }  # fmt: skip
    assert {one["last_stage"] for one in summary["journeys"]} == {"follow_up"}


def test_every_run_completed_and_carries_the_name_of_its_stage(job: Job) -> None:
    runs = [run for run in job.runs() if run["state_type"] not in ("SCHEDULED", "PENDING")]

    assert {run["state_type"] for run in runs} <= {"COMPLETED", "RUNNING"}
    assert {run["name"].split()[0].strip(",") for run in runs} <= {*STAGE_NAMES, *SCHEDULED}


def test_a_run_for_one_journey_is_named_after_it_and_tagged(job: Job) -> None:
    one = next(iter(job.played.courses.values())).facts
    named = [run for run in job.runs() if run["name"].endswith(one.coi)]

    assert named
    wanted = {one.coi, f"centre:{one.referral.treating_centre}", f"product:{one.product.name}"}
    assert all(wanted <= set(run["tags"]) for run in named)


def test_an_artifact_tells_what_was_decided_for_each_journey_and_links_to_it(job: Job) -> None:
    told = "".join(one["data"] for one in job.artifacts())

    for course in job.played.courses.values():
        assert f"/events?resource=atmpflow.journey.{course.facts.journey}" in told
    assert "shipment.accepted" in told


def test_a_run_that_judged_a_shipment_left_pictures_of_it_that_name_nobody(job: Job) -> None:
    left = [one for one in job.artifacts() if (one["key"] or "").startswith("shipment-")]
    courses = {course.facts.coi: course.facts for course in job.played.courses.values()}

    assert left
    for one in left:
        title, *pictures = one["data"].split("\n\n")
        facts = courses[title.removeprefix("# ")]
        assert one["key"] == f"shipment-{facts.coi.lower()}"
        assert len(pictures) == 2
        for picture in pictures:
            said, _, coded = picture.removesuffix(")").partition("](data:image/png;base64,")
            png = b64decode(coded)
            assert facts.coi in said
            assert len(png) < 100_000
            assert greys(png).min() < 40


def _feed(job: Job, journey: str) -> list[str]:
    """Names of a journey's events in Prefect's feed."""
    asked = {"filter": {"resource": {"id": [f"atmpflow.journey.{journey}"]}}, "limit": 50}
    page = job.client.post("/events/filter", json=asked).raise_for_status().json()
    events = page["events"]
    while page["next_page"]:
        page = job.client.get(page["next_page"]).raise_for_status().json()
        events += page["events"]
    return [event["event"] for event in events]


def test_the_feed_has_every_event_of_a_journey_once_under_one_resource(job: Job) -> None:
    for course in job.played.courses.values():
        facts = Counter(f"atmpflow.{row.event.name}" for row in course.facts.history)
        deadline = time.monotonic() + 10  # the feed is written in batches
        while facts - (found := Counter(_feed(job, str(course.facts.journey)))):
            assert time.monotonic() < deadline, facts - found
            time.sleep(0.2)
        # The visits after the first fall due while slower journeys go on.
        assert set(found - facts) <= {"atmpflow.follow_up.due", "atmpflow.deadline.passed"}


def test_the_state_tables_are_what_the_ledger_says(job: Job) -> None:
    engine = connect(job.stack.databases.application)
    with transaction(engine) as connection:
        assert replay(connection) == []
    engine.dispose()


def _start(job: Job, deployment: str, parameters: dict[str, Any]) -> str:
    """Start a run as the UI's button or `prefect deployment run` does."""
    return str(job.asked(deployment, parameters).raise_for_status().json()["id"])


def _ended(job: Job, run_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while True:
        run = job.client.get(f"/flow_runs/{run_id}").raise_for_status().json()
        if run["state_type"] in ("COMPLETED", "FAILED", "CRASHED"):
            return run
        assert time.monotonic() < deadline, run["state_type"]
        time.sleep(0.2)


def test_every_stage_runs_by_hand_for_one_journey(job: Job) -> None:
    journey = {"journey": next(iter(job.played.courses.values())).facts.coi}

    started = [_start(job, f"{name}/{name.replace('_', '-')}", journey) for name in STAGE_NAMES]

    assert {_ended(job, one)["state_type"] for one in started} == {"COMPLETED"}


def _anchors(job: Job, place: str) -> list[Path]:
    return sorted((job.folder / place).rglob("*.anchor"))


def test_a_compliance_run_leaves_what_it_found_and_a_digest(job: Job) -> None:
    run = _ended(job, _start(job, "compliance/compliance-hourly", {}))

    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    asked = {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}}
    left = job.client.post("/artifacts/filter", json=asked).raise_for_status().json()
    by_key = {one["key"]: one["data"] for one in left}
    assert set(by_key) == {"compliance-hourly", "findings"}
    assert "| critical |" in by_key["findings"]  # no backup was made of this installation
    answering = {row["check"]: row["found"] for row in json.loads(by_key["compliance-hourly"])}
    assert (answering["prefect-health"], answering["worker-health"]) == ("0", "0")
    assert answering["backup-age"] == "1"


def test_a_beat_anchors_every_release_and_the_hourly_run_does_so_in_both_places(job: Job) -> None:
    _ended(job, _start(job, "heartbeat/heartbeat", {}))
    before = _anchors(job, "anchors")
    said = [json.loads(file.read_bytes().split(b"\n")[0]) for file in before]
    lists = [json.loads(file.read_bytes().split(b"\n")[2])["heads"] for file in before]
    held = {journey for one in lists for journey, _, _ in one}
    assert held == {str(course.facts.journey) for course in job.played.courses.values()}
    # How many beats there were while it ran is chance; one of them was the first.
    assert said[0]["why"] == "first"
    assert {one["why"] for one in said} <= {"first", "release"}

    run = _ended(job, _start(job, "anchor/anchor", {}))

    assert run["state_type"] == "COMPLETED", run["state"]["message"]
    assert len(_anchors(job, "anchors")) == len(_anchors(job, "anchors-copy")) > len(before)


def _form(person: str, reference: str) -> dict[str, Any]:
    """What the form of the Prefect UI sends."""
    centre = "Manchester University NHS Foundation Trust (R0A)"
    return {
        "referral": {
            "person": person,
            "product": "Luxturna",
            "treating_centre": centre,
            "referring_organisation": centre,
            "source_reference": reference,
            "referred_on": "2025-03-01",
        }
    }


def test_the_form_opens_a_journey_for_an_opaque_person_and_refuses_a_second(job: Job) -> None:
    person = str(next(iter(job.played.courses.values())).facts.referral.person)

    first = _ended(job, _start(job, "refer/refer", _form(person, "FORM-1")))
    second = _ended(job, _start(job, "refer/refer", _form(person, "FORM-2")))

    assert first["state_type"] == "COMPLETED"
    assert second["state_type"] == "FAILED"
    assert "referral-duplicate" in second["state"]["message"]


def _decision(journey: str, token: str) -> dict[str, Any]:
    """What the form for signed decisions sends."""
    what = What.LIFT.value
    return {
        "decision": {"journey": journey, "what": what, "document": "CAPA-1", "signature": token}
    }


def test_a_decision_from_the_form_counts_under_the_token_of_a_signature_only(job: Job) -> None:
    facts = next(iter(job.played.courses.values())).facts
    engine = connect(job.stack.databases.application)
    hold = PlaceHold(occurred_at=facts.history[-1].occurred_at, reason="DEV-1")
    asked = Request(hold, actor(Role.COMPLIANCE), "held-for-the-form", facts.journey)
    record(engine, asked, clock.wall())
    wanted = SIGNED[LiftHold]
    token = sign(engine, actor(Role.PHYSICIAN), wanted, facts.journey)
    form = partial(_decision, facts.coi)

    made_up = _ended(job, _start(job, "sign-off/sign-off", form("sig-made-up")))
    signed = _ended(job, _start(job, "sign-off/sign-off", form(token)))
    again = _ended(job, _start(job, "sign-off/sign-off", form(token)))

    assert made_up["state_type"] == "FAILED"
    assert "signature-unknown" in made_up["state"]["message"]
    assert [one["state_type"] for one in (signed, again)] == ["COMPLETED", "COMPLETED"]
    with transaction(engine) as connection:
        query = "SELECT count(*) FROM ledger WHERE journey_id = %s AND name = 'hold.lift_agreed'"
        assert connection.execute(query, (facts.journey,)).fetchone() == (1,)
    engine.dispose()
