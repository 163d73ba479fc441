"""What a command names: subjects, addresses and firms as people and mail programs write them."""

from __future__ import annotations

import pytest

from mailgate.core.intents import Intent, SetContact, SetCustomer, SetSubject
from mailgate.mail.commands import read_orders


def intent(line: str) -> Intent:
    """The one command of a line."""
    orders = read_orders(line)
    assert orders.problems == ()
    (order,) = orders.orders
    return order.intent


def problem(line: str) -> tuple[str, str]:
    """Why a line is none, and the valid form near it."""
    (found,) = read_orders(line).problems
    return found.code, found.nearest


@pytest.mark.parametrize(
    "line",
    [
        "#contact x@acme.example",
        "#contact: <x@acme.example>",
        "#contact mailto:x@acme.example",
        "#contact x@acme.example<mailto:x@acme.example>",
        "#contact Xavier Dupont <x@acme.example>",
        "#Contact\u00a0x@ACME.example.",
    ],
)
def test_an_address_is_read_as_mail_programs_write_it(line: str) -> None:
    """Outlook writes it twice; a name before it is decoration."""
    assert intent(line) == SetContact("x@acme.example")


@pytest.mark.parametrize("line", ["#contact", "#contact Xavier", "#contact x@acme.example, y@acme.example"])
def test_no_address_and_two_addresses_are_none(line: str) -> None:
    """Nobody guesses who was meant."""
    assert problem(line) == ("bad-address", "#contact x@acme.example")


@pytest.mark.parametrize("line", ["#sujet Panne de l'imprimante", "#Subject: [#1042] Panne de l'imprimante"])
def test_a_subject_is_one_clean_line_without_a_tag(line: str) -> None:
    """The number of another ticket in a subject would lead the answers astray."""
    assert intent(line) == SetSubject("Panne de l'imprimante")


def test_a_subject_is_neither_empty_nor_endless() -> None:
    """Two hundred characters are a subject, one more is a letter."""
    assert problem("#sujet [#17]") == ("missing-subject", "#sujet nouvel objet")
    assert intent("#subject " + "x" * 200) == SetSubject("x" * 200)
    assert problem("#subject " + "x" * 201)[0] == "long-subject"


def test_a_firm_is_named_as_typed() -> None:
    """The rules know which one it is."""
    assert intent("#client Acme inc") == SetCustomer("Acme inc")
    assert problem("#customer") == ("missing-customer", "#customer acme")
