"""Transcripts: every outcome of a technician's commands has a phrase in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.accounts import ManualFacts, Received
from mailgate.core.intents import Problem
from mailgate.core.letters import Did, TranscriptFacts
from mailgate.core.lifecycle import POSSIBLE
from mailgate.core.model import Status
from mailgate.mail.commands import COMMANDS, Command, read_orders
from mailgate.mail.samples import FACTS
from tests.mail.letters import NOW, TEMPLATES, a_letter, said

PROBLEMS = (
    "unknown-command missing-minutes bad-minutes too-many-words missing-who bad-wait no-argument-wanted "
    "unknown-technician not-possible two-activities two-statuses two-assignees nothing-to-do not-your-address "
    "pager-only-acknowledges no-token no-ticket auth-failing quoted-command too-many-commands "
    "still-asked missing-grade unknown-grade graded-twice missing-reason told-and-internal later-and-internal "
    "bare-no let-in-already sealed bad-dates absence-over no-absence two-absences"
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


FRENCH_KINDS = {
    "defect": "défaut",
    "customisation": "personnalisation",
    "development": "développement",
    "training": "formation",
    "installation": "installation",
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", DONE)
def test_everything_done_has_a_phrase(code: str, language: str) -> None:
    """A transcript is read at a glance."""
    text = said("transcript", replace(FACTS, transcript=TranscriptFacts(did=(Did(code, "15 → 30"),))), language)
    assert "• " in text
    assert f"• {code} " not in text


@pytest.mark.parametrize("code", ["kind", "again-kind", "stays-kind"])
def test_a_kind_of_request_is_named_in_the_readers_language(code: str) -> None:
    """The rules have English words for them; whoever writes « #genre formation » reads "formation"."""
    for kind, named in FRENCH_KINDS.items():
        done = replace(FACTS, transcript=TranscriptFacts(did=(Did(code, kind),)))
        assert named in said("transcript", done)
        assert kind in said("transcript", done, "en")


@pytest.mark.parametrize(
    ("detail", "french", "english"),
    [
        ("2026-11-16 12:05", "jusqu’au 16 novembre 2026 à 12 h 05", "until November 16, 2026 at 12:05"),
        ("2027-08-01 08:00", "jusqu’au 1er août 2027 à 8 h 00", "until August 1, 2027 at 8:00"),
    ],
)
def test_a_promise_that_is_owed_again_has_a_date_for_people(detail: str, french: str, english: str) -> None:
    """As every other date in a letter."""
    undone = replace(FACTS, transcript=TranscriptFacts(did=(Did("owed-callback", detail),)))
    for language, expected in (("fr", french), ("en", english)):
        assert expected in said("transcript", undone, language).replace("\u00a0", " ").replace("\u202f", " ")


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


def test_help_is_this_ticket_s_own() -> None:
    """Its customer, its promise, its people, and nothing that it would refuse."""
    manual = ManualFacts(("resolve", "wait"), ("luc", "zoe"), ("basse",), ("P1",), ("urgent",))
    text = said("transcript", replace(FACTS, transcript=TranscriptFacts(help=True, manual=manual)))
    for part in ("nº 1042 (Acme)", "rappel promis en 4 h", "#assigner luc", "#sévérité basse motif", "#file urgent"):
        assert part in text
    possible, _, later = text.partition("Pas tant que la demande est en cours : ")
    assert "#résolu" not in possible
    assert later.startswith("#attente client, #attente tiers 3d, #résolu.")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.french)
def test_help_knows_when_each_command_makes_sense(command: Command, language: str) -> None:
    """What is refused a minute later is not offered."""
    (order,) = read_orders(command.usage(language)).orders
    needs = type(order.intent).__name__.lower()
    facts = replace(FACTS, transcript=TranscriptFacts(help=True, manual=ManualFacts((needs,))))
    offered, _, _ = said("transcript", facts, language).partition("Pas tant que" if language == "fr" else "Not while")
    always = POSSIBLE[type(order.intent)] == frozenset(Status)
    assert (f": {command.usage(language).split()[0]} " in f"{offered} ") == always


def test_a_transcript_tells_what_the_customer_got_and_what_is_charged() -> None:
    """In the customer's own words, cut short, with the reason of each minute."""
    got = Received(True, "jean@acme.example", "Voilà. " * 60, 2)
    text = said("transcript", replace(FACTS, transcript=TranscriptFacts((), (Did("time", "15 → 60"),), received=got)))
    assert "Temps inscrit : 15 min (appel), facturé 60 min (tranche de 30, minimum 60)." in text
    assert "Le client (jean@acme.example) a reçu : « Voilà. Voilà." in text
    assert "…», avec 2 fichiers" in text.replace("… »", "…»")
    assert "15 → 60" not in text
    assert "Rappel au plus tard lundi 23 novembre à 12 h 00" in text


def test_a_refusal_ends_with_the_text_to_send_again() -> None:
    """As lines to copy, and nothing behind them."""
    facts = replace(FACTS, transcript=TranscriptFacts(problems=(Problem("no-ticket"),), resend="Voilà.\n#appel ?"))
    text = TEMPLATES.render(a_letter("transcript", facts), NOW).text
    assert text.endswith("et remplacez chaque «\u00a0?\u00a0» -##\n\nVoilà.\n#appel ?")


def test_an_unknown_code_is_shown_rather_than_lost() -> None:
    """A later room may know a code that an administrator's template doesn't."""
    unknown = TranscriptFacts(problems=(Problem("brand-new", "#x", "detail"),))
    assert "brand-new detail" in said("transcript", replace(FACTS, transcript=unknown))
    assert "brand-new detail" in said(
        "transcript", replace(FACTS, transcript=TranscriptFacts(did=(Did("brand-new", "detail"),)))
    )
