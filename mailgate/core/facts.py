"""What rules may ask of a mail, and the one thing that its text may ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.core.conditions import FactValue
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender
from mailgate.core.model import MailKind
from mailgate.core.policy import Policy, Queue
from mailgate.core.words import fold

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def facts_of(
    event: MailReceived, sender: Sender, kind: MailKind, queue: Queue, policy: Policy
) -> Mapping[str, FactValue]:
    """Every fact of interfaces.md §4, and how surely the mail is its sender's; headers are looked up when a rule names
    one."""
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
        "has_attachment": bool(mail.files),
        "identity": sender.identity.value,
        "auth_level": sender.level.value,
        "calendar_open": policy.calendar_of(queue).is_open(event.received_at),
        "kind": kind.value,
        "day": DAYS[local.weekday()],
        "time": clock_time(local),
    }


def ruled(
    facts: Mapping[str, FactValue], event: MailReceived, sender: Sender, queue: Queue, policy: Policy
) -> Mapping[str, FactValue]:
    """The facts of a mail when a rule says whose it is or where it goes: what was written stays as it is."""
    return {
        **facts,
        "customer": sender.customer_key or "",
        "queue": queue.key,
        "calendar_open": policy.calendar_of(queue).is_open(event.received_at),
    }


def clock_time(local: datetime) -> str:
    """A time of day as rules write it: "17:05"."""
    return local.time().isoformat("minutes")


_SEVERITY_LINE = re.compile(r"\s{0,8}(?:criticite|severite|severity|criticality)\s{0,4}:\s{0,4}([a-z0-9-]{1,40})\s*")


def severity_asked(text: str, policy: Policy) -> str | None:
    """The severity that the customer chose by a line such as "Criticité : haute" (domain.md §4), or None."""
    for line in text.splitlines()[:200]:
        found = _SEVERITY_LINE.fullmatch(fold(line[:120]))
        known = {fold(key): key for key in policy.severities} if found else {}
        if found and found[1] in known:
            return known[found[1]]
    return None
