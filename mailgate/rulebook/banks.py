"""`[bank]` of rules/*.toml: what banks pay for, and when little is left."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from mailgate.core.hours import Duration, Unit
from mailgate.core.policy import Banks
from mailgate.rulebook.fields import DelayOrNever
from mailgate.toml.fields import Table, Text


def amount(written: Duration | None) -> Duration | None:
    """An amount of time; ValueError for days, which are working days of some calendar."""
    if written is not None and written.unit not in (Unit.MINUTES, Unit.HOURS):
        raise ValueError(f"'{written}' is no amount of time: write 90m or 2h, or never")
    return written


class BankTable(Table):
    """`[bank]`. What is not said is as `core.policy.Banks` says."""

    low: Annotated[DelayOrNever, AfterValidator(amount)] = None
    hours_not_for: list[Text] | None = None
    flex_for: list[Text] | None = None


def banks(table: BankTable) -> Banks:
    """`[bank]`; a list that is said is said whole."""
    said, usual = table.model_fields_set, Banks()
    low = table.low.minutes if table.low is not None else None
    return Banks(
        low=low if "low" in said else usual.low,
        hours_not_for=frozenset(table.hours_not_for or ()) if "hours_not_for" in said else usual.hours_not_for,
        flex_for=frozenset(table.flex_for or ()) if "flex_for" in said else usual.flex_for,
    )
