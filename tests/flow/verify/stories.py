"""Conversations of every kind, so that every table holds something."""

from __future__ import annotations

from mailgate.core.bank_effects import EntryKind
from mailgate.core.custody import Delivery, ImapSource
from mailgate.core.delivery import Refused
from mailgate.core.events import BankAsked
from mailgate.core.model import Door
from mailgate.store import inbox
from tests.flow.desk import Letter, LiveDesk, answer
from tests.flow.test_conversation import to


def tell_everything(desk: LiveDesk) -> None:
    """One after the other, within an afternoon."""
    _a_panne_is_worked_on(desk)
    _somebody_else_asks(desk)
    _a_mailbox_is_read(desk)
    _nobody_answers(desk)
    _nobody_wrote(desk)
    _an_hour_is_charged(desk)
    _hours_are_bought(desk)


def _a_panne_is_worked_on(desk: LiveDesk) -> None:
    """Ticket 1001: called, answered, waited for, waited for again; a call was another customer's."""
    pages = desk.write(Letter("Panne"))
    desk.advance(minutes=5)
    told = desk.write(answer(to(pages, "tech2@example.com"), "#appel 15\n\nJ'arrive."))
    desk.advance(minutes=5)
    desk.write(answer(to(told, "chef@acme.example"), "Merci de venir vite."))
    desk.write(answer(to(pages, "tech2@example.com"), "#attente tiers 3d"))
    desk.advance(hours=1)
    desk.write(answer(to(pages, "tech2@example.com"), "#attente client"))
    desk.write(answer(to(pages, "tech2@example.com"), "#appel 30"))
    desk.write(answer(to(pages, "tech2@example.com"), "#annuler"))
    desk.write(answer(to(pages, "tech2@example.com"), "#absent 2026-12-24..2027-01-03"))


def _somebody_else_asks(desk: LiveDesk) -> None:
    """Ticket 1002 is parked and released."""
    asked = desk.write(Letter("Bonjour", "collegue@acme.example", "support-regulier@example.com", "Question"))
    desk.write(answer(to(asked, "chef@acme.example"), "oui"))


def _a_mailbox_is_read(desk: LiveDesk) -> None:
    """Ticket 1003 came by IMAP."""
    raw = Letter("Une demande", to="support-regulier@example.com", subject="Par IMAP").raw(77)
    fetched = Delivery(
        Door.IMAP, "it@acme.example", ("support-regulier@example.com",), raw, source=ImapSource("INBOX@host", 7, 12)
    )
    with desk.database.write() as tx:
        inbox.accept(tx, [fetched], desk.now)
    desk.work()


def _nobody_answers(desk: LiveDesk) -> None:
    """Ticket 1004: every step, and the alarm; a pager is dead."""
    desk.answers["5145550103@pager.example.net"] = Refused("550 gone")
    desk.write(Letter("Panne", "it@acme.example", subject="Autre panne"))
    for _ in range(5):
        desk.advance(minutes=16)


def _nobody_wrote(desk: LiveDesk) -> None:
    """Ticket 1005 has a null reverse-path."""
    desk.write(Letter("Panne", "it@acme.example", subject="Sans retour", envelope_from=""))


def _hours_are_bought(desk: LiveDesk) -> None:
    """Twice by the same reference, and then a little less."""
    for what, minutes, reference in (
        (EntryKind.PURCHASE, 1200, "INV-12"), (EntryKind.PURCHASE, 1200, "INV-12"), (EntryKind.CORRECTION, -60, "bis"),
    ):  # fmt: skip
        with desk.database.write() as tx:
            inbox.ask(tx, BankAsked(0, desk.now, "acme", what, minutes, reference), desk.now)
    desk.work()


def _an_hour_is_charged(desk: LiveDesk) -> None:
    """Ticket 1006 is beyond maintenance: the bank pays."""
    pages = desk.write(Letter("Des chiffres faux", "it@acme.example", subject="Rapport"))
    called = next(mail for mail in pages if mail.template == "technician")
    desk.write(answer(called, "#niveau 2 vos données sont à examiner\n#appel 15"))
