"""`when` of a rule: facts, operators, groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.core.conditions import Above, AllOf, AnyOf, Below, Condition, Contains, Is, Like, Matches, Not, Test
from tests.rules.sites import loaded, mistakes


def when(tmp_path: Path, written: str) -> Condition:
    """The condition of a rule."""
    (rule,) = loaded(tmp_path, z=f"[[rule]]\nwhen = {written}\n").policy.rules
    return rule.when


def asked_of(tmp_path: Path, written: str) -> Test:
    """The test of a condition's only fact."""
    ((_, test),) = when(tmp_path, f"{{ {written} }}").facts
    return test


ASKED: dict[str, Test] = {
    'subject = "panne*"': Like("panne*"),
    'subject = ["panne", "down"]': AnyOf((Like("panne"), Like("down"))),
    'subject = { contains = "panne" }': Contains(("panne",)),
    'subject = { contains = ["panne", "hors service"] }': Contains(("panne", "hors service")),
    'subject = { contains = "a", not = "b*" }': AllOf((Contains(("a",)), Not(Like("b*")))),
    'subject = { not = ["a", { contains = "b" }] }': Not(AnyOf((Like("a"), Contains(("b",))))),
    "has_attachment = true": Is(True),
    "calendar_open = { not = true }": Not(Is(True)),
    "size = 100": Is(100),
    'size = "1 kB"': Is(1000),
    'size = { above = "1 MB", below = 2000000 }': AllOf((Above(1_000_000), Below(2_000_000))),
    'time = { above = "17:00" }': Above("17:00"),
    'time = { below = "08:30" }': Below("08:30"),
    'time = "12:*"': Like("12:*"),
    'day = ["sat", "sun"]': AnyOf((Like("sat"), Like("sun"))),
    'customer = ""': Like(""),
    'queue = "urg*"': Like("urg*"),
    'identity = "contact"': Like("contact"),
}


@pytest.mark.parametrize(("written", "test"), ASKED.items())
def test_what_is_asked_of_a_fact(tmp_path: Path, written: str, test: Test) -> None:
    """interfaces.md §4, operator by operator."""
    assert asked_of(tmp_path, written) == test


def test_an_empty_condition_holds_always(tmp_path: Path) -> None:
    """So does none at all."""
    assert when(tmp_path, "{}") == Condition()


def test_a_header_may_be_written_in_two_ways(tmp_path: Path) -> None:
    """TOML makes a table of header.X-Foo; both spellings mean the same fact."""
    expected = (("header.x-foo", Like("a")),)
    assert when(tmp_path, '{ header = { X-Foo = "a" } }').facts == expected
    assert when(tmp_path, '{ "header.X-Foo" = "a" }').facts == expected
    assert when(tmp_path, '{ header.X-Foo = "a" }').facts == expected


def test_groups_are_conditions_of_their_own(tmp_path: Path) -> None:
    """They nest; one table stands for a list of one."""
    found = when(tmp_path, '{ any = [{ subject = "a" }, { any = { body = "b" } }], none = { has_attachment = true } }')
    nested = Condition(any=(Condition((("body", Like("b")),)),))
    assert found.any == (Condition((("subject", Like("a")),)), nested)
    assert found.none == (Condition((("has_attachment", Is(True)),)),)


def test_a_regex_searches_unicode_text(tmp_path: Path) -> None:
    """Rust syntax: \\b and \\w know é, which the ASCII engines do not."""
    test = asked_of(tmp_path, r"body = { regex = '(?i)\bété\b' }")
    assert isinstance(test, Matches)
    assert test.search("un ÉTÉ chaud")
    assert not test.search("étés")


def test_several_regexes_mean_any_of_them(tmp_path: Path) -> None:
    """As for every list."""
    test = asked_of(tmp_path, "body = { regex = ['^a', '^b'] }")
    assert isinstance(test, AnyOf)
    assert [one.pattern for one in test.tests if isinstance(one, Matches)] == ["^a", "^b"]


