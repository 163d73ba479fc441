"""The short code of a text message: of one ticket and one technician, however it is typed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail.codes import codes_in, is_code, page_code
from mailgate.mail.keyring import Keyring
from tests.mail.letters import RING, a_page, a_scribe, a_stamp

CODE = page_code(RING, 1042, 77)
LETTERS = CODE.partition("-")[2]


@pytest.mark.parametrize("shape", ["{}", "OK {} merci", "{}.", "j'y vais\n{}", "{} {}"])
@pytest.mark.parametrize("change", [str.lower, str.upper, lambda code: code.replace("-", " - ")])
def test_a_code_is_found_as_people_type_it(shape: str, change: object) -> None:
    """On a small keyboard, at night."""
    assert callable(change)
    assert next(codes_in(shape.format(change(CODE), ""))) == (1042, LETTERS)


def test_a_code_is_of_one_ticket_one_person_and_one_desk() -> None:
    """Also after the key was renewed."""
    assert is_code(RING.renewed(bytes(range(1, 33))), LETTERS, 1042, 77)
    assert not is_code(RING, LETTERS, 1043, 77)
    assert not is_code(RING, LETTERS, 1042, 78)
    assert not is_code(Keyring.fresh(bytes(range(1, 33))), LETTERS, 1042, 77)


@given(st.text(max_size=200))
def test_any_text_can_be_looked_through(text: str) -> None:
    """A few codes at most, and never an exception."""
    assert len(list(codes_in(text * 9))) <= 3
    assert not any(is_code(RING, letters, number, 99) for number, letters in codes_in(text))


def test_a_page_shows_its_code_where_the_gateway_brings_answers() -> None:
    """The essential first, and nothing gives way to it."""
    page = replace(a_page("Réseau"), answerable=True, gateway="ovh")
    answering = replace(a_scribe(), answering=frozenset({"ovh"}))
    assert answering.write(page, a_stamp()).text == f"URGENT Acme: Reseau #1042 avant lun 23 nov 12h00 Repondez {CODE}"
    assert CODE not in answering.write(replace(page, limit=50), a_stamp()).text
    assert CODE not in answering.write(replace(page, gateway="other"), a_stamp()).text
    assert CODE not in a_scribe().write(page, a_stamp()).text
