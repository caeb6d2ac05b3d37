"""What a violated rule about signatures means to people."""

_SIGN = "Sign the record as it is now with `atmpflow sign`, and give the token."
_TWO = (
    "signature-not-independent",
    "signature",
    "This person has signed in this matter already.",
    "Another person must sign.",
)
_MOVED = (
    "version-stale",
    "version",
    "The record has changed since it was looked at.",
    "Look at it again and sign what it says now.",
)

SIGNATURES: dict[str, tuple[str, str, str, str]] = {
    "ledger_signed": (
        "signature-missing",
        "signature",
        "This must be signed, and no signature of it is on record.",
        _SIGN,
    ),
    "ledger_seconded": (
        "signature-not-seconded",
        "signature",
        "Nobody else has signed `reviewed` for the record as it is now.",
        "Another person must sign first.",
    ),
    "ledger_trail_reviewed": (
        "trail-not-reviewed",
        "audit_trail_reviewed",
        "The audit trail was not reviewed up to the newest version.",
        "Review it with `atmpflow review`, then sign.",
    ),
    "ex_signature_use_four_eyes": _TWO,
    "uq_signature_use_once": _TWO,
    "pk_signature_use": (
        "signature-refused",
        "signature",
        "This signature has counted for another command.",
        _SIGN,
    ),
    "challenge_as_it_stands": _MOVED,
    "trail_review_as_it_stands": _MOVED,
    "administration_signatures_stand": (
        "signature-void",
        "",
        "What was signed of this journey was changed afterwards.",
        "Stop. Do not give the product; place a hold and run: atmpflow verify.",
    ),
    "credential_argon2": (
        "password-weak",
        "password",
        "A password is kept as Argon2id or not at all.",
        "Enrol anew with `atmpflow signing enrol`.",
    ),
    "fk_challenge_account": (
        "account-unknown",
        "account",
        "There is no account of a person with this name; machines never sign.",
        "Ask the administrator to open an account.",
    ),
}
"""By constraint: code, field, message and remedy."""
