"""What our doors say, in constant words: nothing of an exception or of a client's text comes back (hazards A8)."""

from __future__ import annotations

import re

CRLF = b"\r\n"

TROUBLE = "451 4.3.0 local trouble, please try again"
NO_ROOM = "452 4.3.1 too much mail at once, try again later"
DISK_FULL = "452 4.3.1 no space left for mail, try again later"
TOO_LARGE = "552 5.3.4 the mail is too large"
TOO_MUCH = "421 4.3.4 far too large, goodbye"
TOO_MUCH_TALK = "421 4.7.0 too many commands without a mail, goodbye"
TOO_SLOW = "421 4.4.2 too slow or too long, goodbye"
TOO_MANY_ERRORS = "421 4.7.0 too many errors, goodbye"
TOO_MANY_GUESTS = "421 4.7.0 too many connections, try again later"
TOO_MANY_RECIPIENTS = "452 4.5.3 too many recipients"
UNKNOWN_RECIPIENT = "550 5.1.1 no such address here"
NOT_A_WEB_SERVER = "421 4.7.0 this is not a web server, goodbye"
STOPPING = "421 4.3.2 stopping, try again later"

ENHANCED = {
    "221": "2.0.0",
    "250": "2.0.0",
    "252": "2.5.0",
    "421": "4.3.0",
    "451": "4.3.0",
    "452": "4.3.1",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "504": "5.5.4",
    "530": "5.7.0",
    "538": "5.7.11",
    "552": "5.3.4",
    "553": "5.1.3",
    "554": "5.5.0",
    "555": "5.5.4",
}
"""The RFC 3463 code for the replies that aiosmtpd makes without one."""

_CODED = re.compile(r"\d{3} [245]\.\d{1,3}\.\d{1,3} ")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def accepted(inbox_id: int) -> str:
    """The mail is committed under this number."""
    return f"250 2.0.0 accepted as inbox-{inbox_id}"


def with_enhanced_code(status: str | bytes) -> str:
    """One clean line that carries an enhanced status code when its class has any."""
    line = _CONTROL.sub(" ", status.decode("utf-8", "replace") if isinstance(status, bytes) else status)
    code = ENHANCED.get(line[:3])
    if code is None or _CODED.match(line):
        return line
    return f"{line[:3]} {code} {line[4:]}"


def counts_as_error(reply: str) -> bool:
    """A refusal that the client brought upon itself; our own trouble is not held against it."""
    return reply[:1] in "45" and not reply.startswith(("421", "451", NO_ROOM, DISK_FULL))
