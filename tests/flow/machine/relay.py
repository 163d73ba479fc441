"""The relay, as good or as bad as it is today. Remembers what it took."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from enum import Enum, auto
from typing import assert_never

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel, Refused
from tests.flow.desk import Sent
from tests.flow.machine.cutting import Cuts, Moment


class Mood(Enum):
    """What becomes of a mail that is handed over; LOSES takes it, and its own word for that is lost."""

    TAKES = auto()
    PUTS_OFF = auto()
    REFUSES = auto()
    LOSES = auto()


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that is the relay's now."""

    outbox_id: int
    at: datetime
    mail: Sent

    @property
    def message_id(self) -> str:
        return self.mail.header("Message-ID")


@dataclass
class Relay:
    """`taken` is what it answers for, `refused` what it never will; `unsure` how often the desk may send a mail again,
    because it did not hear the answer."""

    cuts: Cuts
    mood: Mood = Mood.TAKES
    taken: list[Taken] = field(default_factory=list)
    refused: list[Taken] = field(default_factory=list)
    unsure: Counter[str] = field(default_factory=Counter)
    now: datetime | None = None
    _unheard: dict[int, str] = field(default_factory=dict)

    async def send(self, parcel: Parcel) -> Delivery:
        """Raises Cut, before it has the mail or when it has."""
        self.cuts.moment(Moment.WORD)
        assert self.now is not None
        mail = Sent(parcel.envelope_from, parcel.target, message_from_bytes(parcel.message), "")
        one = Taken(parcel.outbox_id, self.now, mail)
        match self.mood:
            case Mood.PUTS_OFF:
                return Deferred("451 later")
            case Mood.REFUSES:
                self.refused.append(one)
                return Refused("550 never")
            case Mood.TAKES | Mood.LOSES:
                return self._take(one)
            case _:
                assert_never(self.mood)

    async def close(self) -> None:
        """Nothing is open."""

    def was_cut_off(self, unsettled: frozenset[int]) -> None:
        """The power went: what was taken of these promises nobody wrote down."""
        self.unsure.update(message_id for row, message_id in self._unheard.items() if row in unsettled)
        self._unheard.clear()

    def _take(self, one: Taken) -> Delivery:
        self.taken.append(one)
        if self.mood is Mood.LOSES:
            self.unsure[one.message_id] += 1
            return Deferred("connection lost after the mail")
        self._unheard[one.outbox_id] = one.message_id
        self.cuts.moment(Moment.WORD)
        return Delivered()
