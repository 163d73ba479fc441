"""The machine's rules: one thing that people, time or trouble do to the desk."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mailgate.core.events import RetryAsked, TicketRequested
from tests.flow.desk import Sent
from tests.flow.machine import letters
from tests.flow.machine.cutting import Moment
from tests.flow.machine.letters import CONTACTS, PAGERS, REGULAR, TECHNICIANS, URGENT, Posted, Sort, Trick, Way
from tests.flow.machine.model import ASKED, STOLEN_MINUTES, Asked, Model
from tests.flow.machine.relay import Mood
from tests.flow.machine.world import Stage

any_one = st.integers(0, 999)
"""Which of those that there are, counted from the newest."""

moments = st.sampled_from((*Moment, Moment.BEGIN))
few = st.integers(0, 5)
"""When the power goes, and how many such moments pass before."""

COMMANDS = ("", "#prendre\n", "#note\n", "#attente client\n", "#résolu\n", "#priorité P1\n", "#niveau 2 vos données\n")
BARE = ("ok", "pris", "")
MINUTES = (1, 16, 31, 61, 240, 1440, 4 * 1440)


class Steps(RuleBasedStateMachine):
    """Everything that can happen."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.world, self.model = stage.begin(), Model()

    @initialize(at=moments, left=few)
    def somebody_asked(self, at: Moment, left: int) -> None:
        """A desk without a ticket is dull, and one whose power stays."""
        self.the_power_goes_while_somebody_asks(at, left)

    @rule(
        sender=st.sampled_from(CONTACTS), to=st.sampled_from((URGENT, URGENT, REGULAR)), sort=st.sampled_from(Sort),
        way=st.sampled_from(Way), at_once=st.booleans(),
    )  # fmt: skip
    def somebody_asks(self, sender: str, to: str, sort: Sort, way: Way, at_once: bool) -> None:
        """A request, which may wait in the inbox for the next step."""
        way = Way.SMTP if sort is Sort.NOBODY else way
        self._ask(f"m{self.model.letters}", sender, to, sort, way)
        if at_once:
            self.world.work()

    @rule(which=any_one, way=st.sampled_from(Way))
    def a_mail_comes_again(self, which: int, way: Way) -> None:
        """Whoever wrote it, by the same way or by another."""
        posted = self.model.posted[-1 - which % len(self.model.posted)]
        self._post(posted, way if posted.sender else Way.SMTP)

    @precondition(lambda self: self._theirs(CONTACTS))
    @rule(which=any_one, door=st.sampled_from((None, None, URGENT, REGULAR)), way=st.sampled_from(Way))
    def a_customer_answers(self, which: int, door: str | None, way: Way) -> None:
        """A few more words about a ticket; at a door people may be called for it again."""
        mail, number = self._pick(CONTACTS, which), self.model.number()
        word, ticket = f"w{number}", letters.ticket_of(mail)
        if ticket is None:
            return
        self.model.words[word] = ticket
        self.model.touched.add(ticket)
        if door is not None:
            self.model.calls_again(ticket)
        self._post(letters.answered(mail, f"Encore ceci : {word}.", number, to=door), way)

    @precondition(lambda self: self._theirs(TECHNICIANS))
    @rule(which=any_one, command=st.sampled_from(COMMANDS), way=st.sampled_from(Way))
    def a_technician_works(self, which: int, command: str, way: Way) -> None:
        """On the newest mail or on an old one, which may be stale by now."""
        mail, number = self._pick(TECHNICIANS, which), self.model.number()
        minutes, ticket = 10 + number, letters.ticket_of(mail)
        if ticket is None:
            return
        fresh, words = self.model.is_fresh(mail), f"Fait {number}."
        posted = letters.answered(mail, f"#appel {minutes}\n{command}\n{words}", number)
        self.model.works_on(mail, minutes, f"<{number}@example.com>", self.world.now)
        if command.startswith(("#attente", "#résolu")):
            self.model.ended.add(ticket)
        self._post(posted, way)
        if fresh:
            self.model.quiet[ticket] = len(self.world.relay.taken)

    @precondition(lambda self: self._theirs((*TECHNICIANS, *PAGERS)))
    @rule(which=any_one, text=st.sampled_from(BARE), way=st.sampled_from(Way))
    def a_page_is_acknowledged(self, which: int, text: str, way: Way) -> None:
        """By mail, or on the pager."""
        mail = self._pick((*TECHNICIANS, *PAGERS), which)
        self.model.touched |= {letters.ticket_of(mail) or 0}
        self._post(letters.answered(mail, text, self.model.number()), way)

    @precondition(lambda self: self._questions())
    @rule(which=any_one, text=st.sampled_from(("oui", "oui", "non")))
    def a_technician_confirms(self, which: int, text: str) -> None:
        """The newest question, or one that is stale."""
        asked = self._questions()
        mail = asked[-1 - which % len(asked)]
        ticket = letters.ticket_of(mail)
        if ticket is not None and text == "oui":
            self.model.confirmed.add((ticket, mail.to))
        self._post(letters.answered(mail, text, self.model.number()), Way.SMTP)

    @precondition(lambda self: self._theirs(TECHNICIANS))
    @rule(which=any_one, trick=st.sampled_from(Trick), way=st.sampled_from(Way))
    def somebody_tries_a_trick(self, which: int, trick: Trick, way: Way) -> None:
        """Nothing of it is carried out, whatever is said about it to whom."""
        mail, number = self._pick(TECHNICIANS, which), self.model.number()
        text = f"#appel {STOLEN_MINUTES + number}\n#résolu\n\nC'est réglé."
        self.model.touched |= {letters.ticket_of(mail) or 0}
        self._post(letters.tricked(trick, mail, text, number), way)

    @rule(urgent=st.booleans())
    def an_operator_opens(self, urgent: bool) -> None:
        """Somebody called."""
        mark = f"o{self.model.number()}"
        queue = "urgent" if urgent else "regulier"
        self.model.asks(mark, Asked(CONTACTS[0], urgent, self.world.now))
        self.world.ask(TicketRequested(0, self.world.now, "acme", CONTACTS[0], f"Appel {mark}", "Bonjour", queue))
        self.world.work()

    @precondition(lambda self: self.world.relay.refused)
    @rule(which=any_one)
    def an_operator_tries_again(self, which: int) -> None:
        """What a relay had refused."""
        refused = self.world.relay.refused
        one = refused[-1 - which % len(refused)]
        self.world.ask(RetryAsked(0, self.world.now, "outbox", one.outbox_id))
        self.world.work()

    @rule(minutes=st.sampled_from(MINUTES))
    def time_passes(self, minutes: int) -> None:
        """A minute, or some days."""
        self.world.advance(timedelta(minutes=minutes))

    @rule(mood=st.sampled_from(Mood))
    def the_relay_changes(self, mood: Mood) -> None:
        """For better or worse."""
        self.world.relay.mood = mood
        self.world.work()

    @rule(at=moments, left=few)
    def the_power_will_go(self, at: Moment, left: int) -> None:
        """At a moment of whatever comes next."""
        self._arm(at, left)

    @rule(at=moments, left=few)
    def the_power_goes_while_somebody_asks(self, at: Moment, left: int) -> None:
        """While the mail comes in, while it is decided, or while the first letters leave."""
        self._arm(at, left)
        self._ask(f"m{self.model.letters}", CONTACTS[1], URGENT, Sort.PERSON, Way.SMTP)
        self.world.work()
        self.world.cuts.mend()

    @rule(which=st.integers(0, 1))
    def rules_are_reloaded(self, which: int) -> None:
        """Other ones, or those of before."""
        self.world.reload(which)

    def _arm(self, at: Moment, left: int) -> None:
        """There are many statements."""
        self.world.cuts.arm(at, left * (11 if at is Moment.STATEMENT else 1))

    def _ask(self, mark: str, sender: str, to: str, sort: Sort, way: Way) -> None:
        self.model.asks(mark, Asked(sender, to == URGENT, self.world.now, sort in (Sort.PERSON, Sort.STUCK)))
        posted = letters.request(mark, self.model.number(), sender, to, sort)
        self._accept(posted, way)

    def _post(self, posted: Posted, way: Way) -> None:
        self._accept(posted, way)
        self.world.work()

    def _accept(self, posted: Posted, way: Way) -> None:
        self.model.posted.append(posted)
        self.model.uid += 1
        self.world.take(*posted.deliveries(way, self.model.uid))

    def _theirs(self, people: tuple[str, ...] | dict[str, str]) -> list[Sent]:
        """What the relay passed on to some people and what can be answered."""
        return [one.mail for one in self.world.relay.taken if one.mail.to in people and one.mail.reply_to]

    def _pick(self, people: tuple[str, ...], which: int) -> Sent:
        mails = self._theirs(people)
        return mails[-1 - which % len(mails)]

    def _questions(self) -> list[Sent]:
        return [mail for mail in self._theirs(TECHNICIANS) if ASKED in mail.text]
