"""Several people take turns on one ticket, so each of them sees its story (domain.md §2)."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.correspondence import View, facts_about
from mailgate.core.model import Direction
from mailgate.core.policy import Limits
from mailgate.core.ticket import Line
from tests.builders import NOW, a_policy, a_ticket
from tests.flow.desk import Letter, LiveDesk, answer
from tests.flow.test_conversation import CHEF, opened, to


def test_who_takes_over_reads_what_was_said_and_by_whom(desk: LiveDesk) -> None:
    """The request, the answers and who asked; our automatic mails and bare commands would only push them out."""
    page = to(opened(desk), "tech2@example.com")
    for text in ("#aide", "Nous attendons une pièce.", "#appel 10", "#attente tiers", "#rouvrir"):
        desk.write(answer(page, text))
    told = to(desk.write(answer(page, "#assigner tech3\n#note\nÀ toi.")), "tech3@example.com").text
    for said in ("Nicolas Favre <tech2@example.com>", "Dominique Gagnon <chef@acme.example>", "plus rien ne marche"):
        assert said in told
    earlier = told.partition("Derniers échanges")[2].rpartition("Votre réponse part")[0]
    assert "Nicolas Favre\u00a0: Nous attendons une pièce." in earlier
    assert "#" not in earlier
    assert "bien reçu" not in earlier


def test_a_contact_who_joins_a_colleagues_request_is_not_called_unknown(desk: LiveDesk) -> None:
    """The request came from somebody unauthorised; the one who writes now is authorised."""
    asked = desk.write(Letter("Ma souris ne va plus", "stagiaire@acme.example"))
    desk.write(answer(to(asked, CHEF), "oui"))
    told = desk.write(answer(to(asked, "it@acme.example"), "Merci de regarder vite, il attend."))
    assert told
    assert not any("contact inconnu" in mail.text for mail in told)


def test_the_rules_say_how_much_of_the_story_a_mail_repeats() -> None:
    """`limits.history`, none at all included."""
    lines = tuple(Line(NOW, CHEF, Direction.IN, f"mot {number}") for number in range(9))
    for most in (0, 2, 7):
        facts = facts_about(
            replace(a_ticket(), history=lines), a_policy(limits=Limits(history=most)), "fr-CA", View.DESK
        )
        assert facts.ticket is not None
        assert [line.text for line in facts.ticket.history] == [f"mot {number}" for number in range(9 - most, 9)]
