"""Of several nodes on one database, each mailbox and each tick belongs to one at a time (hazards F30).

    hold     what is free, has run out, or is ours already, is ours until a time
    let_go   it is free at once
    report   it was done, by whoever did it
    succeed  who has not kept what was theirs, and is gone
    of       who holds what, and what its holder lets the others know

A row with an end, and no advisory lock: a lock lasts as long as its session, and the session of a node that was
stopped or cut off lasts as long as TCP has patience; behind a pooler it belongs to nobody. The end comes without
anybody's help. All times are on the clock of the database, so nodes need not agree about theirs.

Only PostgreSQL has several nodes. On SQLite `is_first` says yes, `of` says nothing, and nobody calls the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, true, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import aliased
from sqlmodel import col

from mailgate.store.database import Tx
from mailgate.store.tables import TenureRow

FORGOTTEN = timedelta(days=1)
"""How long after its end a tenure is remembered, when nobody wanted it again."""

SHOWN = 60
"""Characters of what was said that people see in the table; an index takes no more than a few thousand octets."""

named, held_by, ends_at = col(TenureRow.name), col(TenureRow.holder), col(TenureRow.until)


@dataclass(frozen=True, slots=True)
class Tenure:
    """One thing, and who does it (`holder` is None: nobody does at this moment)."""

    name: str
    holder: str | None
    since: datetime
    done_at: datetime | None
    word: str


def hold(tx: Tx, names: Collection[str], holder: str, lasts: timedelta) -> frozenset[str]:
    """Take or keep as many of the names as can be had, for so long from the beginning of this transaction."""
    if not names:
        return frozenset()
    mine = insert(TenureRow).values([_tenure(name, holder, lasts) for name in sorted(names)])
    kept = held_by == mine.excluded.holder
    taken = mine.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "holder": mine.excluded.holder,
            "since": case((kept & (ends_at > func.now()), col(TenureRow.since)), else_=mine.excluded.since),
            "until": mine.excluded.until,
            "word": case((kept, col(TenureRow.word)), else_=""),
        },
        where=kept | (ends_at <= func.now()),
    )
    return frozenset(tx.execute(taken.returning(named)).scalars())


def let_go(tx: Tx, names: Collection[str], holder: str) -> None:
    """What the holder has of the names is free."""
    if names:
        tx.execute(update(TenureRow).where(named.in_(names), held_by == holder).values(until=func.now()))


def report(tx: Tx, name: str, ago: timedelta) -> None:
    """It was done so long ago."""
    done_at = func.greatest(col(TenureRow.done_at), func.now() - ago)
    tx.execute(update(TenureRow).where(named == name).values(done_at=done_at))


def announce(tx: Tx, name: str, holder: str, word: str) -> bool:
    """Let the other nodes know; False when it is not the holder's any more."""
    ours = (named == name, held_by == holder, ends_at > func.now())
    return tx.execute(update(TenureRow).where(*ours).values(word=word).returning(named)).first() is not None


def of(tx: Tx, names: Sequence[str] | None = None) -> tuple[Tenure, ...]:
    """What is known of the names (None: of all), in their order; nothing on SQLite."""
    if not _is_shared(tx):
        return ()
    holder = case((ends_at > func.now(), held_by), else_=None)
    wanted = named.in_(names) if names is not None else true()
    columns = (named, holder, col(TenureRow.since), col(TenureRow.done_at), col(TenureRow.word))
    return tuple(Tenure(*row) for row in tx.execute(select(*columns).where(wanted).order_by(named)))


def is_first(tx: Tx, what: str, within: timedelta) -> bool:
    """Whether no node has said this within the time; from this commit on one has."""
    name = f"{what[:SHOWN]} {hashlib.sha256(what.encode('utf-8', 'replace')).hexdigest()}"
    return not _is_shared(tx) or _had(tx, insert(TenureRow).values(_tenure(name, "", within)))


def succeed(tx: Tx, prefix: str, own: str, after: timedelta) -> tuple[str, ...]:
    """Whose tenures that begin so have ended; they are forgotten. Nobody's, unless `own` has lasted without a break
    for some time: when the database was away for all, others are not gone because they are late."""
    known = aliased(TenureRow)
    sure = select(col(known.name)).where(col(known.name) == own, col(known.since) <= func.now() - after)
    gone = delete(TenureRow).where(named.startswith(prefix, autoescape=True), ends_at <= func.now(), sure.exists())
    return tuple(tx.execute(gone.returning(held_by)).scalars())


def forget(tx: Tx) -> None:
    """What ended long ago."""
    tx.execute(delete(TenureRow).where(ends_at < func.now() - FORGOTTEN))


def _is_shared(tx: Tx) -> bool:
    return tx.get_bind().dialect.name == "postgresql"


def _had(tx: Tx, said: Insert) -> bool:
    again = said.on_conflict_do_update(
        index_elements=["name"], set_={"until": said.excluded.until}, where=ends_at <= func.now()
    )
    return tx.execute(again.returning(named)).first() is not None


def _tenure(name: str, holder: str, lasts: timedelta) -> dict[str, object]:
    return {"name": name, "holder": holder, "since": func.now(), "until": func.now() + lasts, "word": ""}
