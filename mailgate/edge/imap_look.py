"""Which mails of a folder are to be taken, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailgate.core.custody import ImapCursor
from mailgate.edge.imap_session import ImapSession

A_DAY = timedelta(days=1)
"""A search by day knows no time zones."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A mail to take; its commit moves the cursor to `reach`, or leaves it where it is: when there is none, and when it
    is not its turn."""

    uid: int
    reach: int | None
    in_turn: bool = True


def look(session: ImapSession, stays: bool, cursor: ImapCursor | None, floor: int) -> tuple[Fresh, ...]:
    """The mails of the folder to take, in ascending order. `stays`: read mail is not moved; `floor`: the UID that the
    next mail would have got when this folder was first seen."""
    match cursor:
        case ImapCursor(uidvalidity, uid) if uidvalidity == session.uidvalidity:
            return _each(session.search_from(uid + 1))
        case None if stays:
            unread = [uid for uid in session.search("UNSEEN") if uid < floor]
            first = tuple(Fresh(uid, None) for uid in unread[:-1]) + tuple(Fresh(uid, floor - 1) for uid in unread[-1:])
            return first + _each(session.search_from(floor))
        case _:
            return _each(session.search("ALL"))


def come_in(session: ImapSession, since: datetime) -> tuple[Fresh, ...]:
    """The mails that the folder got since then, and perhaps some before."""
    return _each(session.search("SINCE", (since - A_DAY).date()))


def put_last(fresh: Sequence[Fresh], is_stubborn: Callable[[int], bool]) -> tuple[Fresh, ...]:
    """With the stubborn UIDs at the end; it is not the turn of a mail behind one of them."""
    last = tuple(each for each in fresh if is_stubborn(each.uid))
    if not last:
        return tuple(fresh)
    others = (each for each in fresh if each not in last)
    return (*(replace(each, in_turn=each.uid < last[0].uid) for each in others), *last)


def _each(uids: Sequence[int]) -> tuple[Fresh, ...]:
    return tuple(Fresh(uid, uid) for uid in uids)
