"""An expected failure is told in a sentence; nobody ever reads a traceback for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.cli.failures import LATER, NO, USAGE, Ending, Refusal, ending
from mailgate.starter import DirectoryInUse
from mailgate.store.database import DatabaseBusy, SchemaTooNew, SchemaTooOld
from mailgate.toml.mistakes import Mistake, SiteMistakes


def test_every_mistake_of_a_site_is_one_line() -> None:
    """An administrator mends all of them in one go."""
    found = SiteMistakes([Mistake("rules/a.toml", 2, 1, "unknown key"), Mistake("config.toml", 1, 1, "no [desk]")])
    assert ending(found) == Ending(("config.toml:1:1: no [desk]", "rules/a.toml:2:1: unknown key"), NO)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Refusal("no ticket 9"), NO),
        (Refusal("name a row", USAGE), USAGE),
        (DatabaseBusy("another mailgate serves"), LATER),
        (DirectoryInUse(Path("site")), NO),
        (SchemaTooNew("made by a later mailgate"), NO),
        (SchemaTooOld("made by an earlier mailgate"), LATER),
    ],
)
def test_the_exit_code_says_what_kind_of_no(failure: Exception, code: int) -> None:
    """Scripts decide by it: 1 is an answer, 2 a typing error, 75 worth another try."""
    assert ending(failure) == Ending((str(failure),), code)


def test_a_file_that_cannot_be_used_is_named() -> None:
    """Errors of the system carry their file name."""
    assert ending(PermissionError(13, "Permission denied", "var/secret")) == Ending(
        ("var/secret: Permission denied",), NO
    )


def test_a_database_that_is_locked_is_worth_another_try() -> None:
    """The statement that failed is for developers; the administrator gets the reason."""
    from sqlalchemy.exc import OperationalError

    found = ending(OperationalError("SELECT secret", {}, Exception("database is locked")))
    assert found == Ending(("the database cannot be used now: database is locked",), LATER)


def test_a_defect_keeps_its_traceback() -> None:
    """What nobody expected must reach somebody who can mend it."""
    assert ending(ZeroDivisionError()) is None
