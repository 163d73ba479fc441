"""Transcripts: every outcome of a technician's commands has a phrase in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.intents import Problem
from mailgate.core.letters import Did, TranscriptFacts
from mailgate.mail.samples import FACTS
from tests.mail.letters import said

PROBLEMS = (
    "unknown-command missing-minutes bad-minutes too-many-words missing-who bad-wait no-argument-wanted "
    "unknown-technician not-possible two-activities two-statuses two-assignees nothing-to-do not-your-address "
    "pager-only-acknowledges no-token no-ticket auth-failing quoted-command too-many-commands "
    "still-asked missing-grade unknown-grade graded-twice missing-reason told-and-internal "
    "bad-dates absence-over no-absence two-absences"
).split()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_has_a_phrase(code: str, language: str) -> None:
    """A code is not an explanation."""
    problem = Problem(code, "#apel 15", "waiting-third", "#appel 15")
    text = said("transcript", replace(FACTS, transcript=TranscriptFacts(("#note",), problems=(problem,))), language)
    assert code not in text
    assert "#appel 15" in text
    assert ("Rien n’a été appliqué" if language == "fr" else "Nothing was applied") in text


DONE = (
    "acknowledged taken assigned noted answered time callback-kept callback-late open waiting-customer waiting-third "
    "priority severity level kind queue still-called waiting-validation resolved closed reopened released away back"
).split()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", DONE)
def test_everything_done_has_a_phrase(code: str, language: str) -> None:
    """A transcript is read at a glance."""
    text = said("transcript", replace(FACTS, transcript=TranscriptFacts(did=(Did(code, "15 → 30"),))), language)
    assert "• " in text
    assert f"• {code} " not in text


def test_help_shows_every_command_with_the_ticket_s_number() -> None:
    """`#aide` is the manual that a technician has at hand."""
    text = said("transcript", replace(FACTS, transcript=TranscriptFacts(help=True)))
    assert "pour la demande nº 1042" in text
    for command in ("#prendre", "#assigner", "#pris", "#appel 15", "#site 2h", "#distance 20", "#temps 10", "#note"):
        assert command in text
    for command in ("#priorité P2", "#sévérité basse", "#niveau 2", "#genre formation", "#file regulier"):
        assert command in text
    for command in ("#attente client", "#attente tiers 3d", "#résolu", "#fermer", "#rouvrir", "#absent", "#aide"):
        assert command in text


def test_an_unknown_code_is_shown_rather_than_lost() -> None:
    """A later room may know a code that an administrator's template doesn't."""
    unknown = TranscriptFacts(problems=(Problem("brand-new", "#x", "detail"),))
    assert "brand-new detail" in said("transcript", replace(FACTS, transcript=unknown))
    assert "brand-new detail" in said(
        "transcript", replace(FACTS, transcript=TranscriptFacts(did=(Did("brand-new", "detail"),)))
    )
