"""A technician brings in a request for somebody: by commands in a mail to the desk, or by forwarding their mail.

The request is the contact's: the rules are asked about it as if they had written it, they are told, and the people of
the queue are called, unless the same mail says that it is somebody's already (`#appel 10`, `#prendre`).

No signed address goes with such a mail. What its commands ask for is therefore done only where the sending domain is
proven, or after one more word to a signed address; a forward without commands starts what anybody's mail would start.
What is missing is asked for, and the answer completes the mail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailgate.core.authority import token_holder
from mailgate.core.budgets import hold_back, spent_on_refusals, spent_on_sender
from mailgate.core.classify import kind_and_why
from mailgate.core.clocks import call_back
from mailgate.core.clockwork import clocked, opened
from mailgate.core.decision import Decision, Findings
from mailgate.core.doing import ATTENDED, worked
from mailgate.core.effects import AddMessage, Effect, OpenTicket, SendMail
from mailgate.core.events import HeldMail, MailReceived
from mailgate.core.grading import found, graded
from mailgate.core.holding import Word, drop, hold, overtaken, waiting, word_on_held
from mailgate.core.identity import Sender, recognise
from mailgate.core.intents import Grade, Help, Intent, Orders, Problem, Scale, Spend
from mailgate.core.leave import is_only_about_leave
from mailgate.core.letters import Did
from mailgate.core.levels import Act, may
from mailgate.core.model import Activity, Address, AuthLevel, AuthVerdict, Direction, MailKind, Outcome
from mailgate.core.opening import call_people, findings, incoming, sentence
from mailgate.core.paging import Chosen
from mailgate.core.people import Technician
from mailgate.core.plan import Plan, plan
from mailgate.core.policy import Policy, Queue
from mailgate.core.relating import followed
from mailgate.core.requests import Request, acknowledgement, new_ticket
from mailgate.core.routing import addressed_queue, route
from mailgate.core.seen import Seen
from mailgate.core.summons import words_of
from mailgate.core.ticket import Line, Ticket
from mailgate.core.transcripts import Account, told_problems, told_work
from mailgate.core.undoing import asks_to_undo
from mailgate.core.wishes import (
    OF_THE_REQUEST,
    Wish,
    against_wish,
    forwards,
    missing,
    read_wish,
    tells_of_request,
)

BRINGS_IN = "brings in a request of"
"""What a technician did, in the journal."""


def brings_in(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> Technician | None:
    """The technician whose mail is about no ticket yet and tells of a request, or answers for such a mail."""
    by, about = sender.technician, (seen.by_token, seen.by_thread, seen.by_tag)
    if by is None or kind_and_why(event, sender)[0] is not MailKind.PERSON or is_only_about_leave(event):
        return None
    if event.token is not None:
        own = token_holder(event, policy) is by and event.token.ticket == 0
        return by if own else None
    return by if all(ticket is None for ticket in about) and tells_of_request(event, policy) else None


def start(event: MailReceived, sender: Sender, by: Technician, seen: Seen, policy: Policy) -> Decision:
    """Begin the ticket, ask for what is missing, or say what stands against it."""
    known = Findings(sender.identity, sender.level, MailKind.PERSON)
    held, word = waiting(event, seen), word_on_held(event, by, seen)
    if held is not None and may(sender, Act.COMMAND) and (word is Word.NO or asks_to_undo(event)):
        return drop(event, held, by, None, policy, known)
    meant = event if held is None else completed(held, event, word)
    wish = read_wish(meant, policy)
    problems = (*_against_answer(event, held, word, sender, policy), *against_wish(meant, wish, sender, policy))
    why = () if problems else tuple(missing(meant, wish, sender, policy))
    spent = (spent_on_refusals(seen, policy) or spent_on_sender(seen, policy)) if why or problems else None
    if spent is not None and event.token is None:
        silent = hold_back(spent, by.mail, None, seen, event.received_at)
        return Decision(
            Outcome.REFUSED, f"nothing of {by.key}'s mail is applied; told to nobody: {spent.why}", silent, None, known
        )
    if why:
        return overtaken(hold(meant, by, None, why, policy, known), held, event.received_at)
    begun = problems or _begin(meant, wish, sender, by, seen, policy)
    if not isinstance(begun, Decision):
        because = f"nothing of {by.key}'s mail is applied ({', '.join(one.code for one in begun)}); told"
        return Decision(Outcome.REFUSED, because, (told_problems(meant, by, None, begun, policy),), None, known)
    return overtaken(begun, held, event.received_at)


def _against_answer(
    event: MailReceived, held: HeldMail | None, word: Word | None, sender: Sender, policy: Policy
) -> Iterator[Problem]:
    """An answer to the desk's question: by whoever may command, with a yes, or with what was asked for."""
    if event.token is None:
        return
    if not may(sender, Act.COMMAND):
        yield Problem("auth-failing")
    elif held is None and not tells_of_request(event, policy):
        yield Problem("nothing-waits")
    elif held is not None and word is None and not _completes(held, event, policy):
        yield Problem("unclear-word")


