"""Which tickets belong together, and who watches them, when a technician says so by mail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import SendMail, SetClock
from mailgate.core.failures import Undelivered, undelivered
from mailgate.core.identity import person_id
from mailgate.core.intents import AddWatcher, Close, Intent, Internal, LinkTo, RemoveWatcher, SetContact, SetCustomer
from mailgate.core.letters import Letter
from mailgate.core.model import Activity, Attachment, Direction, Outcome, Status, TokenKind
from mailgate.core.people import Customer
from mailgate.core.relation_effects import ChangeCustomer, LinkTickets, Unwatch, Watch
from mailgate.core.reports import Fate
from mailgate.core.seen import Seen
from mailgate.core.ticket import Line, Ticket
from tests.builders import NOW, a_kept_callback, a_policy, a_ticket
from tests.core.asking import ask, letters, of, only
from tests.core.working import answer, codes, on

OTHER = a_ticket(number=1017)
IT, OUTSIDE = "it@acme.example", "x@elsewhere.example"


def beside(*intents: Intent, text: str = "", own: Ticket | None = None) -> Decision:
    """An answer on #1001, where #1017 is another ticket of the customer and #1020 became part of it."""
    seen = Seen(1021, by_token=own or a_ticket(), named={1017: OTHER, 1020: OTHER}, siblings=(1017, 1009))
    return ask(answer(*intents, text=text), seen)


def nearest(decision: Decision) -> str:
    """The valid form near what could not be done."""
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    (problem,) = letter.facts.transcript.problems
    return problem.nearest


def doubted(decision: Decision) -> list[tuple[str, str]]:
    """What a mail waits for one more word about."""
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    return [(one.code, one.detail) for one in letter.facts.transcript.doubts]


def heard(decision: Decision) -> dict[str, Letter]:
    """The notifications, by their reader."""
    return {letter.to.address: letter for letter in letters(decision, "notification")}


def test_two_tickets_are_linked_and_no_clock_moves() -> None:
    """They belong together; each is still owed what was promised."""
    decision = beside(LinkTo(1017), own=a_ticket(status=Status.OPEN, assignee="tech1"))
    assert only(decision, LinkTickets) == LinkTickets(1001, 1017, NOW)
    assert of(decision, SetClock) == []
    assert codes(decision) == ["linked"]
    assert "linked: 1017" in decision.because


def test_a_link_to_what_was_merged_leads_to_where_it_went() -> None:
    """Nobody looks at a merged ticket again."""
    assert only(beside(LinkTo(1020)), LinkTickets).other == 1017


@pytest.mark.parametrize(("number", "form"), [(1016, "#linkto 1017"), (55, "#linkto 1017 / 1009")])
def test_an_unknown_number_is_answered_with_the_customers_own(number: int, form: str) -> None:
    """The one that looks like it, else the newest."""
    decision = beside(LinkTo(number), Close())
    assert decision.outcome is Outcome.REFUSED
    assert nearest(decision) == form


def test_no_ticket_is_linked_with_itself() -> None:
    """Whoever writes its own number meant another one."""
    own = a_ticket()
    seen = Seen(1021, by_token=own, named={1001: own})
    assert codes(ask(answer(LinkTo(1001)), seen)) == ["same-ticket"]


def test_the_desk_sees_links_and_the_customer_does_not() -> None:
    """Numbers of other tickets are the desk's."""
    decision = ask(answer(text="Bonjour."), Seen(1021, by_token=a_ticket(links=(1017,))))
    shown = {one.letter.template: one.letter.facts.ticket for one in of(decision, SendMail)}
    assert shown["technician"] is not None
    assert shown["technician"].links == (1017,)
    assert shown["notification"] is not None
    assert shown["notification"].links == ()


def test_who_watches_gets_the_answer_as_a_mail_of_their_own() -> None:
    """With their own signed address; the story holds the answer once."""
    decision = on(text="C'est réparé.", watchers=(IT, OUTSIDE))
    told = heard(decision)
    assert set(told) == {"chef@acme.example", IT, OUTSIDE}
    assert {letter.facts.message.text for letter in told.values() if letter.facts.message} == {"C'est réparé."}
    assert (told[IT].to.token, told[IT].to.person) == (TokenKind.CONTACT, person_id("contact", IT))
    contact = told[IT].facts.contact
    assert contact is not None
    assert (contact.name, told[IT].references) == ("Ivan Tremblay", ())


def test_files_go_to_who_watches_as_well() -> None:
    """What the customer is told, whole."""
    event = answer(text="Voici.")
    part = Attachment(1, "plan.pdf", "application/pdf", 100)
    event = replace(event, mail=replace(event.mail, attachments=(part,)))
    told = heard(ask(event, Seen(1002, by_token=a_ticket(watchers=(IT,)))))
    assert told[IT].enclosure == told["chef@acme.example"].enclosure is not None


