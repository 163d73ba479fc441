"""A technician releases a stranger's parked request, or refuses it, and thinks better of it."""

from __future__ import annotations

import pytest

from tests.builders import local
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_held_mails import TECHS, to
from tests.flow.test_undoing import told

STRANGER = "luc@ailleurs.example"


def asked(desk: LiveDesk) -> Sent:
    """What the lead gets of a request that waits for the desk's word."""
    desk.change_rules('callback  = "1h"\n', 'callback  = "1h"\nunknown_senders = "park"\n')
    letter = Letter("L'imprimante ne répond plus.", f"Luc Petit <{STRANGER}>", envelope_from=STRANGER)
    return to(desk.write(letter), TECHS[0])


@pytest.mark.parametrize("work", ["#appel 15", "Bonjour, redémarrez-la."])
def test_the_promise_is_kept_with_the_release_and_owed_again_when_that_is_undone(desk: LiveDesk, work: str) -> None:
    """The release stays, so the call-back is owed by the deadline that began with it, and its warnings come."""
    page = asked(desk)
    (released,) = [one for one in desk.write(answer(page, f"#prendre\n{work}")) if one.template == "released"]
    assert "communiquera avec vous" not in released.text
    callback = desk.ticket().callback
    assert callback is not None
    assert (callback.kept_by, callback.due_at) == ("tech1", local("2026-11-16 11:00"))
    desk.advance(minutes=2)
    undone = told(desk.write(answer(page, "#annuler")))
    assert "le délai court de nouveau" in undone
    assert "Ne s’annule pas\u00a0: #prendre" in undone
    callback = desk.ticket().callback
    assert callback is not None
    assert (callback.kept_at, callback.due_at) == (None, local("2026-11-16 11:00"))
    assert [one.to for one in desk.advance(minutes=45)] == [TECHS[0]]


def test_the_letter_says_who_has_a_request_that_is_taken(desk: LiveDesk) -> None:
    """Nobody was paged for it, so it does not say that the team was."""
    released = to(desk.write(answer(asked(desk), "#prendre")), STRANGER)
    for part in (released.text, released.html):
        assert "Camille Tremblay s’en occupe." in part
        assert "téléavertisseur" not in part
        assert "Notre équipe communiquera avec vous" in part


@pytest.mark.parametrize("refusal", ["#fermer", "#prendre\n#fermer\nCe n'est pas de notre ressort."])
def test_a_refusal_that_is_undone_leaves_the_request_parked(desk: LiveDesk, refusal: str) -> None:
    """As it was: nobody's, and waiting for a word."""
    page = asked(desk)
    desk.advance(minutes=5)
    before = desk.ticket()
    refused = desk.write(answer(page, refusal))
    assert desk.ticket().status == "closed"
    assert [one.template for one in refused if one.template == "released"] == []
    desk.advance(minutes=1)
    undone = told(desk.write(answer(page, "#annuler")))
    assert "de nouveau en attente d’autorisation" in undone
    assert "Ne s’annule pas" not in undone
    after = desk.ticket()
    assert (after.status, after.assignee, after.waits) == (before.status, before.assignee, before.waits)


def test_an_answer_to_a_parked_request_does_not_say_that_it_is_open(desk: LiveDesk) -> None:
    """A question to the stranger authorises nothing, and nobody works on it yet."""
    said = to(desk.write(answer(asked(desk), "De quelle imprimante parlez-vous ?")), STRANGER)
    for part in (said.text, said.html):
        assert "attend un accord" in part
        assert "reste ouverte" not in part
