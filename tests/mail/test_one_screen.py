"""A technician reads a phone at a customer's site: what is needed to act stands on its first screen."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import pytest

from mailgate.core.letters import ClockFacts, Did, Facts, NoticeFacts, TranscriptFacts
from mailgate.core.ticket import Promise
from mailgate.mail.samples import DUE_AT, FACTS, TICKET
from tests.mail.letters import NOW, TEMPLATES, a_letter, said, with_text, with_ticket

COLUMNS, ROWS = 45, 30
"""Of a mail program that shows plain text in 667 by 375 pixels."""
NEW = replace(FACTS, notice=NoticeFacts("new"))
LONG = "Bonjour,\n\n" + "Le serveur redémarre sans cesse depuis ce matin. " * 30
END = "Votre réponse part au client"


def rows(facts: Facts) -> list[str]:
    """The text of a technician's mail as a phone breaks it."""
    text = TEMPLATES.render(a_letter("technician", facts), NOW).text
    return [row for line in text.splitlines() for row in textwrap.wrap(line, COLUMNS) or [""]]


def first_screen(facts: Facts) -> str:
    return " ".join(" ".join(rows(facts)[:ROWS]).split())


@pytest.mark.parametrize("facts", [NEW, with_text(NEW, LONG)], ids=["short", "long"])
def test_the_first_screen_says_all_that_is_needed(facts: Facts) -> None:
    """However long what the customer wrote is."""
    screen = first_screen(facts)
    for part in (
        "Jean Roy <jean.roy@acme.example>",
        "Acme, couvert par le contrat",
        "À rappeler avant lundi 12 h 00",
        "Plus aucune caisse n’imprime",
        "Reçue : vendredi 20 novembre à 17 h 30",
        "Bonjour,",
        "lun 23 nov 8h30 Marie Tremblay (interne) : Pilote à vérifier.",
        END,
    ):
        assert part in screen


def test_the_whole_of_a_long_message_stands_below() -> None:
    """Nothing that a customer wrote is out of a technician's reach."""
    text = said("technician", with_text(NEW, LONG))
    assert "[la suite est plus bas]" in text
    assert text.partition("Le message entier")[2].count("sans cesse") == 30


def test_the_promise_that_runs_out_first_is_told() -> None:
    """A call-back that was made is no news at night."""
    first = ClockFacts(Promise.RESOLUTION.value, DUE_AT)
    facts = with_ticket(replace(NEW, deadline=None), replace(TICKET, first=first))
    assert "Solution avant lundi 12 h 00" in first_screen(facts)


@pytest.mark.parametrize(
    ("code", "subject"),
    [
        ("new", "Acme : Plus"),
        ("follow-up", "Réponse du client, Acme : Plus"),
        ("missed", "En retard (rappel), Acme : Plus"),
        ("due-soon", "Rappel avant lundi 12 h 00, Acme : Plus"),
        ("escalated", "Toujours sans personne, Acme : Plus"),
        ("assigned", "Pour vous, Acme : Plus"),
    ],
)
def test_the_subject_says_what_the_mail_is(code: str, subject: str) -> None:
    """A list of mails on a phone shows little else."""
    words = TEMPLATES.render(a_letter("technician", replace(FACTS, notice=NoticeFacts(code))), NOW)
    assert words.subject.replace("\u00a0", " ").startswith(subject)


def test_what_is_due_within_hours_is_told_in_minutes() -> None:
    """« Rappel dans 30 min » needs no reckoning."""
    near = DUE_AT.replace(minute=0)
    now = near.replace(hour=near.hour - 1, minute=30)
    words = TEMPLATES.render(a_letter("technician", replace(FACTS, notice=NoticeFacts("due-soon"))), now)
    assert words.subject.replace("\u00a0", " ").startswith("Rappel dans 30 min, Acme : ")


def test_who_reads_a_mail_of_a_ticket_at_the_desk_reads_the_same_history() -> None:
    """Nobody talks past a colleague."""
    line = "lun 23 nov 8h30 Marie Tremblay (interne) : Pilote à vérifier."
    for template in ("technician", "notice", "transcript"):
        assert line in said(template, replace(NEW, transcript=TranscriptFacts(did=(Did("noted"),))))
