"""What a mail is, before any rule is asked: written by a person or not, and what shows it.

`SIGNS` is asked in its order: what names a kind of its own before what only says "automatic", a statement of the
program itself before what is inferred from how it was sent. Two things are weighed:

- Silence costs more than an answer too many: budgets bound the answers to a robot that hides, while a customer taken
  for one waits. So a phrase that people use, too, counts only when the mail answers one of ours or a delivery program
  sent it; and `Auto-Submitted: no` (RFC 3834 §5) is taken at its word where only the subject says otherwise.
- Whatever the kind, the mail is kept and told to the rules (hazards A34): a forged sign gains nothing but silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailgate.core import signs
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender
from mailgate.core.model import Door, Identity, MailKind
from mailgate.core.reports import ReportKind
from mailgate.core.subjects import Told, told_by
from mailgate.core.words import fold

HOPS = 50
"""Received fields of a mail that still may be going somewhere (Postfix hopcount_limit, hazards A37)."""

SHOWN = 40
"""How much of what a stranger wrote a reason quotes."""

_TAG = re.compile(r"\[#[0-9]{1,9}\]")

Finding = tuple[MailKind, str]
"""What a mail is, and the sign that shows it, in words for an administrator."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What the signs look at: the mail, who sent it, which fields it has, and what its subject tells."""

    event: MailReceived
    sender: Sender
    names: frozenset[str]
    told: Told | None

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a field, quickly when there is none."""
        return self.event.mail.header(name) if name.lower() in self.names else ()

    @property
    def local(self) -> str:
        """The local part of whoever the mail says it is from."""
        return fold(signs.local_part(self.sender.address.mail))

    @property
    def domain(self) -> str:
        return self.sender.address.mail.rpartition("@")[2].lower()

    @property
    def from_nobody(self) -> bool:
        """Whether the reverse-path is null, which a person's never is (RFC 5321 §4.5.5). A fetched mail has only the
        Return-Path that its delivery left: without one, nothing is known."""
        envelope = () if self.event.door is Door.IMAP else (self.event.envelope_from,)
        return any(not path.strip(" <>") for path in (*envelope, *self.values("Return-Path")))

    @property
    def from_a_daemon(self) -> bool:
        return self.from_nobody or signs.is_daemon(self.local) or self.local == "postmaster"

    @property
    def answers_us(self) -> bool:
        """Whether it answers a mail of ours: by a signed Message-ID, a signed address, or the number of a ticket."""
        event = self.event
        return bool(event.threads) or event.token is not None or _TAG.search(event.mail.subject) is not None

    @property
    def denied(self) -> bool:
        """Whether the mail states that no program wrote it."""
        return {signs.keyword(value) for value in self.values("Auto-Submitted")} == {"no"}


def mail_kind(event: MailReceived, sender: Sender) -> MailKind:
    """Whether a person wrote this, and if not, what did."""
    return kind_and_why(event, sender)[0]


def kind_and_why(event: MailReceived, sender: Sender) -> tuple[MailKind, str]:
    """What a mail is, and the sign that shows it, such as "Auto-Submitted: auto-replied"; "" for a person's mail."""
    names = frozenset(name for name, _ in event.mail.headers)
    clues = Clues(event, sender, names, told_by(event.mail.subject))
    found = (sign(clues) for sign in SIGNS)
    return next((finding for finding in found if finding is not None), (MailKind.PERSON, ""))


def described(found: Finding) -> str:
    """A finding for reasons: "automatic mail (Auto-Submitted: auto-replied)"."""
    kind, sign = found
    return f"{kind.value} mail ({sign})" if sign else f"{kind.value} mail"


def _our_own(clues: Clues) -> Finding | None:
    if clues.event.ours:
        return MailKind.OURS, "a Message-ID that this desk made"
    if clues.sender.identity is Identity.OURSELVES:
        return MailKind.OURS, "an address of this desk in From"
    return None


REPORTS = {
    ReportKind.RECEIPT: (MailKind.RECEIPT, "a disposition notification (RFC 8098)"),
    ReportKind.COMPLAINT: (MailKind.COMPLAINT, "a feedback report (RFC 5965)"),
    ReportKind.DELIVERY: (MailKind.BOUNCE, "a delivery report"),
}
"""What each kind of report makes of its mail."""


def _report(clues: Clues) -> Finding | None:
    report = clues.event.mail.report
    return None if report is None else REPORTS[report.kind]


