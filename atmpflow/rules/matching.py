"""Do stock units fit this patient's HLA type?"""

from collections.abc import Iterable

from atmpflow.verdict import Reason, Verdict, verdict

SOURCE = "SmPC Ebvallo, 4.2 Posology (selection by HLA matching and HLA restriction)"
LEAST_SHARED = 2
"""Alleles that patient and product must share."""


def judge_match(
    patient: Iterable[str], unit: Iterable[str], restricted_by: Iterable[str]
) -> Verdict:
    """At least two alleles shared, one of them a restricting allele of the cells."""
    shared = set(patient) & set(unit)
    return verdict(
        (
            Reason("hla-mismatch", f"{len(shared)} alleles shared", SOURCE)
            if len(shared) < LEAST_SHARED
            else None,
            Reason("hla-restriction", "no restricting allele shared", SOURCE)
            if not shared & set(restricted_by)
            else None,
        )
    )
