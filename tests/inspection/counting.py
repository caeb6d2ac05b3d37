"""Independent counts: each part of a pack once more, in plain SQL of the tests' own."""

from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from tests.models.rows import select

BY_JOURNEY = {
    "journeys": "SELECT count(*) FROM journey WHERE id = ANY(%s)",
    "timeline": "SELECT count(*) FROM ledger WHERE journey_id = ANY(%s)",
    "consent": "SELECT count(*) FROM consent WHERE journey_id = ANY(%s)",
    "units": "SELECT count(*) FROM unit WHERE journey_id = ANY(%s)",
    "custody": "SELECT count(*) FROM custody WHERE journey_id = ANY(%s)",
    "relabelling": "SELECT count(*) FROM unit_label WHERE journey_id = ANY(%s)",
    "shipments": "SELECT count(*) FROM shipment WHERE journey_id = ANY(%s)",
    "logger_files": "SELECT count(*) FROM logger_file WHERE shipment_id IN"
    " (SELECT id FROM shipment WHERE journey_id = ANY(%s))",
    "batches": "SELECT count(*) FROM batch WHERE journey_id = ANY(%s)",
    "material_lots": "SELECT count(*) FROM material_lot WHERE journey_id = ANY(%s)",
    "quality": "SELECT coalesce(sum(jsonb_array_length(payload -> 'results')), 0) FROM ledger"
    " WHERE name = 'quality.results_recorded' AND journey_id = ANY(%s)",
    "signatures": "SELECT count(*) FROM signature WHERE record_id = ANY(%s::text[])",
    "trail_reviews": "SELECT count(*) FROM trail_review WHERE journey_id = ANY(%s)",
    "deviations": "SELECT count(*) FROM deviation WHERE journey_id = ANY(%s)",
    "findings": "SELECT count(*) FROM finding WHERE journey_id = ANY(%s)",
    "holds": "SELECT count(*) FROM ledger WHERE name IN ('hold.placed', 'identity.mismatched',"
    " 'label.mismatched', 'identity.implicated', 'patient.deteriorated', 'recall.reached',"
    " 'conditioning.blocked', 'administration.blocked') AND journey_id = ANY(%s)",
    "duties": "SELECT count(*) FROM duty WHERE journey_id = ANY(%s)",
    "recalls": "SELECT count(*) FROM recall_notice WHERE journey_id = ANY(%s)",
    "rejected": "SELECT count(*) FROM command WHERE outcome = 'rejected' AND journey_id = ANY(%s)",
    "labels_printed": "SELECT count(*) FROM label_print WHERE journey_id = ANY(%s)",
    "identity_checks": "SELECT count(*) FROM identity_check WHERE journey_id = ANY(%s)",
    "doses": "SELECT count(*) FROM administration WHERE journey_id = ANY(%s)",
    "follow_up": "SELECT count(*) FROM follow_up_visit WHERE journey_id = ANY(%s)",
    "safety": "SELECT count(*) FROM ledger WHERE name ~"
    " '^(toxicity|adverse_event|safety_measure)[.]"
    "|^(product[.]damaged|dose[.]lost|patient[.](deteriorated|died)|(material|product)[.]expired)$'"
    " AND journey_id = ANY(%s)",
    "calibrations": "SELECT count(*) FROM shipment WHERE logger IS NOT NULL AND packed_at IS NOT"
    " NULL AND journey_id = ANY(%s)",
}

FIGURES = {
    "journeys": BY_JOURNEY["journeys"],
    "patients": "SELECT count(DISTINCT person_id) FROM journey WHERE id = ANY(%s)",
    "journeys that are open": "SELECT count(*) FROM journey WHERE ended IS NULL AND id = ANY(%s)",
    "journeys that are open and on hold": "SELECT count(*) FROM journey WHERE ended IS NULL"
    " AND held_by IS NOT NULL AND id = ANY(%s)",
    "events": BY_JOURNEY["timeline"],
    "late entries": "SELECT count(*) FROM ledger WHERE role <> 'system'"
    " AND recorded_at > occurred_at + interval '24 hours' AND journey_id = ANY(%s)",
    "legs shipped": "SELECT count(*) FROM ledger WHERE name = 'shipment.packed'"
    " AND journey_id = ANY(%s)",
    "legs quarantined": "SELECT count(*) FROM ledger WHERE name = 'shipment.quarantined'"
    " AND journey_id = ANY(%s)",
    "deviations, by unit": BY_JOURNEY["deviations"],
    "deviations not decided": "SELECT count(*) FROM deviation WHERE decided_at IS NULL"
    " AND journey_id = ANY(%s)",
    "holds": BY_JOURNEY["holds"],
    "findings": BY_JOURNEY["findings"],
    "findings that are open": "SELECT count(*) FROM finding WHERE closed_how IS NULL"
    " AND journey_id = ANY(%s)",
    "signatures": BY_JOURNEY["signatures"],
    "signatures that are void": "SELECT count(*) FROM signature JOIN signature_void ON"
    " signature_id = id WHERE record_id = ANY(%s::text[])",
    "commands that were refused": BY_JOURNEY["rejected"],
    "labels printed": BY_JOURNEY["labels_printed"],
    "doses given": "SELECT count(*) FROM ledger WHERE name = 'dose.administered'"
    " AND journey_id = ANY(%s)",
}


def counted(app: Engine, queries: dict[str, str], journeys: list[UUID]) -> dict[str, int]:
    """What each query counts."""
    found: dict[str, Any] = {
        name: select(app, query, journeys)[0][0] for name, query in queries.items()
    }
    return {name: int(count) for name, count in found.items()}
