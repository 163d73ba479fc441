"""Whose customer an author is, when the rules name the same address more than once."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.identity import recognise
from mailgate.core.model import Address
from mailgate.core.people import Contact, Customer
from tests.builders import a_policy


def test_an_address_that_several_customers_claim_is_the_first_ones() -> None:
    """The order of the rules decides, and a contact is one whatever the domain says; both are looked up by address."""
    shared = Contact("it@shared.example")
    firms = (
        Customer("north", "North", ("shared.example",)),
        Customer("south", "South", ("shared.example", "south.example"), (shared,)),
        Customer("west", "West", (), (shared, replace(shared, name="Later"))),
    )
    policy = replace(a_policy(), customers={one.key: one for one in firms})
    known = [recognise(Address(mail), "", policy) for mail in (shared.mail, "x@shared.example", "x@south.example")]
    assert [one.customer_key for one in known] == ["south", "north", "south"]
    assert known[0].contact is shared
