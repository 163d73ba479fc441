"""A technician's word on a parked request that the desk itself lets in (domain.md §3).

« oui » alone, in answer to the mail that asks, does what a contact's does: the request is reopened for the queue's
people. « non » alone would reach whoever asks, and so reaches nobody. Anything else is work on the ticket.
"""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.authority import only_acknowledges
from mailgate.core.events import MailReceived
from mailgate.core.holding import LONGEST_GRUNT, Word, bare_word
from mailgate.core.intents import Order, Orders, Problem, Reopen
from mailgate.core.model import Direction, Status
from mailgate.core.people import Technician
from mailgate.core.seen import Seen
from mailgate.core.words import words_of


def admitted(event: MailReceived, by: Technician, seen: Seen) -> MailReceived:
    """The mail as the command that its only word stands for."""
    if not (_is_parked(seen) and _answers_question(seen)):
        return event
    if only_acknowledges(event) or bare_word(event, by) is not Word.YES:
        return event
    order = Order(Reopen(), event.orders.text.strip())
    return replace(event, orders=Orders("", (order,), written=(order,)))


def against_admitting(event: MailReceived, by: Technician, seen: Seen) -> tuple[Problem, ...]:
    """A word that is no command and not meant for whoever asks: a no, or any that comes too late."""
    short = len(words_of(event.orders.text)) <= LONGEST_GRUNT and not only_acknowledges(event)
    word = bare_word(event, by) if short and _answers_question(seen) else None
    if word is None:
        return ()
    if not _is_parked(seen):
        return (Problem("let-in-already"),)
    return (Problem("bare-no"),) if word is Word.NO else ()


def _is_parked(seen: Seen) -> bool:
    return seen.by_token is not None and seen.by_token.status is Status.PARKED


def _answers_question(seen: Seen) -> bool:
    """Whether the mail that is answered was written when the request was parked and nothing but it had been said: later
    ones may hold questions of their own."""
    ticket, read = seen.by_token, seen.answered_at
    if ticket is None or read is None:
        return False
    over = [wait.until for wait in ticket.waits if wait.cause is Status.PARKED and wait.until is not None]
    asked = _is_parked(seen) or any(read < until for until in over)
    aloud = [line for line in ticket.history if not line.automatic and line.direction is not Direction.INTERNAL]
    return asked and sum(line.at <= read for line in aloud) <= 1
