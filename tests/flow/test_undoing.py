"""A technician takes back their last mail: what can be undone is, and everybody who must know hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailgate.core.delivery import Deferred, Lane
from mailgate.store import outbox
from mailgate.store.columns import OutboxState
from mailgate.store.outbox import Lease
from tests.flow.desk import LiveDesk, Sent, answer
from tests.flow.test_held_mails import CHEF, TECHS, paged, to


def told(sent: list[Sent], who: str = TECHS[0]) -> str:
    """The transcript that somebody got."""
    (found,) = [one for one in sent if one.to == who and one.template == "transcript"]
    return found.text


def test_a_take_is_taken_back(desk: LiveDesk) -> None:
    """Nobody has the ticket again: the others are called, and the clock of the start runs as before."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#prendre"))
    desk.advance(minutes=2)
    sent = desk.write(answer(pages[TECHS[0]], "#annuler"))
    assert (desk.ticket().status, desk.ticket().assignee) == ("new", None)
    assert {TECHS[1], TECHS[2]} <= {one.to for one in sent if one.template == "technician"}
    assert "sont appelés de nouveau" in told(sent)


def test_words_that_left_are_corrected(desk: LiveDesk) -> None:
    """The customer hears once that the mail counts for nothing, and is owed the call-back by the same deadline."""
    pages = paged(desk)
    due = desk.ticket().callback
    desk.write(answer(pages[TECHS[0]], "Redémarrez le serveur.\n#appel 20\n#niveau 2 vos données\n#résolu"))
    desk.advance(minutes=3)
    sent = desk.write(answer(pages[TECHS[0]], "#annuler"))
    correction = to(sent, CHEF)
    assert correction.template == "correction"
    assert "est à considérer comme nul" in correction.text
    assert "est à considérer comme nul" in correction.html
    assert (desk.ticket().callback, desk.ticket().status) == (due, "new")
    work = desk.ticket().interventions
    assert [(one.minutes, one.charged) for one in work] == [(20, 60), (-20, -60)]
    assert "Redémarrez" not in correction.text


def test_words_that_did_not_leave_never_do(desk: LiveDesk) -> None:
    """The customer hears nothing at all, not even a correction."""
    pages = paged(desk)
    first, undone = answer(pages[TECHS[0]], "Redémarrez le serveur."), answer(pages[TECHS[0]], "#annuler")
    for number, mail in enumerate((first, undone), 900):
        desk.accept(mail.raw(number), mail.sender, mail.to)
        desk.decide()
    sent = desk.work()
    assert [one for one in sent if one.to == CHEF] == []
    notified = next(one for one in desk.ticket().mails if one.kind == "notification")
    assert (notified.state, notified.reason) == (OutboxState.CANCELLED, "undone by tech1")
    assert "il ne partira pas" in told(sent)


@pytest.mark.parametrize("ending", ["its lease runs out", "the relay says later"])
def test_words_that_were_on_their_way_do_not_leave_after_their_correction(desk: LiveDesk, ending: str) -> None:
    """A sender that died with the mail in hand, or a relay that wants it once more: the correction is the last word."""
    pages = paged(desk)
    mail = answer(pages[TECHS[0]], "Redémarrez le serveur.")
    desk.accept(mail.raw(900), mail.sender, mail.to)
    desk.decide()
    with desk.database.write() as tx:
        taken = outbox.lease(tx, Lease(Lane.BULK, 50, "dead", desk.now + timedelta(minutes=1)), desk.now)
    assert CHEF in [one.parcel.target for one in taken]
    if ending == "its lease runs out":
        desk.advance(seconds=30)
    undone = answer(pages[TECHS[0]], "#annuler")
    desk.accept(undone.raw(901), undone.sender, undone.to)
    desk.decide()
    if ending != "its lease runs out":
        with desk.database.write() as tx:
            for one in taken:
                outbox.settle(tx, one, Deferred("greylisted"), desk.now + timedelta(minutes=1), desk.now)
    sent = desk.advance(minutes=5)
    assert [one.template for one in sent if one.to == CHEF] == ["correction"]
    assert next(one for one in desk.ticket().mails if one.kind == "notification").state is OutboxState.CANCELLED


