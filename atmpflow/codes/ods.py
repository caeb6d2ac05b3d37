"""Organisation Data Service code: which NHS organisation or site (Data Standard DCB0090).

Only the form is here; whether a code is in force is the directory's to say.
"""

import re

from atmpflow.errors import Refused

_FORM = re.compile(r"[A-Z0-9]{3,10}")


def check(text: str, field: str) -> str:
    """The code in capitals, three to ten letters and digits. Raises Refused `ods-format`.

    Three characters name a trust or board, five a site or newer organisation; nine characters such
    as S08000031 are Scottish boards' statistical codes, used in their place.
    """
    code = text.strip().upper()
    if not _FORM.fullmatch(code):
        message = "Not an organisation code: three to ten letters and digits."
        raise Refused("ods-format", field, message, "Give the ODS code, e.g. RRK.")
    return code