@pytest.mark.timeout(10)
def test_a_regex_is_linear_whatever_is_written_to_it(tmp_path: Path) -> None:
    """Hazard M12: with Python's `re` this very pattern takes minutes."""
    test = asked_of(tmp_path, r"body = { regex = '(\w+\s?)*:$' }")
    assert isinstance(test, Matches)
    assert not test.search("word " * 40_000 + "!")


WRONG = {
    '{ sujbect = "a" }': "10: unknown fact 'sujbect' in 'when' (did you mean 'subject'?)",
    '{ headers = { X = "a" } }': "10: unknown fact 'headers' in 'when' (did you mean 'header.NAME'?)",
    '{ header = "a" }': "10: unknown fact 'header' in 'when' (did you mean 'header.NAME'?)",
    '{ subject = { contain = "a" } }': "22: unknown operator 'contain' for 'subject' (did you mean 'contains'?)",
    '{ subject = { above = "a" } }': "22: unknown operator 'above' for 'subject' (known: contains, regex, not)",
    '{ size = { contains = "a" } }': "19: unknown operator 'contains' for 'size' (known: above, below, not)",
    "{ subject = { regex = '(a' } }": "30: bad regular expression '(a': unclosed group",
    "{ subject = { regex = ['a', '(?=b)'] } }": (
        "30: bad regular expression '(?=b)': look-around, including look-ahead and look-behind, is not supported"
    ),
    "{ subject = { contains = [] } }": "33: here must be a text or a list of texts, none of them empty",
    '{ subject = { contains = ["a", ""] } }': "33: here must be a text or a list of texts, none of them empty",
    "{ subject = true }": "20: 'subject' is compared with a text, not true",
    "{ subject = 3 }": "20: 'subject' is compared with a text, not 3",
    "{ subject = [] }": "20: nothing is asked of 'subject' here",
    "{ subject = {} }": "20: nothing is asked of 'subject' here",
    "{ subject = { not = [] } }": "28: nothing is asked of 'subject' here",
    '{ has_attachment = "yes" }': "27: 'has_attachment' is compared with true or false, not 'yes'",
    "{ size = true }": "17: true is not a size: write 25 MB, 500 kB or a number of octets",
    '{ size = { above = "1 Mo" } }': "27: '1 Mo' is not a size: write 25 MB, 500 kB or a number of octets",
    '{ time = { below = "8h" } }': "27: '8h' is not a time of day: write 17:00",
    '{ day = "lundi" }': "16: 'day' is never 'lundi' (known: mon, tue, wed, thu, fri, sat, sun)",
    '{ identity = "contct" }': "21: 'identity' is never 'contct' (did you mean 'contact'?)",
    '{ kind = { not = "training" } }': "25: 'kind' is never 'training'"
    " (known: person, automatic, list, bounce, receipt, complaint, challenge, ours)",
    "{ any = [] }": "16: 'any' must be a list of conditions",
    "{ none = 3 }": "17: 'none' must be a list of conditions",
    "{ any = [3] }": "17: a condition must be a table such as { queue = 'urgent' }, not 3",
    "{ any = [{ body = 1 }, { none = { boddy = 1 } }] }": "26: 'body' is compared with a text, not 1",
}


@pytest.mark.parametrize(("written", "sentence"), WRONG.items())
def test_a_wrong_condition_is_told_at_its_place(tmp_path: Path, written: str, sentence: str) -> None:
    """A rule that can never match, or matches everything, is the quietest of all mistakes."""
    found = mistakes(tmp_path, z=f"[[rule]]\nwhen = {written}\n")
    assert found[0] == f"rules/z.toml:2:{sentence}"


def test_one_wrong_word_does_not_hide_another(tmp_path: Path) -> None:
    """Deep inside groups, too."""
    text = "[[rule]]\nwhen = { any = [{ body = 1 }, { none = { boddy = 1 } }], sizze = 3 }\n"
    assert [one.split(":")[2] for one in mistakes(tmp_path, z=text)] == ["26", "42", "58"]
