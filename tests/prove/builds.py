"""The program without one defence, as a broken build would ship it.

`BUILDS[name].applied()` puts it in place, inside one process. A defence that was renamed is an error,
never a build that happens to be whole (`tests.flow.forgeries.weakening`).
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from mailgate.core.custody import Delivery, ImapSource
from mailgate.core.decision import Decision
from mailgate.core.delivery import Deferred, Delivered, Refused
from mailgate.core.events import Event
from mailgate.edge.imap_look import Known
from mailgate.edge.smtp_session import SmtpSession
from mailgate.engine import step
from mailgate.mail.compose import Scribe
from mailgate.store import claims, inbox
from mailgate.store.inbox import Received
from tests.flow.forgeries.weakening import Weakening, always, instead

WRITE_BEHIND_SECONDS = 0.3

MESSAGE_ID = re.compile(rb"^Message-ID:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)

Submit = Callable[[Any, Any], "Future[int]"]


def _write_behind(submit: Submit) -> Submit:
    """The mail gets its 250 from memory, and is on disk a moment later."""

    def submitted(self: Any, delivery: Any) -> Future[int]:
        answered: Future[int] = Future()
        answered.set_result(0)
        later = threading.Timer(WRITE_BEHIND_SECONDS, submit, (self, delivery))
        later.daemon = True
        later.start()
        return answered

    return submitted


def _settle_first(attempt: Callable[[Any, Any, Any], Awaitable[Any]]) -> Callable[[Any, Any, Any], Awaitable[Any]]:
    """A row is settled before its mail is on the wire: who dies in between sent it for ever."""

    async def attempted(self: Any, leased: Any, relay: Any) -> Any:
        settling = asyncio.create_task(self._settle(leased, Delivered()))
        await asyncio.sleep(0)
        self._commits.hasten()  # it waits for nobody
        await settling
        return await attempt(self, leased, relay)

    return attempted


def _lease_nothing(lease: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """Whatever is due is taken, and is due as before: by the next worker, too."""
    return lambda tx, wanted, now: lease(tx, replace(wanted, until=now), now)


def _done_later(_settle: Any) -> Any:
    """Between the decision and the mark that it was made, there is a moment."""

    def settled(self: Any, received: Received, event: Event, scribe: Scribe) -> Decision | None:
        now = self._clock()
        with self._database.write() as tx:
            if not claims.claim_mail(tx, received.id):
                return None
            decision = step(self._desk, scribe, tx, event, now)
        with self._database.write() as tx:
            inbox.done(tx, received.id, decision, now)
        return decision

    return settled


def _refuse_for_good(_handle: Any) -> Any:
    """What aiosmtpd does with an exception (hazards M1)."""

    async def handled(_self: Any, error: Exception) -> str:
        return f"500 Error: ({type(error).__name__})"

    return handled


def _once_per_message_id(accept: Callable[..., tuple[int, ...]]) -> Callable[..., tuple[int, ...]]:
    """Another mail with a Message-ID that came before is taken for the same mail."""
    known: dict[bytes, int] = {}

    def accepted(tx: Any, deliveries: Sequence[Delivery], *rest: Any) -> tuple[int, ...]:
        names = [MESSAGE_ID.search(one.raw) or one.raw for one in deliveries]
        keys = [name if isinstance(name, bytes) else name[1] for name in names]
        fresh = {key: one for key, one in zip(keys, deliveries, strict=True) if key not in known}
        known.update(zip(fresh, accept(tx, tuple(fresh.values()), *rest), strict=True))
        return tuple(known[key] for key in keys)

    return accepted


def _keep_every_mail(accept: Callable[..., tuple[int, ...]]) -> Callable[..., tuple[int, ...]]:
    """A leak of the simplest kind."""
    kept: list[bytes] = []

    def accepted(tx: Any, deliveries: Sequence[Delivery], *rest: Any) -> tuple[int, ...]:
        kept.extend(bytes(bytearray(one.raw)) for one in deliveries)
        return accept(tx, deliveries, *rest)

    return accepted


def _cursor_first(take: Callable[[Any, Any, Any, int], None]) -> Callable[[Any, Any, Any, int], None]:
    """What is about to be fetched counts as read."""

    def taken(self: Any, session: Any, fresh: Any, size: int) -> None:
        with self._cursors._database.write() as tx:
            inbox._move_cursor(tx, ImapSource(session.name, session.uidvalidity, fresh.uid))
        take(self, session, fresh, size)

    return taken


def _moved_first(delivery: Callable[[Any, Any, Any], Delivery]) -> Callable[[Any, Any, Any], Delivery]:
    """A mail that was fetched is moved away, and then handed over."""

    def moved(self: Any, mail: Any, source: ImapSource | None) -> Delivery:
        if source is not None:
            self._session.file_away([source.uid])
        return delivery(self, mail, source)

    return moved


def _same_uids(look: Callable[..., Any]) -> Callable[..., Any]:
    """UIDVALIDITY is not looked at: a mail below the cursor was read."""

    def looked(session: Any, known: Known) -> Any:
        cursor = known.cursor and replace(known.cursor, uidvalidity=session.uidvalidity)
        return look(session, replace(known, cursor=cursor))

    return looked


def _silence_is(ending: Delivered | Refused) -> Callable[[Any], Any]:
    """Who says nothing after all, or hangs up, has said something."""

    def broken(attempt: Callable[[Any, Any, Any], Awaitable[Any]]) -> Any:
        async def attempted(self: Any, leased: Any, relay: Any) -> Any:
            result = await attempt(self, leased, relay)
            is_silence = isinstance(result, Deferred) and not result.reason[:4].rstrip().isdigit()
            return ending if is_silence else result

        return attempted

    return broken


BUILDS: dict[str, Weakening] = {
    "synchronous=NORMAL": Weakening(
        "a commit returns before it is on disk",
        "store.sqlite:KEEPS",
        instead(("synchronous=NORMAL", "foreign_keys=ON")),
    ),
    "250 before the commit": Weakening("custody is promised from memory", "acceptor:Acceptor.submit", _write_behind),
    "no lease": Weakening("what one worker has, another takes", "store.outbox:lease", _lease_nothing),
    "no claim": Weakening("what one node decides, another decides, too", "store.claims:claim_mail", always(True)),
    "done in a second transaction": Weakening(
        "a mail is decided, and then marked", "engine:Engine._settle", _done_later
    ),
    "every connection is served": Weakening("nobody is one too many", "edge.keeper:Guests.has_room", always(True)),
    "the relay is one of many": Weakening("nobody is let in before others", "edge.keeper:Keeper.trusts", always(False)),
    "all mail is kept in memory": Weakening("no mail is one too many", "edge.room:Room.take", always(True)),
    "stock LMTP": Weakening(
        "one answer for several recipients", "edge.smtp_session:LmtpSession._answer", lambda _: SmtpSession._answer
    ),
    "Message-ID deduplication": Weakening("a Message-ID is heard once", "store.inbox:accept", _once_per_message_id),
    "the cursor first": Weakening(
        "what is about to be read counts as read", "edge.imap_in:MailboxReader._take", _cursor_first
    ),
    "moved before custody": Weakening(
        "a mail leaves the mailbox before it is ours", "edge.imap_in:MailboxReader._delivery", _moved_first
    ),
    "every copy is a mail": Weakening("nobody looks for the same mail", "store.snapshot:_twins", always(())),
    "UIDs for ever": Weakening("a folder is never numbered anew", "edge.imap_in:look", _same_uids),
    "trouble is 5xx": Weakening(
        "our own trouble is the sender's fault", "edge.smtp_connection:Connection.handle_exception", _refuse_for_good
    ),
    "every mail stays in memory": Weakening("nothing is ever let go", "store.inbox:accept", _keep_every_mail),
    "silence is consent": Weakening(
        "who hangs up has taken the mail", "sender:Sender._attempt", _silence_is(Delivered())
    ),
    "silence is a refusal": Weakening(
        "who hangs up will never take the mail", "sender:Sender._attempt", _silence_is(Refused("no answer"))
    ),
    "settle before send": Weakening("sent is what was about to be", "sender:Sender._attempt", _settle_first),
}
"""By the name that `make prove` prints."""
