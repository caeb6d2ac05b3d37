"""Is this the right patient's material? Two identifiers, compared by the system."""

from collections.abc import Iterable

from atmpflow.verdict import Reason, Verdict, verdict

SOURCE = "EU GMP Part IV 11 (unique patient identifier on each label); JACIE/FACT labelling"


def _same(code: str, scanned: str, expected: Iterable[str]) -> Reason | None:
    if scanned in tuple(expected):
        return None
    return Reason(code, "the scanned code is not this journey's", SOURCE)


def judge_label(*, scanned_coi: str, scanned_unit: str, coi: str, units: Iterable[str]) -> Verdict:
    """Both identifiers on a unit's label belong to this journey."""
    return verdict(
        (
            _same("coi-mismatch", scanned_coi, (coi,)),
            _same("unit-mismatch", scanned_unit, units),
        )
    )


def judge_bedside(
    *, scanned_patient: str, scanned_coi: str, scanned_unit: str, coi: str, units: Iterable[str]
) -> Verdict:
    """Wristband, label and unit all belong to this journey."""
    label = judge_label(scanned_coi=scanned_coi, scanned_unit=scanned_unit, coi=coi, units=units)
    return verdict((_same("patient-mismatch", scanned_patient, (coi,)),)) & label
