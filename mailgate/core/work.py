"""A technician's mail: obeyed whole, or not at all and told why (interfaces.md §6).

What it asks for is a `Plan`, checked before anything happens; `core.doing` carries it out.
"""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.admitting import admitted, against_admitting
from mailgate.core.authority import Standing, only_acknowledges
from mailgate.core.budgets import hold_back, spent_on_refusals
from mailgate.core.classify import Finding, described, kind_and_why
from mailgate.core.correcting import against_correcting
from mailgate.core.decision import Decision, Findings
from mailgate.core.doing import carry_out, worked
from mailgate.core.effects import (
    Effect,
)
from mailgate.core.events import MailReceived
from mailgate.core.holding import Word, against_word, confirmed, doubts, drop, hold, overtaken, waiting, word_on_held
from mailgate.core.identity import Sender
from mailgate.core.intents import Acknowledge, Order, Orders, Problem
from mailgate.core.leave import against_leave, is_only_about_leave, take_leave
from mailgate.core.merging import against_merging, merge
from mailgate.core.model import AuthVerdict, Direction, MailKind, Outcome, Status
from mailgate.core.opening import incoming
from mailgate.core.people import Technician
from mailgate.core.plan import Plan, plan
from mailgate.core.policy import Policy
from mailgate.core.preludes import begun
from mailgate.core.relations import against_relations
from mailgate.core.seen import Seen
from mailgate.core.splitting import against_splitting, split
from mailgate.core.ticket import Ticket
from mailgate.core.transcripts import told_problems
from mailgate.core.undoing import asks_to_undo, undo


def work(event: MailReceived, sender: Sender, found: Standing, seen: Seen, policy: Policy) -> Decision:
    """Decide a mail that a technician sent, or that somebody sent with a technician's token. Who commands in another's
    name is not unheard for saying that they are a robot."""
    robot, ticket = kind_and_why(event, sender), seen.by_token
    findings = Findings(sender.identity, sender.level, robot[0])
    if robot[0] is not MailKind.PERSON and not (found.problem and event.orders.orders):
        return _unheard(event, sender, robot, _kept_with(event, found, seen), findings)
    obeyed = (found.problem,) if found.problem else _heard(event, sender, found.technician, seen, policy, findings)
    if isinstance(obeyed, Decision):
        return obeyed
    problems = obeyed
    because = f"nothing of {found.technician.key}'s mail is applied ({', '.join(one.code for one in problems)}); told"
    number = ticket.number if ticket else None
    spent = spent_on_refusals(seen, policy)
    if spent is not None:
        held = hold_back(spent, found.technician.mail, number, seen, event.received_at)
        return Decision(Outcome.REFUSED, f"{because} to nobody: {spent.why}", held, number, findings)
    letter = told_problems(event, found.technician, ticket, problems, policy)
    return Decision(Outcome.REFUSED, f"{because} at {found.technician.mail}", (letter,), number, findings)


def _heard(
    event: MailReceived, sender: Sender, by: Technician, seen: Seen, policy: Policy, findings: Findings
) -> Decision | tuple[Problem, ...]:
    """A word on the mail of theirs that waits, or work of its own, which overtakes that one. Their pager only
    acknowledges."""
    if sender.technician is not by:
        return _obey(event, sender, by, seen, policy, findings)
    held, word = waiting(event, seen), word_on_held(event, by, seen)
    unclear = against_word(event, by, seen) or (against_admitting(event, by, seen) if word is None else ())
    if unclear:
        return unclear
    if held is not None and (word is Word.NO or asks_to_undo(event)):
        return drop(event, held, by, seen.by_token, policy, findings)
    meant = confirmed(held, event.received_at) if held is not None and word is Word.YES else admitted(event, by, seen)
    obeyed = _obey(meant, sender, by, seen, policy, findings)
    if not isinstance(obeyed, Decision) or (meant is event and only_acknowledges(event)):
        return obeyed
    return overtaken(obeyed, held, event.received_at)


def _obey(
    event: MailReceived, sender: Sender, by: Technician, seen: Seen, policy: Policy, findings: Findings
) -> Decision | tuple[Problem, ...]:
    """All of what the mail asks for, or everything that stands against it."""
    if event.mail.sealed:
        return (Problem("sealed"),)
    if asks_to_undo(event):
        return undo(event, sender, by, seen, policy, findings)
    related = (
        *against_relations(event, seen, policy),
        *against_merging(event, seen),
        *against_splitting(event, seen),
        *against_correcting(event, seen),
    )
    against = (*against_leave(event, by, seen, policy), *related)
    if is_only_about_leave(event):
        return against or take_leave(event, by, seen, policy, findings)
    if seen.by_token is None:
        return (Problem("no-ticket"), *event.orders.problems)
    planned = plan(event, by, seen.by_token, policy)
    if not isinstance(planned, Plan):
        return (*planned, *against)
    why = () if against else doubts(event, planned, seen, policy)
    if why:
        held = hold(event, by, planned.ticket, why, policy, findings)
        return replace(held, effects=(*_seen_at_least(event, sender, planned, seen, policy), *held.effects))
    if against:
        return against
    at = event.received_at
    prelude = merge(planned, seen, policy, at) or split(planned, seen, policy, at)
    if prelude is None:
        return carry_out(event, sender, planned, seen, policy, findings)
    return begun(carry_out(event, sender, prelude.planned, seen, policy, findings), prelude)


def _seen_at_least(
    event: MailReceived, sender: Sender, planned: Plan, seen: Seen, policy: Policy
) -> tuple[Effect, ...]:
    """Whoever answers a page is there, even when what they wrote has to wait: nobody else is called for it."""
    if planned.ticket.status is not Status.NEW or planned.owner is not planned.by:
        return ()
    seen_only = replace(event, orders=Orders("", (Order(Acknowledge(), ""),)), mail=replace(event.mail, attachments=()))
    taken = plan(seen_only, planned.by, planned.ticket, policy)
    return worked(seen_only, sender, taken, seen, policy)[0] if isinstance(taken, Plan) else ()


def _kept_with(event: MailReceived, found: Standing, seen: Seen) -> Ticket | None:
    """The ticket that a robot of a technician or of their pager speaks of: most answer to the return address, or name
    our mail in a field. Somebody else's, with a signed address that is not theirs, is kept with none."""
    if found.foreign or (found.problem is not None and event.verdict is AuthVerdict.FAIL):
        return None
    return seen.by_token or seen.by_thread or seen.by_tag


def _unheard(
    event: MailReceived, sender: Sender, robot: Finding, ticket: Ticket | None, findings: Findings
) -> Decision:
    """An out-of-office of a technician is nobody's answer: kept inside, obeyed never."""
    inside: tuple[Effect, ...] = ()
    if ticket is not None:
        inside = (replace(incoming(event, sender, ticket.number, automatic=True), direction=Direction.INTERNAL, to=()),)
    because = f"{described(robot)} with a technician's address: kept, obeyed never"
    return Decision(Outcome.RECORDED, because, inside, ticket.number if ticket else None, findings)
