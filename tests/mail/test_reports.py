"""What kind of report a mail is, and about which mail."""

from __future__ import annotations

import pytest

from mailgate.core.reports import Fate, Fated, Report, ReportKind
from mailgate.mail import parse
from tests.mail.notices import DAEMON, LOST_JEAN, OURS, RETURNED, addresses, parts, prose, read, recipients, status
from tests.mail.raw import ORDINARY

JEAN = "From: Jean <jean@acme.example>"
SEEN = f"Reporting-UA: phone\nFinal-Recipient: rfc822;jean@acme.example\nOriginal-Message-ID: {OURS}\nDisposition: "
STATUS = ("message/delivery-status", f"Reporting-MTA: dns; mx\n\n{LOST_JEAN}\n")
NOTICE = ("text/plain", "Ça n'a pas marché.")


@pytest.mark.parametrize(
    "disposition",
    ["manual-action/MDN-sent-manually; displayed", "automatic-action/MDN-sent-automatically; deleted"],
)
@pytest.mark.parametrize("kind", ["report; report-type=disposition-notification", "report"])
def test_a_read_receipt_is_a_receipt(kind: str, disposition: str) -> None:
    """Opened or deleted unread: the mail arrived. Some programs forget to say what they report."""
    raw = parts(
        kind, ("text/plain", "Refused? No."), ("message/disposition-notification", SEEN + disposition), sender=JEAN
    )
    assert read(raw) == Report(ReportKind.RECEIPT, message_id=OURS)


def test_a_mailbox_that_refuses_mail_is_a_bounce() -> None:
    """Sieve's "reject" has the form of a receipt (RFC 5429), and the mail did not arrive."""
    disposition = ("message/disposition-notification", SEEN + "automatic-action/MDN-sent-automatically; deleted")
    text = ("text/plain", "Your message to <jean@acme.example> was automatically rejected:\nQuota exceeded\n")
    raw = parts(
        "report; report-type=disposition-notification",
        text,
        disposition,
        fields=("Auto-Submitted: auto-replied (rejected)",),
    )
    assert [(fated.address, fated.fate) for fated in recipients(raw)] == [("jean@acme.example", Fate.SOFT)]


def test_a_complaint_is_a_complaint() -> None:
    """RFC 5965: somebody pressed "spam". It names no recipients, only the mail."""
    feedback = ("message/feedback-report", "Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n")
    raw = parts("report; report-type=feedback-report", NOTICE, feedback, ("message/rfc822", RETURNED))
    assert read(raw) == Report(ReportKind.COMPLAINT, message_id=OURS)


@pytest.mark.parametrize(
    "kind",
    [
        "report; report-type=delivery-status",
        "report",
        'report; report-type="x"',
        "mixed",
        "mixed; report-type=delivery-status",
    ],
)
def test_a_delivery_report_is_known_by_its_parts(kind: str) -> None:
    """Gateways rewrite the outside; the fields inside still say it."""
    assert addresses(parts(kind, NOTICE, STATUS)) == ["jean@acme.example"]


def test_a_report_inside_another_mail_of_a_mailer_is_read() -> None:
    """A virus filter wraps what passes through it."""
    inner = parts("report; report-type=delivery-status", NOTICE, STATUS, ("message/rfc822", RETURNED)).decode()
    inner = inner.replace("--b", "--c").replace("boundary=b", "boundary=c").replace("\r\n", "\n")
    raw = parts("mixed", ("message/rfc822", inner))
    assert read(raw) == Report(
        ReportKind.DELIVERY, (Fated("jean@acme.example", Fate.HARD, "5.1.1", "no such mailbox"),), OURS
    )


def test_what_a_returned_mail_says_is_no_report() -> None:
    """It is ours, or that of somebody whom our address was borrowed from."""
    returned = ("message/rfc822", f"{DAEMON}\n\nDelivery failed: marie@acme.example\n")
    assert addresses(parts("mixed", NOTICE, returned)) == []


def test_a_report_by_its_form_is_believed_whoever_sends_it() -> None:
    """It may ask for something, and quote the mail as a person's answering machine does."""
    text = ("text/plain", "From: support@example.com\nPlease confirm the address.\n\n<jean@acme.example>:\n550 no\n")
    raw = parts("report", text, fields=("Auto-Submitted: auto-replied",), sender=JEAN)
    assert addresses(raw) == ["jean@acme.example"]


def test_a_report_that_says_nothing_is_still_a_report() -> None:
    """Whatever else it is, no person wrote it."""
    assert read(parts("report; report-type=tlsrpt", ("application/json", "{}"))) == Report(ReportKind.DELIVERY)


@pytest.mark.parametrize(
    "returned",
    [
        ("message/rfc822", RETURNED + "\nBonjour"),
        ("text/rfc822-headers", RETURNED),
        ("message/rfc822-headers", "\n" + RETURNED),
        ("message/global", RETURNED),
        ("message/rfc822\nContent-Transfer-Encoding: base64", "TWVzc2FnZS1JRDogPDcuYWJjQGV4YW1wbGUuY29tPgo="),
    ],
)
def test_the_returned_mail_says_which_it_is(returned: tuple[str, str]) -> None:
    """Whole, or only its header block, as RFC 3462 has it."""
    report = read(parts("report", NOTICE, STATUS, returned))
    assert report is not None
    assert report.message_id == OURS


@pytest.mark.parametrize(
    ("text", "message_id"),
    [
        (f"Failed recipients:\n<a@acme.example>:\n\n--- Below this line is a copy of the message.\n\n{RETURNED}", OURS),
        (f"Failed recipients:\n<a@acme.example>:\n\n> Message-ID:\n>  {OURS}\n", ""),
        (f"Failed recipients:\n<a@acme.example>:\n\nMessage-Id:\n {OURS}\n", OURS),
        (f"Failed recipients:\n<a@acme.example>:\n\n>Message-id: {OURS}\n", OURS),
        ("Failed recipients:\n<a@acme.example>:\n\nThe Message-ID: none\n", ""),
    ],
)
def test_a_report_in_prose_quotes_the_returned_mail(text: str, message_id: str) -> None:
    """qmail, Exim and old Postfix put its header block below their words."""
    report = read(prose(text))
    assert report is not None
    assert report.message_id == message_id


def test_a_report_that_returns_nothing_answers_the_mail() -> None:
    """Then In-Reply-To names it, or the last of the References."""
    text = "Delivery failed: jean@acme.example"
    told = [read(prose(text, field)) for field in (f"In-Reply-To: {OURS}", f"References: <1@example.com> {OURS}")]
    assert [report and report.message_id for report in told] == [OURS, OURS]


def test_the_mail_that_parse_reads_has_its_report() -> None:
    """An ordinary one has none."""
    assert parse.read(prose("Delivery failed: jean@acme.example", sender=DAEMON)).report is not None
    assert parse.read(f"{ORDINARY}\r\nDelivery failed: jean@acme.example".encode()).report is None
    assert parse.read(status(LOST_JEAN)).report == read(status(LOST_JEAN))
