"""The whole pipeline on one mail, for looking: everything that the engine would do, and nothing is written anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core.custody import Delivery
from mailgate.core.decide import decide
from mailgate.core.decision import Decision
from mailgate.core.effects import SendMail
from mailgate.core.events import MailReceived
from mailgate.core.page_effects import Page
from mailgate.core.seen import FIRST_TICKET, Seen
from mailgate.engine import Desk, read_mail
from mailgate.mail import parse
from mailgate.mail.compose import Draft, PlainWords, Scribe, Stamp, TemplateFailed
from mailgate.store import snapshot
from mailgate.store.database import Database

REHEARSED = 2**31 - 1
"""The inbox id of a mail that is only rehearsed: after every real one, and no larger than PostgreSQL's integers."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a mail would have done, given what was `seen`: the decision, and each letter as it would have left."""

    seen: Seen
    decision: Decision
    drafts: tuple[tuple[SendMail | Page, Draft], ...]


def rehearse(desk: Desk, database: Database | None, delivery: Delivery, as_new: bool, now: datetime) -> Rehearsal:
    """The whole pipeline on one mail as if it came in now; nothing is written anywhere.

    `database` is only read; None: the desk was never started. `as_new` forgets that the same mail came before."""
    event = read_mail(delivery, REHEARSED, parse.digest(delivery.raw), desk, now)
    seen = _look(database, event)
    if as_new:
        seen = replace(seen, twins=(), by_twin=None)
    decision = decide(event, seen, desk.policy, now)
    letters = tuple(effect for effect in decision.effects if isinstance(effect, SendMail | Page))
    try:
        return Rehearsal(seen, decision, _drafts(letters, desk.scribe(), now))
    except TemplateFailed as failed:
        why = f"{decision.because}; built-in words leave, because a template fails: {failed}"
        decision = replace(decision, because=why)
        return Rehearsal(seen, decision, _drafts(letters, desk.scribe(PlainWords()), now))


def _drafts(
    letters: tuple[SendMail | Page, ...], scribe: Scribe, now: datetime
) -> tuple[tuple[SendMail | Page, Draft], ...]:
    stamps = (Stamp(0, f"rehearsal.{index}", now) for index in range(len(letters)))
    return tuple((effect, scribe.write(effect.letter, stamp)) for effect, stamp in zip(letters, stamps, strict=True))


def _look(database: Database | None, event: MailReceived) -> Seen:
    if database is None:
        return Seen(next_ticket=FIRST_TICKET)
    with database.read() as tx:
        return snapshot.load(tx, event)
