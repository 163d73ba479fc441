"""One line of the rules that silences another: nothing is wrong, and something never happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.sites import loaded

SILENCED = [
    (
        '[closing]\nclose = "never"\nremind = "3d"\n',
        "3:10: nobody gets this mail: 'close' is never, and 'remind' leaves before it",
    ),
    ('[closing]\nwarn = "12d"\n', "2:8: nobody gets this mail: requests are closed after 10d"),
    ('[closing]\nclose = "2d"\n', "2:9: requests are closed after 2d without a word before: say 'remind' or 'warn'"),
    (
        '[severity.s]\ncalendar = "office"\n',
        "2:12: 'calendar' of severity 's' counts nothing without 'engage' or 'resolve'",
    ),
    ("[priority.p]\ndraft_at = 50\n", "2:12: 'draft_at' of priority 'p' counts nothing without 'update_every'"),
    (
        "[[rule]]\nstop = true\n[[rule]]\nthen = { tag = 'a' }\n",
        "2:8: the rule behind this one will never be tried: it has no 'when', and stops",
    ),
]


@pytest.mark.parametrize(("said", "doubt"), SILENCED)
def test_what_another_setting_silences_is_a_warning(tmp_path: Path, said: str, doubt: str) -> None:
    """Nothing is wrong with either line, and one of them does nothing."""
    (warning,) = loaded(tmp_path, more=said).warnings
    assert str(warning) == f"rules/more.toml:{doubt}"


@pytest.mark.parametrize(
    "said",
    [
        '[closing]\nclose = "never"\nremind = "never"\nwarn = "never"\n',
        '[closing]\nclose = "never"\n',
        '[closing]\nclose = "5d"\n',
        '[closing]\nclose = "2d"\nremind = "never"\nwarn = "never"\n',
        '[severity.s]\nengage = "1h"\ncalendar = "office"\n',
        "[[rule]]\nthen = { tag = 'a' }\n[[rule]]\nstop = true\n",
    ],
)
def test_what_does_something_is_no_warning(tmp_path: Path, said: str) -> None:
    """Warnings that are none teach people to read none."""
    assert loaded(tmp_path, more=said).warnings == ()
