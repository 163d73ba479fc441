"""A notice says what happened, in words that its reader knows."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mailgate.core.audit import Part
from mailgate.core.letters import Facts, NoticeFacts
from mailgate.mail.samples import FACTS, NAMES
from tests.mail.letters import NOW, TEMPLATES, a_letter, a_reader, said


@pytest.mark.parametrize(
    ("code", "heading"),
    [
        ("new", "Nouvelle demande"),
        ("follow-up", "Le client a répondu"),
        ("reopened", "demande rouverte"),
        ("validated", "demande résolue"),
        ("assigned", "confiée par Luc"),
        ("waiting-over", "L’attente est terminée"),
        ("parked", "en attente d’autorisation"),
        ("something-new", "something-new Luc"),
    ],
)
def test_a_technician_is_told_why_they_hear_of_it(code: str, heading: str) -> None:
    """A code without a phrase is shown as it is, rather than nothing."""
    assert heading in said("technician", replace(FACTS, notice=NoticeFacts(code, "Luc")))


@pytest.mark.parametrize("language", ["fr-CA", "en"])
@pytest.mark.parametrize("name", [name for name in NAMES if name != "notice"])
def test_a_lost_mail_is_called_by_what_it_is(name: str, language: str) -> None:
    """Templates have names of their own, which nobody reads."""
    facts = replace(FACTS, notice=NoticeFacts("delivery-failed", "jean.roy@acme.example (550)", letter=name))
    letter = replace(a_letter("notice", facts), to=a_reader(language))
    (line,) = [line.strip() for line in TEMPLATES.render(letter, NOW).text.splitlines() if "→" in line]
    assert re.fullmatch(r"[A-Z][\w’ -]+ → jean\.roy@acme\.example \(550\)", line)


ALARMS = ("quarantine", "too-few-people", "delivery-failed", "unreadable", "template-failed")


@pytest.mark.parametrize("code", [*ALARMS, *(f"watch-{part}" for part in Part)])
def test_an_alarm_says_what_it_is(code: str) -> None:
    """An administrator reads it without the source code beside them."""
    for language in ("fr", "en"):
        text = said("notice", Facts(FACTS.desk, notice=NoticeFacts(code, "inbox 12: reason")), language)
        assert "inbox 12: reason" in text
        assert code not in text
