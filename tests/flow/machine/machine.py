"""The machine: its steps, what is asked after each of them, and what must be true when all is done."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from hypothesis.stateful import invariant
from sqlmodel import col, select

from mailgate.core.delivery import Lane
from mailgate.core.model import Status
from mailgate.store import query
from mailgate.store.tables import InterventionRow, MessageRow, OutboxRow, TicketRow
from mailgate.store.verify import QUESTIONS, State, verify
from mailgate.store.verify.findings import answered
from tests.flow.machine.errands import Errands
from tests.flow.machine.model import SEVERAL, STOLEN_MINUTES, acknowledged
from tests.flow.machine.relay import Mood
from tests.flow.machine.world import USUAL, Stage

AFTER_EACH_STEP = frozenset(
    "decided undecided journaled-once journal-agrees in-custody opens-once one-message duplicate-of opened-once no-gap "
    "answers-promised work-once deed-worked one-clock waits settled tried failure-told message-id-once page-state "
    "page-called-off people-called answered acknowledged-once chain no-page-after bank-sealed bank-charges bank-asked "
    "undone-minutes undone-behind merged-somewhere merged-owes-nothing flood-told words-kept held-asked "
    "clock-due".split()
)
"""What is asked of the database after each step; everything is asked at the end."""

ANSWERS = ("acknowledgement", "transcript", "notification", "parked", "released", "refused", "correction")
"""Templates of what answers somebody: nobody wrote, so none of them leaves."""


@dataclass(frozen=True, slots=True)
class Ending:
    """For how long what was put off may still leave, and how many days of silence follow."""

    rest: timedelta = timedelta(days=1)
    days: int = 3


class Machine(Errands):
    """A desk in the hands of Hypothesis."""

    def __init__(self, stage: Stage, ending: Ending) -> None:
        super().__init__(stage)
        self.ending = ending

    @invariant()
    def the_database_is_sound(self) -> None:
        """As `mailgate verify` sees it."""
        for question in QUESTIONS:
            if question.name in AFTER_EACH_STEP:
                found = answered(self.world.database, question, self.world.now)
                assert found.state is not State.BROKEN, found

    def teardown(self) -> None:
        """The end of an example, if nothing went wrong before."""
        try:
            if sys.exc_info()[0] is None:
                self._come_to_rest()
                self._compare()
                self._stay_quiet()
        finally:
            self.world.close()

    def _come_to_rest(self) -> None:
        """The power stays, the relay takes everything, and what was put off leaves."""
        self.world.cuts.mend()
        self.world.relay.mood = Mood.TAKES
        self.world.reload(USUAL)
        self.world.work()
        self.world.advance(self.ending.rest)

    def _compare(self) -> None:
        self._every_invariant_holds()
        self._every_request_is_one_ticket()
        self._every_request_was_acknowledged_once()
        self._nothing_left_twice_without_a_reason()
        self._people_were_called()
        self._minutes_were_charged_once()
        self._minutes_were_taken_back_once()
        self._hours_are_left()
        self._only_what_was_to_be_joined_is()
        self._words_are_in_their_ticket_once()
        self._nobody_ended_what_is_not_theirs()

    def _every_invariant_holds(self) -> None:
        found = verify(self.world.database, self.world.now)
        broken = [f"{one.invariant}: {one.rows[0]}" for one in found if one.state is State.BROKEN]
        assert broken == [], broken

    def _every_request_is_one_ticket(self) -> None:
        """lost 0, duplicated 0."""
        found = Counter(word for ticket in self._tickets() for word in ticket.subject.split())
        times = {mark: found[mark] for mark in self.model.requests}
        assert set(times.values()) <= {1}, times

    def _every_request_was_acknowledged_once(self) -> None:
        for mark, asked in self.model.requests.items():
            letters = acknowledged(self.world.relay, mark)
            assert len(letters) == int(asked.answered), (mark, asked, letters)

    def _nothing_left_twice_without_a_reason(self) -> None:
        relay = self.world.relay
        copies = Counter(one.message_id for one in relay.taken)
        twice = {one: times for one, times in copies.items() if times > 1 + relay.unsure[one]}
        assert not twice, twice

    def _people_were_called(self) -> None:
        """Enough of them for an urgent request, unless somebody had it soon; and nobody once it was surely taken."""
        relay, rows = self.world.relay, self._pages()
        for ticket in self._tickets():
            mine = [
                one for one in (*relay.taken, *relay.refused) if rows.get(one.outbox_id, (0, ""))[0] == ticket.number
            ]
            called = {rows[one.outbox_id][1] for one in mine}
            wanted = 1 if ticket.number in self.model.touched else 2
            if not self.model.flooded.isdisjoint(ticket.subject.split()) and len(called) < wanted:
                called |= self._told_of(ticket, rows)
                wanted = 1 if ticket.assignee else wanted
            assert len(called) >= wanted, (ticket.number, called)
            late = relay.taken[self.model.quiet.get(ticket.number, len(relay.taken)) :]
            assert not [one for one in late if one in mine], (ticket.number, "paged after it was taken")

    def _minutes_were_charged_once(self) -> None:
        with self.world.database.read() as tx:
            charged = Counter(tx.exec(select(InterventionRow.minutes).where(InterventionRow.minutes > 0)))
        for minutes, times in self.model.expected(self.world.relay):
            assert charged.pop(minutes, 0) in times, (minutes, self.model.works[minutes])
        assert not [minutes for minutes in charged if minutes >= STOLEN_MINUTES]
        assert not charged, charged

    def _minutes_were_taken_back_once(self) -> None:
        """By whoever asked for it; for sure when they asked at once."""
        with self.world.database.read() as tx:
            back = Counter(tx.exec(select(-col(InterventionRow.minutes)).where(InterventionRow.minutes < 0)))
        assert set(back.values()) <= {1}, back
        assert self.model.undone <= set(back), self.model.undone - set(back)
        theirs = {self.model.works[minutes].technician for minutes in back}
        assert theirs <= self.model.regretful, theirs

    def _hours_are_left(self) -> None:
        """What was bought, less what was charged and not taken back."""
        with self.world.database.read() as tx:
            entries = query.bank(tx, "acme")
            charged = sum(tx.exec(select(InterventionRow.charged).where(InterventionRow.bank == "acme")))
        bought = [(one.reference, one.minutes) for one in entries if one.reference]
        assert sorted(bought) == sorted(self.model.bought.items()), bought
        assert (entries[-1].balance if entries else 0) == sum(self.model.bought.values()) - charged

    def _only_what_was_to_be_joined_is(self) -> None:
        for ticket in self._tickets():
            assert ticket.merged_into is None or ticket.merged_into in self.model.leads_to(ticket.number), ticket
            assert ticket.merged_into or ticket.number not in self.model.merged, ticket

    def _words_are_in_their_ticket_once(self) -> None:
        with self.world.database.read() as tx:
            said = tx.exec(select(MessageRow.ticket, MessageRow.text).where(MessageRow.direction == "in")).all()
        for word, ticket in self.model.words.items():
            found = [number for number, text in said if f" {word}." in text]
            assert len(found) == 1, (word, found)
            assert found[0] in self.model.leads_to(ticket), (word, found)

    def _nobody_ended_what_is_not_theirs(self) -> None:
        over = {one.number for one in self._tickets() if one.status not in (Status.NEW, Status.OPEN)}
        theirs = {one for ended in self.model.ended for one in self.model.leads_to(ended)}
        assert over <= theirs, over - theirs

    def _stay_quiet(self) -> None:
        """No unexpected mail after three cycles: nobody writes, so nobody is answered, and nothing leaves again."""
        before = len(self.world.relay.taken)
        known = {one.message_id for one in self.world.relay.taken}
        for _ in range(self.ending.days):
            self.world.advance(timedelta(days=1))
        later = self.world.relay.taken[before:]
        again = [one for one in later if one.message_id in known]
        assert not again, again
        answers = [one for one in later if self._template(one.outbox_id) in ANSWERS]
        assert not answers, answers
        self._every_invariant_holds()

    def _told_of(self, ticket: TicketRow, rows: dict[int, tuple[int, str]]) -> set[str]:
        """Who heard of a ticket by a page that tells of several and names it, or has it with the one that such a page
        was about."""
        pages = [one for one in (*self.world.relay.taken, *self.world.relay.refused) if one.outbox_id in rows]
        named = re.compile(rf"(#|nº ){ticket.number}\b")
        told = {rows[one.outbox_id][1] for one in pages if SEVERAL in one.mail.text and named.search(one.mail.text)}
        return told | ({ticket.assignee} if ticket.assignee else set())

    def _tickets(self) -> list[TicketRow]:
        with self.world.database.read() as tx:
            return list(tx.exec(select(TicketRow)))

    def _pages(self) -> dict[int, tuple[int, str]]:
        """The ticket and the technician of every page."""
        with self.world.database.read() as tx:
            pages = tx.exec(
                select(OutboxRow.id, OutboxRow.ticket, OutboxRow.technician).where(OutboxRow.lane == Lane.PAGE)
            )
            return {row: (ticket or 0, technician or "") for row, ticket, technician in pages if row is not None}

    def _template(self, row: int) -> str:
        with self.world.database.read() as tx:
            return tx.exec(select(OutboxRow.template).where(col(OutboxRow.id) == row)).one()
