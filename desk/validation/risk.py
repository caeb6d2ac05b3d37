"""How risks are weighed: the matrix of DCB0129 for hazards, that of GAMP 5 for functions."""

from desk.validation.sources import Failure, Hazard

SEVERITY = ("Minor", "Significant", "Considerable", "Major", "Catastrophic")
LIKELIHOOD = ("Very low", "Low", "Medium", "High", "Very high")
MATRIX = (
    (1, 1, 2, 2, 3),
    (1, 2, 2, 3, 4),
    (2, 2, 3, 3, 4),
    (2, 3, 3, 4, 5),
    (3, 4, 4, 5, 5),
)
"""Clinical risk by likelihood (rows, very low first) and severity (columns, minor first): NHS
Digital, DCB0129 implementation guidance, as in the UK Core hazard log of NHS England."""

ACCEPTABILITY = {
    5: "Unacceptable.",
    4: "Must be eliminated or controlled until it is acceptable.",
    3: "Undesirable: acceptable only where further reduction is impractical.",
    2: "Acceptable where the cost of further reduction outweighs its benefit.",
    1: "Acceptable; nothing further to do.",
}
TOLERATED = 3
"""The highest clinical risk that may be left, with its justification."""

SEVERITY_MEANS = {
    5: "Death or lasting, life-changing harm of several patients",
    4: "Death or lasting, life-changing harm of one patient; severe harm of several",
    3: "Severe harm of one patient from which recovery is expected; minor lasting harm of several",
    2: "Minor lasting harm of one patient; minor passing harm of several",
    1: "Minor passing harm of one patient; inconvenience",
}
LIKELIHOOD_MEANS = {
    5: "Certain or almost certain",
    4: "Not certain but very possible",
    3: "Possible",
    2: "Could occur, but mostly will not",
    1: "Negligible or nearly negligible",
}

HARMS = {
    "H1": "Wrong patient's cells",
    "H2": "A product that was out of temperature, or should not have been released, is infused",
    "H3": "An event or a deadline is lost",
    "H4": "An event is applied twice",
    "H5": "The audit trail is altered",
}
WRONG = {
    "D1": "Wrong patient's product",
    "D2": "Out of specification",
    "D3": "Missed slot",
    "D4": "Excursion in the shipper",
    "D5": "Material expired before manufacture",
    "D6": "Courier delayed",
    "D7": "Manufacture failed, product damaged",
    "D8": "Consent withdrawn",
    "D9": "Death or deterioration meanwhile",
    "D10": "Label mismatched or unreadable",
    "D11": "Recall of a lot or vector",
    "D12": "Lost to follow-up",
}

_GRADES = ("low", "medium", "high")


def clinical(severity: int, likelihood: int) -> int:
    """The clinical risk, 1 to 5."""
    return MATRIX[likelihood - 1][severity - 1]


def before(hazard: Hazard) -> int:
    """The risk without the controls."""
    return clinical(hazard.severity_before, hazard.likelihood_before)


def after(hazard: Hazard) -> int:
    """The risk that is left."""
    return clinical(hazard.severity_after, hazard.likelihood_after)


def priority(failure: Failure) -> str:
    """Risk priority after GAMP 5: severity by probability is a class; class by detection, this."""
    grade = _GRADES.index(failure.severity) + _GRADES.index(failure.probability)
    risk_class = 2 if grade >= 3 else 1 if grade == 2 else 0
    weight = risk_class + (2 - _GRADES.index(failure.detection))
    return "high" if weight >= 3 else "medium" if weight == 2 else "low"
