"""A rule named somebody for a request: that is not yet their word, and the first who answers has it (domain.md §9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.effects import Assign, ChangeStatus
from mailgate.core.intents import Acknowledge, Internal, Take
from mailgate.core.model import Status
from mailgate.core.page_effects import CancelPages
from mailgate.core.seen import Seen
from tests.builders import NOW, a_ticket
from tests.core.asking import ask, letters, of, only
from tests.core.working import answer, codes, on


@pytest.mark.parametrize(("ruled", "did"), [("tech2", ["taken", "acknowledged"]), ("tech1", ["acknowledged"])])
def test_the_first_who_answers_has_what_a_rule_gave_to_anybody(ruled: str, did: list[str]) -> None:
    """One word of tech1: it is theirs and under way, the two others hear of it, and their pages are called off."""
    decision = on(Acknowledge(), assignee=ruled)
    assert [one.technician for one in of(decision, Assign)] == ["tech1"] * (ruled != "tech1")
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert only(decision, CancelPages).ticket == 1001
    assert [one.to.address for one in letters(decision, "technician")] == ["tech2@example.com", "tech3@example.com"]
    assert codes(decision) == did


def test_who_only_notes_something_takes_it_from_nobody() -> None:
    """The rule's word stands, and the others go on being called."""
    decision = on(Internal(), text="C'est sans doute l'onduleur.", assignee="tech2")
    assert (of(decision, Assign), of(decision, CancelPages), of(decision, ChangeStatus)) == ([], [], [])
    assert letters(decision, "technician") == []


def test_whose_it_is_by_their_own_word_keeps_it() -> None:
    """Under way: who comes late is told who has it, and may still take it by saying so twice."""
    late = on(Acknowledge(), assignee="tech2", status=Status.OPEN)
    assert (of(late, Assign), codes(late)) == ([], ["already-taken"])
    assert of(on(Take(), assignee="tech2", status=Status.OPEN), Assign) == []
    ticket = a_ticket(assignee="tech2", status=Status.OPEN)
    sure = ask(replace(answer(Take()), confirmed_at=NOW), Seen(1002, by_token=ticket))
    assert only(sure, Assign).technician == "tech1"
