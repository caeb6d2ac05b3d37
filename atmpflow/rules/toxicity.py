"""How severe are cytokine release syndrome and neurotoxicity? (ASTCT consensus, Lee 2019)"""

from atmpflow.events.after import ToxicitySigns

_HYPOTENSION = {
    "none": 1, "no-vasopressor": 2, "one-vasopressor": 3, "several-vasopressors": 4,
}  # fmt: skip
_HYPOXIA = {"none": 1, "low-flow": 2, "high-flow": 3, "positive-pressure": 4}
_CONSCIOUSNESS = {"awake": 0, "to-voice": 2, "to-touch": 3, "unarousable": 4}
_SEIZURE = {"none": 0, "brief-or-resolving": 3, "prolonged": 4}
_PRESSURE = {"none": 0, "focal-oedema": 3, "diffuse-oedema": 4}

FEVER_C = 38.0


def grade_crs(signs: ToxicitySigns) -> int:
    """CRS grade 0 to 4: fever opens it unless treated; the worse of the two others sets it."""
    fever = signs.fever_c is not None and signs.fever_c >= FEVER_C
    worst = max(_HYPOTENSION[signs.hypotension], _HYPOXIA[signs.hypoxia])
    if fever:
        return worst
    return worst if signs.treated and worst > 1 else 0


def _grade_ice(score: int | None) -> int:
    """ICE points to ICANS grade; 0 in an arousable patient is grade 3 (ASTCT 2019, Table 6)."""
    if score is None or score == 10:
        return 0
    return 1 if score >= 7 else 2 if score >= 3 else 3


def grade_icans(signs: ToxicitySigns) -> int | None:
    """ICANS grade 0 to 4, the worst item decides; none when an awake patient has no ICE score."""
    if signs.ice_score is None and signs.consciousness != "unarousable":
        return None
    return max(
        _grade_ice(signs.ice_score),
        _CONSCIOUSNESS[signs.consciousness],
        _SEIZURE[signs.seizure],
        4 if signs.motor_weakness else 0,
        _PRESSURE[signs.raised_pressure],
    )
