"""When it is time to be silent. Two dangers, one answer: count, and hold back what exceeds the count.

An acknowledgement to a forged sender is a stranger's mail in somebody's mailbox: what goes to people whom the rules do
not name, or whose mail proves nothing, is bounded by address, by domain and in total (hazards A35). And a robot that
does not say so answers whatever it gets, as we would: who wrote very often, other than to a door, is answered no more,
and what they add to one ticket is told to nobody any more. One silence ends a ping-pong, whoever the other half is.

The bounds are the administrator's (`[automatic]` in the rules). What is held back is journaled with its reason, and
told to the administrators within the hour. Pages and a technician's words are never held back (interfaces.md §5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailgate.core.correspondence import letters_to_administrators
from mailgate.core.decision import Decision
from mailgate.core.effects import Effect, ForgetHeldBack, HoldBack, SendMail, SetTimer
from mailgate.core.identity import Sender
from mailgate.core.letters import NoticeFacts
from mailgate.core.levels import Act, may
from mailgate.core.model import Outcome
from mailgate.core.policy import Automatic, Bound, Policy
from mailgate.core.routing import addressed_queue
from mailgate.core.seen import Earlier, HeldBack, Seen, Tally

REPORT = "held-back-report"
"""The kind of the desk's own timer that reports what was held back."""

REPORT_AFTER = timedelta(hours=1)
"""How long what is held back is gathered before it is told: one mail instead of a flood about a flood."""

_ASKED = frozenset({Outcome.TICKET, Outcome.PARKED, Outcome.REFUSED})


@dataclass(frozen=True, slots=True)
class Spent:
    """A budget that is used up: a key of `[automatic]`, and the words for it."""

    budget: str
    why: str


def spent_on_answers(
    sender: Sender, address: str, recipients: tuple[str, ...], seen: Seen, policy: Policy
) -> Spent | None:
    """The budget that forbids an automatic answer to `address`, or None when one may leave."""
    bounds = policy.automatic
    if addressed_queue(recipients, policy) is None and _asked_beside_doors(seen, policy) >= _least(bounds.requests.day):
        return Spent("requests", f"{bounds.requests.day} requests of this sender beside the doors were, within a day")
    if not is_bounded(sender):
        return None
    return _spent_on_strangers(sender, address.lower(), seen, bounds)


def is_bounded(sender: Sender) -> bool:
    """Whether answers to the sender are counted and bounded: the rules do not name them, or nothing proves them."""
    return not (sender.registered and may(sender, Act.BE_ANSWERED))


def spent_on_refusals(seen: Seen, policy: Policy) -> Spent | None:
    """The budget that forbids to say once more that this sender, or something on this ticket, is refused."""
    bound = _least(policy.automatic.refusals.day)
    refused = [one for one in seen.lately if one.outcome is Outcome.REFUSED]
    if max(len(refused), seen.refused) < bound:
        return None
    return Spent("refusals", f"{policy.automatic.refusals.day} refusals were told, within a day")


def spent_on_sender(seen: Seen, policy: Policy) -> Spent | None:
    """The same for somebody whose mails are heard, and who holds an address that is not theirs: every mail counts."""
    if len(seen.lately) < _least(policy.automatic.refusals.day):
        return None
    return Spent("refusals", f"{policy.automatic.refusals.day} mails of this sender came, within a day")


def spent_on_ticket(seen: Seen, ticket: int, policy: Policy) -> Spent | None:
    """The budget that forbids to tell technicians once more what this sender adds to the ticket."""
    told = [one for one in seen.lately if one.outcome is Outcome.FOLLOW_UP and one.ticket == ticket]
    if len(told) < _least(policy.automatic.ticket.day):
        return None
    return Spent("ticket", f"{policy.automatic.ticket.day} mails of this sender on it were told, within a day")


def hold_back(spent: Spent, address: str, ticket: int | None, seen: Seen, at: datetime) -> tuple[Effect, ...]:
    """Remember what did not leave, and see to it that the administrators hear of it."""
    held = HoldBack(spent.budget, address.lower(), at, ticket)
    return (held,) if seen.reporting else (held, SetTimer(None, REPORT, at + REPORT_AFTER))


def report_held_back(seen: Seen, policy: Policy) -> Decision:
    """Tell the administrators what was held back, once."""
    if not seen.held_back:
        return Decision(Outcome.RECORDED, "nothing was held back since the last report")
    times = sum(one.times for one in seen.held_back)
    detail = "; ".join(map(_line, seen.held_back))
    letters = map(SendMail, letters_to_administrators(NoticeFacts("held-back", detail), policy))
    through = max(one.through for one in seen.held_back)
    because = f"{times} automatic mails were held back by budgets: told to the administrators"
    return Decision(Outcome.RECORDED, because, (*letters, ForgetHeldBack(through)))


def _line(one: HeldBack) -> str:
    tickets = ", ".join(f"#{number}" for number in one.tickets)
    return f"{one.times} × {one.address or '…'} ({one.budget}){f': {tickets}' if tickets else ''}"


def _asked_beside_doors(seen: Seen, policy: Policy) -> int:
    def beside(one: Earlier) -> bool:
        return one.outcome in _ASKED and addressed_queue(one.recipients, policy) is None

    return len([one for one in seen.lately if beside(one)])


def _spent_on_strangers(sender: Sender, address: str, seen: Seen, bounds: Automatic) -> Spent | None:
    """A contact has a budget of their own: a flood in other names must not silence the desk towards its customers."""
    tally = seen.answered.addresses.get(address, Tally())
    if sender.registered:
        spent = _is_spent(bounds.contact, tally)
        return Spent("contact", f"{_words(bounds.contact, tally)} to this address") if spent else None
    domain = address.rpartition("@")[2]
    if _is_spent(bounds.address, tally):
        return Spent("address", f"{_words(bounds.address, tally)} to this address")
    if _is_spent(bounds.domain, Tally(hour=seen.answered.domains.get(domain, 0))):
        return Spent("domain", f"{bounds.domain.hour} within an hour to {domain}")
    if _is_spent(bounds.total, Tally(hour=seen.answered.total)):
        return Spent("total", f"{bounds.total.hour} within an hour to unproven senders")
    return None


def _is_spent(bound: Bound, tally: Tally) -> bool:
    return tally.hour >= _least(bound.hour) or tally.day >= _least(bound.day)


def _words(bound: Bound, tally: Tally) -> str:
    if tally.hour >= _least(bound.hour):
        return f"{bound.hour} within an hour"
    return f"{bound.day} within a day"


def _least(bound: int | None) -> float:
    return float("inf") if bound is None else bound
