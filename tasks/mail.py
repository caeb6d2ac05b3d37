"""Sending the digest: as e-mail, to a file, and through a Prefect notification block."""

import os
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block

from tasks.digest import Digest, markdown

SERVER = "ATMPFLOW_DIGEST_SMTP"
"""`smtp://` (STARTTLS where the server has it), `smtps://`; with user:password@ where needed."""
TO = "ATMPFLOW_DIGEST_TO"
FROM = "ATMPFLOW_DIGEST_FROM"
FOLDER = "ATMPFLOW_DIGEST_FOLDER"
BLOCK = "ATMPFLOW_DIGEST_BLOCK"
"""Slug of a Prefect notification block, such as `slack-webhook/compliance`."""
TIMEOUT_S = 20


def message(digest: Digest, sender: str, to: str) -> EmailMessage:
    """The digest as an e-mail."""
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = digest.subject, sender, to
    made.set_content(markdown(digest), subtype="markdown")
    return made


def mail(digest: Digest) -> str:
    """Send it where a server is named; says what was done. Raises OSError, SMTPException."""
    server, to = os.environ.get(SERVER), os.environ.get(TO)
    if not server or not to:
        return ""
    sender = os.environ.get(FROM) or "atmpflow@localhost"
    with _connected(server) as connection:
        connection.send_message(message(digest, sender, to))
    return "mailed"


def _connected(url: str) -> smtplib.SMTP:
    """A connection to the server; encrypted and signed in where it offers that."""
    where = urlsplit(url)
    host, context = where.hostname or "localhost", ssl.create_default_context()
    if where.scheme == "smtps":
        made: smtplib.SMTP = smtplib.SMTP_SSL(
            host, where.port or 465, timeout=TIMEOUT_S, context=context
        )
    else:
        made = smtplib.SMTP(host, where.port or 25, timeout=TIMEOUT_S)
        made.ehlo()
        if made.has_extn("starttls"):
            made.starttls(context=context)
    if where.username:
        made.login(unquote(where.username), unquote(where.password or ""))
    return made


def file(digest: Digest) -> str:
    """Write it to the folder of digests where one is named; says what was done. Raises OSError."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return ""
    path = Path(folder) / f"findings-{digest.at:%Y%m%dT%H%M%SZ}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(markdown(digest), encoding="utf-8")
    return "filed"


async def notify(digest: Digest) -> str:
    """Send it through a Prefect block where one is named; says what was done."""
    slug = os.environ.get(BLOCK)
    if not slug:
        return ""
    block = await Block.aload(slug)
    if not isinstance(block, NotificationBlock):
        raise TypeError(f"{BLOCK} names no notification block")
    await block.notify(markdown(digest), digest.subject)  # pyright: ignore[reportGeneralTypeIssues]
    return "notified"
