"""`?privacy=yes`: a pager that other eyes see hears of queue, number and deadline, and of nothing else."""

from __future__ import annotations

import pytest

from tests.flow.desk import Letter, LiveDesk
from tests.flow.test_secrets import everything

PAGER = "mailto:5145550101@pager.example.net?max=160"
MARK = "MARKE-4711"


def page_of(desk: LiveDesk, language: str) -> str:
    """All of the page to tech1 about a mail whose words and writer are marked."""
    desk.change_rules(PAGER, PAGER + "&privacy=yes")
    desk.configure("fr-CA", language)
    sent = desk.write(Letter(f"Bonjour {MARK}", f"{MARK} <chef@acme.example>", subject=f"Panne {MARK}"))
    (page,) = [mail for mail in sent if mail.to == "5145550101@pager.example.net"]
    return everything(page)


@pytest.mark.parametrize(("language", "due"), [("fr-CA", "avant lun 16 nov 11h00"), ("en-CA", "by Mon Nov 16 11:00")])
def test_a_private_page_says_queue_number_and_deadline(desk: LiveDesk, language: str, due: str) -> None:
    """In both languages, in its words and in its headers."""
    page = page_of(desk, language)
    assert f"URGENT #1001 {due}" in page
    assert MARK not in page
    assert "acme" not in page.lower()


def test_the_others_hear_the_whole(desk: LiveDesk) -> None:
    """The switch is one pager's: the colleague's page, and the technician's own mail, say who and what."""
    page_of(desk, "fr-CA")
    told = [mail.text for mail in desk.sent if mail.to in ("5145550102@pager.example.net", "tech1@example.com")]
    assert len(told) == 2
    assert all(MARK in text for text in told)


def test_a_broken_template_says_no_more(desk: LiveDesk) -> None:
    """The built-in words take over when the site's own template fails."""
    own = desk.root / "templates/fr/page.txt.j2"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("Subject: x\n\n{{ ticket.subject.nothing.at.all }}\n", "utf-8")
    page = page_of(desk, "fr-CA")
    assert "URGENT #1001" in page
    assert MARK not in page
    assert "acme" not in page.lower()
