"""What leaves, octet for octet, read again by the standard library's parser: we did not write that one (hazards I10,
I12, I14 and I15). And what came in, whose digest is made again (I4).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.errors import MultipartInvariantViolationDefect
from typing import Protocol, TypeVar

from mailgate.core.identity import person_id
from mailgate.core.model import TokenKind
from mailgate.mail import address, parse
from mailgate.store.database import Database
from mailgate.store.verify.findings import KEPT_ROWS, Broken, Finding, Invariant, State
from mailgate.store.verify.mails import TAG, Kept, Written, kept, written

LINE_MOST = 998
"""Octets of a line without its end (RFC 5322 §2.1.1)."""

ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version")
AT_MOST_ONCE = ("Reply-To", "In-Reply-To", "References", "Auto-Submitted", "Sender", "Cc", "Bcc")

BY_A_PERSON = ("notification", "closing")
"""Templates that may hold a technician's own words."""

TO_CUSTOMERS = (
    "acknowledgement",
    "notification",
    "closing",
    "released",
    "parked",
    "refused",
    "validation",
    "reminder",
    "followed",
    "merged",
    "low-balance",
    "correction",
)

_OF_THE_BODY = MultipartInvariantViolationDefect
"""Python 3.11.2 (Debian 12) finds it in every header that is read without its body."""

TAGS = re.compile(rb"\+([a-z2-7]{42})@")
_SOFT_BREAK = b"=\r\n"

_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_LONG = re.compile(rb"\n[^\r\n]{%d}" % (LINE_MOST + 1))
_NO = re.compile(r"\s*no\s*(?:[;(].*)?", re.IGNORECASE | re.DOTALL)
_MAILBOX = re.compile(r"([^\s<>@]+)@([^\s<>@]+)")


class Numbered(Protocol):
    """One mail of either box."""

    @property
    def id(self) -> int:
        """Its row."""


MailT = TypeVar("MailT", bound=Numbered)


def _altered(mail: Kept) -> str | None:
    if mail.size != len(mail.octets):
        return f"{mail.size} octets came, {len(mail.octets)} are there"
    return None if parse.digest(mail.octets) == mail.digest else "its digest is another"


def _robot(mail: Kept) -> str | None:
    """RFC 3834 §2: who says so is no person."""
    said = mail.says_who_wrote if mail.answered else None
    return None if said is None or _NO.fullmatch(str(said)) else f"it said Auto-Submitted: {said}"


def _listed(mail: Kept) -> str | None:
    """RFC 3834 §2: neither is whoever passes on what is written to many."""
    field = mail.came_by_list if mail.answered else None
    return field and f"it has {field}"


def _bare_line_end(mail: Written) -> str | None:
    ends = mail.octets.count(b"\r\n")
    if mail.octets.count(b"\r") == mail.octets.count(b"\n") == ends:
        return None
    found = _BARE.search(mail.octets)
    return f"octet {found.start()} is half a line end" if found else None


def _long_line(mail: Written) -> str | None:
    if mail.octets.find(b"\r\n") > LINE_MOST:
        return "the first line is too long"
    found = _LONG.search(mail.octets)
    return f"the line behind octet {found.start()} is too long" if found else None


def _fields(mail: Written) -> str | None:
    counts = Counter(name.lower() for name in mail.head)
    wrong = [name for name in ONCE if counts[name.lower()] != 1]
    wrong += [name for name in AT_MOST_ONCE if counts[name.lower()] > 1]
    return f"{', '.join(wrong)}: missing, or there twice" if wrong else None


def _readable(mail: Written) -> str | None:
    end = mail.octets.find(b"\r\n\r\n")
    if end < 0:
        return "nothing ends its header"
    faults = [type(defect).__name__ for defect in mail.head.defects if not isinstance(defect, _OF_THE_BODY)]
    if faults:
        return f"its header: {faults[0]}"
    return None if mail.octets[:end].isascii() else "its header is not ASCII"


def _message_id(mail: Written) -> str | None:
    found = mail.values("Message-ID")
    return None if found == [mail.message_id] else f"{mail.message_id} is noted, {' '.join(found)} is in the mail"


def _reverse_path(mail: Written) -> str | None:
    """The automatic answer to one mail has none (RFC 3834 §3.3); every other names its own outbox row."""
    if not mail.envelope_from:
        return None if mail.values("Auto-Submitted") == ["auto-replied"] else "no reverse-path, and no automatic answer"
    tag = TAG.search(mail.envelope_from.lower())
    token = address.claimed(tag[1]) if tag else None
    ours = token is not None and (token.kind, token.ticket) == (TokenKind.BOUNCE, mail.id)
    return None if ours else f"its reverse-path {mail.envelope_from} is not its own"


def _auto_submitted(mail: Written) -> str | None:
    found = mail.values("Auto-Submitted")
    if found and not mail.values("X-Auto-Response-Suppress"):
        return "an automatic mail that asks for no silence"
    if mail.envelope_from and found == ["auto-replied"]:
        return "an automatic answer with a reverse-path"
    return (
        None if found or mail.template in BY_A_PERSON else f"{mail.template} is no person's mail, and does not say so"
    )