def test_a_watcher_who_becomes_the_requester_hears_once() -> None:
    """Nobody gets the same words twice."""
    decision = on(SetContact(IT), text="Bonjour.", watchers=(IT,))
    assert [letter.to.address for letter in letters(decision, "notification")] == [IT]


def test_a_new_watcher_is_told_so() -> None:
    """They get a signed address, and nothing that anybody wrote."""
    decision = on(AddWatcher(IT), status=Status.OPEN, assignee="tech1")
    assert only(decision, Watch) == Watch(1001, IT, NOW)
    (letter,) = letters(decision, "followed")
    assert (letter.to.address, letter.facts.message) == (IT, None)
    assert letter.facts.notice is not None
    assert letter.facts.notice.code == "watch"


def test_words_beside_a_new_watcher_are_what_tells_them() -> None:
    """One mail, not two."""
    decision = on(AddWatcher(IT), text="Je vous mets en copie.")
    assert set(heard(decision)) == {"chef@acme.example", IT}
    assert letters(decision, "followed") == []


def test_a_note_reaches_no_watcher() -> None:
    """`#note`: this whole mail is internal."""
    decision = on(AddWatcher(IT), Internal(), text="Chut.")
    assert only(decision, Watch).address == IT
    assert {one.letter.template for one in of(decision, SendMail)} <= {"transcript", "technician"}


def test_who_is_taken_back_hears_no_more() -> None:
    """Beginning with the words of the same mail."""
    decision = on(RemoveWatcher(IT), text="Merci.", watchers=(IT,))
    assert only(decision, Unwatch) == Unwatch(1001, IT)
    assert set(heard(decision)) == {"chef@acme.example"}


@pytest.mark.parametrize(
    ("intents", "code"),
    [
        ((AddWatcher("tech2@example.com"),), "not-a-customers-address"),
        ((AddWatcher("support-urgent@example.com"),), "not-a-customers-address"),
        ((AddWatcher("chef@acme.example"),), "watches-already"),
        ((SetContact(IT), AddWatcher(IT)), "watches-already"),
        ((RemoveWatcher(IT),), "not-watching"),
        ((AddWatcher(IT), RemoveWatcher(IT)), "one-at-a-time"),
        (tuple(AddWatcher(f"p{number}@acme.example") for number in range(6)), "too-many-watchers"),
    ],
)
def test_what_makes_no_sense_stops_the_mail(intents: tuple[Intent, ...], code: str) -> None:
    """Nothing is applied, and it is said why."""
    decision = on(*intents, text="Bonjour.")
    assert decision.outcome is Outcome.REFUSED
    assert code in codes(decision)


def test_who_does_not_watch_is_answered_with_those_who_do() -> None:
    """A typing error is found at once."""
    assert nearest(on(RemoveWatcher("i@acme.example"), watchers=(IT,))) == "#removewatcher non it@acme.example"


@pytest.mark.parametrize("intent", [AddWatcher(OUTSIDE), SetContact(OUTSIDE)])
def test_an_address_from_outside_waits_for_a_word(intent: Intent) -> None:
    """One letter too few in an address, and a stranger reads along (hazards A30)."""
    decision = on(intent, text="Bonjour.")
    assert doubted(decision) == [("outsider", OUTSIDE)]
    assert letters(decision, "notification") == []
    confirmed = ask(answer(intent, text="Bonjour.", confirmed_at=NOW), Seen(1002, by_token=a_ticket()))
    assert OUTSIDE in heard(confirmed)


@pytest.mark.parametrize("mail", [IT, "new@acme.example", "friend@elsewhere.example"])
def test_who_belongs_to_the_customer_or_takes_part_waits_for_nothing(mail: str) -> None:
    """A contact, a colleague, and somebody who wrote in the ticket."""
    part = frozenset({"chef@acme.example", "friend@elsewhere.example"})
    assert only(on(AddWatcher(mail), participants=part), Watch).address == mail


def test_another_customer_waits_for_a_word() -> None:
    """Another firm pays."""
    policy = a_policy()
    policy = replace(policy, customers={**policy.customers, "globex": Customer("globex", "Globex")})
    decision = ask(answer(SetCustomer("globex")), Seen(1002, by_token=a_ticket()), policy)
    assert doubted(decision) == [("changes-customer", "Globex")]
    assert of(decision, ChangeCustomer) == []


def test_a_lost_copy_breaks_no_promise() -> None:
    """The customer has the answer; who only watches is no measure of it."""
    said = Line(NOW, "tech2@example.com", Direction.OUT, "Bonjour.")
    ticket = a_ticket(a_kept_callback(Activity.REPLY), watchers=(IT,), history=(said,))
    seen = Seen(1002, by_token=ticket)
    lost = Undelivered(7, "notification", "IT@acme.example", Fate.HARD, "550", promised_at=NOW)
    assert not any(isinstance(one, SetClock) for one in undelivered(lost, seen, NOW, a_policy()))
    lost = replace(lost, recipient="chef@acme.example")
    assert any(isinstance(one, SetClock) for one in undelivered(lost, seen, NOW, a_policy()))
