"""A technician says by mail that they are away, and nobody calls them."""

from __future__ import annotations

from dataclasses import replace

from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import to

TECH1 = "tech1@example.com"
TECH2 = "tech2@example.com"
TECH4 = "tech4@example.com"


def called(mails: list[Sent]) -> set[str]:
    """Which of the two was called."""
    return {mail.to for mail in mails} & {TECH1, TECH4}


def test_who_is_ill_says_so_and_the_next_one_is_called(desk: LiveDesk) -> None:
    """tech1 answers a page with `#absent`: confirmed, the ticket untouched; tech4 is called instead, until tech1 is
    back."""
    page = to(desk.write(Letter("Panne")), TECH1)
    (transcript,) = desk.write(answer(page, "#absent 2026-11-16..2026-11-17"))
    assert (transcript.to, transcript.template) == (TECH1, "transcript")
    assert "2026-11-16 → 2026-11-17" in transcript.text
    story = desk.ticket()
    assert (story.status.value, story.assignee) == ("new", None)
    assert {one.state.value for one in story.pages} == {"sent"}

    escalated = {mail.to for mail in desk.advance(minutes=16)}
    assert "5145550102@pager.example.net" in escalated
    assert "5145550101@pager.example.net" not in escalated
    assert TECH1 not in called(desk.write(Letter("Encore", subject="Une autre panne")))

    (back,) = desk.write(answer(transcript, "#absent non"))
    assert "de nouveau vous appeler" in back.text
    later = [called(desk.write(Letter("Panne", subject=f"Panne {number}"))) for number in range(2)]
    assert {TECH1} <= set.union(*later)


def test_an_absence_from_a_stranger_changes_nothing(desk: LiveDesk) -> None:
    """The signed address alone commands nothing: the technician is told, and stays on the list."""
    page = to(desk.write(Letter("Panne")), TECH1)
    forged = replace(answer(page, "#absent 2026-11-16..2026-12-31"), sender="mallory@stranger.example")
    told = desk.write(forged)
    assert [(mail.to, mail.template) for mail in told] == [(TECH1, "transcript")]
    assert "→" not in told[0].text
    others = [called(desk.write(Letter("Panne", subject=f"Panne {number}"))) for number in range(2)]
    assert TECH1 in set.union(*others)


def test_what_a_customer_writes_to_somebody_on_holiday_is_read_by_who_is_there(desk: LiveDesk) -> None:
    """Whoever has the request reads it when they are back; the lead reads it today, and why they do."""
    sent = desk.write(Letter("Panne"))
    acknowledged, page = to(sent, "chef@acme.example"), to(sent, TECH2)
    taken = to(desk.write(answer(page, "#prendre")), TECH2)
    desk.write(answer(taken, "#absent 2026-11-16..2026-11-30"))
    told = desk.write(answer(acknowledged, "Toujours en panne !"))
    assert {mail.to for mail in told} == {TECH1, TECH2}
    stands_in = to(told, TECH1)
    for part in (stands_in.text, stands_in.html):
        assert "Toujours en panne" in part
        assert "Le client a répondu, Nicolas Favre n’étant pas là" in part
    assert {mail.to for mail in desk.write(answer(stands_in, "#prendre"))} == {TECH1, TECH2}
    assert desk.ticket().assignee == "tech1"
