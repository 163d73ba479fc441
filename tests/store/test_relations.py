"""What a ticket is called and whose it is, in rows."""

from __future__ import annotations

from mailgate.core.model import Address
from mailgate.core.relation_effects import ChangeCustomer, ChangeRequester, ChangeSubject
from mailgate.core.ticket import Ticket
from mailgate.store.database import Database
from mailgate.store.tickets import find_ticket
from tests.store.desk import apply, open_ticket


def ticket(database: Database, number: int = 1001) -> Ticket:
    """The ticket, read back."""
    with database.read() as tx:
        found = find_ticket(tx, number)
    assert found is not None
    return found


def test_subject_and_customer_are_columns(database: Database) -> None:
    """Read back as they were said."""
    open_ticket(database, ChangeSubject(1001, "Panne d’onduleur"), ChangeCustomer(1001, "globex", "Europe/Zurich"))
    found = ticket(database)
    assert (found.subject, found.customer, found.timezone) == ("Panne d’onduleur", "globex", "Europe/Zurich")


def test_a_new_requester_takes_part_and_the_former_one_still_does(database: Database) -> None:
    """Participants are kept in lower case."""
    open_ticket(database)
    apply(database, ChangeRequester(1001, Address("IT@acme.example", "Ivan"), "en", True))
    found = ticket(database)
    assert (found.requester, found.language, found.registered) == (Address("IT@acme.example", "Ivan"), "en", True)
    assert found.participants == {"it@acme.example", "chef@acme.example"}
