"""What a customer writes under a new subject in an old thread is read under it (domain.md §2: the right subject)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import OpenTicket, SendMail
from mailgate.core.letters import Facts
from mailgate.core.model import Channel, Status
from mailgate.core.page_effects import Page
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.subjects import renamed
from tests.builders import a_mail, a_policy, a_technician, a_ticket, contact_token, received
from tests.core.asking import ask, letters, of

URGENT = "support-urgent@example.com"
TVA = a_ticket(subject="TVA", queue="regulier", assignee="tech4", status=Status.OPEN)


def follow(subject: str, to: str, policy: Policy | None = None) -> Decision:
    """Their mail in the thread of "TVA", under this subject."""
    event = received(a_mail(subject=subject, text="Plus rien ne marche."), to=to, token=contact_token())
    return ask(event, Seen(1002, by_token=TVA), policy or a_policy())


def read(decision: Decision) -> list[Facts]:
    """What technicians read by mail."""
    written = (*(page.letter for page in of(decision, Page)), *(sent.letter for sent in of(decision, SendMail)))
    return [one.facts for one in written if one.template == "technician"]


def on_pager(decision: Decision) -> str | None:
    """The subject that the one page shows."""
    (page,) = (one for one in of(decision, Page) if one.channel is Channel.PAGER)
    assert page.letter.facts.ticket is not None
    return page.letter.facts.ticket.subject


@pytest.mark.parametrize("to", [URGENT, "tickets+token@example.com"])
def test_a_new_subject_is_shown_beside_the_old_one(to: str) -> None:
    """Whether they are called or told."""
    told = read(follow("Panne totale", to))
    assert told
    for facts in told:
        assert facts.message is not None
        assert facts.ticket is not None
        assert (facts.message.renamed, facts.ticket.subject) == ("Panne totale", "TVA")


def test_a_page_has_room_for_the_new_one_alone() -> None:
    """What wakes somebody says what it is about."""
    assert on_pager(follow("Panne totale", URGENT)) == "Panne totale"


def test_a_private_pager_says_neither() -> None:
    """Nobody must learn there who asked for what."""
    holder = a_technician(4)
    discreet = replace(holder, pagers=tuple(replace(one, private=True) for one in holder.pagers))
    policy = a_policy()
    policy = replace(policy, technicians={**policy.technicians, "tech4": discreet})
    assert on_pager(follow("Panne totale", URGENT, policy)) is None


def test_the_request_keeps_its_own() -> None:
    """Until somebody says `#sujet`: its letters and its thread are found by it."""
    decision = follow("Panne totale", URGENT)
    assert of(decision, OpenTicket) == []
    (followed,) = letters(decision, "followed")
    assert followed.facts.ticket is not None
    assert followed.facts.ticket.subject == "TVA"


@pytest.mark.parametrize(
    "subject",
    [
        "TVA",
        "tva",
        "Re: TVA",
        "RE : autre chose",
        "[EXTERNE] TR: La TVA",
        "La TVA, suite",
        "Votre demande [#1001]",
        "AW: x",
        "",
    ],
)
def test_what_a_mail_program_makes_is_no_new_subject(subject: str) -> None:
    """An answer to one of our letters, whatever that was called."""
    assert renamed(subject, "TVA") == ""


@pytest.mark.parametrize(("subject", "known"), [("Panne totale", "TVA"), ("Panne totale", ""), ("Urgent", "TVA")])
def test_what_a_person_typed_is_one(subject: str, known: str) -> None:
    """Also where there was none."""
    assert renamed(subject, known) == subject


def test_a_new_request_has_one_subject() -> None:
    """Its own."""
    decision = ask(received(a_mail(subject="Panne")), Seen(1002))
    assert {page.letter.facts.message.renamed for page in of(decision, Page) if page.letter.facts.message} == {""}