def _challenge(clues: Clues) -> Finding | None:
    if clues.domain == signs.CHALLENGER:
        return MailKind.CHALLENGE, f"sent by {signs.CHALLENGER}"
    if clues.domain in signs.FILTERS and (signs.is_unread(clues.local) or _tells(clues, MailKind.CHALLENGE)):
        return MailKind.CHALLENGE, f"sent by a filter at {clues.domain}"
    if clues.event.mail.message_id.endswith(signs.CONFIRMATION):
        return MailKind.CHALLENGE, "a Message-ID of TMDA"
    return None


def _subject_of_its_own_kind(clues: Clues) -> Finding | None:
    """A subject that names more than an automatic answer."""
    return None if _tells(clues, MailKind.AUTOMATIC) else _subject(clues)


def _daemon(clues: Clues) -> Finding | None:
    return (MailKind.BOUNCE, f"sent by {clues.local[:SHOWN]}") if signs.is_daemon(clues.local) else None


def _going_in_circles(clues: Clues) -> Finding | None:
    hops = len(clues.values("Received"))
    return (MailKind.AUTOMATIC, f"{hops} Received fields: it goes in circles") if hops > HOPS else None


def _auto_submitted(clues: Clues) -> Finding | None:
    said = (signs.keyword(value) for value in clues.values("Auto-Submitted"))
    found = next((word for word in said if word not in ("", "no")), None)
    if found is None:
        return None
    shown = "".join(char for char in found if char.isalnum() or char == "-")
    return MailKind.AUTOMATIC, f"Auto-Submitted: {shown[:SHOWN]}"


def _fields(table: tuple[signs.FieldSign, ...]) -> Callable[[Clues], Finding | None]:
    """The first field of a table that the mail has; most mails have none."""
    names = frozenset(one.name.lower() for one in table)

    def sign(clues: Clues) -> Finding | None:
        if names.isdisjoint(clues.names):
            return None
        return next((found for one in table if (found := _field(one, clues)) is not None), None)

    return sign


def _field(one: signs.FieldSign, clues: Clues) -> Finding | None:
    if one.beside and one.beside not in clues.names:
        return None
    for value in clues.values(one.name):
        word = next(iter(sorted(one.words & signs.words_in(value))), "")
        if word:
            return one.kind, f"{one.name}: {word}"
        if not one.words and value.strip().lower() not in signs.DENIALS:
            return one.kind, one.name
    return None


def _subject(clues: Clues) -> Finding | None:
    """A phrase of programs, unless people use it, too, and nothing else speaks for a program."""
    told = clues.told
    if told is None or clues.denied or not (told.sure or clues.answers_us or clues.from_a_daemon):
        return None
    return told.kind, f"subject '{told.words[:SHOWN]}'"


def _list(clues: Clues) -> Finding | None:
    name = next((one for one in signs.LIST_FIELDS if one.lower() in clues.names), None)
    return None if name is None else (MailKind.LIST, name)


def _address(clues: Clues) -> Finding | None:
    """An address that nobody reads; of some only the rules can know that somebody does."""
    unread = signs.is_unread(clues.local) or (signs.is_often_unread(clues.local) and not clues.sender.registered)
    return (MailKind.AUTOMATIC, f"sent by {clues.local[:SHOWN]}") if unread else None


def _envelope(clues: Clues) -> Finding | None:
    path = clues.event.envelope_from.lower()
    if path == clues.sender.address.mail.lower():
        return None
    local = signs.local_part(path)
    if signs.is_daemon(local):
        return MailKind.BOUNCE, f"envelope sender {local[:SHOWN]}"
    return (MailKind.LIST, f"envelope sender {local[:SHOWN]}") if signs.is_list_manager(local) else None


def _null_path(clues: Clues) -> Finding | None:
    """Reports leave with a null reverse-path, but so do the answers of programs, and the alarms of small devices."""
    if not clues.from_nobody:
        return None
    reports = clues.event.mail.sender is None or clues.local == "postmaster"
    return (MailKind.BOUNCE if reports else MailKind.AUTOMATIC), "null reverse-path"


SIGNS: tuple[Callable[[Clues], Finding | None], ...] = (
    _our_own,
    _report,
    _fields(signs.SPECIAL),
    _challenge,
    _subject_of_its_own_kind,
    _daemon,
    _going_in_circles,
    _auto_submitted,
    _fields(signs.RESPONDERS),
    _subject,
    _list,
    _fields(signs.BULK),
    _null_path,
    _address,
    _envelope,
)


def _tells(clues: Clues, kind: MailKind) -> bool:
    return clues.told is not None and clues.told.kind is kind