def _to_itself(mail: Written) -> str | None:
    """The desk's address, plain or signed. Letter case and what surrounds an address mean nothing here."""
    ours = _MAILBOX.search(" ".join(mail.values("From")).lower().rpartition("<")[2])
    local, _, domain = mail.target.lower().rpartition("@")
    own = ours is not None and domain == ours[2] and local.partition("+")[0] == ours[1]
    return f"it goes to {mail.target}, which is the desk" if own else None


def _addressed(mail: Written) -> str | None:
    named = " ".join(mail.values("To"))
    return (
        None if mail.target in named or named == "undisclosed-recipients:;" else f"goes to {mail.target}, says {named}"
    )


def _reply_address(mail: Written) -> str | None:
    token = mail.reply_token
    if token is None:
        return None
    if token.ticket != (mail.ticket or 0):
        return f"answers go to ticket {token.ticket}"
    if token.kind is not TokenKind.CONTACT and mail.template in TO_CUSTOMERS:
        return "a customer gets a technician's signed address"
    theirs = mail.technician is None or token.person == person_id("technician", mail.technician)
    return None if theirs else f"{mail.technician} gets somebody else's signed address"


def _foreign_address(mail: Written) -> str | None:
    """Elsewhere than where answers go to: a technician's signed address opens the desk to whoever holds it."""
    own = mail.reply_token
    for tag in set(TAGS.findall(mail.octets.replace(_SOFT_BREAK, b"").lower())):
        token = address.claimed(tag.decode())
        if token in (None, own) or token.kind is not TokenKind.TECHNICIAN:
            continue
        if mail.template in TO_CUSTOMERS:
            return "a customer's mail shows a technician's signed address"
        if mail.technician is not None and token.person != person_id("technician", mail.technician):
            return f"{mail.technician}'s mail shows somebody else's signed address"
    return None


WRITTEN: tuple[tuple[Invariant, Callable[[Written], str | None]], ...] = (
    (Invariant("line-ends", "I15", "every line that leaves ends in CRLF", "outbox_message"), _bare_line_end),
    (Invariant("line-length", "I15", "no line that leaves is longer than 998 octets", "outbox_message"), _long_line),
    (Invariant("one-author", "I12", "a mail that leaves has each field once", "outbox_message"), _fields),
    (Invariant("readable", "I15", "another parser finds no fault in its header", "outbox_message"), _readable),
    (Invariant("message-id", "I12", "a mail carries the Message-ID that is noted", "outbox_message"), _message_id),
    (Invariant("reverse-path", "I12", "a bounce finds the mail it is about", "outbox_message"), _reverse_path),
    (Invariant("auto-submitted", "I12", "an automatic mail says so", "outbox_message"), _auto_submitted),
    (Invariant("not-to-itself", "I10", "the desk writes to itself never", "outbox_message"), _to_itself),
    (Invariant("addressed", "I12", "a mail names whom it goes to", "outbox_message"), _addressed),
    (Invariant("reply-address", "I14", "a signed address goes to its own person", "outbox_message"), _reply_address),
    (Invariant("foreign-address", "I14", "nobody is shown a technician's address", "outbox_message"), _foreign_address),
)

KEPT: tuple[tuple[Invariant, Callable[[Kept], str | None]], ...] = (
    (Invariant("digest", "I4", "a mail in custody is, octet for octet, what came", "inbox_raw"), _altered),
    (Invariant("robots-unanswered", "I10", "who says they are no person is not acknowledged", "inbox_raw"), _robot),
    (Invariant("lists-unanswered", "I10", "what came by a mailing list is not acknowledged", "inbox_raw"), _listed),
)


def reread(database: Database) -> Iterator[Finding]:
    """Read every stored mail once, of both boxes."""
    yield from _examined(kept(database), KEPT)
    yield from _examined(written(database), WRITTEN)


@dataclass(slots=True)
class _Tally:
    """What was found of one invariant so far."""

    count: int = 0
    rows: list[Broken] = field(default_factory=list)

    def add(self, row: int, detail: str) -> None:
        self.count += 1
        if len(self.rows) < KEPT_ROWS:
            self.rows.append(Broken(str(row), detail))


def _examined(
    mails: Iterator[MailT], checks: tuple[tuple[Invariant, Callable[[MailT], str | None]], ...]
) -> Iterator[Finding]:
    tallies = [_Tally() for _ in checks]
    seen = 0
    for mail in mails:
        seen += 1
        for (_, breaks), tally in zip(checks, tallies, strict=True):
            detail = breaks(mail)
            if detail is not None:
                tally.add(mail.id, detail)
    for (invariant, _), tally in zip(checks, tallies, strict=True):
        state = State.BROKEN if tally.count else State.HOLDS
        yield Finding(
            invariant.name, invariant.hazard, invariant.says, invariant.table, state, seen, tally.count,
            tuple(tally.rows),
        )  # fmt: skip
