"""Books of hours: numbered, sealed, added up, and written once."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlmodel import func, select

from mailgate.core.bank_effects import Book, EntryKind
from mailgate.core.effects import AddIntervention
from mailgate.core.events import BankAsked, TicketRequested
from mailgate.core.intents import Order, Orders, SetCustomer, Spend
from mailgate.core.model import Activity
from mailgate.core.seen import Seen, Worked
from mailgate.store import bank, claims, inbox, query, snapshot
from mailgate.store.database import Database, Tx
from mailgate.store.query import EntryShown
from mailgate.store.tables import BankEntryRow
from mailgate.store.verify.bank import _broken_seals, _uncharged
from tests.builders import NOW, contact_token, received, technician_token
from tests.store.desk import apply, open_ticket

BOUGHT = BankAsked(0, NOW, "acme", EntryKind.PURCHASE, 1200, "INV-12")


def a_wish(database: Database) -> int:
    """The inbox row of something that was asked."""
    with database.write() as tx:
        return inbox.ask(tx, BOUGHT, NOW)


def a_book(inbox_id: int, minutes: int = 1200, **changes: object) -> Book:
    entry = Book("acme", EntryKind.CORRECTION, minutes, NOW, inbox_id)
    return replace(entry, **changes)  # type: ignore[arg-type]  # the test names the fields


def ledger(database: Database, customer: str = "acme") -> tuple[EntryShown, ...]:
    with database.read() as tx:
        return query.bank(tx, customer)


def seen(database: Database, **changes: object) -> Seen:
    """What is known when hours are asked for."""
    with database.read() as tx:
        return snapshot.load(tx, replace(BOUGHT, **changes))  # type: ignore[arg-type]  # the test names the fields


def broken(tx: Tx) -> list[str]:
    return [one.detail for one in _broken_seals(tx, NOW)]


def test_entries_are_numbered_and_added_up(database: Database) -> None:
    """Each customer's own, in the order in which they were entered."""
    first, second, third = (a_wish(database) for _ in range(3))
    apply(database, a_book(first, what=EntryKind.PURCHASE, reference="INV-12"), a_book(third, customer="bolt"))
    apply(database, a_book(second, -30, reference="à tort"))
    assert ledger(database) == (
        EntryShown(1, NOW, EntryKind.PURCHASE, 1200, 1200, "INV-12", None, None, first),
        EntryShown(2, NOW, EntryKind.CORRECTION, -30, 1170, "à tort", None, None, second),
    )
    assert [one.number for one in ledger(database, "bolt")] == [1]


def test_a_decision_knows_balance_and_references(database: Database) -> None:
    """Of the customer it is about; nothing entered is not the same as nothing left."""
    assert (seen(database).banks, seen(database).is_booked) == ({}, False)
    apply(database, a_book(a_wish(database), -15, reference="INV-12"), a_book(a_wish(database), 15))
    assert (seen(database).banks, seen(database).is_booked) == ({"acme": 0}, True)
    assert (seen(database, customer="bolt").banks, seen(database, customer="bolt").is_booked) == ({}, False)
    assert seen(database, reference="inv-13").is_booked is False


@pytest.mark.parametrize(("again", "reference"), [(True, "other"), (False, "INV-12")])
def test_neither_a_wish_nor_a_reference_is_entered_twice(database: Database, again: bool, reference: str) -> None:
    """A replay is refused by the table itself, whatever was decided before it (hazards A28)."""
    first, second = a_wish(database), a_wish(database)
    apply(database, a_book(first, reference="INV-12"))
    with pytest.raises(IntegrityError):
        apply(database, a_book(first if again else second, reference=reference))
    assert len(ledger(database)) == 1


