"""The IMAP door: one thread per mailbox, which fetches, waits for custody, and only then marks or moves.

    connect ─▶ sweep ─▶ wait in IDLE ─▶ sweep ─▶ …          trouble: back off, connect again

A sweep takes the mails above the cursor in the order of their UIDs. The store moves the cursor in the commit of the
mail itself, so after a crash between commit and move a mail at or below the cursor is known to be in custody and is
only moved (hazards F28). When UIDVALIDITY changes the folder is read again; by content the engine knows what it has.

Where read mail stays in the folder, the first contact takes, of the mails that were there before us, only those that
nobody has read. The cursor stays until they are taken: a restart in the middle then still knows old mail from new.
When UIDVALIDITY changes it is the same, but that of the read mails those are taken that came since the first contact.

What the server does not let us put away holds up nobody. What it fails to give comes last: the mails behind it are
taken, the cursor stays before it. In both cases we are not `alive`.

A database that was set back to a backup has its old cursor: what is above it and still lies in the folder is taken in
any case. What was moved away since lies in the folder of read mail, and is taken there, once, by the day on which it
came in. Custody and engine know by place and content what they have.

Of several nodes one reads a mailbox (`is_ours`); the others wait without a connection, and whoever cannot read it gives
way.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime

import structlog
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailgate.core.custody import Cursors, Custody, Delivery, ImapCursor, ImapSource
from mailgate.edge.imap_look import Fresh, Known, come_in, is_of, look, put_last
from mailgate.edge.imap_route import delivery
from mailgate.edge.imap_session import Fetched, ImapSession, Mailbox, UnfitServer, opened, readable

__all__ = ["Mailbox", "MailboxReader"]

log = structlog.get_logger()

LONGEST_IDLE = 120.0
"""Seconds; routers forget a silent connection after some minutes, and whoever watches wants to know that it lives (RFC
2177 allows 29 minutes)."""

LONGEST_BACKOFF = 300.0
COMMIT_SECONDS = 120.0
STOP_STEP = 0.1
STAND_BY_SECONDS = 1.0
BATCH = 200
TRIES = 3
"""A connection may break in the middle of a mail; after so many in a row it is the mail's fault."""


class Stopping(Exception):
    """The reader was told to stop while it waited."""


class NotOurs(Exception):
    """Another node has the mailbox by now."""


class DiskFull(Exception):
    """There is no room for another mail; it stays where it is."""


