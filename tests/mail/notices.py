"""Reports of mail systems for the tests, written for them: no mail system ever sent one of these."""

from __future__ import annotations

from mailgate.core.reports import Fated, Report
from mailgate.mail.parts import read_parts
from mailgate.mail.reports import read_report

DAEMON = "From: MAILER-DAEMON@mx.acme.example (Mail Delivery System)"
TO_US = "To: tickets+abc@example.com"
OURS = "<7.abc@example.com>"
RETURNED = f"From: Soutien <support@example.com>\nTo: jean@acme.example\nMessage-ID: {OURS}\nSubject: Panne\n"
LOST_JEAN = "Final-Recipient: rfc822; jean@acme.example\nAction: failed\nStatus: 5.1.1"


def prose(text: str, *fields: str, sender: str = DAEMON) -> bytes:
    """A report of one plain text."""
    head = "".join(f"{field}\r\n" for field in (sender, TO_US, *fields))
    return (head + "\r\n" + text.replace("\n", "\r\n")).encode()


def parts(kind: str, *bodies: tuple[str, str], fields: tuple[str, ...] = (), sender: str = DAEMON) -> bytes:
    """A multipart of `kind`, which may carry parameters; each body with its type."""
    inner = "".join(f"--b\n{_type(of)}\n{body}\n" for of, body in bodies)
    return prose(f"{inner}--b--\n", f"Content-Type: multipart/{kind}; boundary=b", *fields, sender=sender)


def status(*groups: str, text: str = "Quelque chose a échoué.", sender: str = DAEMON) -> bytes:
    """A delivery report in the standard form, with the header block of the returned mail."""
    fields = "\n\n".join(("Reporting-MTA: dns; mx.acme.example", *groups)) + "\n"
    bodies = (("text/plain; charset=utf-8", text), ("message/delivery-status", fields))
    return parts("report; report-type=delivery-status", *bodies, ("text/rfc822-headers", RETURNED), sender=sender)


def read(raw: bytes) -> Report | None:
    """The report that some octets are."""
    return read_report(read_parts(raw)[0])


def recipients(raw: bytes) -> tuple[Fated, ...]:
    """Those of whom a report speaks; none when it is no report."""
    report = read(raw)
    return report.recipients if report else ()


def addresses(raw: bytes) -> list[str]:
    """Their addresses."""
    return [fated.address for fated in recipients(raw)]


def _type(content_type: str) -> str:
    return f"Content-Type: {content_type}\n" if content_type else ""
