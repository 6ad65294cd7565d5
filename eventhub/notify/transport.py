"""Handing mails to an SMTP server."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from eventhub.kernel import clock
from eventhub.notify.service import Outgoing
from eventhub.settings import Settings

TIMEOUT_S: Final = 20
_PORTS: Final = {"smtp": 25, "smtps": 465}
_PERMANENT: Final = 500
_THIS_HOST: Final = ("localhost", "127.0.0.1", "::1")


class ServerAway(Exception):
    """The mail server can not be reached or ends the conversation."""


class Refused(Exception):
    """The server refuses one message; `is_final` when it will always do so."""

    def __init__(self, text: str, *, is_final: bool) -> None:
        """Keep what the server said."""
        super().__init__(text)
        self.is_final = is_final


class Smtp:
    """One conversation with the server; messages go through it one after another."""

    def __init__(self, connection: smtplib.SMTP, settings: Settings) -> None:
        """Use an open connection."""
        self._connection = connection
        self._settings = settings

    def send(self, message: Outgoing) -> None:
        """
        Hand over one message.

        Raises:
            Refused: The server or the message itself says no.

            ServerAway: The conversation broke off; nothing is known to be sent.
        """
        try:
            mail = compose(message, self._settings)
        except (ValueError, IndexError) as error:
            raise Refused(f"can not be written as a mail: {error}", is_final=True) from error
        try:
            self._connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refused(code, text) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(str(error), is_final=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ServerAway(str(error)) from error


@contextlib.contextmanager
def connect(settings: Settings) -> Iterator[Smtp]:
    """
    Open a conversation with the server of `mail_url`.

    Raises:
        ServerAway: It can not be reached, or does not accept the log-in.
    """
    url = urlsplit(settings.mail_url)
    try:
        connection = _open(url)
    except (smtplib.SMTPException, OSError) as error:
        raise ServerAway(str(error)) from error
    with contextlib.closing(connection):
        try:
            _introduce(connection, url)
        except (smtplib.SMTPException, OSError) as error:
            raise ServerAway(str(error)) from error
        yield Smtp(connection, settings)


def _open(url: SplitResult) -> smtplib.SMTP:
    if url.scheme not in _PORTS:
        raise ServerAway(f"EVENTHUB_MAIL_URL begins with smtp:// or smtps://, not {url.scheme}://")
    host, port = url.hostname or "localhost", url.port or _PORTS[url.scheme]
    if url.scheme == "smtps":
        tls = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=tls)
    return smtplib.SMTP(host, port, timeout=TIMEOUT_S)


def _introduce(connection: smtplib.SMTP, url: SplitResult) -> None:
    """Encrypt and log in; a password never travels in clear."""
    connection.ehlo()
    is_offered = connection.has_extn("starttls") and url.hostname not in _THIS_HOST
    if url.scheme != "smtps" and (url.username or is_offered):
        connection.starttls(context=ssl.create_default_context())
    if url.username:
        connection.login(unquote(url.username), unquote(url.password or ""))


def compose(message: Outgoing, settings: Settings) -> EmailMessage:
    """
    Return the mail of an outbox message; the same Message-ID at every try.

    Mail that people may refuse carries the headers of RFC 2369 and RFC 8058.

    Raises:
        ValueError: A header holds what headers can not.
    """
    name, address = parseaddr(settings.mail_from)
    host = urlsplit(settings.base_url).hostname or "localhost"
    mail = EmailMessage()
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(message.recipient_name, addr_spec=message.recipient)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{message.message_id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        if message.unsubscribe_url.startswith("https://"):  # RFC 8058 wants no other
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    for attachment in message.attachments:
        main, _, sub = attachment.media_type.partition("/")
        mail.add_attachment(attachment.data, maintype=main, subtype=sub, filename=attachment.name)
    return mail


def _refused(code: int, text: bytes | str) -> Refused:
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    return Refused(f"{code} {said}", is_final=code >= _PERMANENT)
