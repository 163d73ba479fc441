"""Mails that pretend: to come from another day (A17), or from somebody else (A18)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailgate.mail import limits, parse
from tests.flow.desk import LiveDesk, Sent
from tests.mail.hostile.poison import DATES, FACES
from tests.mail.hostile.recipe import CHEF, bare, mail

URGENT = "support-urgent@example.com"
TURNED = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def test_no_clock_depends_on_the_date_of_a_mail(desk: LiveDesk) -> None:
    """A17: the promise counts from when the mail came, whatever its sender's calendar says."""
    for one in DATES:
        desk.deliver(one.write(), CHEF, URGENT)
    tickets = [desk.ticket(1001 + number) for number in range(len(DATES))]
    assert {ticket.opened_at for ticket in tickets} == {desk.now}
    assert len({ticket.callback.due_at for ticket in tickets if ticket.callback}) == 1


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=60))
@example("Fri, 31 Dec 9999 23:59:59 -2300")
def test_a_date_is_a_header_and_nothing_else(date: str) -> None:
    """A17 as a property: it changes nothing that decisions are made of, unless a rule asks for that very header."""
    dated, undated = parse.read(mail(b"Date: " + date.encode())), parse.read(mail(b"Date: x"))
    assert replace(dated, headers=(), size=0, defects=()) == replace(undated, headers=(), size=0, defects=())


def disguised(desk: LiveDesk, face: str) -> tuple[Sent, str]:
    """What the first technician reads, and what their pager shows."""
    raw = bare(FACES[face].encode(), b"Subject: Panne", b"To: support-urgent@example.com")
    mails = desk.deliver(raw, "evil@x.example", URGENT)
    technician = next(one for one in mails if one.template == "technician")
    return technician, next(one.text for one in mails if one.template == "page")


@pytest.mark.parametrize("face", FACES)
def test_a_technician_always_sees_the_address(desk: LiveDesk, face: str) -> None:
    """A18: beside any name, or in its place, stands who wrote, in full, in an order that nothing turns around."""
    technician, page = disguised(desk, face)
    author = desk.ticket().requester
    assert author.isascii()
    assert f"\n{author} (" in technician.text or f" <{author}> (" in technician.text
    assert f">{author}<" in technician.html or f" &lt;{author}&gt;" in technician.html
    assert "Acme" not in page
    assert TURNED.search(technician.text + technician.subject + page) is None


@pytest.mark.parametrize(
    ("face", "author", "name"),
    [
        ("desk-name", "evil@x.example", "Soutien <support-urgent@example.com>"),
        ("override", "evil@x.example", "gro.elpmaxe@fehc"),
        ("cyrillic-domain", "chef@xn--cme-5cd.example", "Chantal"),
        ("cyrillic-punycode", "chef@xn--cme-5cd.example", "Chantal"),
        ("verified", "evil@x.example", "✅ Vérifié"),
    ],
)
def test_a_disguise_reads_as_what_it_is(desk: LiveDesk, face: str, author: str, name: str) -> None:
    """A18, word for word: a name, an address, and that nobody here knows it."""
    technician, _ = disguised(desk, face)
    assert f"\n{name} <{author}> (contact inconnu)" in technician.text


@pytest.mark.parametrize("face", ["invisible-address", "kelvin"])
def test_an_address_that_is_none_is_passed_over(desk: LiveDesk, face: str) -> None:
    """A18: no address stands in such a From, and its name goes with it; the envelope speaks, without a name."""
    technician, _ = disguised(desk, face)
    assert "\nevil@x.example (contact inconnu)" in technician.text
    assert "Chantal" not in technician.text


def test_a_name_takes_at_most_eighty_characters(desk: LiveDesk) -> None:
    """A18: otherwise it pushes the address off a telephone's screen."""
    technician, _ = disguised(desk, "endless-name")
    line = next(line for line in technician.text.split("\n") if "<evil@x.example>" in line)
    assert len(line) <= limits.NAME_CHARS + len(" <evil@x.example> (contact inconnu)")
