"""The tables of rules/*.toml that bound what the desk does when much comes in: its automatic mails and its pages."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from mailgate.core.hours import Duration
from mailgate.core.seen import COUNTED_MOST, LATELY_MOST
from mailgate.rulebook.fields import Delay
from mailgate.toml.fields import Table

Counted = Annotated[int, Field(ge=0, le=COUNTED_MOST)]
Called = Annotated[int, Field(ge=1, le=100)]

LONGEST_WINDOW = 60
"""In minutes: for so long requests may wait for the page that tells of them."""


def window(written: Duration) -> Duration:
    """A time within which requests are counted and gathered; ValueError when people would hear of them too late."""
    if written.minutes > LONGEST_WINDOW:
        raise ValueError(f"'{written}' is too long: what comes in a flood waits so long for its page, 1h at most")
    return written


LONGEST_UNDO = 1440
"""In minutes: nobody undoes what others have worked on for a day."""


def reversible(written: Duration) -> Duration:
    """For how long a technician's mail can be undone; ValueError when that is too long."""
    if written.minutes > LONGEST_UNDO:
        raise ValueError(f"'{written}' is too long: a mail can be undone for 24h at most")
    return written


class HourOrDayTable(Table):
    """A bound of `[automatic]` that looks back an hour, a day, or both."""

    hour: Counted | None = None
    day: Counted | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.hour is None and self.day is None:
            raise ValueError("a bound needs 'hour' or 'day', else it bounds nothing")
        return self


class HourTable(Table):
    """A bound of `[automatic]` that looks back an hour."""

    hour: Counted


class DayTable(Table):
    """A bound of `[automatic]` that looks back a day over the mails themselves, hence not over many."""

    day: Annotated[int, Field(ge=0, le=LATELY_MOST)]


class AutomaticTable(Table):
    """`[automatic]`: what bounds mail that no person wrote. What is not said is as `core.policy.Automatic` says."""

    address: HourOrDayTable | None = None
    contact: HourOrDayTable | None = None
    domain: HourTable | None = None
    total: HourTable | None = None
    requests: DayTable | None = None
    ticket: DayTable | None = None
    refusals: DayTable | None = None


class FloodsTable(Table):
    """`[floods]`: when one page tells of several requests. What is not said is as `core.policy.Floods` says; `within`
    passes whatever a calendar says."""

    tickets: Annotated[int, Field(ge=2, le=100)] | None = None
    within: Annotated[Delay, AfterValidator(window)] | None = None
    unknown: Called | None = None
