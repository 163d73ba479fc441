"""What came of something, all of it: every row of a database, and every mail that the relay took. Two of them compared.

After a cut some things may differ: a customer without an answer sends again (and that is recognised), a promise may
have been tried once more, and then the relay may have that mail twice, octet for octet. Nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mailgate.core.delivery import Lane
from mailgate.store.database import Database
from tests.flow.machine.relay import Taken
from tests.prove.figures import Figures

VARIES = {"outbox": {"attempts", "leased_by", "last_error", "next_attempt_at"}, "journal": {"id"}}
"""Columns that a second attempt, or a mail that came twice, may change."""

NAMES_A_MAIL = {"inbox": "id", "inbox_raw": "inbox_id", "journal": "inbox_id"}
"""The column by which the traces of a mail that came twice are known."""

UNDER_WAY = len(Lane)
"""As many mails may be on their way at a moment, with one worker in each lane."""

HIGHEST_IDS = "sqlite_sequence"

Row = dict[str, Any]
Tables = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rows of every table, and what the relay took, by Message-ID and recipient."""

    tables: Tables
    taken: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, database: Database, taken: Sequence[Taken]) -> Outcome:
        """Of a desk that works in this process."""
        mails = ((f"{one.message_id} to {one.mail.to}", one.mail.message.as_bytes()) for one in taken)
        return cls(dict(_tables(database)), tuple(mails))

    def compared(self, uncut: Outcome) -> Figures:
        """The figures of a run that was cut once; `wrong` says what must not differ, and does."""
        mails, copies = dict(uncut.taken), Counter(key for key, _ in self.taken)
        again = len(self.taken) - len(copies)
        heard, had = self._heard(), uncut._heard()
        return Figures(
            sent=len(had),
            acked=len(had),
            stored=len(heard),
            lost=sum(heard.get(mail) != outcome for mail, outcome in had.items()),
            duplicated=max(0, len(self.tables["ticket"]) - len(uncut.tables["ticket"])),
            recovered=len(self._twice()),
            acks=self._reached("bulk"),
            pages=self._reached("page"),
            page_lost=len(mails.keys() - copies.keys()),
            page_dup=again,
            wrong=(
                *(f"{name} is not as without the cut" for name in self._unlike(uncut)),
                *(f"{key} left with other octets" for key, octets in self.taken if mails.get(key) != octets),
                *(f"{key} left {times} times" for key, times in copies.items() if times > 2),
                *(["more left again than was under way"] if again > UNDER_WAY else []),
            ),
        )

    def _heard(self) -> dict[tuple[str, str], str]:
        """What was decided about each mail, the first time that it came."""
        twice = self._twice()
        mails = [row for row in self.tables["inbox"] if row["kind"] == "mail" and row["id"] not in twice]
        return {(row["digest"], row["envelope_from"]): row["outcome"] for row in mails}

    def _twice(self) -> set[int]:
        """The inbox rows of mails that were there already."""
        first: dict[tuple[str, str], int] = {}
        rows = self.tables["inbox"]
        return {
            row["id"] for row in rows if first.setdefault((row["digest"], row["envelope_from"]), row["id"]) != row["id"]
        }

    def _reached(self, lane: str) -> int:
        """How many promises of a lane were settled as sent."""
        return sum(row["lane"] == lane and row["state"] == "sent" for row in self.tables["outbox"])

    def _unlike(self, uncut: Outcome) -> list[str]:
        """The tables with other rows."""
        mine, theirs = self._comparable(), uncut._comparable()
        return [name for name in theirs if mine[name] != theirs[name]]

    def _comparable(self) -> dict[str, list[str]]:
        twice = self._twice()
        return {
            name: sorted(
                repr({key: value for key, value in row.items() if key not in VARIES.get(name, ())})
                for row in rows
                if row.get(NAMES_A_MAIL.get(name, "")) not in twice
            )
            for name, rows in self.tables.items()
            if name != HIGHEST_IDS
        }


def _tables(database: Database) -> Iterator[tuple[str, list[Row]]]:
    with database.read() as tx:
        connection = tx.connection()
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        for name in names:
            rows = connection.exec_driver_sql(f"SELECT * FROM {name}").mappings()
            yield name, [dict(row) for row in rows]
