"""A customer passes a mail on: its text is the request, and who wrote it first is read by everybody who works on it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from mailgate.cli import story
from mailgate.core.model import Direction
from tests.flow.desk import Letter, LiveDesk

URGENT = "support-urgent@example.com"
CHEF = "chef@acme.example"
BLOCKS = {
    "gmail": "---------- Forwarded message ---------\nDe : {who}\nDate: {date}\nSubject: {subject}\nTo: <{to}>",
    "outlook": "________________________________\nDe : {who}\nEnvoyé : {date}\nÀ : {to}\nObjet : {subject}",
    "outlook, German": "Von: {who}\nGesendet: {date}\nAn: {to}\nBetreff: {subject}",
    "apple": "Début du message réexpédié :\n\nDe: {who}\nObjet: {subject}\nDate: {date}\nÀ: {to}",
    "apple, Italian": "Inizio messaggio inoltrato:\n\nDa: {who}\nOggetto: {subject}\nData: {date}\nA: {to}",
    "thunderbird": "-------- Forwarded Message ------\nSubject: \t{subject}\nDate: \t{date}\nFrom: \t{who}\nTo: \t{to}",
}


def passed_on(program: str) -> str:
    """A forward as a mail program writes it."""
    who = "Marie Curie <marie@client.example>"
    block = BLOCKS[program].format(who=who, date="2 mars 2026", subject="Écran noir", to=CHEF)
    return f"Pouvez-vous voir ?\n\n{block}\n\nBonjour,\n\nL'écran du comptoir reste noir.\n-- \nMarie"


def words(text: str) -> list[str]:
    """What every line of a text says, whatever blanks it has."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("program", BLOCKS)
def test_who_wrote_first_is_told_in_the_letter_and_in_the_ticket(desk: LiveDesk, program: str) -> None:
    """And not one line of what they wrote is missing from either."""
    sent = desk.write(Letter(passed_on(program), CHEF, URGENT, "TR: Écran noir"))
    letter = next(one for one in sent if one.template == "technician")
    assert "Transféré : écrit par Marie Curie <marie@client.example>, objet « Écran noir »" in words(letter.text)
    assert "Marie Curie &lt;marie@client.example&gt;" in letter.html
    ticket = desk.ticket()
    told = story.told(ticket, (), ZoneInfo("America/Toronto"))
    assert 'passes on a mail by Marie Curie <marie@client.example> with the subject "Écran noir"' in told
    (said,) = (one.text for one in ticket.messages if one.direction is Direction.IN)
    assert words(said) == words(passed_on(program))
    assert set(words(passed_on(program))) <= set(words(letter.text))
