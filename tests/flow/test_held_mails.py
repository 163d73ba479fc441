"""Nobody talks past each other: a technician's mail against an older state waits for one more word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.flow.desk import Letter, LiveDesk, Sent, answer

CHEF = "chef@acme.example"
TECHS = ("tech1@example.com", "tech2@example.com", "tech3@example.com")


def paged(desk: LiveDesk) -> dict[str, Sent]:
    """The mail that each technician was called by, a minute ago."""
    called = {one.to: one for one in desk.write(Letter("Bonjour,\n\nplus rien ne marche.")) if one.to in TECHS}
    desk.advance(minutes=1)
    return called


def to(sent: list[Sent], who: str) -> Sent:
    """The one mail to somebody."""
    (found,) = [one for one in sent if one.to == who]
    return found


def test_an_answer_written_before_a_colleagues_is_held(desk: LiveDesk) -> None:
    """Both were called; the slower one hears what the customer was told, and the customer hears nothing twice."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "Redémarrez le serveur du poste 3, je vous prie."))
    desk.advance(minutes=4)
    (asked,) = desk.write(answer(pages[TECHS[1]], "Débranchez le serveur du poste 3."))
    assert asked.to == TECHS[1]
    assert "a répondu au client il y a 4\u00a0min" in asked.text
    assert "Redémarrez le serveur du poste 3" in asked.text
    assert [line.activity for line in desk.ticket().interventions] == ["reply"]


def test_one_word_sends_it_all_the_same(desk: LiveDesk) -> None:
    """What leaves is the mail as it was written, now; the same word again finds nothing to send."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "Redémarrez le serveur."))
    desk.advance(minutes=4)
    (asked,) = desk.write(answer(pages[TECHS[1]], "Débranchez-le.\n#appel 15"))
    desk.advance(minutes=2)
    sent = desk.write(answer(asked, "Oui"))
    assert "Débranchez-le." in to(sent, CHEF).text
    last = desk.ticket().interventions[-1]
    assert (last.by, last.activity, last.minutes, last.at) == ("tech2", "call", 15, desk.now)
    assert not [
        one for one in desk.write(answer(asked, "oui, encore")) if "Débranchez-le." in one.text and one.to == CHEF
    ]


def test_a_no_drops_it(desk: LiveDesk) -> None:
    """And a yes that comes after it sends nothing."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "Redémarrez le serveur."))
    (asked,) = desk.write(answer(pages[TECHS[1]], "Débranchez-le."))
    (told,) = desk.write(answer(asked, "non"))
    assert "abandonné" in told.text
    assert not [
        one for one in desk.write(answer(asked, "confirmer")) if "Débranchez-le." in one.text and one.to == CHEF
    ]


def test_what_happens_while_it_waits_is_asked_about_again(desk: LiveDesk) -> None:
    """The yes was said to an older question."""
    pages = paged(desk)
    acknowledged = to(desk.sent, CHEF)
    desk.write(answer(pages[TECHS[0]], "Redémarrez le serveur."))
    (asked,) = desk.write(answer(pages[TECHS[1]], "Débranchez-le."))
    desk.advance(minutes=3)
    desk.write(answer(acknowledged, "Cela brûle, que dois-je faire ?"))
    desk.advance(minutes=1)
    (again,) = desk.write(answer(asked, "oui"))
    assert "a écrit il y a 1\u00a0min" in again.text
    assert "Cela brûle" in again.text
    assert "a répondu au client" not in again.text
    assert "Débranchez-le." in to(desk.write(answer(again, "oui")), CHEF).text


def test_an_answer_to_the_newest_mail_is_not_held(desk: LiveDesk) -> None:
    """Who was told of the customer's second mail answers that one."""
    pages = paged(desk)
    first = desk.write(answer(pages[TECHS[0]], "Redémarrez le serveur."))
    desk.advance(minutes=5)
    (told,) = desk.write(answer(to(first, CHEF), "C'est fait, rien de mieux."))
    desk.advance(minutes=5)
    assert "Débranchez-le." in to(desk.write(answer(told, "Débranchez-le.")), CHEF).text


