"""Letters to several people are put in words once, and nobody reads another's name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mailgate.core.letters import Letter, PersonFacts
from mailgate.mail.sandbox import Sandbox
from mailgate.mail.templates import Templates
from mailgate.mail.words import Words
from tests.mail.letters import NOW, a_letter

CAMILLE, NICOLAS = PersonFacts("Camille", "tech1@example.com"), PersonFacts("Nicolas", "tech2@example.com")


def _to(letter: Letter, reader: PersonFacts | None) -> Letter:
    return replace(letter, facts=replace(letter.facts, technician=reader))


def _template(tmp_path: Path, text: str) -> Templates:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr/technician.txt.j2").write_text(f"Subject: x\n\n{text}\n", "utf-8")
    return Templates((tmp_path,))


def _counted(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which templates are printed from now on."""
    printed: list[str] = []
    get = Sandbox.get_template

    def noted(self: Sandbox, name: str) -> object:
        printed.append(name)
        return get(self, name)

    monkeypatch.setattr(Sandbox, "get_template", noted)
    return printed


def _texts(templates: Templates, *letters: Letter) -> list[Words]:
    return [templates.render(letter, NOW) for letter in letters]


def test_a_letter_that_does_not_name_its_reader_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three technicians, one text."""
    templates, letter = _template(tmp_path, "{{ ticket.number }}"), a_letter("technician")
    printed = _counted(templates, monkeypatch)
    first, second = _texts(templates, _to(letter, CAMILLE), _to(letter, NICOLAS))
    assert first is second
    assert len(printed) == 1


@pytest.mark.parametrize(
    "named",
    [
        "{{ technician.name }}",
        "{{ technician }}",
        "{% if technician == customer %}x{% endif %}{{ technician.mail }}",
        "{{ [technician]|map(attribute='name')|join }}",
    ],
)
def test_a_letter_that_names_its_reader_is_written_for_each(tmp_path: Path, named: str) -> None:
    """Nobody is called by a colleague's name."""
    templates, letter = _template(tmp_path, named), a_letter("technician")
    first, second = _texts(templates, _to(letter, CAMILLE), _to(letter, NICOLAS))
    assert "Camille" in first.text or "tech1" in first.text
    assert first.text != second.text


def test_whether_there_is_a_reader_makes_another_letter(tmp_path: Path) -> None:
    """`{% if technician %}` is a question, too."""
    templates, letter = (
        _template(tmp_path, "{{ 'somebody' if technician is not none else 'nobody' }}"),
        a_letter("technician"),
    )
    first, second = _texts(templates, _to(letter, CAMILLE), _to(letter, None))
    assert (first.text, second.text) == ("somebody", "nobody")


def test_other_facts_make_another_letter(tmp_path: Path) -> None:
    """However much two requests are alike."""
    templates, letter = _template(tmp_path, "{{ ticket.number }}"), a_letter("technician")
    ticket = letter.facts.ticket
    assert ticket is not None
    other = replace(letter, facts=replace(letter.facts, ticket=replace(ticket, number=ticket.number + 1)))
    first, second = _texts(templates, letter, other)
    assert first.text != second.text
