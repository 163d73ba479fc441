"""What a mail system tells us about a mail that we sent: it did not arrive, it was opened, it is called spam.

RFC 3464 (delivery), RFC 8098 (disposition: read receipts) and RFC 5965 (feedback: complaints) are one shape here, and
so are the reports of programs that know none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReportKind(StrEnum):
    """What a report is about."""

    DELIVERY = "delivery"
    RECEIPT = "receipt"
    COMPLAINT = "complaint"


class Fate(StrEnum):
    """What became of a mail on its way to one recipient. HARD and SOFT both mean that it did not arrive: HARD that this
    address never works, SOFT that it may next time. DELAYED mail is still being tried."""

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    DELIVERED = "delivered"


LOST = frozenset({Fate.HARD, Fate.SOFT})
"""The fates of a mail that did not arrive."""

WORST_FIRST = (Fate.HARD, Fate.SOFT, Fate.DELAYED, Fate.DELIVERED)
"""Of several fates of one mail, the first of these counts."""

SUPERSEDES: dict[Fate | None, frozenset[Fate]] = {
    None: frozenset(Fate),
    Fate.DELAYED: frozenset(Fate) - {Fate.DELAYED},
    Fate.DELIVERED: LOST,
    Fate.SOFT: frozenset({Fate.HARD}),
    Fate.HARD: frozenset(),
}
"""Which fates replace the one that a mail is known to have: reports come late, twice and out of order."""


@dataclass(frozen=True, slots=True)
class Fated:
    """One recipient of a delivery report. `address` is an addr-spec in lower case; `status` an enhanced status code
    (RFC 3463, "5.1.1") or ""; `reason` one clean line, at most 200 characters, in the words of whoever refused it."""

    address: str
    fate: Fate
    status: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as read. `message_id` names the mail it is about, "" when it does not say; `recipients` are only there
    for a delivery report, each address once. `unnamed`, of the address "", is what a mail system says of somebody whom
    it does not name; a signed return address still tells who that is."""

    kind: ReportKind
    recipients: tuple[Fated, ...] = ()
    message_id: str = ""
    unnamed: Fated | None = None


def gravity(fated: Fated) -> int:
    """How bad it is, 0 for the worst: a key to sort by."""
    return WORST_FIRST.index(fated.fate)
