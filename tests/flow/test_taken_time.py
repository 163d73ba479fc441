"""Minutes that were recorded too many are taken back, once their technician has said so twice."""

from __future__ import annotations

from tests.flow.desk import LiveDesk, answer
from tests.flow.test_held_mails import CHEF, TECHS, paged
from tests.flow.test_undoing import told


def minutes(desk: LiveDesk) -> list[tuple[str, int, int]]:
    """What was recorded."""
    return [(one.activity, one.minutes, one.charged) for one in desk.ticket().interventions]


def test_a_correction_is_asked_about_first(desk: LiveDesk) -> None:
    """It moves money; the customer hears nothing of it, and no promise is kept by it."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#niveau 2 vos données\n#distance 70"))
    before, due = minutes(desk), desk.ticket().callback
    (asked,) = desk.write(answer(pages[TECHS[0]], "#distance -0:15"))
    assert "retire du temps déjà inscrit" in asked.text
    assert minutes(desk) == before
    sent = desk.write(answer(asked, "oui"))
    assert [one.to for one in sent] == [TECHS[0]]
    assert minutes(desk)[-1] == ("remote", -15, -30)
    assert desk.ticket().callback == due


def test_nobody_takes_back_more_than_they_recorded(desk: LiveDesk) -> None:
    """A colleague's call is theirs, and so is another kind of work."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#appel 20"))
    assert "que 20 min" in told(desk.write(answer(pages[TECHS[0]], "#appel -21")))
    assert "que 0 min" in told(desk.write(answer(pages[TECHS[0]], "#distance -5")))
    assert minutes(desk) == [("call", 20, 0)]


def test_words_beside_a_correction_go_to_the_customer(desk: LiveDesk) -> None:
    """As they would alone; and the whole mail can be undone."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#appel 20"))
    (asked,) = desk.write(answer(pages[TECHS[0]], "C'était plus court.\n#appel -5"))
    sent = desk.write(answer(asked, "oui"))
    assert "C'était plus court." in next(one for one in sent if one.to == CHEF).text
    assert minutes(desk) == [("call", 20, 0), ("call", -5, 0)]
    desk.write(answer(asked, "#annuler"))
    assert minutes(desk)[-1] == ("call", 5, 0)
