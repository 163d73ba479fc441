"""Reports of mail systems about mail that was sent (RFC 3464, RFC 8098, RFC 5965)."""

from __future__ import annotations

from mailgate.core.reports import Report, ReportKind
from mailgate.mail.parts import Part

_KINDS = {"disposition-notification": ReportKind.RECEIPT, "feedback-report": ReportKind.COMPLAINT}


def read_report(mail: Part) -> Report | None:
    """The report that a mail is, or None when it is none."""
    if mail.content_type != "multipart/report":
        return None
    return Report(_KINDS.get(mail.kind.get("report-type").lower(), ReportKind.DELIVERY))
