"""What a referral says: one patient, one therapy, who asks and who should treat."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from atmpflow.codes import nhs_number
from atmpflow.errors import Refused
from atmpflow.message import Text

TRIAL = r"^(NCT[0-9]{8}|ISRCTN[0-9]{8}|[0-9]{4}-[0-9]{6}-[0-9]{2}(-[0-9]{2})?|IRAS[0-9]{5,7})$"
"""Registry ids: ClinicalTrials.gov, ISRCTN, EudraCT or EU CT, IRAS."""

INDICATION = r"^([A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?|[0-9]{6,18})$"
"""An ICD-10 or SNOMED CT code. Never words: they would carry more than the rules need."""

_BETWEEN_DIGITS = re.compile(r"[\s./_-]")
"""How numbers are written in groups."""

_ZONE_AHEAD = timedelta(hours=1)
"""A date is written in the referrer's zone, in the United Kingdom at most this far before UTC."""

_LONGEST_LIFE = timedelta(days=125 * 365.25)
"""Above the longest life on record (122 years)."""


def _day(value: object) -> object:
    # Pydantic would read digits such as 19900101 as seconds since 1970.
    if type(value) is date:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
        return value.strip()
    raise PydanticCustomError("date_form", "not a date as yyyy-mm-dd")


def _name(text: str) -> str:
    # Hidden characters would make two equal names differ when they are compared at a hand-over.
    if any(unicodedata.category(letter).startswith("C") for letter in text):
        raise PydanticCustomError("hidden_character", "a name holds a hidden character")
    return unicodedata.normalize("NFC", text)


def _nhs_number(text: str) -> str:
    try:
        return nhs_number.check(text, "nhs_number")
    except Refused as refused:
        reasons = {"code": refused.code, "message": refused.message, "remedy": refused.remedy}
        raise PydanticCustomError("refused", "{message}", reasons) from None


Day = Annotated[date, BeforeValidator(_day)]
Name = Annotated[Text, AfterValidator(_name)]


class Form(BaseModel):
    """Typed in by people or sent by systems; errors never show what was given."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True
    )


class PatientIdentity(Form):
    """Who the patient is. Printing it shows no value."""

    nhs_number: Annotated[str, AfterValidator(_nhs_number)] = Field(
        repr=False, title="NHS number", description="Ten digits, spaces allowed, e.g. 999 000 0018"
    )
    family_name: Name = Field(
        repr=False, title="Family name", description="As in the hospital record, 1 to 120 letters"
    )
    given_name: Name = Field(
        repr=False, title="Given names", description="As in the record, in order, 1 to 120 letters"
    )
    birth_date: Day = Field(
        repr=False, title="Date of birth", description="Year-month-day, e.g. 1985-07-30"
    )
    sex: Literal["female", "male", "other", "unknown"] = Field(
        repr=False, title="Sex", description="female, male, other or unknown (FHIR gender)"
    )


class Referral(Form):
    """A request to treat one patient with one therapy at one centre."""

    source_reference: Text = Field(
        title="Referrer's reference",
        description="The referrer's own number for this referral; the same one never opens two",
    )
    referring_organisation: Text = Field(
        title="Referring organisation", description="ODS code of the trust or board, e.g. RWE"
    )
    treating_centre: Text = Field(
        title="Treating centre", description="ODS code of the treatment centre, e.g. RRK"
    )
    product: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]+$", max_length=60)] = Field(
        title="Product", description="Code in the catalogue, in small letters, e.g. kymriah"
    )
    indication: Annotated[str, Field(pattern=INDICATION)] | None = Field(
        default=None,
        repr=False,
        title="Indication",
        description="ICD-10 or SNOMED CT code, e.g. C83.3",
    )
    trial: Annotated[str, Field(pattern=TRIAL)] | None = Field(
        default=None,
        title="Trial",
        description="Registry id if in a trial, e.g. NCT01234567, ISRCTN12345678 or IRAS123456",
    )
    referred_on: Day = Field(
        title="Referred on", description="The day the referral was written, e.g. 2026-03-01"
    )
    urgency: Literal["routine", "urgent"] = Field(
        default="routine", title="Urgency", description="routine or urgent"
    )
    patient: PatientIdentity = Field(
        title="Patient", description="Who is referred; kept apart from the journey's record"
    )


def checked(referral: Referral, now: datetime) -> Referral:
    """The referral, when its dates are possible at `now` (with time zone).

    Raises Refused `date-impossible` or `reference-identifies` with the field.
    """
    _require_pseudonymous(referral)
    today = _today(now)
    born, written = referral.patient.birth_date, referral.referred_on
    if born > today or today - born > _LONGEST_LIFE:
        raise _impossible(
            "patient.birth_date",
            "The date of birth is in the future."
            if born > today
            else "The date of birth is more than 125 years ago.",
        )
    require_written(written, now)
    if written < born:
        raise _impossible("referred_on", "The referral is dated before the patient's birth.")
    return referral


def _require_pseudonymous(referral: Referral) -> None:
    """The reference stands in the record in clear, for as long as there is one."""
    bare = _BETWEEN_DIGITS.sub("", referral.source_reference)
    if referral.patient.nhs_number in bare:
        raise Refused(
            "reference-identifies",
            "source_reference",
            "The referrer's reference holds the patient's NHS number.",
            "Give a number of the referral's own, which names nobody.",
        )


def require_written(on: date, now: datetime) -> None:
    """No referral is from tomorrow. Raises Refused `date-impossible`."""
    if on > _today(now):
        raise _impossible("referred_on", "The referral is dated in the future.")


def _today(now: datetime) -> date:
    return (now + _ZONE_AHEAD).date()


def _impossible(field: str, message: str) -> Refused:
    remedy = "Give the date as in the hospital record, year-month-day."
    return Refused("date-impossible", field, message, remedy)
