"""What an undone mail took out of a customer's bank is given back by an entry of its own."""

from __future__ import annotations

from mailgate.core.bank_effects import EntryKind
from mailgate.core.events import BankAsked
from mailgate.store import bank, inbox
from tests.flow.desk import LiveDesk, answer
from tests.flow.test_held_mails import TECHS, paged


def balance(desk: LiveDesk) -> int:
    """The minutes that are left to acme."""
    with desk.database.read() as tx:
        return bank.banks(tx, "acme").get("acme", 0)


def test_the_bank_gets_back_what_was_charged(desk: LiveDesk) -> None:
    """The charge and its correction both stand in the book, and the balance is what it was."""
    with desk.database.write() as tx:
        inbox.ask(tx, BankAsked(0, desk.now, "acme", EntryKind.PURCHASE, 600, "INV-1"), desk.now)
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#niveau 2 vos données\n#appel 20"))
    charged = desk.ticket().interventions[-1].charged
    assert (charged > 0, balance(desk)) == (True, 600 - charged)
    desk.write(answer(pages[TECHS[0]], "#annuler"))
    assert balance(desk) == 600
    assert [one.charged for one in desk.ticket().interventions] == [charged, -charged]


def test_a_correction_that_is_undone_is_charged_again(desk: LiveDesk) -> None:
    """What was given back in error is no correction when it is taken again."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#niveau 2 vos données\n#appel 20"))
    charged = balance(desk)
    (asked,) = desk.write(answer(pages[TECHS[0]], "#appel -20"))
    desk.write(answer(asked, "oui"))
    assert balance(desk) == 0
    desk.write(answer(asked, "#annuler"))
    assert balance(desk) == charged
