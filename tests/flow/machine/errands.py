"""The machine's further rules: a technician regrets, requests become one, hours are bought, and a flood comes."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from mailgate.core.bank_effects import EntryKind
from mailgate.core.events import BankAsked
from tests.flow.machine import letters
from tests.flow.machine.letters import CONTACTS, REGULAR, TECHNICIANS, URGENT, Sort, Way
from tests.flow.machine.relay import Mood
from tests.flow.machine.steps import Steps, any_one
from tests.flow.machine.world import FLOODED, USUAL

REFERENCES = ("INV-1", "INV-2")


class Errands(Steps):
    """Everything else that can happen."""

    @precondition(lambda self: self.model.works)
    @rule(which=any_one, way=st.sampled_from(Way))
    def a_technician_takes_it_back(self, which: int, way: Way) -> None:
        """The mail that they wrote last, or another, and perhaps too late."""
        minutes = list(self.model.works)[-1 - which % len(self.model.works)]
        answers = self.model.takes_back(minutes, self.world.now)
        self._post(letters.answered(answers, "#annuler", self.model.number()), way)

    @precondition(lambda self: len(self._discussed()) > 1)
    @rule(which=any_one, into=any_one)
    def a_technician_merges(self, which: int, into: int) -> None:
        """Two requests, once they have said yes to what the desk asks."""
        mail = self._pick(TECHNICIANS, which)
        ticket = letters.ticket_of(mail)
        others = sorted(self._discussed() - {ticket})
        if ticket is None:
            return
        target = others[into % len(others)]
        about = next(one for one in self._theirs(TECHNICIANS) if letters.ticket_of(one) == target)
        surely = self._is_calm() and self.model.is_fresh(mail) and self.model.is_fresh(about)
        self.model.merges(ticket, target, surely)
        text = f"#fusionner {target}\n\nMême cause."
        self._post(letters.answered(mail, text, self.model.number()), Way.SMTP)
        if self._questions():
            self.a_technician_confirms(0, "oui")

    @rule(minutes=st.sampled_from((30, 600)), reference=st.sampled_from(REFERENCES))
    def hours_are_bought(self, minutes: int, reference: str) -> None:
        """By an invoice, which is entered once however often somebody enters it."""
        self.model.bought.setdefault(reference, minutes)
        bought = BankAsked(0, self.world.now, "acme", EntryKind.PURCHASE, minutes, reference)
        self.world.ask(bought)
        self.world.work()

    @rule(
        times=st.integers(3, 6), sender=st.sampled_from(CONTACTS), to=st.sampled_from((URGENT, URGENT, REGULAR)),
        apart=st.sampled_from((0, 0, 4, 14)),
    )  # fmt: skip
    def requests_pour_in(self, times: int, sender: str, to: str, apart: int) -> None:
        """One page tells of several, and whatever comes soon after waits for the next: all at once, or so many minutes
        apart that windows end meanwhile."""
        self.world.reload(FLOODED)
        self.model.floods(self.world.now)
        for _ in range(times):
            if self.model.may_ask(sender, self.world.now):
                self._ask(f"m{self.model.letters}", sender, to, Sort.PERSON, Way.SMTP)
            self.world.work()
            self.world.advance(timedelta(minutes=apart))
        self.world.reload(USUAL)

    def _is_calm(self) -> bool:
        """Whether a question reaches who is asked, and their answer the desk."""
        return self.world.relay.mood is Mood.TAKES and self.world.cuts.at is None

    def _discussed(self) -> set[int]:
        """The tickets that technicians have a mail about."""
        found = (letters.ticket_of(mail) for mail in self._theirs(TECHNICIANS))
        return {ticket for ticket in found if ticket is not None}
