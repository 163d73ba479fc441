"""Rules carry their own tests: `[[rule.example]]` is a mail and what must come of it.

An example goes through the same `decide` as a real mail, as the first mail of an empty desk. Without `at`, it comes in
at 10:00, the desk's time, on the next Wednesday from this week's that is a working day of every queue, and nobody is
away: what an example expects must not depend on the day it is checked. With `at`, absences count as they are written.
Without `to`, it is addressed to the first queue; without `from`, a stranger wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailgate.core.decide import decide
from mailgate.core.decision import Decision
from mailgate.core.events import MailReceived
from mailgate.core.intents import Orders
from mailgate.core.model import Address, Attachment, Door, Mail
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.rulebook.expectations import Expectation, disappointments
from mailgate.toml.document import Mistake

STRANGER = "somebody@example.org"
TEN = time(10)
WEDNESDAY = 2
A_YEAR = 52
FILE = Attachment(0, "example.pdf", "application/pdf", 10_000)


@dataclass(frozen=True, slots=True)
class ExampleMail:
    """The mail of an example; `at` is aware, None means an ordinary Wednesday. `headers` have lower-case names."""

    sender: str = STRANGER
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    attachment: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One `[[rule.example]]` and where it stands."""

    rule: str
    file: str
    line: int
    column: int
    mail: ExampleMail
    expect: Expectation


def failures(examples: tuple[Example, ...], policy: Policy, now: datetime) -> Iterator[Mistake]:
    """What each example expected and did not get."""
    for example in examples:
        tried = policy if example.mail.at is not None else _all_present(policy)
        decision = try_out(example.mail, tried, now)
        for text in disappointments(example.expect, decision, tried):
            yield Mistake(example.file, example.line, example.column, f"example of rule '{example.rule}': {text}")


def try_out(mail: ExampleMail, policy: Policy, now: datetime) -> Decision:
    """What the desk would do with an example's mail."""
    at = mail.at or ordinary_wednesday(policy, now)
    return decide(_event(mail, policy, at), Seen(next_ticket=1), policy, at)


def ordinary_wednesday(policy: Policy, now: datetime) -> datetime:
    """10:00 on the first Wednesday from this week's that no calendar names a holiday."""
    zone = ZoneInfo(policy.desk.timezone)
    today = now.astimezone(zone).date()
    this_week = today + timedelta(days=WEDNESDAY - today.weekday())
    weeks = (this_week + timedelta(weeks=ahead) for ahead in range(A_YEAR))
    day = next((one for one in weeks if _ordinary(one, policy)), this_week)
    return datetime.combine(day, TEN, zone)


def _ordinary(day: date, policy: Policy) -> bool:
    return all(calendar.closed(day) is None for calendar in policy.calendars.values())


def _all_present(policy: Policy) -> Policy:
    people = {key: replace(one, away=()) for key, one in policy.technicians.items()}
    return replace(policy, technicians=people)


def _event(mail: ExampleMail, policy: Policy, at: datetime) -> MailReceived:
    """The mail as it would stand in the inbox."""
    to = mail.to or policy.default_queue.addresses[:1]
    return MailReceived(
        inbox_id=1,
        door=Door.SMTP,
        envelope_from=mail.sender,
        recipients=to + mail.cc,
        received_at=at.astimezone(UTC),
        digest="example",
        mail=_read(mail, to),
        orders=Orders(mail.body),
    )


def _read(mail: ExampleMail, to: tuple[str, ...]) -> Mail:
    return Mail(
        sender=Address(mail.sender),
        subject=mail.subject,
        text=mail.body,
        body=mail.body,
        message_id="<example@example.org>",
        to=tuple(map(Address, to)),
        cc=tuple(map(Address, mail.cc)),
        headers=(("from", mail.sender), ("subject", mail.subject), *mail.headers),
        attachments=(FILE,) if mail.attachment else (),
        size=len(mail.body) + (FILE.size if mail.attachment else 0),
    )