def _completes(held: HeldMail, event: MailReceived, policy: Policy) -> bool:
    """Whether an answer says something that was missing."""
    wish = read_wish(held.mail, policy)
    words = not (wish.subject or wish.text) and bool(event.orders.text.strip())
    return words or tells_of_request(event, policy) or bool(event.orders.problems)


def as_written(event: MailReceived, policy: Policy) -> tuple[MailReceived, Sender] | None:
    """A forward without commands that nothing proves, as the mail of the contact who wrote it first: what they could
    have sent themselves. None for anything else."""
    author = forwards(event, policy)
    if author is None or event.orders.orders or event.orders.problems or event.verdict is not AuthVerdict.NONE:
        return None
    one = recognise(author, event.envelope_from, policy)
    forwarded = event.mail.forwarded
    subject = forwarded.subject if forwarded and forwarded.subject else event.mail.subject
    mail = replace(event.mail, sender=one.address, subject=subject, references=())
    return (replace(event, mail=mail), replace(one, level=AuthLevel.L1)) if one.registered else None


def completed(held: HeldMail, answer: MailReceived, word: Word | None) -> MailReceived:
    """The mail that was held with what its answer adds: a command said anew counts, words come behind the words."""
    anew = {_about(order.intent) for order in answer.orders.orders}
    orders = (*(one for one in held.mail.orders.orders if _about(one.intent) not in anew), *answer.orders.orders)
    added = "" if word is not None else answer.orders.text.strip()
    text = "\n\n".join(words for words in (held.mail.orders.text.strip(), added) if words)
    problems = (*held.mail.orders.problems, *answer.orders.problems)
    asked = replace(held.mail, received_at=answer.received_at, confirmed_at=held.at)
    return replace(asked, orders=Orders(text, orders, problems))


def _about(intent: Intent) -> tuple[type[Intent], Scale | None]:
    """What a command speaks of: of two that speak of the same the later one counts."""
    return type(intent), intent.scale if isinstance(intent, Grade) else None


def _begin(
    event: MailReceived, wish: Wish, sender: Sender, by: Technician, seen: Seen, policy: Policy
) -> Decision | tuple[Problem, ...]:
    asked = _asked(event, wish, policy)
    ticket = _ticket(asked, event, seen, policy)
    work = _work_in(event)
    planned = plan(work, by, ticket, policy)
    if not isinstance(planned, Plan):
        return planned
    works = any(not isinstance(order.intent, Grade | Help) for order in planned.orders)
    done, account, after = worked(work, sender, planned, seen, policy) if works else ((), Account(()), ticket)
    told_of_work = works and planned.notifies
    effects: list[Effect] = [
        OpenTicket(ticket),
        _said(asked, event, ticket),
        *with_clocks(done, work, ticket, seen, policy),
    ]
    effects += [] if told_of_work else [_told_contact(event, asked, ticket, policy)]
    why, did = "", (Did("opened", after.requester.mail), *account.did)
    if not works or planned.owner is None:
        chosen, pages = call_people(after, asked.route, words_of(asked.event, asked.sender), seen, policy)
        effects, why = [*effects, *pages], chosen.why
        did = (*did, *_called(chosen))
    effects.append(told_work(event, by, after, replace(account, did=did, help=planned.help), policy))
    brought = f"{by.key} {BRINGS_IN} {ticket.requester.mail}"
    because = sentence([brought, why or ATTENDED, asked.routing.matched])
    known = replace(findings(asked.routing, asked.kind), identity=sender.identity, level=sender.level)
    return Decision(Outcome.TICKET, because, tuple(effects), ticket.number, known)


