"""Which mails of a folder are to be taken, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeGuard

from mailgate.core.custody import ImapCursor
from mailgate.edge.imap_session import ImapSession

A_DAY = timedelta(days=1)
"""A search by day knows no time zones."""

ASKED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Fresh:
    """A mail to take; its commit leaves the cursor where it is when it is not its turn."""

    uid: int
    in_turn: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a folder: whether read mail `stays` in it, how far it was read, the UID that the next mail would
    have got when it was first seen (`floor`), and since when its mail is ours, if its UIDs do not say so."""

    stays: bool
    cursor: ImapCursor | None
    floor: int
    since: datetime | None = None


def look(session: ImapSession, known: Known) -> tuple[Fresh, ...]:
    """The mails of the folder to take, in ascending order."""
    if is_of(known.cursor, session):
        return _each(session.search_from(known.cursor.uid + 1))
    if not known.stays:
        return _each(session.search("ALL"))
    there = sorted({*session.search("UNSEEN"), *(() if known.since is None else _came(session, known.since))})
    return tuple(Fresh(uid, False) for uid in there if uid < known.floor) + _each(session.search_from(known.floor))


def is_of(cursor: ImapCursor | None, session: ImapSession) -> TypeGuard[ImapCursor]:
    """Whether a cursor speaks of the UIDs that the folder has now."""
    return cursor is not None and cursor.uidvalidity == session.uidvalidity


def come_in(session: ImapSession, since: datetime) -> tuple[Fresh, ...]:
    """The mails that the folder got since then, and perhaps some before."""
    return _each(session.search("SINCE", (since - A_DAY).date()))


def _came(session: ImapSession, since: datetime) -> set[int]:
    """The same to the second, and those that are marked as deleted."""
    first, last = (since - A_DAY).date(), (since + 2 * A_DAY).date()
    doubtful = session.search_all("SINCE", first, "BEFORE", last)
    came = {
        uid: at
        for start in range(0, len(doubtful), ASKED_AT_ONCE)
        for uid, at in session.arrivals(doubtful[start : start + ASKED_AT_ONCE]).items()
    }
    before = {uid for uid, at in came.items() if at < since.replace(microsecond=0)}
    return {*session.search_all("SINCE", first)} - before


def put_last(fresh: Sequence[Fresh], is_stubborn: Callable[[int], bool]) -> tuple[Fresh, ...]:
    """With the stubborn UIDs at the end; it is not the turn of a mail behind one of them."""
    last = tuple(each for each in fresh if is_stubborn(each.uid))
    if not last:
        return tuple(fresh)
    others = (each for each in fresh if each not in last)
    return (*(replace(each, in_turn=each.in_turn and each.uid < last[0].uid) for each in others), *last)


def _each(uids: Sequence[int]) -> tuple[Fresh, ...]:
    return tuple(Fresh(uid) for uid in uids)
