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


@pytest.mark.parametrize("word", ["oui", "Oui, merci.", "Oui\n\nCamille Tremblay"])
def test_a_bare_yes_of_the_desk_releases_as_a_contacts_does(desk: LiveDesk, word: str) -> None:
    """The mail asks for a word: nobody who gives it means to write « oui » to a stranger."""
    sent = desk.write(answer(asked(desk), word))
    assert [one.template for one in sent if one.to == STRANGER] == ["released"]
    assert len([one for one in sent if one.template == "page"]) == 3
    assert "La demande est autorisée." in to([one for one in sent if one.template == "transcript"], TECHS[0]).text
    assert desk.ticket().assignee is None


def test_a_bare_no_of_the_desk_is_no_letter_to_the_stranger(desk: LiveDesk) -> None:
    """To refuse is a command, and to leave it as it is takes no mail."""
    (told,) = desk.write(answer(asked(desk), "Non."))
    assert told.to == TECHS[0]
    assert "#fermer" in told.text
    assert desk.ticket().status == "parked"


def test_the_mail_that_asks_says_what_releases_and_what_does_not(desk: LiveDesk) -> None:
    """A plain answer goes out and authorises nothing: whoever writes it knows that before."""
    page = asked(desk)
    for part in (page.text, page.html):
        for said in ("oui", "#prendre", "n’autorise rien"):
            assert said in part.partition("autoriser la demande")[2]


def test_what_the_stranger_answers_is_told_to_who_asked(desk: LiveDesk) -> None:
    """They are waiting for it; « oui » to that is an answer like any other, and a thank-you wakes nobody."""
    said = to(desk.write(answer(asked(desk), "De quelle imprimante parlez-vous ?")), STRANGER)
    desk.advance(minutes=5)
    (told,) = desk.write(answer(said, "De celle du deuxième. Puis-je la débrancher ?"))
    assert told.to == TECHS[0]
    assert "De celle du deuxième" in told.text
    assert "#prendre" in told.text
    assert "«\u00a0oui\u00a0»" not in told.text
    desk.advance(minutes=5)
    yes = desk.write(answer(told, "Oui"))
    assert [(one.to, one.template) for one in yes] == [(STRANGER, "notification")]
    assert desk.ticket().status == "parked"
    assert desk.write(answer(yes[0], "Merci !")) == []


def test_what_the_stranger_adds_is_told_to_whoever_was_asked(desk: LiveDesk) -> None:
    """The answer that they got says that it would be added to the request: somebody decides by it."""
    asked(desk)
    kept = next(one for one in desk.sent if one.to == STRANGER)
    desk.advance(minutes=5)
    assert [one.to for one in desk.write(answer(kept, "Elle fume maintenant."))] == [TECHS[0]]


def test_a_contacts_question_about_a_colleagues_request_is_read_by_somebody(desk: LiveDesk) -> None:
    """Neither yes nor no, and written to the desk; the colleague's own words wait with the request."""
    sent = desk.write(Letter("L'imprimante fume", "stagiaire@acme.example", subject="Feu"))
    assert desk.write(answer(to(sent, "stagiaire@acme.example"), "Alors ?")) == []
    assert desk.write(answer(to(sent, "chef@acme.example"), "Non, attendez.")) == []
    (told,) = desk.write(answer(to(sent, "chef@acme.example"), "Combien cela coûterait-il ?"))
    assert told.to == TECHS[0]
    assert desk.ticket().status == "parked"


@pytest.mark.parametrize("text", ["Bonjour,\n\nOui, allez-y.\n\nDominique", "Bonjour, oui", "Bonsoir à tous,\nok"])
def test_a_yes_behind_a_greeting_is_a_yes(desk: LiveDesk, text: str) -> None:
    """Who was brought up well says good day first."""
    sent = desk.write(Letter("L'imprimante fume", "stagiaire@acme.example", subject="Feu"))
    desk.write(answer(to(sent, "chef@acme.example"), text))
    assert desk.ticket().status == "new"


def test_an_if_is_no_yes(desk: LiveDesk) -> None:
    """« Si » is a condition in French, whatever it is further south."""
    sent = desk.write(Letter("L'imprimante fume", "stagiaire@acme.example", subject="Feu"))
    desk.write(answer(to(sent, "chef@acme.example"), "Si c'est gratuit, oui ; sinon appelez-moi."))
    assert desk.ticket().status == "parked"


@pytest.mark.parametrize("word", ["oui", "non"])
def test_a_word_on_what_is_let_in_already_is_no_letter_either(desk: LiveDesk, word: str) -> None:
    """Two leads were asked: the stranger does not hear the second one's answer, and no promise is kept by it."""
    page = asked(desk)
    desk.advance(minutes=1)
    desk.write(answer(page, "oui"))
    desk.advance(minutes=1)
    (told,) = desk.write(answer(page, word))
    assert told.to == TECHS[0]
    assert "n’attend plus d’autorisation" in told.text
    assert desk.ticket().status == "new"
