"""`[[rule.example]]`: rules carry their own tests."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailgate.rulebook import load, run_examples
from mailgate.rulebook.examples import ordinary_wednesday
from mailgate.rulebook.expectations import ANSWERS, Expectation
from tests.rules.sites import DESK, PEOPLE, STARTER, loaded

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def tried(tmp_path: Path, mail: str, expect: str, rule: str = "", **files: str) -> list[str]:
    """What an example of one rule says, without its place."""
    text = f"[[rule]]\nname = 'r'\n{rule}\n[[rule.example]]\nmail = {{ {mail} }}\nexpect = {{ {expect} }}\n"
    failed = run_examples(loaded(tmp_path, z=text, **files), NOW)
    return [str(one).removeprefix("rules/z.toml:4:1: example of rule 'r': ") for one in failed]


def test_the_starter_keeps_every_promise_it_shows() -> None:
    """The rules that `mailgate init` writes are the first thing a newcomer reads and trusts."""
    book = load(STARTER, DESK)
    assert len(book.examples) >= 6
    assert (run_examples(book, NOW), book.warnings) == ((), ())


@pytest.mark.parametrize("day", [1, 60, 120, 200, 300, 363])
def test_the_starter_passes_on_any_day_of_the_year(day: int) -> None:
    """`check` in a holiday week must say what it said the week before."""
    book = load(STARTER, DESK)
    assert run_examples(book, datetime.fromordinal(datetime(2026, 1, 1).toordinal() + day).replace(tzinfo=UTC)) == ()


CHEF = 'from = "chef@acme.example"'
HOLDS = {
    (CHEF, 'queue = "urgent", customer = "acme", pages = 1, notify = 1, outcome = "ticket"'),
    (CHEF, 'kind = "assistance", level = 1, acknowledge = true, park = false, refuse = false, team = "support"'),
    (CHEF, 'callback = "11:00"'),
    (f'{CHEF}, at = "2026-11-20T16:30"', 'callback = "2026-11-23T09:00"'),
    (f"{CHEF}, at = 2026-11-20T16:30:00Z", 'callback = "2026-11-20T12:30:00-05:00"'),
    ('from = "other@acme.example"', 'outcome = "parked", park = true, pages = 0, acknowledge = false'),
    ('subject = "x"', 'outcome = "ticket"'),
    (f'{CHEF}, headers = {{ Auto-Submitted = "auto-replied" }}', "acknowledge = false"),
    (f'{CHEF}, to = ["x@example.org", "support-urgent@example.com"], cc = "y@example.org"', 'queue = "urgent"'),
}


@pytest.mark.parametrize(("mail", "expect"), sorted(HOLDS))
def test_an_example_that_holds_says_nothing(tmp_path: Path, mail: str, expect: str) -> None:
    """Everything that an example may expect."""
    assert tried(tmp_path, mail, expect) == []


def test_what_a_rule_sets_can_be_expected(tmp_path: Path) -> None:
    """Priority and severity, tags, assignee."""
    when = "when = { has_attachment = true, size = { above = 1000 } }"
    then = 'then = { priority = "P1", severity = "s", tag = ["a", "b"], assign = "tech1" }'
    scales = "[priority.P1]\n[severity.s]\n"
    mail, expect = f"{CHEF}, attachment = true", 'priority = "P1", severity = "s", tag = "b", assignee = "tech1"'
    assert tried(tmp_path, mail, expect, f"{when}\n{then}", scales=scales) == []


@pytest.mark.parametrize(
    ("expect", "sentence"),
    [
        ("pages = 3", "expected pages 3, got 1"),
        ('kind = "training"', "expected kind 'training', got 'assistance'"),
        ('tag = ["a", "b"]', "expected tag 'a', 'b', got nothing"),
        ("park = true", "expected park true, got false"),
        ('assign = "tech1"', "expected assign 'tech1', got nothing"),
        ('callback = "11:30"', "expected callback 11:30, got 2026-11-18T11:00-0500"),
        ('outcome = "refused"', "expected outcome 'refused', got 'ticket'"),
    ],
)
def test_a_disappointed_example_says_what_came(tmp_path: Path, expect: str, sentence: str) -> None:
    """At the place of the example."""
    assert tried(tmp_path, CHEF, expect) == [sentence]


def test_nothing_is_expected_of_a_ticket_that_was_never_opened(tmp_path: Path) -> None:
    """A refused mail has no queue."""
    assert tried(
        tmp_path,
        CHEF,
        'queue = "urgent", refuse = true, team = "support", callback = "11:00"',
        "then = { refuse = true }",
    ) == [
        "expected queue 'urgent', got nothing",
        "expected team 'support', got nothing",
        "expected callback 11:00, got nothing",
    ]


def test_every_failed_example_is_told(tmp_path: Path) -> None:
    """One that fails does not hide the next."""
    text = "[[rule]]\n" + "[[rule.example]]\nmail = {}\nexpect = { pages = 9 }\n" * 2
    assert [one.line for one in run_examples(loaded(tmp_path, z=text), NOW)] == [2, 5]


def test_an_absence_only_counts_on_a_day_that_the_example_names(tmp_path: Path) -> None:
    """Otherwise `check` would fail, and rules not reload, whenever somebody takes a holiday."""
    people = PEOPLE.replace("[team", 'away = ["2026-11-01/2026-11-30"]\n[team')
    assert tried(tmp_path, CHEF, "pages = 1", people=people) == []
    assert tried(tmp_path, f'{CHEF}, at = "2026-11-20T10:00"', "pages = 0", people=people) == []


def test_the_ordinary_wednesday_is_never_a_holiday(tmp_path: Path) -> None:
    """24 June 2026, the Fête nationale, is a Wednesday."""
    policy = loaded(tmp_path).policy
    found = ordinary_wednesday(policy, datetime(2026, 6, 22, 12, tzinfo=UTC))
    assert found.isoformat() == "2026-07-08T10:00:00-04:00"


def test_everything_that_can_be_expected_has_an_answer() -> None:
    """The table is total."""
    assert set(ANSWERS) == {one.name for one in fields(Expectation)}
