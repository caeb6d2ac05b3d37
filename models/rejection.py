"""From a database's refusal to one that people understand, and keeping what was rejected."""

from psycopg import errors

from atmpflow.errors import Refused
from models.refused_signatures import SIGNATURES

_TAKEN = "Look at the journey and the other record, then correct this one."
_SITE_UNKNOWN = (
    "organisation-unknown",
    "site",
    "No organisation has this code.",
    "Look it up: atmpflow organisations; * is every site.",
)
_SPAN = (
    "expiry-impossible",
    "until",
    "It would end before it begins.",
    "Give a day after the first.",
)

CONSTRAINTS: dict[str, tuple[str, str, str, str]] = {
    "uq_journey_open_person_product": (
        "referral-duplicate",
        "patient",
        "This patient has an open journey for this product.",
        "Go on with that journey, or end it before a new referral.",
    ),
    "fk_journey_person_id": (
        "person-unknown",
        "person",
        "No identity is on record under this id.",
        "Give the id that `atmpflow identify` printed.",
    ),
    "ex_slot_one_journey": (
        "slot-taken",
        "slots",
        "A resource is already held for another journey at that time.",
        "Choose another time or resource.",
    ),
    "pk_unit": (
        "unit-taken",
        "unit",
        "This unit number already belongs to a journey.",
        "Check the number on the label; a unit belongs to one patient for ever.",
    ),
    "ledger_allocated_from_stock": (
        "unit-not-in-stock",
        "units",
        "These units are not on the shelf as they are named, or their HLA type does not match.",
        "Allocate units of one batch from the stock, with its signer and expiry.",
    ),
    "pk_shipment": (
        "shipment-taken",
        "shipment",
        "A shipment with this id is booked already.",
        "Book under a new id; each shipment has its own.",
    ),
    "ex_custody_one_holder": (
        "custody-overlap",
        "occurred_at",
        "Somebody else held this unit at that time.",
        "Record the hand-over with its true time.",
    ),
    "pk_custody": (
        "custody-overlap",
        "occurred_at",
        "Somebody else held this unit at that time.",
        "Record the hand-over with its true time.",
    ),
    "custody_contiguous": (
        "custody-gap",
        "occurred_at",
        "Whoever gives this unit did not hold it until then.",
        "Look at the journey; record the hand-over that is missing first.",
    ),
    "custody_stays": (
        "custody-rewritten",
        "",
        "Who held a unit from when, who gave it and what was scanned is not rewritten.",
        "Record what happened since; what is on record stays.",
    ),
    "custody_to_the_end": (
        "custody-open",
        "",
        "A unit that is still there has one holder; one that is not has none.",
        "Nothing was changed. Tell the administrator, who looks with atmpflow verify.",
    ),
    "custody_scanned": (
        "custody-scan",
        "",
        "What was scanned at the hand-over is neither the unit nor the shipper it lay in.",
        "Scan the unit's label, or the label of its shipper.",
    ),
    "custody_changes_hands": (
        "custody-same-holder",
        "",
        "Giver and receiver are the same.",
        "Name who took it over.",
    ),
    "uq_shipment_sscc": (
        "sscc-taken",
        "sscc",
        "Another shipment has this code.",
        "Leave it out: the engine gives the next one.",
    ),
    "uq_unit_label_label": (
        "label-taken",
        "label",
        "A label of this number is on record.",
        "Print a new label; each has a number of its own.",
    ),
    "unit_label_four_eyes": (
        "relabel-not-independent",
        "actor",
        "Both people are the same.",
        "A second person must read the new label and ask the same.",
    ),
    "pk_batch": ("batch-taken", "batch", "This batch number is in use.", _TAKEN),
    "batch_qp_independent": (
        "qp-not-independent",
        "actor",
        "This person made or checked the batch.",
        "Another Qualified Person must decide.",
    ),
    "administration_four_eyes": (
        "checker-not-independent",
        "actor",
        "Both identity checks are by the same person.",
        "A second person must check alone.",
    ),
    "administration_consented": (
        "consent-withdrawn",
        "",
        "There is no consent to treatment at that time.",
        "Stop. Do not give the product.",
    ),
    "administration_usable": (
        "unit-unusable",
        "scanned_unit",
        "This unit is damaged, rejected or written off.",
        "Stop. Do not give the product; place a hold.",
    ),
    "batch_certified_whole": (
        "record-incomplete",
        "batch",
        "The batch record does not allow this certificate.",
        "Complete it: made, tested, and out of specification only with evaluation and request.",
    ),
    "administration_not_recalled": (
        "recalled",
        "scanned_unit",
        "This unit is recalled.",
        "Stop. Do not give the product; quarantine it and reply to the recall.",
    ),
    "administration_not_held": (
        "date-during-hold",
        "started_at",
        "The journey was on hold at that moment.",
        "Give the time at which it was given; a dose during a hold is a deviation: place a hold.",
    ),
    **dict.fromkeys(
        (
            "administration_no_deviation",
            "unit_no_deviation",
            "batch_no_deviation",
            "shipment_no_deviation",
        ),
        (
            "deviation-open",
            "scanned_unit",
            "A deviation of this unit is not accepted.",
            "Keep it in quarantine until decide-deviation has accepted it.",
        ),
    ),
    "deviation_accepted_on_record": (
        "deviation-open",
        "decision",
        "Nobody has accepted this deviation.",
        "Two people accept it with decide-deviation and sign.",
    ),
    "deviation_stays_decided": (
        "deviation-decided",
        "decision",
        "This deviation is decided.",
        "A decision stays; place a hold if it was wrong.",
    ),
    "recall_answered_by_all": (
        "recall-unanswered",
        "recall",
        "Not everybody who has it, or was given it, has replied.",
        "Look who has not: atmpflow recalls.",
    ),
    "fk_recall_closing_recall_id": (
        "recall-unknown",
        "recall",
        "There is no such recall.",
        "Give the id as atmpflow recalls shows it.",
    ),
    "pk_administration": ("dose-already-given", "dose", "This dose was already given.", _TAKEN),
    "uq_administration_unit": (
        "unit-already-given",
        "scanned_unit",
        "This unit was given before.",
        "Stop. Do not give the product; place a hold.",
    ),
    "fk_account_organisation": (
        "organisation-unknown",
        "organisation",
        "No organisation has this code.",
        "Look it up: atmpflow organisations.",
    ),
    "fk_appointment_site_code": _SITE_UNKNOWN,
    "fk_delegation_site_code": _SITE_UNKNOWN,
    "fk_logger_owner": (
        "organisation-unknown",
        "owner",
        "No organisation has this code.",
        "Look it up: atmpflow organisations.",
    ),
    "fk_logger_sender": (
        "account-unknown",
        "sender",
        "No account has this name.",
        "Have an administrator add it (atmpflow account add), or mend the name.",
    ),
    "logger_named": (
        "logger-not-named",
        "serial",
        "Serial number, model, sensor and zone may not be empty.",
        "Give all four, as they stand on the device and in its settings.",
    ),
    "appointment_of_machine": (
        "machine-role",
        "role",
        "A machine's account cannot hold this role: it answers by name for what it decides.",
        "Appoint a person, or another role.",
    ),
    "appointment_of_person": (
        "machine-role",
        "role",
        "The role system is the engine's own.",
        "Appoint another role.",
    ),
    "ex_appointment_administrator_apart": (
        "administrator-apart",
        "role",
        "Administrators hold no other role.",
        "End the other appointments first, or appoint somebody else.",
    ),
    "appointment_interval": _SPAN,
    "training_interval": _SPAN,
    "delegation_interval": _SPAN,
    "delegation_to_another": (
        "delegation-to-oneself",
        "to",
        "Giver and receiver are the same.",
        "Name somebody else.",
    ),
    "shipment_collected": (
        "date-before-previous",
        "occurred_at",
        "The shipment was collected before it was packed.",
        "Give the time at which it happened.",
    ),
    "access_token_of_machine": (
        "token-for-a-person",
        "username",
        "Access tokens are for systems; a person signs in as themselves.",
        "Add an account of its own for the system: atmpflow account add --machine.",
    ),
    "access_token_interval": _SPAN,
    "access_token_year": (
        "token-too-long",
        "until",
        "An access token lasts for a year at most.",
        "Give an earlier day, and issue the next one before it runs out.",
    ),
    **SIGNATURES,
}


def explain(error: errors.IntegrityError) -> Refused:
    """The refusal that a violated constraint means; never the values it names."""
    name = error.diag.constraint_name or ""
    known = CONSTRAINTS.get(name)
    if known:
        return Refused(*known)
    return Refused(
        "constraint-refused",
        "",
        f"The database refused this ({name or 'constraint'}).",
        "Nothing was changed. Look at the journey and tell the administrator the constraint.",
    )
