"""The written forms that only the rules know: durations, dates, absences, pagers."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

from pydantic import PlainValidator

from mailgate.core.hours import Duration, parse_duration
from mailgate.core.people import Pager
from mailgate.rulebook.pagers import pager
from mailgate.rulebook.public_holidays import Region, region
from mailgate.toml.complaints import as_written

Away = tuple[date, date]
"""First and last day of an absence."""


def _text(written: object) -> str:
    """What was written, for a validator whose sentence will quote it."""
    return written if isinstance(written, str) else str(written)


def duration(written: object) -> Duration:
    """ "90m", "4h", "3d", "1w"; ValueError when it is anything else."""
    return parse_duration(_text(written))


def duration_or_never(written: object) -> Duration | None:
    """A duration, or "never"; ValueError when it is neither."""
    return None if written == "never" else duration(written)


def day(written: object) -> date:
    """ "2026-12-24", in quotes or as TOML's own date; ValueError when there is no such day."""
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    try:
        return date.fromisoformat(_text(written))
    except ValueError:
        raise ValueError(f"{as_written(written)} is not a date: write 2026-12-24") from None


def absence(written: object) -> Away:
    """ "2026-12-24/2027-01-03", both days included, or one day; ValueError when it ends before it starts."""
    first, slash, last = written.partition("/") if isinstance(written, str) else (written, "", "")
    away = day(first), day(last if slash else first)
    if away[1] < away[0]:
        raise ValueError(f"the absence '{written}' ends before it starts")
    return away


def moment(written: object) -> datetime:
    """ "2026-11-20T16:30", local to the desk unless it says its offset; ValueError when there is no such time."""
    if isinstance(written, datetime):
        return written
    try:
        return datetime.fromisoformat(_text(written))
    except ValueError:
        raise ValueError(f"{as_written(written)} is not a date with a time: write 2026-11-20T16:30") from None


def time_of_day(written: object) -> time:
    """ "17:00"; ValueError when there is no such time."""
    try:
        return time.fromisoformat(_text(written))
    except ValueError:
        raise ValueError(f"{as_written(written)} is not a time of day: write 17:00") from None


def moment_or_time(written: object) -> datetime | time:
    """A deadline as an example expects it: "2026-11-23T12:00", or only "12:00"."""
    if isinstance(written, str) and "T" not in written and "-" not in written:
        return time_of_day(written)
    return moment(written)


def refusal(written: object) -> str | None:
    """The words for a refused sender: "" leaves them to the template (`true`), None refuses nobody (`false`)."""
    match written:
        case bool():
            return "" if written else None
        case str():
            return written
        case _:
            raise ValueError(f"'refuse' must be true, false or the words for the sender, not {as_written(written)}")


Delay = Annotated[Duration, PlainValidator(duration)]
DelayOrNever = Annotated[Duration | None, PlainValidator(duration_or_never)]
Day = Annotated[date, PlainValidator(day)]
Absence = Annotated[Away, PlainValidator(absence)]
Moment = Annotated[datetime, PlainValidator(moment)]
Due = Annotated[datetime | time, PlainValidator(moment_or_time)]
PagerUrl = Annotated[Pager, PlainValidator(lambda written: pager(_text(written)))]
Holidays = Annotated[Region, PlainValidator(lambda written: region(_text(written)))]
Refusal = Annotated[str | None, PlainValidator(refusal)]
