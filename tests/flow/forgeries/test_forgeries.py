"""The forgeries A22 to A34 of the hazards, played on a whole desk: twice each, once on a build without the defence.

On the real build what each case says holds. On every weakened one it must not: a case that a weakened build passes as
well would not notice that the defence is gone.
"""

from __future__ import annotations

import pytest

from tests.flow.forgeries import authors, joining, leaks, marks, results, tokens, words
from tests.flow.forgeries.case import Case
from tests.flow.forgeries.stage import URGENT, Stage, Stale, raw
from tests.flow.forgeries.weakening import Weakening, instead

ROWS = [f"A{number}" for number in range(22, 35)]
ROOMS = (authors, results, leaks, tokens, words, joining, marks)
CASES = [case for room in ROOMS for case in room.cases()]
UNHEARD = Weakening("nobody reads the log", "engine:log", instead(leaks.Log([])))
TRIALS = [pytest.param(case, one, id=f"{case} - {one.words}") for case in CASES for one in case.weakened_by]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_forgery_comes_to_nothing(stage: Stage, case: Case) -> None:
    """The program as it is."""
    with stage.scene() as scene:
        case.play(scene)
        scene.entries()
        case.holds(scene)


@pytest.mark.parametrize(("case", "weakening"), TRIALS)
def test_a_weakened_build_is_found_out(stage: Stage, case: Case, weakening: Weakening) -> None:
    """The program without one defence: it runs, and the case sees the harm."""
    with stage.scene() as scene:
        with weakening.applied():
            case.play(scene)
        scene.entries()
        with pytest.raises(AssertionError):
            case.holds(scene)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_cases_that_can_fail(row: str) -> None:
    """Nobody takes a row out unnoticed."""
    cases = [case for case in CASES if case.hazard == row]
    assert cases
    assert all(case.weakened_by for case in cases)


def test_a_weakening_of_what_is_gone_is_an_error() -> None:
    """Whoever renames a defence is told which weakenings looked for it."""
    for place in ("core.levels:NOWHERE", "core.nowhere:MAY", "mail.keyring:Key.nowhere"):
        with pytest.raises((KeyError, ModuleNotFoundError)), Weakening("gone", place, instead(None)).applied():
            pytest.fail("it was applied")


def test_a_weakened_build_that_cannot_run_proves_nothing(stage: Stage) -> None:
    """A replacement that no longer fits would put every mail aside, and the harm would look like the attack's."""
    unfit = Weakening("takes no arguments", "core.decide:standing", lambda _original: lambda: None)
    with stage.scene() as scene:
        with unfit.applied(), UNHEARD.applied():
            scene.deliver(raw("From: x@nowhere.example", body="Bonjour"), "x@nowhere.example", URGENT)
        with pytest.raises(Stale):
            scene.entries()


def test_every_case_has_a_name_of_its_own() -> None:
    """A copy that was never changed tests nothing new."""
    assert len({str(case) for case in CASES}) == len(CASES)