def test_any_number_of_entries_has_no_reference(database: Database) -> None:
    """Charges name a ticket instead."""
    apply(database, *(a_book(a_wish(database), -15) for _ in range(3)))
    assert [one.reference for one in ledger(database)] == [None] * 3


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(-(10**6), 10**6).filter(bool), max_size=8), words=st.text(max_size=20))
def test_a_balance_is_the_sum_and_every_seal_holds(database: Database, amounts: list[int], words: str) -> None:
    """Whatever is entered, by whatever words (hazards I30)."""
    customer = f"c{a_wish(database)}"
    for amount in amounts:
        apply(database, a_book(a_wish(database), amount, customer=customer, technician=words, reference=""))
    with database.read() as tx:
        assert bank.banks(tx, customer) == ({customer: sum(amounts)} if amounts else {})
        assert broken(tx) == []
    assert [one.minutes for one in ledger(database, customer)] == amounts


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE bank_entry SET minutes = 2400 WHERE number = 1", 1),
        ("UPDATE bank_entry SET reference = 'x' WHERE number = 2", 2),
        ("UPDATE bank_entry SET technician = 'tech9' WHERE number = 3", 3),
        ("DELETE FROM bank_entry WHERE number = 2", 3),
        ("DELETE FROM bank_entry WHERE number = 1", 2),
    ],
)
def test_what_is_edited_or_taken_out_is_seen(database: Database, statement: str, entry: int) -> None:
    """By the first entry that does not fit any more."""
    apply(database, *(a_book(a_wish(database), minutes) for minutes in (1200, -30, -60)))
    with database.write() as tx:
        tx.connection().exec_driver_sql(statement)
    with database.read() as tx:
        assert broken(tx)[0].startswith(f"entry {entry}:")


def an_intervention(inbox_id: int, charged: int = 60) -> AddIntervention:
    """A call of tech1 that acme's bank pays."""
    debit = Book("acme", EntryKind.CHARGE, -charged, NOW, inbox_id, ticket=1001, technician="tech1")
    return AddIntervention(1001, "tech1", Activity.CALL, 12, charged, True, NOW, debit)


def test_work_and_its_charge_are_written_together(database: Database) -> None:
    """Both or none of them; the next mail knows what they add up to."""
    wish = a_wish(database)
    open_ticket(database, an_intervention(wish))
    assert ledger(database) == (EntryShown(1, NOW, EntryKind.CHARGE, -60, -60, None, 1001, "tech1", wish),)
    with pytest.raises(IntegrityError):
        apply(database, an_intervention(wish))
    event = received(token=technician_token("tech1"))
    with database.read() as tx:
        known = snapshot.load(tx, event)
        story = query.ticket(tx, 1001)
    assert (known.banks, known.worked) == ({"acme": -60}, Worked(12, 60))
    assert story is not None
    assert [(one.charged, one.bank) for one in story.interventions] == [(60, "acme")]


def test_a_mail_that_names_another_customer_knows_every_bank(database: Database) -> None:
    """It is charged to whom the request belongs then; a customer's own mail asks for nobody's."""
    apply(database, a_book(a_wish(database), customer="bolt"), a_book(a_wish(database)))
    open_ticket(database)
    orders = Orders("", (Order(SetCustomer("Bolt"), "#client Bolt"),))
    with database.read() as tx:
        assert set(snapshot.load(tx, received(token=technician_token("tech1"), orders=orders)).banks) == {
            "acme",
            "bolt",
        }
        assert set(snapshot.load(tx, received(token=technician_token("tech1"))).banks) == {"acme"}
        assert snapshot.load(tx, received(token=contact_token())).banks == {}
        begun = Orders("", (Order(Spend(Activity.CALL, 12), "#appel 12"),))
        assert set(snapshot.load(tx, received(orders=begun)).banks) == {"acme", "bolt"}
        opened = TicketRequested(1, NOW, "bolt", "chef@bolt.example", "Panne")
        assert set(snapshot.load(tx, opened).banks) == {"bolt"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM bank_entry",
        "UPDATE intervention SET charged = 30",
        "UPDATE intervention SET bank = 'bolt'",
        "UPDATE bank_entry SET intervention = NULL",
        "UPDATE bank_entry SET what = 'correction'",
    ],
)
def test_work_without_its_charge_is_seen(database: Database, statement: str) -> None:
    """And a charge without its work."""
    open_ticket(database, an_intervention(a_wish(database)))
    with database.write() as tx:
        assert list(_uncharged(tx, NOW)) == []
        tx.connection().exec_driver_sql(statement)
        assert len(list(_uncharged(tx, NOW))) >= 1


def test_two_debits_at_once_are_one_after_the_other(database: Database) -> None:
    """As the engine decides: with the floor in hand, so that each sees what the other left (hazards I33)."""
    apply(database, a_book(a_wish(database), 100))
    wishes, balances = [a_wish(database) for _ in range(6)], []

    def debit(wish: int) -> None:
        with database.write() as tx:
            assert claims.claim_mail(tx, wish)
            balances.append(bank.banks(tx, "acme")["acme"])
            bank.book(tx, a_book(wish, -30))

    threads = [threading.Thread(target=debit, args=(wish,)) for wish in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert balances == [100, 70, 40, 10, -20, -50]
    with database.read() as tx:
        assert tx.exec(select(func.max(BankEntryRow.number))).one() == 7
        assert broken(tx) == []
