"""How a command ends when it cannot do what was asked: one or two sentences on stderr and an exit code, no traceback.

Exit codes (interfaces.md §2): 0 done, 1 the answer is no, 2 wrong usage, 75 try later (EX_TEMPFAIL of sysexits.h).
An exception that is not in the table below is a defect; it keeps its traceback, so that somebody can mend it.
"""

from __future__ import annotations

from dataclasses import dataclass

from typer.exceptions import TyperException

from mailgate.cli import usage
from mailgate.starter import DirectoryInUse
from mailgate.toml.mistakes import SiteMistakes

DONE, NO, USAGE, LATER = 0, 1, 2, 75


class Refusal(Exception):
    """A command says no in one sentence, and ends with `code`."""

    def __init__(self, sentence: str, code: int = NO) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Ending:
    """What stderr gets, line by line, and the exit code."""

    lines: tuple[str, ...]
    code: int


def ending(failure: Exception) -> Ending | None:
    """How an expected failure is told; None when nobody expected it."""
    match failure:
        case TyperException():
            return Ending(usage.told(failure), USAGE)
        case SiteMistakes():
            return Ending(tuple(str(mistake) for mistake in failure.mistakes), NO)
        case Refusal():
            return Ending((str(failure),), failure.code)
        case DirectoryInUse():
            return Ending((str(failure),), NO)
        case OSError(filename=name, strerror=reason) if name is not None:
            return Ending((f"{name}: {reason}",), NO)
    return _of_the_database(failure)


def _of_the_database(failure: Exception) -> Ending | None:
    """Imported late: a command that never came so far must not wait for the database to be imported."""
    from mailgate.store.backup import BackupRefused
    from mailgate.store.database import DATABASE_FAULTS, DatabaseBusy, DatabaseUnfit, SchemaTooNew, SchemaTooOld
    from mailgate.store.health import is_damage, is_denial
    from mailgate.store.restored import NeverRestored

    if isinstance(failure, SchemaTooNew | BackupRefused | NeverRestored | DatabaseUnfit):
        return Ending((str(failure),), NO)
    if isinstance(failure, DatabaseBusy | SchemaTooOld):
        return Ending((str(failure),), LATER)
    if is_denial(failure):
        denied = str(getattr(failure, "orig", failure)).partition("\n")[0]
        return Ending((f"the database refuses: {denied}; `mailgate doctor` says more",), NO)
    if is_damage(failure):
        return Ending((f"the database is damaged, restore a backup: {getattr(failure, 'orig', None) or failure}",), NO)
    if isinstance(failure, DATABASE_FAULTS):
        fault = getattr(failure, "orig", None) or failure  # the driver's words, without the statement
        return Ending((f"the database cannot be used now: {fault}",), LATER)
    return None
