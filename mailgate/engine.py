"""One event, one decision, one transaction.

    received = the next pending inbox row, or a timer that is due
    event    = what it says, as values                    (mail is read here, outside the transaction)
    ┌─ one transaction: step ─────────────────────────────────┐
    │ claim → snapshot → decide → effects → journal → row done │
    └─ COMMIT ─────────────────────────────────────────────────┘

What another node took meanwhile is passed over. A template that fails undoes its decision, which is then made again
with built-in words: no acknowledgement and no page waits for an administrator. Any other exception quarantines the
mail, and the urgent door pages all the same; a timer is put off. Nothing that cannot be decided holds up what is behind
it. A database fault is nobody's fault: the row stays pending and is tried again.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile

import structlog

from mailgate.core import floods
from mailgate.core.authority import token_holder
from mailgate.core.correspondence import letters_to_administrators
from mailgate.core.custody import Delivery
from mailgate.core.decide import decide
from mailgate.core.decision import Decision
from mailgate.core.effects import SendMail
from mailgate.core.events import Event, HeldMail, MailReceived, MailUnreadable, TimerFired
from mailgate.core.letters import NoticeFacts
from mailgate.core.model import Door, Outcome, Token
from mailgate.core.policy import Policy
from mailgate.mail import address, commands, parse, proofs
from mailgate.mail.compose import PlainWords, Scribe, TemplateFailed, Templates
from mailgate.mail.keyring import Keyring
from mailgate.store import claims, held, inbox, journal, snapshot, tenures, timers
from mailgate.store.apply import apply_all
from mailgate.store.database import DATABASE_FAULTS, Database, Tx, may_be_the_rows
from mailgate.store.inbox import Received

log = structlog.get_logger()

FAULTS_OF_ONE_ROW = 20
"""After so many faults on one row that no disk and no lock explains, the row is suspected rather than the database."""

TURNS = (inbox.most_urgent, inbox.most_urgent, inbox.next_pending)
"""Which mails are decided before the next timer: in a flood the urgent ones go first, and the others go on."""

PUT_OFF = timedelta(hours=1)
"""How long a timer that could not be decided waits for its next try."""

REMEMBERED = 5000
"""How many notices the engine knows it has told. One that so many others pushed out may be told once more."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a decision and its letters need that is not in the database; `rules` is the digest of their files."""

    policy: Policy
    ring: Keyring
    templates: Templates
    authserv_id: str | None = None
    verifies_dkim: bool = False
    base_url: str | None = None
    answering: frozenset[str] = frozenset()
    rules: str = ""

    @property
    def domain(self) -> str:
        """The domain of our Message-IDs."""
        return self.policy.desk.address.rpartition("@")[2]

    def scribe(self, words: Templates | PlainWords | None = None) -> Scribe:
        """Who writes this desk's letters, from its templates unless other words are given."""
        days = self.policy.limits.token_days
        return Scribe(words or self.templates, self.ring, self.policy.desk, days, self.base_url, self.answering)


def read_mail(delivery: Delivery, inbox_id: int, digest: str, desk: Desk, received_at: datetime) -> MailReceived:
    """A mail in custody as an event: read, its signed address verified, its commands understood."""
    mail = parse.read(delivery.raw)
    tickets = [address.ticket_of(desk.ring, one, desk.domain) for one in reversed(mail.references)]
    return MailReceived(
        inbox_id=inbox_id,
        door=delivery.door,
        envelope_from=delivery.envelope_from,
        recipients=delivery.recipients,
        received_at=received_at,
        digest=digest,
        mail=mail,
        orders=commands.read_orders(mail.text),
        token=_token(delivery.recipients, desk, received_at),
        verdict=proofs.verdict(delivery, mail.sender, desk.authserv_id),
        checked=proofs.is_checked(delivery, desk.authserv_id, desk.verifies_dkim),
        ours=address.ticket_of(desk.ring, mail.message_id, desk.domain) is not None,
        shows_token=address.is_shown(desk.ring, mail.text),
        threads=tuple(dict.fromkeys(ticket for ticket in tickets if ticket)),
    )


