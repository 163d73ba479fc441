"""A visit to a mailbox that reads no mail and marks none: connection, TLS, login, are the folders there, and ours to
write? EXAMINE would not tell: to it every folder is read-only (RFC 3501 §6.3.2)."""

from __future__ import annotations

import logging
import ssl
from datetime import datetime

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from mailgate.edge.imap_session import Mailbox, UnfitServer, log_in, secure, tls_context
from mailgate.edge.probe import (
    Passed,
    Probed,
    Step,
    Stopped,
    Unreachable,
    addresses,
    expiry,
    reason_of,
    tls_trouble,
)


def probe(mailbox: Mailbox, seconds: float) -> Probed:
    """How far the server lets us come. `seconds` bounds each silence: one that drips needs to be left alone."""
    logging.getLogger("imapclient").setLevel(logging.WARNING)  # below, it logs what the server says
    visit = _Visit(mailbox, seconds)
    try:
        addresses(mailbox.host, mailbox.port, seconds)
        return visit.pay()
    except Unreachable as error:
        return error.stopped
    except (IMAPClientError, UnfitServer, OSError) as error:
        return Stopped(_step(visit.step, error), reason_of(error))


class _Visit:
    """One session; `step` is where it stands."""

    def __init__(self, mailbox: Mailbox, seconds: float) -> None:
        self._mailbox = mailbox
        self._seconds = seconds
        self.step = Step.TLS

    def pay(self) -> Passed:
        with self._connected() as client:
            self.step = Step.TLS
            secure(client, self._mailbox)
            expires = _expiry(client)
            self.step = Step.LOGIN
            log_in(client, self._mailbox)
            self.step = Step.FOLDER
            client.select_folder(self._mailbox.folder)
            wanted = self._mailbox.processed
            missing = wanted is not None and not client.folder_exists(wanted)
            return Passed(expires, (wanted,) if wanted is not None and missing else ())

    def _connected(self) -> IMAPClient:
        """Leaving its block logs out."""
        implicit = self._mailbox.tls == "required"
        context = tls_context(self._mailbox) if implicit else None
        self.step = Step.CONNECTION
        patience = SocketTimeout(self._seconds, self._seconds)
        return IMAPClient(self._mailbox.host, self._mailbox.port, ssl=implicit, ssl_context=context, timeout=patience)


def _step(stands: Step, error: Exception) -> Step:
    """Connection and greeting are one call of the library; only a server that answered can break the protocol."""
    if tls_trouble(error):
        return Step.TLS
    return Step.GREETING if stands is Step.CONNECTION and isinstance(error, IMAPClientError) else stands


def _expiry(client: IMAPClient) -> datetime | None:
    encrypted = client.socket()
    return expiry(encrypted.getpeercert()) if isinstance(encrypted, ssl.SSLSocket) else None