def test_commands_alone_come_never_too_late(desk: LiveDesk) -> None:
    """Time is time, whoever wrote meanwhile."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "Redémarrez le serveur."))
    desk.write(answer(pages[TECHS[1]], "#note\nJe connais ce serveur."))
    assert desk.ticket().interventions[-1].activity == "note"


def test_taking_what_somebody_has_is_asked_about(desk: LiveDesk) -> None:
    """The two who were called at night do not take it from each other without knowing."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#prendre"))
    (asked,) = desk.write(answer(pages[TECHS[1]], "#prendre"))
    assert "a déjà la demande" in asked.text
    assert desk.ticket().assignee == "tech1"
    desk.write(answer(asked, "yes"))
    assert desk.ticket().assignee == "tech2"


def test_a_new_mail_overtakes_the_one_that_waits(desk: LiveDesk) -> None:
    """Whoever writes anew has thought again: an old yes must not send both."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "Redémarrez le serveur."))
    desk.advance(minutes=1)
    (asked,) = desk.write(answer(pages[TECHS[1]], "Débranchez-le."))
    sent = desk.write(answer(asked, "Mon collègue a raison, redémarrez-le."))
    assert "Mon collègue a raison" in to(sent, CHEF).text
    assert not [one for one in desk.write(answer(asked, "oui")) if "Débranchez-le." in one.text]


def asked_twice(desk: LiveDesk) -> tuple[Sent, Sent]:
    """Two mails of one technician, each held with a question of its own."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "Redémarrez le serveur."))
    desk.advance(minutes=1)
    (first,) = desk.write(answer(pages[TECHS[1]], "Débranchez-le."))
    desk.advance(minutes=1)
    (second,) = desk.write(answer(pages[TECHS[1]], "Jetez-le."))
    return first, second


def test_a_yes_is_to_the_question_that_it_answers(desk: LiveDesk) -> None:
    """The first mail was overtaken by the second: a yes to its question sends neither."""
    first, second = asked_twice(desk)
    (told,) = desk.write(answer(first, "oui"))
    assert told.to == TECHS[1]
    assert "rien n’attend plus" in told.text
    assert "Jetez-le." in to(desk.write(answer(second, "oui")), CHEF).text


def test_a_yes_to_the_customer_is_no_word_to_the_desk(desk: LiveDesk) -> None:
    """The customer asks something while a mail waits; the answer goes to the customer."""
    pages = paged(desk)
    acknowledged = to(desk.sent, CHEF)
    desk.write(answer(pages[TECHS[1]], "#prendre"))
    desk.advance(minutes=1)
    (asked,) = desk.write(answer(pages[TECHS[1]], "Voici.\n#copie externe@ailleurs.example"))
    assert asked.template == "transcript"
    desk.advance(minutes=1)
    notice = to(desk.write(answer(acknowledged, "Puis-je redémarrer ?")), TECHS[1])
    desk.advance(minutes=1)
    sent = desk.write(answer(notice, "Oui"))
    assert "Oui" in to(sent, CHEF).text
    assert not [one for one in sent if one.to == "externe@ailleurs.example"]


@pytest.mark.parametrize("word", ["Oui merci", "ok", "D'accord", "Oui\n\nNicolas Favre", "oui, envoie"])
def test_a_yes_may_be_polite(desk: LiveDesk, word: str) -> None:
    """Nobody writes to a machine in one word all night."""
    _, asked = asked_twice(desk)
    assert "Jetez-le." in to(desk.write(answer(asked, word)), CHEF).text


@pytest.mark.parametrize("word", ["Non merci", "non, ne l'envoie pas", "annule", "#annuler"])
def test_a_no_may_be_polite(desk: LiveDesk, word: str) -> None:
    """Nothing of it reaches the customer, nor does the no."""
    _, asked = asked_twice(desk)
    assert [one.to for one in desk.write(answer(asked, word))] == [TECHS[1]]


@pytest.mark.parametrize("word", ["", "Attends", "merci", "Oui mais pas le poste 4"])
def test_an_unclear_answer_reaches_nobody(desk: LiveDesk, word: str) -> None:
    """The question is asked again, and the mail goes on waiting."""
    _, asked = asked_twice(desk)
    (told,) = desk.write(answer(asked, word))
    assert "« oui » ou « non »".replace("« ", "«\u00a0").replace(" »", "\u00a0»") in told.text
    assert "Jetez-le." in to(desk.write(answer(asked, "oui")), CHEF).text


