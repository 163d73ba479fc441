"""The text to send again: the technician's own words, each wrong line mended, and nothing made up."""

from __future__ import annotations

import pytest

from mailgate.core.intents import Problem
from mailgate.core.mending import MOST, to_resend
from mailgate.core.seen import Seen
from mailgate.mail.commands import read_orders
from tests.builders import a_ticket
from tests.core.asking import ask, letters
from tests.core.working import answer

MAIL = "Bonjour,\n\nc'est remis en marche.\n\n#apel 20\n#résolu\n"


def test_a_wrong_line_is_mended_where_it_stands() -> None:
    """One line was mistyped; nobody writes all of it again on a phone."""
    read = read_orders(MAIL)
    assert to_resend(read, read.problems) == MAIL.replace("#apel", "#appel").strip("\n")


def test_a_line_that_nobody_can_mend_is_left_out() -> None:
    """What it was to do stands in the transcript above."""
    read = read_orders("#résolu\nVoilà.")
    assert to_resend(read, (Problem("not-possible", "#résolu", "closed"),)) == "Voilà."


def test_of_two_equal_lines_the_second_one_goes() -> None:
    """One call is what they meant."""
    read = read_orders("#appel 15\nVoilà.\n#appel 15")
    assert to_resend(read, (Problem("two-activities", "#appel 15"),)) == "#appel 15\nVoilà."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (MAIL, Problem("no-token")),
        (MAIL, Problem("not-your-address", detail="x@evil.example")),
        (MAIL, Problem("too-many-commands", "#x")),
        ("#apel 20\n" + "x" * MOST, Problem("unknown-command", "#apel 20", "#apel", "#appel 20", "#appel 20")),
    ],
)
def test_what_lines_do_not_mend_is_not_given_back(text: str, problem: Problem) -> None:
    """Nobody's forged words become lines to copy, and nobody copies four pages."""
    assert to_resend(read_orders(text), (problem,)) == ""


def test_the_transcript_of_a_refused_mail_carries_it() -> None:
    """It is what the technician sees first."""
    event = answer(orders=read_orders(MAIL))
    (told,) = letters(ask(event, Seen(1002, by_token=a_ticket())), "transcript")
    assert told.facts.transcript is not None
    assert told.facts.transcript.resend.endswith("#appel 20\n#résolu")


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("#assigner tehc2", "#assigner tech2"),
        ("#assigner tech9", "#assigner ?"),
        ("#sévérité critque tout est arrêté", "#sévérité critique tout est arrêté"),
        ("#priorité zzz", "#priorité ?"),
        ("#niveau 2", "#niveau 2 ?"),
    ],
)
def test_a_word_of_the_rules_is_mended_when_it_can_be_one_only(line: str, mended: str) -> None:
    """Of four names that are equally near, none is it."""
    event = answer(orders=read_orders(f"{line}\nVoilà."))
    (told,) = letters(ask(event, Seen(1002, by_token=a_ticket())), "transcript")
    assert told.facts.transcript is not None
    assert told.facts.transcript.resend == f"{mended}\nVoilà."
