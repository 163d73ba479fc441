"""How values lie in a database: times in UTC, enums by their words, text that every backend can hold.

The bytes of a mail are the truth and are stored as they came. Text derived from them is for people and for search, and
passes through `PlainText` (or the JSON columns) on its way in: PostgreSQL refuses NUL, SQLite loses what follows it,
and both drivers raise on a lone surrogate (hazards M21). Comparisons bind through the same types, so what was cleaned
on the way in is found again by the uncleaned value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from mailgate.core.bank_effects import EntryKind
from mailgate.core.delivery import Lane
from mailgate.core.model import Activity, AuthLevel, Channel, Direction, Door, Outcome, PageState, Status
from mailgate.core.reports import Fate
from mailgate.core.ticket import Ending, Promise
from mailgate.mail.text import clean_text

JSON_TYPE = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
WORD_LENGTH = 32


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC. A naive one is a bug and raises ValueError; SQLite forgets zones, this does not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """For SQLite in one step, and in SQLAlchemy's format: a ticket has sixty times in it."""
        return _of_sqlite if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else _utc(value)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class PlainText(TypeDecorator[str]):
    """Text without what a database cannot hold."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else clean_text(value)


class Strings(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings as a JSON array."""

    impl = JSON_TYPE
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, _dialect: Dialect) -> list[str] | None:
        return None if value is None else [clean_text(item) for item in value]

    def process_result_value(self, value: Sequence[str] | None, _dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(value)


class FlatObject(TypeDecorator[Mapping[str, Any]]):
    """A JSON object whose values are scalars."""

    impl = JSON_TYPE
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Any] | None, _dialect: Dialect) -> dict[str, Any] | None:
        if value is None:
            return None
        return {key: clean_text(item) if isinstance(item, str) else item for key, item in value.items()}


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a naive time has no place in the database: {value.isoformat()}")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _of_sqlite(value: datetime | None) -> str | None:
    return None if value is None else _utc(value).isoformat(" ", "microseconds").removesuffix("+00:00")


def words(kind: type[StrEnum]) -> Any:
    """A column of `kind`'s values (not its member names), checked here and not by a native type of the database."""
    column = Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=WORD_LENGTH,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )
    return Field(sa_type=column)


class InboxKind(StrEnum):
    """What an inbox row holds: a mail, or an event that somebody or something asked for."""

    MAIL = "mail"
    DELIVERY_FAILED = "delivery-failed"
    TICKET_REQUESTED = "ticket-requested"
    RETRY_ASKED = "retry-asked"
    RELEASE_ASKED = "release-asked"
    DRILL_ASKED = "drill-asked"
    PAGE_ANSWERED = "page-answered"
    BANK_ASKED = "bank-asked"


class InboxState(StrEnum):
    """The life of an inbox row."""

    PENDING = "pending"
    DONE = "done"
    QUARANTINED = "quarantined"


class OutboxState(StrEnum):
    """The life of an outbox row; the last three are settled."""

    PROMISED = "promised"
    HELD = "held"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNTAKEN = (OutboxState.PROMISED, OutboxState.HELD)
"""The states of a promise that can still be taken back."""


# SQLModel reads a column's type only from the outermost Annotated, and forgets it beside a Field of the column itself:
# hence the names for optional columns, indexes declared beside the table, and `sa_type` spelled out for a key.
Time = Annotated[datetime, Field(sa_type=UtcTime)]
MaybeTime = Annotated[datetime | None, Field(sa_type=UtcTime)]
Words = Annotated[str, Field(sa_type=PlainText)]
MaybeWords = Annotated[str | None, Field(sa_type=PlainText)]
WordList = Annotated[tuple[str, ...], Field(sa_type=Strings)]
Payload = Annotated[Mapping[str, Any], Field(sa_type=FlatObject)]
MaybePayload = Annotated[Mapping[str, Any] | None, Field(sa_type=FlatObject)]

StatusWord = Annotated[Status, words(Status)]
MaybeActivityWord = Annotated[Activity | None, words(Activity)]
ActivityWord = Annotated[Activity, words(Activity)]
DirectionWord = Annotated[Direction, words(Direction)]
ChannelWord = Annotated[Channel, words(Channel)]
MaybeChannelWord = Annotated[Channel | None, words(Channel)]
PageStateWord = Annotated[PageState, words(PageState)]
DoorWord = Annotated[Door, words(Door)]
OutcomeWord = Annotated[Outcome, words(Outcome)]
LaneWord = Annotated[Lane, words(Lane)]
InboxKindWord = Annotated[InboxKind, words(InboxKind)]
InboxStateWord = Annotated[InboxState, words(InboxState)]
OutboxStateWord = Annotated[OutboxState, words(OutboxState)]
MaybeOutcomeWord = Annotated[Outcome | None, words(Outcome)]
MaybeLevelWord = Annotated[AuthLevel | None, words(AuthLevel)]
FateWord = Annotated[Fate, words(Fate)]
EntryWord = Annotated[EntryKind, words(EntryKind)]
PromiseWord = Annotated[Promise, words(Promise)]
MaybeEndingWord = Annotated[Ending | None, words(Ending)]
JsonList = Annotated[list[Any], Field(sa_type=JSON_TYPE)]
MaybeFateWord = Annotated[Fate | None, words(Fate)]
