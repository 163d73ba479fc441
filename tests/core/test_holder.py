"""Who has a ticket hears what a colleague does on it (domain.md §3: each of them sees its whole story)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailgate.core.intents import Acknowledge, Grade, Help, Intent, Internal, Resolve, Scale, Spend, Take, Wait
from mailgate.core.letters import NoticeFacts
from mailgate.core.model import Activity, Status
from mailgate.core.seen import Seen
from tests.builders import NOW, a_ticket
from tests.core.asking import ask, letters
from tests.core.working import answer, on


def worked_by_another(*intents: Intent, text: str = "", holder: str = "tech2", **ticket: Any) -> list[tuple[str, str]]:
    """Which colleague hears what, when tech1 does such a thing on the ticket of `holder`."""
    decision = on(*intents, text=text, **{"assignee": holder, "status": Status.OPEN} | ticket)
    notices = [(one.to.address, one.facts.notice) for one in letters(decision, "technician")]
    return [(who, f"{notice.code} {notice.detail}") for who, notice in notices if notice is not None]


@pytest.mark.parametrize(
    ("intents", "text"),
    [
        ((), "Essayez de la redémarrer."),
        ((Internal(),), "Il a encore l'ancien pilote."),
        ((Spend(Activity.CALL, 15),), ""),
        ((Resolve(),), ""),
        ((Wait(Status.WAITING_CUSTOMER, None),), ""),
        ((Grade(Scale.PRIORITY, "P1"),), ""),
    ],
    ids=["answer", "note", "call", "resolved", "waiting", "graded"],
)
def test_who_has_a_ticket_hears_what_a_colleague_did_on_it(intents: tuple[Intent, ...], text: str) -> None:
    """Several people take turns on one ticket; its holder is no stranger to any of it."""
    assert worked_by_another(*intents, text=text) == [("tech2@example.com", "worked Technicien 1")]


def test_the_words_of_a_colleague_are_read_without_their_commands() -> None:
    """As they were meant: the colleague's name above them, no line of orders in them."""
    (letter,) = letters(on(Internal(), text="Voir le pilote.", assignee="tech2", status=Status.OPEN), "technician")
    assert letter.facts.message is not None
    assert (letter.facts.message.text, letter.facts.message.sender_name) == ("Voir le pilote.", "Technicien 1")


@pytest.mark.parametrize(
    ("intents", "changes"),
    [
        ((Help(),), {}),
        ((Acknowledge(),), {}),
        ((Internal(),), {"holder": "tech1"}),
        ((Internal(),), {"holder": "gone"}),
        ((Internal(),), {"status": Status.NEW}),
    ],
    ids=["asks", "sees", "own", "left", "nobody's"],
)
def test_what_changes_nothing_for_the_holder_is_not_told(intents: tuple[Intent, ...], changes: dict[str, Any]) -> None:
    """A question, a page that was seen, one's own work, somebody who left, a request that nobody answered yet."""
    text = "Note." if isinstance(intents[0], Internal) else ""
    assert worked_by_another(*intents, text=text, **changes) == []


def test_who_is_relieved_of_a_ticket_hears_that_alone() -> None:
    """One mail says who has it now and what they said of it."""
    event = replace(answer(Take(), text="Je prends la suite."), confirmed_at=NOW)
    decision = ask(event, Seen(1002, by_token=a_ticket(assignee="tech2", status=Status.OPEN)))
    (letter,) = letters(decision, "technician")
    assert (letter.to.address, letter.facts.notice) == ("tech2@example.com", NoticeFacts("taken", "Technicien 1"))
