"""One request that is part of another: what is owed, who is told, and where the words go."""

from __future__ import annotations

import pytest

from mailgate.core.effects import (
    AddIntervention,
    AddMessage,
    Assign,
    ChangeStatus,
    SendMail,
)
from mailgate.core.intents import (
    AddWatcher,
    Close,
    Grade,
    Intent,
    Internal,
    LinkTo,
    MergeInto,
    Scale,
    SetSubject,
    Spend,
    Take,
)
from mailgate.core.model import Activity, Address, Direction, Outcome, Status
from mailgate.core.page_effects import AcknowledgePages, CancelPages
from mailgate.core.relation_effects import MergeTickets, Watch
from mailgate.core.seen import Seen
from mailgate.core.ticket import Line, Ticket
from tests.builders import NOW, a_ticket
from tests.core.asking import ask, letters, of, only
from tests.core.joining import IT, SOONER, after, merging, other, owed, told
from tests.core.working import answer, codes


def test_a_merge_waits_for_a_confirming_word() -> None:
    """It is for good, and two people are told."""
    seen = Seen(1021, by_token=a_ticket(), named={1017: other()})
    decision = ask(answer(MergeInto(1017)), seen)
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    assert [(one.code, one.detail) for one in letter.facts.transcript.doubts] == [("merges", "1017")]
    assert of(decision, MergeTickets) == []


def test_the_ticket_that_is_answered_becomes_part_of_the_other() -> None:
    """Its pages are called off, its story says why, and the decision belongs to the other one."""
    decision = merging(other())
    assert (only(decision, MergeTickets).ticket, only(decision, MergeTickets).into) == (1001, 1017)
    assert ChangeStatus(1001, Status.MERGED, NOW) in decision.effects
    assert AcknowledgePages(1001, "tech1", NOW) in decision.effects
    assert [one.ticket for one in of(decision, CancelPages)] == [1001]
    assert (decision.outcome, decision.ticket) == (Outcome.FOLLOW_UP, 1017)
    assert "#1001 becomes part of #1017" in decision.because
    assert codes(decision) == ["merged"]
    assert of(decision, AddMessage)[0].text == "#mergeinto"


def test_words_are_said_in_the_other_ticket_once() -> None:
    """To its requester, and to the merged one's, who watches from now on; they keep the promise there."""
    into = other()
    decision = merging(into, text="Les deux pannes ont la même cause.")
    said = [one for one in of(decision, AddMessage) if one.direction is Direction.OUT]
    assert [(one.ticket, one.to) for one in said] == [(1017, (IT.mail,))]
    heard = {letter.to.address: letter.ticket for letter in letters(decision, "notification")}
    assert heard == {IT.mail: 1017, "chef@acme.example": 1017}
    callback = after(decision, into)[1017].callback
    assert callback is not None
    assert (callback.due_at, callback.ended_by, callback.in_time) == (SOONER, "tech1", True)


def test_time_beside_it_is_work_on_the_other_ticket() -> None:
    """One mail, one intervention."""
    assert only(merging(other(), Spend(Activity.CALL, 5)), AddIntervention).ticket == 1017


def test_both_requesters_are_told_in_their_own_words() -> None:
    """One mail each, with the subject they wrote; nothing of the other's text, and answers come to the other ticket."""
    story = (Line(NOW, "chef@acme.example", Direction.IN, "SECRET"),)
    decision = merging(other(), own=a_ticket(owed(SOONER), history=story))
    mails = told(decision)
    assert set(mails) == {"chef@acme.example", IT.mail}
    for address, subject, code in (
        ("chef@acme.example", "Panne du serveur", "merged-into"),
        (IT.mail, "Onduleur", "merged-from"),
    ):
        facts = mails[address].facts
        assert facts.ticket is not None
        assert facts.notice is not None
        assert (facts.ticket.number, facts.ticket.subject, facts.notice.code) == (1017, subject, code)
        assert (mails[address].ticket, facts.message) == (1017, None)
    shown = mails[IT.mail].facts.ticket
    assert shown is not None
    assert shown.history == ()


