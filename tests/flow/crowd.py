"""A desk in memory, for more mails than a database takes in a test: the core decides, and dicts remember what the store
would. Only what floods ask for is remembered; everything else is as on a desk that has seen nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mailgate.core.decide import decide
from mailgate.core.decision import Decision
from mailgate.core.effects import OpenTicket, SetTimer, TakeTurn
from mailgate.core.events import TimerFired
from mailgate.core.floods import WINDOW
from mailgate.core.model import PageState
from mailgate.core.page_effects import Await, CountCall, Page, SpeakFor
from mailgate.core.policy import Policy
from mailgate.core.seen import Call, Flood, Seen
from mailgate.core.ticket import Paged, Ticket
from tests.builders import NOW, a_mail, a_policy, received


@dataclass
class Crowd:
    """`pages` are those that left, by technician; `because` is what the journal says of each ticket, newest last."""

    policy: Policy = field(default_factory=a_policy)
    now: datetime = NOW
    tickets: dict[int, Ticket] = field(default_factory=dict)
    pages: defaultdict[str, list[tuple[datetime, Page]]] = field(default_factory=lambda: defaultdict(list))
    because: dict[int, str] = field(default_factory=dict)
    _turns: dict[str, str] = field(default_factory=dict)
    _calls: dict[int, CountCall] = field(default_factory=dict)
    _alone: dict[int, CountCall] = field(default_factory=dict)
    _fronts: dict[int, int | None] = field(default_factory=dict)
    _timers: dict[tuple[int, str], datetime] = field(default_factory=dict)

    def write(self, sender: str = "chef@acme.example", to: str = "support-urgent@example.com") -> Decision:
        """Somebody asks for something."""
        number = len(self.tickets) + 1
        mail = a_mail(sender, subject=f"Panne {number}", message_id=f"<{number}@acme.example>")
        event = received(mail, to, inbox_id=number, received_at=self.now, digest=str(number))
        return self._apply(decide(event, self._seen(), self.policy, self.now))

    def advance(self, **time: float) -> None:
        """Time passes, and the timers of pages fire; those of clocks are another matter."""
        until = self.now + timedelta(**time)
        while due := min(((at, key) for key, at in self._timers.items() if at <= until), default=None):
            at, (ticket, kind) = due
            self.now = max(self.now, at)
            del self._timers[ticket, kind]
            fired = TimerFired(1, kind, ticket, at)
            self._apply(decide(fired, self._seen(ticket, kind), self.policy, self.now))
        self.now = until

    def _seen(self, ticket: int | None = None, kind: str = "") -> Seen:
        seen = Seen(1001 + len(self.tickets), turns=dict(self._turns), calls=tuple(self._called()))
        if ticket is None:
            return seen
        flood = self._gathered(ticket) if kind == WINDOW else self._of_front(ticket)
        return replace(seen, by_token=self.tickets[ticket], flood=flood)

    def _called(self) -> list[Call]:
        return [
            Call(
                number,
                one.customer,
                one.queue,
                one.at,
                gathers=(number, WINDOW) in self._timers,
                people=self.tickets[number].notified,
            )
            for number, one in reversed(self._alone.items())
            if one.at > self.now - timedelta(hours=1)
        ]

    def _gathered(self, front: int) -> Flood:
        of = self._calls[front]
        untold = [
            number
            for number, one in self._calls.items()
            if self._fronts[number] is None and (one.customer, one.queue) == (of.customer, of.queue)
        ]
        first = self.tickets[untold[0]] if untold else None
        return Flood(front, gathered=tuple(untold[:20]), waiting=len(untold), first=first)

    def _of_front(self, ticket: int) -> Flood:
        front = self._fronts[ticket]
        others = [number for number, one in self._fronts.items() if one == front and number != ticket]
        return Flood(front, named=tuple(others[:20]), size=len(others))

    def _apply(self, decision: Decision) -> Decision:
        for effect in decision.effects:
            match effect:
                case OpenTicket(ticket):
                    self.tickets[ticket.number] = ticket
                case Page(letter=letter) if letter.ticket is not None:
                    self._page(effect, letter.ticket)
                case TakeTurn(team, technician):
                    self._turns[team] = technician
                case CountCall(ticket=number, alone=alone):
                    self._calls[number] = effect
                    self._fronts[number] = number if alone else None
                    self._alone |= {number: effect} if alone else {}
                case SpeakFor():
                    self._speak(effect)
                case SetTimer(ticket=int() as number, kind=kind, due_at=due) if not kind.endswith("-warning"):
                    self._timers[number, kind] = due
                case Await(ticket=number, kind=kind, seconds=seconds):
                    self._timers[number, kind] = self.now + timedelta(seconds=seconds)
        if decision.ticket is not None:
            self.because[decision.ticket] = decision.because
        return decision

    def _page(self, page: Page, number: int) -> None:
        ticket = self.tickets[number]
        pages = (*ticket.pages, Paged(page.technician, page.target, PageState.SENT))
        notified = tuple(dict.fromkeys(one.technician for one in pages))
        self.tickets[number] = replace(ticket, pages=pages, notified=notified)
        self.pages[page.technician].append((self.now, page))

    def _speak(self, effect: SpeakFor) -> None:
        of = self._calls[effect.front]
        for number, front in self._fronts.items():
            same = (self._calls[number].customer, self._calls[number].queue) == (of.customer, of.queue)
            if number in (effect.front, *effect.others) or (same and front is None):
                self._fronts[number] = effect.front
        self._alone[effect.front] = replace(of, alone=True)