def _told_contact(event: MailReceived, asked: Request, ticket: Ticket, policy: Policy) -> SendMail:
    """What somebody hears who wrote the mail that was forwarded, or has written nothing at all."""
    if forwards(event, policy) is not None:
        return acknowledgement(ticket, asked.route.template, policy)
    return SendMail(followed(ticket, policy), record=True)


def _called(chosen: Chosen) -> tuple[Did, ...]:
    return (Did("called", ", ".join(one.name for one in chosen.people)),) if chosen.people else ()


def _asked(event: MailReceived, wish: Wish, policy: Policy) -> Request:
    """The mail as the contact would have written it to the queue's door."""
    contact = wish.contact or Address("")
    one = recognise(contact, contact.mail, policy)
    asker = replace(one, customer=wish.customer, level=AuthLevel.L2)
    queue = _queue(event, policy)
    mail = replace(
        event.mail,
        sender=one.address,
        subject=wish.subject,
        text=wish.text,
        body=wish.text,
        message_id="",
        references=(),
    )
    said = replace(event, mail=mail, recipients=queue.addresses[:1], envelope_from=contact.mail, token=None)
    kind = kind_and_why(said, asker)
    routing = route(said, asker, kind[0], policy)
    if routing.route.queue is not queue and _named_queue(event, policy) is not None:
        routing = replace(routing, route=replace(routing.route, queue=queue, team=queue.team, notify=queue.notify))
    return Request(said, routing, kind)


def _queue(event: MailReceived, policy: Policy) -> Queue:
    return _named_queue(event, policy) or addressed_queue(event.recipients, policy) or policy.default_queue


def _named_queue(event: MailReceived, policy: Policy) -> Queue | None:
    """The queue of `#file`; an unknown one is found out when the work is planned."""
    said = (order.intent for order in event.orders.orders)
    grades = (one for one in said if isinstance(one, Grade) and one.scale is Scale.QUEUE)
    return next((policy.queues.get(found(one, policy) or "") for one in grades), None)


def _ticket(asked: Request, event: MailReceived, seen: Seen, policy: Policy) -> Ticket:
    """The ticket as it is opened: graded as the mail says, its clocks running, with the words its letters quote."""
    at, said = event.received_at, event.orders
    known = all(found(order.intent, policy) for order in said.orders if isinstance(order.intent, Grade))
    ticket = new_ticket(asked, seen, policy)
    ticket = graded(said.orders, ticket, policy) if known else ticket
    called = any(isinstance(one.intent, Spend) and one.intent.activity is Activity.CALL for one in said.orders)
    ticket = replace(ticket, tags=(*ticket.tags, "phone") if called else ticket.tags)
    line = Line(at, ticket.requester.mail, Direction.IN, said.text, False, event.inbox_id, event.mail.attachments)
    return replace(opened(ticket, policy, call_back(asked.route.queue, policy, at)), history=(line,))


def _said(asked: Request, event: MailReceived, ticket: Ticket) -> AddMessage:
    message = incoming(asked.event, asked.sender, ticket.number, automatic=False)
    return replace(message, message_id=event.mail.message_id)


def _work_in(event: MailReceived) -> MailReceived:
    """The mail as work on the ticket that it opens: its words and files are the request's."""
    rest = tuple(order for order in event.orders.orders if not isinstance(order.intent, OF_THE_REQUEST))
    return replace(event, orders=Orders("", rest), mail=replace(event.mail, text="", attachments=()))


def with_clocks(
    done: tuple[Effect, ...], event: MailReceived, ticket: Ticket, seen: Seen, policy: Policy
) -> tuple[Effect, ...]:
    """The work with what it does to the clocks that began with the ticket."""
    known = replace(seen, by_token=ticket)
    return clocked(Decision(Outcome.FOLLOW_UP, "", done), event, known, policy, event.received_at).effects
