"""Macros go from letter to letter, and speak of the letter that they are in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import DictLoader
from jinja2.exceptions import UndefinedError

from mailgate.core.letters import Letter
from mailgate.mail.compose import TemplateFailed, Templates
from mailgate.mail.loans import LENT, LENT_MOST
from mailgate.mail.sandbox import Sandbox
from tests.mail.letters import NOW, a_letter

NUMBER = "{% macro number() %}{{ ticket.number }}{% endmacro %}"
ONE = "{% macro number() %}{{ one }}{% endmacro %}"
SAID = "{% macro said() %}{{ word }}{% endmacro %}"
MINE = '{% import "fr/_mine.j2" as mine with context %}'


def _templates(root: Path, mine: str, letter: str) -> Templates:
    (root / "fr").mkdir()
    (root / "fr/_mine.j2").write_text(mine, "utf-8")
    (root / "fr/closing.txt.j2").write_text(f"Subject: x\n\n{letter}\n", "utf-8")
    return Templates((root,))


def _of(number: int) -> Letter:
    letter = a_letter("closing")
    assert letter.facts.ticket is not None
    return replace(letter, facts=replace(letter.facts, ticket=replace(letter.facts.ticket, number=number)))


def _text(templates: Templates, number: int) -> str:
    return templates.render(_of(number), NOW).text


@pytest.mark.parametrize(
    "mine",
    [
        NUMBER,
        "{% set one = ticket.number %}" + ONE,
        "{% if ticket.number == 7 %}{% set one = 7 %}{% else %}{% set one = 8 %}{% endif %}" + ONE,
        "{% set one %}{{ ticket.number }}{% endset %}" + ONE,
        "{% macro number(one=ticket.number) %}{{ one }}{% endmacro %}",
    ],
)
def test_a_macro_speaks_of_its_own_letter(tmp_path: Path, mine: str) -> None:
    """Whether the file holds macros only, or finds something out when it is imported."""
    templates = _templates(tmp_path, mine, MINE + "{{ mine.number() }}")
    assert [_text(templates, number) for number in (7, 8, 7)] == ["7", "8", "7"]


def test_a_file_that_is_imported_twice_keeps_what_each_saw(tmp_path: Path) -> None:
    """A module is never in two hands at once."""
    twice = '{% set word = "a" %}' + MINE + '{% set word = "b" %}' + MINE.replace("as mine", "as other")
    templates = _templates(tmp_path, SAID, twice + "{{ mine.said() }}{{ other.said() }}{{ mine.said() }}")
    assert [_text(templates, number) for number in (7, 8)] == ["aba", "aba"]


def test_what_a_loop_knows_is_known_to_what_it_imports(tmp_path: Path) -> None:
    """And a loop may import more often than there is to lend."""
    count = LENT_MOST + 3
    loop = "{% for word in " + str(list(range(count))) + " %}" + MINE + "{{ mine.said() }} {% endfor %}"
    templates = _templates(tmp_path, SAID, loop)
    said = " ".join(map(str, range(count)))
    assert [_text(templates, number).strip() for number in (7, 8)] == [said, said]


def test_a_letter_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """The next one is written as if it had not been."""
    templates = _templates(tmp_path, NUMBER, MINE + "{{ mine.number() }}{{ ticket.nummer if ticket.number == 7 }}")
    with pytest.raises(TemplateFailed, match="nummer"):
        _text(templates, 7)
    assert _text(templates, 8) == "8"


def test_macros_are_made_once_and_know_nothing_between_two_letters() -> None:
    """What was written to a customer does not wait in memory for the next mail."""
    sandbox = Sandbox(DictLoader({"mine": SAID}), escapes=False)
    template, loans = sandbox.get_template("mine"), sandbox.loans()
    first = template.make_module({LENT: loans, "word": "a"})
    loans.give_back()
    with pytest.raises(UndefinedError, match="word"):
        first.said()  # type: ignore[attr-defined]  # a macro is exported by its name
    assert template.make_module({LENT: loans, "word": "b"}) is first
    assert first.said() == "b"  # type: ignore[attr-defined]  # a macro is exported by its name