def test_who_is_asked_has_answered_the_page(desk: LiveDesk) -> None:
    """What they wrote waits, they are there: nobody else is called."""
    pages = paged(desk)
    mark = "---------- Message transféré ----------"
    forwarded = f"Voici.\n\n{mark}\nDe : Luc <luc@fournisseur.example>\nObjet : Prix\n\nSecret."
    sent = desk.write(replace(answer(pages[TECHS[1]], ""), text=forwarded, subject="TR: Panne", headers={}))
    assert "transféré" in to(sent, TECHS[1]).text
    assert not [one for one in sent if one.to == CHEF]
    assert desk.ticket().assignee == "tech2"
    assert not [
        one for one in desk.advance(minutes=30) if one.template in ("technician", "page") and one.to != TECHS[1]
    ]


def test_to_resolve_what_the_customer_says_is_broken_is_asked_about(desk: LiveDesk) -> None:
    """The customer would hear that it is done."""
    pages = paged(desk)
    acknowledged = to(desk.sent, CHEF)
    desk.write(answer(pages[TECHS[1]], "#prendre"))
    desk.advance(minutes=5)
    desk.write(answer(acknowledged, "Toujours en panne, pire qu'avant."))
    desk.advance(minutes=1)
    (asked,) = desk.write(answer(pages[TECHS[1]], "#résolu"))
    assert "Toujours en panne" in asked.text


@pytest.mark.parametrize("text", ["Le client est pénible… #note", "J'ai fait #appel 15 et #résolu."])
def test_a_command_inside_a_line_is_asked_about(desk: LiveDesk, text: str) -> None:
    """It would be no command, and the customer would read it."""
    pages = paged(desk)
    sent = desk.write(answer(pages[TECHS[1]], text))
    assert "n’est pas au début d’une ligne" in to(sent, TECHS[1]).text
    assert not [one for one in sent if one.to == CHEF]


def test_who_loses_a_ticket_hears_who_has_it(desk: LiveDesk) -> None:
    """Somebody insisted on taking it."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[0]], "#prendre"))
    (asked,) = desk.write(answer(pages[TECHS[1]], "#prendre"))
    assert "Nicolas Favre" in to(desk.write(answer(asked, "oui")), TECHS[0]).text


@pytest.mark.parametrize("how", ["by mail", "by rule"])
def test_who_is_absent_is_given_nothing_unasked(desk: LiveDesk, how: str) -> None:
    """The others would be called off, and nobody would come."""
    pages = paged(desk)
    if how == "by mail":
        desk.write(answer(pages[TECHS[1]], "#absent 2026-11-16..2026-11-20"))
    else:
        desk.change_rules('skills = ["comptabilité"]', 'away = ["2026-11-16/2026-11-20"]')
    (asked,) = desk.write(answer(pages[TECHS[0]], "#assigner Nicolas"))
    assert "Nicolas Favre n’est pas là aujourd’hui" in asked.text
    assert (desk.ticket().status, desk.ticket().assignee) == ("new", None)
    assert to(desk.write(answer(asked, "oui")), TECHS[1]).template == "technician"
    assert desk.ticket().assignee == "tech2"


def test_who_is_back_is_given_what_comes(desk: LiveDesk) -> None:
    """An absence that is over, or has not begun, asks nothing."""
    pages = paged(desk)
    desk.write(answer(pages[TECHS[1]], "#absent 2026-11-17..2026-11-20"))
    desk.write(answer(pages[TECHS[0]], "#assigner Nicolas"))
    assert desk.ticket().assignee == "tech2"


@pytest.mark.parametrize("word", ["ok", "vu"])
def test_a_pager_confirms_no_mail(desk: LiveDesk, word: str) -> None:
    """From a pager's own address nothing but an acknowledgement is obeyed, whatever waits for its owner's word."""
    sent = desk.write(Letter("Bonjour,\n\nplus rien ne marche."))
    page = next(one for one in sent if one.to == "5145550101@pager.example.net")
    desk.advance(minutes=1)
    desk.write(answer(to(sent, CHEF), "Cela brûle."))
    desk.advance(minutes=1)
    asked = to(desk.write(answer(to(sent, TECHS[0]), "Je regarde.")), TECHS[0])
    assert "À confirmer" in asked.subject
    desk.advance(minutes=1)
    assert not [one for one in desk.write(Letter(word, page.to, page.reply_to)) if one.to == CHEF]
    assert "Je regarde." in to(desk.write(answer(asked, "oui")), CHEF).text