def test_twice_does_nothing_more(desk: LiveDesk) -> None:
    """The second one says so; what was done before the undone mail stays."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#prendre"))
    desk.write(answer(pages[TECHS[0]], "#appel 15"))
    desk.write(answer(pages[TECHS[0]], "#annuler"))
    before = desk.ticket()
    sent = desk.write(answer(pages[TECHS[0]], "#undo"))
    assert "déjà annulé" in told(sent)
    assert desk.ticket().interventions == before.interventions
    assert desk.ticket().assignee == "tech1"


def test_after_ten_minutes_it_is_too_late(desk: LiveDesk) -> None:
    """The transcript says until when it was possible."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#résolu"))
    desk.advance(minutes=11)
    assert "jusqu’à 10\u00a0h\u00a011" in told(desk.write(answer(pages[TECHS[0]], "#annuler")))
    assert desk.ticket().status == "resolved"


def test_what_somebody_changed_since_stays(desk: LiveDesk) -> None:
    """The customer has written since the ticket was resolved; their word counts."""
    pages = paged(desk)
    resolved = desk.write(answer(pages[TECHS[0]], "C'est réglé.\n#résolu"))
    desk.advance(minutes=1)
    desk.write(answer(to(resolved, CHEF), "Non, rien ne marche."))
    desk.advance(minutes=1)
    sent = desk.write(answer(pages[TECHS[0]], "#annuler"))
    assert "État\u00a0: reste en cours" in told(sent)
    assert desk.ticket().status == "open"


def test_the_same_undoing_a_hundred_times_acts_once(desk: LiveDesk) -> None:
    """A replayed mail is nothing new, whoever hands it in."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#appel 15"))
    undone = answer(pages[TECHS[0]], "#annuler")
    for _ in range(100):
        desk.accept(undone.raw(77), undone.sender, undone.to)
    desk.work()
    assert [one.minutes for one in desk.ticket().interventions] == [15, -15]


@pytest.mark.parametrize(
    "commands",
    [
        "#attente client",
        "#attente tiers 3d",
        "#fermer",
        "#résolu",
        "#valider",
        "#assigner tech2",
        "#sévérité haute trois postes arrêtés",
        "#priorité P2",
        "#genre formation",
        "#file regulier",
        "#contact it@acme.example",
        "#sujet Autre chose",
        "#note\nInterne.",
        "Un mot.",
    ],
)
def test_the_ticket_is_as_before(desk: LiveDesk, commands: str) -> None:
    """Whatever the mail did, up to the story."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#prendre"))
    before = desk.ticket()
    desk.advance(minutes=1)
    desk.write(answer(pages[TECHS[0]], commands))
    desk.advance(minutes=4)
    desk.write(answer(pages[TECHS[0]], "#annuler"))
    after = desk.ticket()
    for name in ("status", "assignee", "queue", "kind", "level", "severity", "priority", "subject", "requester"):
        assert getattr(after, name) == getattr(before, name), name
    assert [one for one in after.clocks if one.running] == [one for one in before.clocks if one.running]
    assert after.waits == before.waits


def test_a_wait_that_the_mail_ended_goes_on(desk: LiveDesk) -> None:
    """As long as the customer's turn lasts, and not a minute less, the clocks stand still."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#attente client 3d"))
    before = desk.ticket()
    desk.advance(minutes=30)
    desk.write(answer(pages[TECHS[0]], "#résolu"))
    desk.advance(minutes=5)
    desk.write(answer(pages[TECHS[0]], "#annuler"))
    assert (desk.ticket().status, desk.ticket().waits) == ("waiting-customer", before.waits)
    desk.advance(days=4)
    assert desk.ticket().status == "open"


def test_it_stands_alone(desk: LiveDesk) -> None:
    """Beside words or other commands nobody knows what is meant."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#appel 15"))
    assert "s’écrit seule" in told(desk.write(answer(pages[TECHS[0]], "#annuler\nPardon.")))
    assert [one.minutes for one in desk.ticket().interventions] == [15]


def test_nothing_to_undo_is_said(desk: LiveDesk) -> None:
    """A colleague's mail is theirs to undo."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[1]], "#prendre"))
    assert "aucun courriel de vous" in told(desk.write(answer(pages[TECHS[0]], "#annuler")))
    assert desk.ticket().assignee == "tech2"


def test_a_question_to_the_desk_is_nothing_to_undo(desk: LiveDesk) -> None:
    """Whoever sees the balance and takes fright means the call before it."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#appel 15"))
    desk.write(answer(pages[TECHS[0]], "#solde"))
    desk.write(answer(pages[TECHS[0]], "#annuler"))
    assert [one.minutes for one in desk.ticket().interventions] == [15, -15]