class MailboxReader:
    """Reads one mailbox in a thread of its own until stopped.

    `knows` gets addresses in lower case; `share` answers a random share in [0, 1) that spreads reconnections. `alive`
    is called whenever the folder was looked into, and for each mail that was taken. `fallback` answers the address that
    a mail counts for when it names none. `is_ours` is asked before anything is done in the mailbox, `give_way` called
    with the seconds that we rest because it cannot be read, `left_alone` with a UID and the octets of a mail that
    cannot be taken. `keeps_mail` is asked before a mail is fetched."""

    def __init__(
        self,
        mailbox: Mailbox,
        custody: Custody,
        cursors: Cursors,
        knows: Callable[[str], bool],
        share: Callable[[], float],
    ) -> None:
        self._mailbox = mailbox
        self._custody = custody
        self._cursors = cursors
        self._knows = knows
        self._share = share
        self.alive: Callable[[], None] = lambda: None
        self.fallback: Callable[[], str] = lambda: mailbox.fallback
        self.is_ours: Callable[[], bool] = lambda: True
        self.give_way: Callable[[float], None] = lambda _seconds: None
        self.keeps_mail: Callable[[], bool] = lambda: True
        self.left_alone: Callable[[int, int], None] = lambda _uid, _octets: None
        self._failures = 0
        self._stopping = False
        self._session: ImapSession | None = None
        self._floor = (0, 0)
        self._left_alone: set[tuple[int, int]] = set()
        self._tries: Counter[tuple[str, int, int]] = Counter()
        self._refusal: IMAPClientError | None = None
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name=f"imap {mailbox.name}", daemon=True)

    def start(self) -> None:
        """Begins to read."""
        self._thread.start()

    def stop(self, grace_seconds: float = 1.0) -> None:
        """Lets the mail in hand be settled within the grace, then cuts the connection. Once only."""
        self._stopping = True
        self._waker.send(b"!")
        self._thread.join(grace_seconds)
        if (session := self._session) is not None:
            session.cut()
            self._thread.join(grace_seconds)
        if not self._thread.is_alive():
            self._wake.close()
            self._waker.close()

    def _run(self) -> None:
        while not self._stopping:
            if not self.is_ours():
                readable([self._wake], STAND_BY_SECONDS)
                continue
            try:
                with opened(self._mailbox) as self._session:
                    self._attend(self._session)
            except Stopping:
                return
            except NotOurs:
                log.info("imap.left", mailbox=self._mailbox.name)
            except Exception as error:  # noqa: BLE001  # a mailbox that nobody reads any more would be silent loss
                self._retreat(error)
            finally:
                self._session = None

    def _attend(self, session: ImapSession) -> None:
        session.begin()
        log.info("imap.connected", mailbox=self._mailbox.name, uidvalidity=session.uidvalidity)
        self._refusal = None
        self._begin_again_where_uids_do(session)
        if self._floor[0] != session.uidvalidity or self._floor[1] > session.uidnext:
            self._floor = (session.uidvalidity, session.uidnext)
        self._put_away_left_over(session)
        while not self._stopping:
            self._sweep(session)
            self._fill_gap()
            if self._refusal is not None:
                raise self._refusal
            self._failures = 0
            self.alive()
            session.wait(self._wake, min(self._mailbox.poll_seconds, LONGEST_IDLE))

    def _retreat(self, error: Exception) -> None:
        """Waits longer after each failure; a stop ends the wait."""
        self._failures += 1
        pause = backoff(self._failures, self._share())
        expected = isinstance(error, IMAPClientError | OSError | UnfitServer | DiskFull)
        log.warning(
            "imap.failed",
            mailbox=self._mailbox.name,
            error=f"{type(error).__name__}: {error}"[:300],
            failures=self._failures,
            retry_in=round(pause, 1),
            exc_info=None if expected else error,
        )
        self.give_way(pause)
        readable([self._wake], pause)

    def _sweep(self, session: ImapSession) -> None:
        """Takes what is new into custody. A first contact that takes nothing is one, too."""
        self._may_go_on()
        cursor, floor = self._cursors.cursor(session.name), self._floor[1]
        since = None if is_of(cursor, session) else self._cursors.since(session.name)
        self._take_all(session, look(session, Known(self._mailbox.processed is None, cursor, floor, since)))
        if not (is_of(cursor, session) or is_of(self._cursors.cursor(session.name), session)):
            self._cursors.begin(session.name, ImapCursor(session.uidvalidity, floor - 1))

    def _begin_again_where_uids_do(self, session: ImapSession) -> None:
        """A server that was set back gives out UIDs again below our cursor, where no mail is ever read."""
        cursor = self._cursors.cursor(self._mailbox.name)
        if cursor is not None and cursor.uidvalidity == session.uidvalidity and session.uidnext <= cursor.uid:
            log.warning("imap.set_back", mailbox=session.name, uidnext=session.uidnext, read_until=cursor.uid)
            self._cursors.forget(session.name)

    def _fill_gap(self) -> None:
        """Take again what was read and put away after the backup that the database was set back to."""
        since = self._cursors.gap(self._mailbox.name)
        if since is None:
            return
        if self._mailbox.processed is not None:
            self._take_put_away(replace(self._mailbox, folder=self._mailbox.processed, processed=None), since)
        self._cursors.filled(self._mailbox.name)

    def _take_put_away(self, folder: Mailbox, since: datetime) -> None:
        with opened(folder) as session:
            session.begin()
            fresh = come_in(session, since)
            log.info("imap.gap", mailbox=session.name, since=since, mails=len(fresh))
            self._take_all(session, fresh)

    def _take_all(self, session: ImapSession, fresh: Sequence[Fresh]) -> None:
        ordered = put_last(fresh, lambda uid: self._tries[session.name, session.uidvalidity, uid] >= TRIES)
        for at in range(0, len(ordered), BATCH):
            self._take_batch(session, ordered[at : at + BATCH])

    def _take_batch(self, session: ImapSession, batch: Sequence[Fresh]) -> None:
        sizes = session.sizes([each.uid for each in batch])
        taken = self._cursors.kept(session.name, session.uidvalidity, [each.uid for each in batch if not each.in_turn])
        for each in batch:
            if each.uid in sizes and each.uid not in taken:
                self._take(session, each, sizes[each.uid])

    def _take(self, session: ImapSession, fresh: Fresh, size: int) -> None:
        """Marked or moved only once it is in custody."""
        self._may_go_on()
        if not self.keeps_mail():
            raise DiskFull("no space left for mail")
        mail = self._fetched(session, fresh.uid, size) if size <= self._mailbox.max_size else None
        if mail is None or len(mail.raw) > self._mailbox.max_size:
            self._leave_alone(session, fresh.uid, size)
            return
        source = ImapSource(session.name, session.uidvalidity, fresh.uid, fresh.in_turn)
        inbox_id = self._committed(self._custody.submit(self._delivery(mail, source)))
        log.info("imap.accepted", mailbox=session.name, uid=fresh.uid, inbox=inbox_id, size=len(mail.raw))
        if self._filed_away(session, [fresh.uid]) and fresh.in_turn:
            self.alive()

    def _fetched(self, session: ImapSession, uid: int, size: int) -> Fetched | None:
        """Counts how often in a row it fails."""
        self._tries[place := (session.name, session.uidvalidity, uid)] += 1
        mail = session.fetch(uid, size)
        del self._tries[place]
        return mail

    def _filed_away(self, session: ImapSession, uids: Sequence[int]) -> bool:
        """A refusal is kept until the mails behind are taken."""
        try:
            session.file_away(uids)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as refusal:
            self._refusal = refusal
            return False
        return True

    def _may_go_on(self) -> None:
        """Raises Stopping or NotOurs."""
        if self._stopping:
            raise Stopping
        if not self.is_ours():
            raise NotOurs

    def _put_away_left_over(self, session: ImapSession) -> None:
        """What an earlier connection committed and could not mark or move. What is flagged was left alone, or a person
        keeps it; what is not in custody stays where it is."""
        cursor = self._cursors.cursor(session.name)
        if not is_of(cursor, session) or cursor.uid == 0:
            return
        known = ("UID", str(cursor.uid), "UNSEEN") if self._mailbox.processed is None else ("UID", f"1:{cursor.uid}")
        uids = session.search(*known, "UNFLAGGED")
        for at in range(0, len(uids), BATCH):
            kept = self._cursors.kept(session.name, session.uidvalidity, uids[at : at + BATCH])
            if kept and self._filed_away(session, kept):
                log.info("imap.put_away", mailbox=self._mailbox.name, mails=len(kept))

    def _leave_alone(self, session: ImapSession, uid: int, size: int) -> None:
        """Neither accepted nor moved: people are told, once, and it is flagged where it lies."""
        if (place := (session.uidvalidity, uid)) in self._left_alone:
            return
        self._left_alone.add(place)
        log.warning("imap.left_alone", mailbox=self._mailbox.name, uid=uid, size=size, limit=self._mailbox.max_size)
        self.left_alone(uid, size)
        session.flag([uid])

    def _delivery(self, mail: Fetched, source: ImapSource) -> Delivery:
        return delivery(mail, source, self._mailbox, self._knows, self.fallback())

    def _committed(self, promise: Future[int]) -> int:
        """Raises what custody raises, TimeoutError, or Stopping."""
        for _ in range(int(COMMIT_SECONDS / STOP_STEP)):
            try:
                return promise.result(STOP_STEP)
            except TimeoutError:
                if promise.done():
                    raise
                if self._stopping:
                    raise Stopping from None
        raise TimeoutError("custody did not answer")


def backoff(failures: int, share: float) -> float:
    """Seconds to wait after `failures` (≥ 1) in a row, at most LONGEST_BACKOFF."""
    return min(LONGEST_BACKOFF, 2.0 ** min(failures, 10)) * (0.5 + share / 2)
