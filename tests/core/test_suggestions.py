"""A mail that may not continue a ticket starts one, and the desk sees which one it may mean (hazards A29, A32, A33)."""

from __future__ import annotations

import pytest

from mailgate.core.effects import AddMessage, OpenTicket
from mailgate.core.events import MailReceived
from mailgate.core.model import Mail, Outcome, Token, TokenKind
from mailgate.core.page_effects import Page
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from tests.builders import a_mail, a_ticket, received, technician_token
from tests.core.asking import ask, letters, of, only

STRANGER = received(a_mail("x@nowhere.example", subject="Re: [#1001] Panne du serveur"))
OTHERS = a_ticket(customer="autre", participants=frozenset({"y@autre.example"}))


def suggestions(event: MailReceived, seen: Seen) -> set[int | None]:
    """What the technicians' mails suggest."""
    pages = of(ask(event, seen), Page)
    return {page.letter.facts.message.suggests for page in pages if page.letter.facts.message}


@pytest.mark.parametrize(
    "seen",
    [
        Seen(1002, by_tag=OTHERS),
        Seen(1002, by_thread=OTHERS),
        Seen(1002, by_reference=OTHERS),
        Seen(1002, same_id=OTHERS),
    ],
    ids=["number", "our Message-ID", "their Message-ID", "the same Message-ID"],
)
@pytest.mark.parametrize("event", [STRANGER, received()], ids=["stranger", "another customer"])
def test_whatever_names_a_foreign_ticket_is_a_suggestion_to_the_desk(event: MailReceived, seen: Seen) -> None:
    """Nothing is added to it, its people hear nothing, and nobody outside learns whether it exists."""
    decision = ask(event, seen)
    assert (decision.outcome, decision.ticket) == (Outcome.TICKET, 1002)
    assert {message.ticket for message in of(decision, AddMessage)} == {1002}
    assert suggestions(event, seen) == {1001}
    assert "it may belong to #1001" in decision.because
    (told,) = letters(decision, "acknowledgement")
    assert told.facts.message is None


@pytest.mark.parametrize(
    ("ticket", "joins"), [(OTHERS, False), (a_ticket(), True)], ids=["of another customer", "one's own"]
)
def test_a_return_address_continues_the_tickets_of_ones_own_side_only(ticket: Ticket, joins: bool) -> None:
    """Servers on the way read it, and forwards keep it: unlike a reply address it was given to nobody to answer."""
    answer = received(token=Token(TokenKind.BOUNCE, 7, 0))
    decision = ask(answer, Seen(1002, by_token=ticket))
    assert {message.ticket for message in of(decision, AddMessage)} == {1001 if joins else 1002}


def test_a_technicians_address_in_other_hands_suggests_nothing() -> None:
    """It leaked, or a customer's mail was addressed to it by mistake: it says nothing of which ticket they mean."""
    event = received(token=technician_token("tech1"))
    assert suggestions(event, Seen(1002, by_token=OTHERS)) == {None}
    assert "it may belong to" not in ask(event, Seen(1002, by_token=OTHERS)).because


def test_nothing_named_is_nothing_suggested() -> None:
    """An ordinary request."""
    assert suggestions(received(), Seen(1002)) == {None}


def test_a_message_id_used_before_makes_no_mail_disappear() -> None:
    """An attacker who sends first under the victim's Message-ID gains nothing: the victim gets a ticket."""
    decision = ask(received(), Seen(1002, same_id=OTHERS))
    assert only(decision, OpenTicket).ticket.number == 1002
    assert "another mail, in #1001, has the same Message-ID" in decision.because


def test_what_could_not_be_read_of_a_mail_is_said() -> None:
    """Beyond a cap it is handled from its envelope and safe headers, and the journal says so."""
    mail: Mail = a_mail(defects=("more than 1000 parts", "several From fields"))
    assert "read with defects: more than 1000 parts, several From fields" in ask(received(mail)).because
