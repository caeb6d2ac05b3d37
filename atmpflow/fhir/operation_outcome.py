"""OperationOutcome: what was wrong with a message, where, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from atmpflow.errors import Refused
from atmpflow.fhir import systems
from atmpflow.fhir.elements import Element, coding, present

Severity = Literal["error", "warning", "information"]

ISSUES = {
    "json-invalid": "structure",
    "json-duplicate-key": "structure",
    "json-too-deep": "structure",
    "json-not-a-referral": "structure",
    "format-unknown": "structure",
    "file-empty": "required",
    "file-too-large": "too-long",
    "fhir-not-conformant": "structure",
    "fhir-reference-unresolved": "not-found",
    "fhir-not-a-referral": "not-supported",
    "fhir-modifier-unknown": "extension",
    "fhir-ambiguous": "multiple-matches",
    "fhir-too-large": "too-long",
    "field-missing": "required",
    "field-invalid": "value",
    "field-unknown": "structure",
    "date-impossible": "value",
    "nhs-number-format": "value",
    "nhs-number-check-digit": "value",
    "identity-conflict": "conflict",
    "role-not-allowed": "forbidden",
    "not-appointed": "forbidden",
    "account-unknown": "forbidden",
    "account-locked": "forbidden",
    "account-left": "forbidden",
    "token-missing": "login",
    "token-refused": "login",
    "role-not-said": "required",
    "parameter-invalid": "value",
    "address-unknown": "not-found",
    "method-not-allowed": "not-supported",
    "database-not-reachable": "transient",
    "journey-exists": "duplicate",
    "journey-unknown": "not-found",
    "person-unknown": "not-found",
    "defect": "exception",
}
"""Our codes as types of issue of R4; every other one is a rule that was not kept."""

OTHERWISE = "business-rule"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is said of a message. `place` is a path below the root, empty for all of it;
    `root` the type of the resource that was sent, none where it was no FHIR at all."""

    code: str
    text: str
    advice: str
    place: str = ""
    root: str | None = None
    severity: Severity = "error"


def issue_of(refused: Refused, root: str | None = None, severity: Severity = "error") -> Issue:
    """A refusal as an issue; a refusal never holds what could identify a patient."""
    place = refused.field
    return Issue(refused.code, refused.message, refused.remedy, place, root, severity)


def operation_outcome(issues: Iterable[Issue]) -> Element:
    """The resource; R4 wants at least one issue. Raises ValueError for none."""
    told = [_issue(one) for one in issues]
    if not told:
        raise ValueError("an OperationOutcome has at least one issue")
    return {"resourceType": "OperationOutcome", "issue": told}


def _issue(issue: Issue) -> Element:
    informs = issue.severity == "information"
    return present(
        {
            "severity": issue.severity,
            "code": "informational" if informs else ISSUES.get(issue.code, OTHERWISE),
            "details": {"coding": [coding(systems.ERROR, issue.code)], "text": issue.text},
            "diagnostics": issue.advice,
            "expression": _expression(issue),
        }
    )


def _expression(issue: Issue) -> list[str]:
    """FHIRPath from the root of what was sent."""
    if issue.root is None:
        return []
    # What a resource is, is no element of it: the place is the resource itself.
    place = "" if issue.place == "resourceType" else issue.place.removesuffix(".resourceType")
    return [f"{issue.root}.{place}" if place else issue.root]
