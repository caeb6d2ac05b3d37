"""From bytes to text: size, encoding and characters that no referral holds."""

from atmpflow.errors import Refused

LARGEST_FILE = 10 * 1024 * 1024
"""Bytes. A referral is a few kilobytes; ten thousand of them fit."""

MOST_REFERRALS = 10_000
"""In one file, so that one upload cannot hold up all others."""

_BOM = "\ufeff"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def text_of(raw: bytes) -> str:
    """The text of a UTF-8 file, without its byte order mark.

    Raises Refused `file-too-large`, `file-empty`, `encoding-not-utf8` or `text-has-nul`.
    """
    if len(raw) > LARGEST_FILE:
        raise Refused(
            "file-too-large",
            "",
            f"The file has more than {LARGEST_FILE // 1024 // 1024} MB.",
            "Split it into smaller files.",
        )
    text = _decoded(raw).removeprefix(_BOM)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise Refused(
            "text-has-nul",
            f"line {line}",
            "The file holds a NUL character: it is binary or in UTF-16.",
            "Save it as text in UTF-8.",
        )
    if not text.strip():
        raise Refused("file-empty", "", "The file holds no text.", "Send the file again.")
    return text


def too_many(count: int) -> Refused | None:
    """Why `count` referrals in one file are too many, if they are."""
    if count <= MOST_REFERRALS:
        return None
    return Refused(
        "too-many-referrals",
        "",
        f"The file holds more than {MOST_REFERRALS} referrals.",
        "Split it into smaller files.",
    )


def _decoded(raw: bytes) -> str:
    remedy = "Save it as text in UTF-8 (in Excel: CSV UTF-8)."
    if raw.startswith(_OTHER_ENCODINGS):
        raise Refused("encoding-not-utf8", "line 1", "The file is in UTF-16 or UTF-32.", remedy)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"Byte {error.start + 1} is not UTF-8."
        raise Refused("encoding-not-utf8", f"line {line}", message, remedy) from None
