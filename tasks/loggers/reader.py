"""Which format is this file, and what does it say?"""

from tasks.loggers.berlinger import is_berlinger, read_berlinger
from tasks.loggers.log import LoggerLog, refuse
from tasks.loggers.mapped import format_named, read_mapped

PLAIN = "plain"
GATHERED = "live"
"""The format in which we gather readings that came one by one."""


def read_log(content: bytes, *, zone: str, format: str = PLAIN) -> LoggerLog:
    """A logger's file in UTC and degrees Celsius.

    Exports of Berlinger devices are known by their first line; every other is a CSV that `format`
    describes. `zone` is that of the logger's clock where the file does not say it. Raises Refused
    `logger-file-invalid` with the row.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("file", "Not a text file in UTF-8.", "Export it as text or CSV.") from None
    if is_berlinger(text):
        return read_berlinger(text)
    return read_mapped(text, format_named(format), zone)