def test_each_is_told_in_their_own_language() -> None:
    """Two people of one firm need not share one."""
    mails = told(merging(other(language="en")))
    assert (mails["chef@acme.example"].to.language, mails[IT.mail].to.language) == ("fr-CA", "en")


def test_who_asked_for_both_is_told_once() -> None:
    """And watches nothing: they get everything as the requester."""
    decision = merging(other(requester=Address("chef@acme.example", "Chantal Chef")))
    assert list(told(decision)) == ["chef@acme.example"]
    assert of(decision, Watch) == []


def test_who_asked_for_the_merged_one_watches_the_other() -> None:
    """And so does whoever watched it."""
    decision = merging(other(), own=a_ticket(owed(SOONER), watchers=("w@acme.example", IT.mail)))
    assert [one.address for one in of(decision, Watch)] == ["w@acme.example", "chef@acme.example"]
    assert {one.ticket for one in of(decision, Watch)} == {1017}


def test_a_note_merges_in_silence() -> None:
    """`#note`: this whole mail is internal; the desk's people are told all the same."""
    decision = merging(other(), Internal(), text="Même cause.")
    assert {one.letter.template for one in of(decision, SendMail)} == {"transcript", "technician"}


def test_who_has_the_other_is_told_what_came_to_them() -> None:
    """And whoever was called for the merged one need not go on."""
    decision = merging(other())
    notices = [one for one in letters(decision, "technician") if one.facts.notice and one.facts.notice.code == "merged"]
    assert {one.to.address for one in notices} == {"tech2@example.com", "tech3@example.com"}
    assert {one.ticket for one in notices} == {1017}


def test_a_new_one_is_taken_as_by_any_answer() -> None:
    """Who merges has read both."""
    decision = merging(other(status=Status.NEW, assignee=None))
    assert Assign(1017, "tech1") in decision.effects
    assert ChangeStatus(1017, Status.OPEN, NOW) in decision.effects


@pytest.mark.parametrize(
    ("into", "code"),
    [
        (other(customer="globex"), "another-customers"),
        (other(customer=None), "another-customers"),
        (other(status=Status.PARKED), "merge-parked"),
        (a_ticket(), "same-ticket"),
    ],
)
def test_what_cannot_be_merged_stops_the_mail(into: Ticket, code: str) -> None:
    """Nobody reads what another firm wrote; what was merged into this one already is this one."""
    decision = merging(into, text="Bonjour.")
    assert (decision.outcome, codes(decision)) == (Outcome.REFUSED, [code])


def test_strangers_are_merged_only_with_themselves() -> None:
    """Two senders whom no rule names are two customers."""
    own = a_ticket(owed(SOONER), customer=None)
    assert codes(merging(other(customer=None), own=own)) == ["another-customers"]
    same = other(customer=None, requester=Address("Chef@acme.example"))
    assert only(merging(same, own=own), MergeTickets).into == 1017


def test_an_unknown_number_is_answered_with_a_likely_one() -> None:
    """The nearest of the customer's own."""
    seen = Seen(1021, by_token=a_ticket(), siblings=(1017, 1009))
    (letter,) = letters(ask(answer(MergeInto(1016)), seen), "transcript")
    assert letter.facts.transcript is not None
    (problem,) = letter.facts.transcript.problems
    assert (problem.code, problem.nearest) == ("unknown-ticket", "#mergeinto 1017")


@pytest.mark.parametrize(
    "beside",
    [
        MergeInto(1009),
        LinkTo(1009),
        SetSubject("x"),
        AddWatcher("x@acme.example"),
        Close(),
        Grade(Scale.QUEUE, "urgent"),
    ],
)
def test_a_merge_stands_alone_among_what_changes_a_ticket(beside: Intent) -> None:
    """Nobody could tell which of the two tickets was meant."""
    decision = merging(other(), beside)
    assert decision.outcome is Outcome.REFUSED
    assert "one-at-a-time" in codes(decision)


def test_a_parked_request_that_is_merged_is_not_released() -> None:
    """`#prendre` beside it takes the other ticket; who was not allowed to ask hears where it went, and nothing else."""
    own = a_ticket(None, status=Status.PARKED)
    decision = merging(other(), Take(), own=own)
    assert letters(decision, "released") == []
    assert Assign(1017, "tech1") in decision.effects