def step(desk: Desk, scribe: Scribe, tx: Tx, event: Event, now: datetime) -> Decision:
    """Decide one event and make it so, inside the caller's transaction."""
    firm, by_load = floods.firm_of(event, desk.policy), desk.policy.ranks_by_load
    decision = decide(event, snapshot.load(tx, event, firm, by_load), desk.policy, now)
    if floods.asks_of_others(decision, firm):
        decision = decide(event, snapshot.load(tx, event, None, by_load), desk.policy, now)
    apply_all(tx, scribe, decision.effects, occasion(event), now)
    journal.record(tx, event, decision, desk.rules, now)
    return decision


def occasion(event: Event) -> str:
    """The name of an event, unique for ever: the Message-IDs of what it sends are made from it."""
    return f"timer-{event.timer_id}" if isinstance(event, TimerFired) else f"inbox-{event.inbox_id}"


class Engine:
    """Works off what is pending, one event at a time. Used by one thread."""

    def __init__(self, desk: Desk, database: Database, clock: Callable[[], datetime]) -> None:
        self._desk, self._database, self._clock = desk, database, clock
        self._next_desk = desk
        self._alarmed: deque[NoticeFacts] = deque(maxlen=REMEMBERED)
        self._faults: Counter[str] = Counter()

    def use(self, desk: Desk) -> None:
        """Decide by another desk from the next event on: none is decided by two. Callable from any thread."""
        self._next_desk = desk

    def run_pending(self, stopping: Callable[[], bool], promised: Callable[[], None]) -> None:
        """Work until nothing is pending or somebody wants to stop; `promised` is called after every event. Raises
        DATABASE_FAULTS; nothing is lost then."""

        def works(turn: Callable[[], bool]) -> bool:
            self._desk = self._next_desk
            if stopping() or not turn():
                return False
            promised()
            return True

        mails = [partial(self._next_mail, find) for find in TURNS]
        while any([*takewhile(works, mails), works(self._next_timer)]):
            pass

    def _next_mail(self, find: Callable[[Tx], Received | None]) -> bool:
        with self._database.seek() as tx:
            received = find(tx)
        if received is None:
            return False
        try:
            event, decision = self._handle(received)
        except Exception as error:  # noqa: BLE001 - whatever it is, the mail is kept, told and paged
            self._doubt(f"inbox-{received.id}", error)
            event, decision = self._set_aside(received, error)
        _report(event, decision)
        return True

    def _doubt(self, row: str, error: Exception) -> None:
        """A fault is the database's, and raised, until one row has had very many: then the row is set aside."""
        if isinstance(error, DATABASE_FAULTS):
            self._faults[row] += may_be_the_rows(error)
            if self._faults[row] <= FAULTS_OF_ONE_ROW:
                raise error

    def _next_timer(self) -> bool:
        now = self._clock()
        with self._database.seek() as tx:
            due = timers.next_due(tx, now)
        if due is None:
            return False
        try:
            _report(due, self._worded(due, partial(self._fire, due, now)))
        except Exception as error:
            self._doubt(occasion(due), error)
            log.exception("timer.failed", timer=due.timer_id)
            self._put_off(due, error, now)
        return True

    def _fire(self, due: TimerFired, now: datetime, scribe: Scribe) -> Decision | None:
        with self._database.write() as tx:
            if not claims.claim_timer(tx, due.timer_id, now):
                return None
            timers.finish(tx, due.timer_id)
            return step(self._desk, scribe, tx, due, now)

    def _put_off(self, due: TimerFired, error: Exception, now: datetime) -> None:
        """The timers behind it have their turn; the administrators are told."""
        with self._database.write() as tx:
            timers.put_off(tx, due.timer_id, now + PUT_OFF)
        named = due.kind if due.ticket is None else f"#{due.ticket} {due.kind}"
        self._alarm(due, NoticeFacts("timer-failed", f"{named}: {_reason(error)}"))

    def _handle(self, received: Received) -> tuple[Event, Decision | None]:
        event = self._event(received)
        return event, self._worded(event, partial(self._settle, received, event))

    def _worded(self, event: Event, settle: Callable[[Scribe], Decision | None]) -> Decision | None:
        """A template that fails undoes the decision, which is made again with words that need none."""
        try:
            return settle(self._desk.scribe())
        except TemplateFailed as failed:
            log.exception("template.failed", source=occasion(event))
            decision = settle(self._desk.scribe(PlainWords()))
            self._alarm(event, NoticeFacts("template-failed", str(failed)))
            return decision

    def _event(self, received: Received) -> Event:
        if received.event is not None:
            return received.event
        event = self._read(received)
        held = self._held(event)
        return event if held is None else replace(event, held=held)

    def _read(self, received: Received) -> MailReceived:
        if received.delivery is None:
            raise ValueError(f"inbox row {received.id} holds no mail, and no request of this version")
        return read_mail(received.delivery, received.id, received.digest, self._desk, received.received_at)

    def _held(self, event: MailReceived) -> HeldMail | None:
        """The mail of the same technician that waits for a word: this may be it."""
        technician = token_holder(event, self._desk.policy)
        if technician is None or event.token is None:
            return None
        with self._database.seek() as tx:
            waits = held.waiting(tx, technician.key, event.token.ticket or None, event)
        return None if waits is None else HeldMail(self._read(waits.mail), waits.at, waits.asked)

    def _settle(self, received: Received, event: Event, scribe: Scribe) -> Decision | None:
        now = self._clock()
        with self._database.write() as tx:
            if not claims.claim_mail(tx, received.id):
                return None
            decision = step(self._desk, scribe, tx, event, now)
            inbox.done(tx, received.id, decision, now)
        return decision

    def _set_aside(self, received: Received, error: Exception) -> tuple[Event, Decision | None]:
        """Quarantine: in a transaction of its own, with words that need no template."""
        log.error("mail.quarantined", inbox=received.id, exc_info=error)
        delivery = received.delivery
        unreadable = MailUnreadable(
            inbox_id=received.id,
            door=delivery.door if delivery else Door.CLI,
            envelope_from=delivery.envelope_from if delivery else "",
            recipients=delivery.recipients if delivery else (),
            received_at=received.received_at,
            reason=_reason(error),
        )
        now = self._clock()
        try:
            with self._database.write() as tx:
                if not claims.claim_mail(tx, received.id):
                    return unreadable, None
                return unreadable, step(self._desk, self._desk.scribe(PlainWords()), tx, unreadable, now)
        except DATABASE_FAULTS:
            raise
        except Exception:
            log.exception("mail.quarantined_untold", inbox=received.id)
            return unreadable, self._set_aside_untold(unreadable)

    def _set_aside_untold(self, unreadable: MailUnreadable) -> Decision | None:
        """Nobody can be told of it, but the mails behind it are read."""
        with self._database.write() as tx:
            if not claims.claim_mail(tx, unreadable.inbox_id):
                return None
            inbox.quarantine(tx, unreadable.inbox_id, unreadable.reason)
        return Decision(Outcome.RECORDED, unreadable.reason)

    def _alarm(self, event: Event, notice: NoticeFacts) -> None:
        """Tell the administrators what is broken: each notice once while the daemon runs, and once by all nodes."""
        if notice in self._alarmed:
            return
        told = tuple(map(SendMail, letters_to_administrators(notice, self._desk.policy)))
        with self._database.write() as tx:
            if tenures.is_first(tx, f"told {notice.code} {notice.detail}", PUT_OFF):
                apply_all(tx, self._desk.scribe(PlainWords()), told, f"{occasion(event)}-alarm", self._clock())
        self._alarmed.append(notice)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _report(event: Event, decision: Decision | None) -> None:
    if decision is not None:
        log.info("event.decided", source=occasion(event), outcome=decision.outcome.value, ticket=decision.ticket)


def _token(recipients: tuple[str, ...], desk: Desk, at: datetime) -> Token | None:
    """The first signed address that holds: an expired one beside it takes nothing away."""
    tags = (address.token_of((recipient,), desk.policy.desk.address) for recipient in recipients)
    tokens = (address.verify(desk.ring, tag, at.date()) for tag in tags if tag)
    return next((token for token in tokens if token is not None), None)
