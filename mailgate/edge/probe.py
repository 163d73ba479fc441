"""Trying a server out, one step after the other, as whoever looks for what is wrong would: no mail is ever sent.

`smtp_probe` and `imap_probe` go these steps; what they have in common, the way to an open connection, is here.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from mailgate.edge.asking import ask
from mailgate.edge.envelope import clean_reply

TOO_LONG = "no answer in time"


class Step(StrEnum):
    """Where a visit may end."""

    NAME = "name"
    CONNECTION = "connection"
    GREETING = "greeting"
    TLS = "tls"
    LOGIN = "login"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Stopped:
    """The server did not let us past this step; `reason` is one clean line, in its words where it has any."""

    step: Step
    reason: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Every step went well. `expires` is when the certificate does, None when none was verified; `missing` are the
    folders that are not there yet, and that the program makes itself."""

    expires: datetime | None = None
    missing: tuple[str, ...] = ()


Probed = Stopped | Passed


class Unreachable(Exception):
    """There is no way to the server."""

    def __init__(self, step: Step, reason: str) -> None:
        super().__init__(reason)
        self.stopped = Stopped(step, reason)


Address = tuple[Any, ...]
"""What a socket of its family connects to."""


def addresses(host: str, port: int, seconds: float) -> tuple[tuple[socket.AddressFamily, Address], ...]:
    """Where a host may be reached; raises Unreachable."""
    try:
        found = ask(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)).result(seconds)
    except TimeoutError:
        raise Unreachable(Step.NAME, TOO_LONG) from None
    except (OSError, UnicodeError) as error:
        raise Unreachable(Step.NAME, reason_of(error)) from None
    return tuple((family, address) for family, _, _, _, address in found)


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """An open connection; each of the two steps has `seconds`. Raises Unreachable."""
    reason, until = "", time.monotonic() + 2 * seconds
    for family, address in addresses(host, port, seconds):
        left = min(seconds, until - time.monotonic())
        if left <= 0:
            break
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.settimeout(left)
            opened.connect(address)
            return opened
        except OSError as error:
            opened.close()
            reason = reason_of(error)
    raise Unreachable(Step.CONNECTION, reason or TOO_LONG)


def expiry(certificate: Any) -> datetime | None:
    """When a certificate, as `getpeercert` tells it, stops being valid."""
    until = certificate.get("notAfter") if certificate else None
    return None if until is None else datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)


def tls_trouble(error: BaseException) -> ssl.SSLError | None:
    """The TLS error that an error comes from, or None."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause


def reason_of(error: BaseException) -> str:
    """An error in one clean line."""
    tls = tls_trouble(error)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return clean_reply(tls.verify_message.rstrip("."))
    if isinstance(error, TimeoutError):
        return TOO_LONG
    if isinstance(error, OSError) and error.strerror:
        return clean_reply(error.strerror)
    said = error.args[0] if error.args else ""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)  # imaplib raises octets
    return clean_reply(words) or type(error).__name__
