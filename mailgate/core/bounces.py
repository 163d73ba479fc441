"""What mail systems say about mail of ours: it did not arrive, it is late, it was opened, somebody calls it spam.

The return address of each mail names its outbox row, so a report that comes there is about that row, whatever address
it speaks of (the recipient's mail may be forwarded). A report that only returns one of our Message-IDs is believed for
the very address that we wrote to and nothing else: identifiers travel in forwards. A mail that did not arrive is told
once, marks its address, and takes back what it was to keep (domain.md §1). A complaint is told once as well:
whoever has seen one of our Message-IDs can write any number of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.core.classify import REPORTS
from mailgate.core.correspondence import letters_to_administrators
from mailgate.core.decision import Decision, Findings
from mailgate.core.effects import ClearAddress, Effect, SendMail, SetFate
from mailgate.core.events import MailReceived
from mailgate.core.failures import Undelivered, owes, undelivered
from mailgate.core.identity import Sender
from mailgate.core.letters import NoticeFacts
from mailgate.core.model import AuthVerdict, Outcome
from mailgate.core.opening import incoming
from mailgate.core.policy import Policy
from mailgate.core.reports import LOST, SUPERSEDES, Fate, Fated, Report, ReportKind, gravity
from mailgate.core.seen import Seen, Sent
from mailgate.core.ticket import Ticket

CALLED_SPAM = "called spam"
"""The reason that is kept with a mail of which a complaint was told."""


def returned(event: MailReceived, report: Report, sent: Sent, seen: Seen, sender: Sender, policy: Policy) -> Decision:
    """Decide a report about a mail of ours: answered by nobody, kept with the ticket that the mail was about."""
    ticket = seen.by_token
    effects, because = _consequences(event, report, sent, seen, policy)
    kept = (incoming(event, sender, ticket.number, automatic=True),) if ticket else ()
    found = Findings(sender.identity, sender.level, REPORTS[report.kind][0])
    return Decision(Outcome.RECORDED, because, (*kept, *effects), ticket.number if ticket else None, found)


def fate_of(report: Report, sent: Sent, verdict: AuthVerdict) -> Fated | None:
    """What a delivery report says of the mail, None when it says nothing that is believed."""
    if sent.proven:
        believed = report.recipients or tuple(filter(None, (report.unnamed,)))
    else:
        believed = tuple(one for one in report.recipients if one.address == sent.target.lower())
    if verdict is AuthVerdict.FAIL and not sent.proven:
        return None
    return min(believed, key=gravity, default=None)


def _consequences(
    event: MailReceived, report: Report, sent: Sent, seen: Seen, policy: Policy
) -> tuple[tuple[Effect, ...], str]:
    about = f"{sent.template} to {sent.target}"
    if report.kind is ReportKind.RECEIPT:
        return (), f"a read receipt for {about}: an automatic word, no contact"
    if report.kind is ReportKind.COMPLAINT:
        return _complained(event, sent, seen.by_token, policy)
    fated = fate_of(report, sent, event.verdict)
    if fated is None:
        return (), f"a report about {about} that says nothing of its recipient: kept, believed in nothing"
    effects = tuple(_fated(event, fated, sent, seen, policy))
    return effects, f"{about} {_words(fated)}{owes(effects)}"


def _fated(event: MailReceived, fated: Fated, sent: Sent, seen: Seen, policy: Policy) -> Iterator[Effect]:
    at = event.received_at
    if fated.fate not in SUPERSEDES[sent.fate]:
        return
    yield SetFate(sent.outbox_id, fated.fate, told_reason(fated), at)
    if fated.fate is Fate.DELIVERED:
        yield ClearAddress(sent.target.lower())
    if fated.fate in LOST and sent.fate not in LOST:
        yield from undelivered(_lost(fated, sent), seen, at, policy)


def _lost(fated: Fated, sent: Sent) -> Undelivered:
    return Undelivered(
        sent.outbox_id, sent.template, sent.target, fated.fate, told_reason(fated), sent.channel, sent.promised_at,
        sent.technician,
    )  # fmt: skip


def told_reason(fated: Fated) -> str:
    """The reason with its status code, unless it holds it already."""
    if not fated.status or fated.status in fated.reason:
        return fated.reason or fated.status or "no reason given"
    return f"{fated.status} {fated.reason}".strip()


def _words(fated: Fated) -> str:
    words = {
        Fate.HARD: "did not arrive and never will",
        Fate.SOFT: "did not arrive",
        Fate.DELAYED: "is delayed",
        Fate.DELIVERED: "arrived",
    }
    return f"{words[fated.fate]}: {told_reason(fated)}"


def _complained(
    event: MailReceived, sent: Sent, ticket: Ticket | None, policy: Policy
) -> tuple[tuple[Effect, ...], str]:
    """Somebody read the mail, and calls it spam; of one that did not arrive, nobody can."""
    said = f"{sent.template} to {sent.target} was called spam"
    if sent.fate in LOST or sent.reason == CALLED_SPAM:
        return (), f"{said}: {'told before' if sent.reason == CALLED_SPAM else 'not believed, it did not arrive'}"
    notice = NoticeFacts("complaint", sent.target, letter=sent.template)
    letters = letters_to_administrators(notice, policy, ticket.number if ticket else None)
    known = SetFate(sent.outbox_id, Fate.DELIVERED, CALLED_SPAM, event.received_at)
    return (known, *map(SendMail, letters)), f"{said}: told to the administrators"
