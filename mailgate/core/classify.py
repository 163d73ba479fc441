"""What a mail is, before any rule is asked: written by a person or not, and the facts that rules may test.

The order of `AUTOMATIC_SIGNS` is the order of certainty. `Auto-Submitted: no` is a person's mail (RFC 3834 §5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.core.conditions import FactValue
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender
from mailgate.core.model import Identity, Mail, MailKind
from mailgate.core.policy import Policy, Queue
from mailgate.core.reports import ReportKind
from mailgate.core.words import fold

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

ROBOTS = re.compile(
    r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|nepasrepondre|ne-pas-repondre|bounces?|.+-request|owner-.+)"
)
"""Local parts that no person reads (RFC 2142, RFC 5321 §4.5.1 and custom)."""


def _says(mail: Mail, name: str) -> str:
    return " ".join(mail.header(name)).strip().lower()


def _auto_submitted(mail: Mail) -> bool:
    value = _says(mail, "auto-submitted")
    return bool(value) and value.split(";")[0].split("(")[0].strip() != "no"


def _responder(mail: Mail) -> bool:
    named = ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply-from", "x-mail-autoreply")
    suppress = _says(mail, "x-auto-response-suppress")
    return any(_says(mail, name) for name in named) or bool(suppress and suppress != "none")


def _listed(mail: Mail) -> bool:
    if any(mail.header(name) for name in ("list-id", "list-post", "list-unsubscribe", "x-mailing-list")):
        return True
    return _says(mail, "precedence") in {"list", "bulk", "junk"}


def _robot(mail: Mail) -> bool:
    return mail.sender is not None and ROBOTS.fullmatch(mail.sender.mail.rpartition("@")[0].lower()) is not None


def _is_report(kind: ReportKind) -> Callable[[Mail], bool]:
    return lambda mail: mail.report is not None and mail.report.kind is kind


AUTOMATIC_SIGNS: tuple[tuple[Callable[[Mail], bool], MailKind], ...] = (
    (_is_report(ReportKind.RECEIPT), MailKind.RECEIPT),
    (_is_report(ReportKind.COMPLAINT), MailKind.COMPLAINT),
    (_is_report(ReportKind.DELIVERY), MailKind.BOUNCE),
    (_auto_submitted, MailKind.AUTOMATIC),
    (_responder, MailKind.AUTOMATIC),
    (lambda mail: _says(mail, "precedence") == "auto_reply", MailKind.AUTOMATIC),
    (_listed, MailKind.LIST),
    (_robot, MailKind.AUTOMATIC),
)


def mail_kind(event: MailReceived, sender: Sender) -> MailKind:
    """Whether a person wrote this, and if not, what did. A person never has a null reverse-path (RFC 5321 §4.5.5)."""
    if event.ours or sender.identity is Identity.OURSELVES:
        return MailKind.OURS
    for sign, kind in AUTOMATIC_SIGNS:
        if sign(event.mail):
            return kind
    return MailKind.PERSON if event.envelope_from else MailKind.BOUNCE


def facts_of(event: MailReceived, sender: Sender, queue: Queue, policy: Policy) -> Mapping[str, FactValue]:
    """Every fact of interfaces.md §4 but the headers, which are looked up when a rule names one."""
    mail = event.mail
    local = event.received_at.astimezone(ZoneInfo(policy.desk.timezone))
    return {
        "to": tuple(dict.fromkeys((*event.recipients, *(address.mail for address in mail.to + mail.cc)))),
        "from": sender.address.mail,
        "sender_domain": sender.address.mail.rpartition("@")[2],
        "customer": sender.customer_key or "",
        "contact": sender.contact.mail if sender.contact else "",
        "queue": queue.key,
        "subject": mail.subject,
        "body": mail.body,
        "language": mail.language or "",
        "size": mail.size,
        "has_attachment": any(not part.inline for part in mail.attachments),
        "identity": sender.identity.value,
        "calendar_open": policy.calendar_of(queue).is_open(event.received_at),
        "kind": mail_kind(event, sender).value,
        "day": DAYS[local.weekday()],
        "time": clock_time(local),
    }


def clock_time(local: datetime) -> str:
    """A time of day as rules write it: "17:05"."""
    return local.strftime("%H:%M")


_SEVERITY_LINE = re.compile(r"\s{0,8}(?:criticite|severite|severity|criticality)\s{0,4}:\s{0,4}([a-z0-9-]{1,40})\s*")


def severity_asked(text: str, policy: Policy) -> str | None:
    """The severity that the customer chose by a line such as "Criticité : haute" (domain.md §4), or None."""
    known = {fold(key): key for key in policy.severities}
    for line in text.splitlines()[:200]:
        found = _SEVERITY_LINE.fullmatch(fold(line[:120]))
        if found and found[1] in known:
            return known[found[1]]
    return None
