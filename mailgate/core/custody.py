"""A mail as a door hands it over, before anything of it is read beyond the envelope."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mailgate.core.model import Door


@dataclass(frozen=True, slots=True)
class ImapSource:
    """Where a fetched mail lay: `mailbox` names account and folder, the numbers are RFC 3501 §2.3.1.1's.

    Not `in_turn`: a mail before it was not read yet, and the cursor stays where it is."""

    mailbox: str
    uidvalidity: int
    uid: int
    in_turn: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail to one or more of our addresses, byte for byte as received (dot-unstuffed, nothing else changed).

    `envelope_from` is "" for the null reverse-path; `arrived_at` is when a mailbox got the mail that was fetched from
    it. `peer` is the client's IP address, "unix", or the IMAP host;
    `trusted` says that its Authentication-Results may be believed, `dkim` names the domains (lower case) whose
    signatures the door itself found valid (RFC 6376)."""

    door: Door
    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes
    peer: str = ""
    trusted: bool = False
    source: ImapSource | None = None
    dkim: tuple[str, ...] = ()
    arrived_at: datetime | None = None


class Custody(Protocol):
    """Takes mails into custody. Thread-safe."""

    def submit(self, delivery: Delivery) -> Future[int]:
        """The future's result is the inbox id, set only after the commit; its exception means: nothing was kept,
        answer 451 and let the sender try again."""


@dataclass(frozen=True, slots=True)
class ImapCursor:
    """The last UID of a mailbox taken into custody, for one UIDVALIDITY."""

    uidvalidity: int
    uid: int


class Cursors(Protocol):
    """How far each IMAP mailbox was read; custody of a mail with an ImapSource moves it in the same commit.

    `kept` are those of the UIDs whose mails are in custody, `since` is when the mailbox was first read, or when mail
    may be missing from, None when neither is known.

    `begin` says from where on a mailbox is read when no mail can say it, `forget` that its UIDs mean something else by
    now.

    After a restore mail may be missing that was read, and put away, after the backup: `gap` is since when it came in,
    None where nothing is missing, and `filled` says that it was taken again."""

    def cursor(self, mailbox: str) -> ImapCursor | None: ...

    def kept(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> tuple[int, ...]: ...

    def since(self, mailbox: str) -> datetime | None: ...

    def begin(self, mailbox: str, cursor: ImapCursor) -> None: ...

    def forget(self, mailbox: str) -> None: ...

    def gap(self, mailbox: str) -> datetime | None: ...

    def filled(self, mailbox: str) -> None: ...
