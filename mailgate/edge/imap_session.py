"""One logged-in IMAP connection with one folder selected: a small typed face of imapclient (RFC 3501).

Messages are named by UID only; sequence numbers shift under our feet. A socket timeout is per `recv`, so a server that
drips one octet a second never meets it (hazards M20): every conversation has a deadline of its own, at which the
connection is cut from another thread.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from mailgate.edge.imap_connection import greeted

Tls = Literal["required", "starttls", "none"]
"""TLS from the first octet or by STARTTLS, both with the server's certificate verified; plain text."""

CONNECT_SECONDS = 10
COMMAND_SECONDS = 60
SOON = 0.5
"""Seconds until the next look when news came between commands; a server that announces at every command must not make
us spin."""
SLOWEST_DOWNLOAD = 20_000
"""Octets per second below which a fetch counts as a hang."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One folder of one account. `password` is asked at each login. `processed` is where read mail goes; None: it is
    only marked as seen. `fallback` is the address of ours that a mail counts for when its headers name none.
    `trusted`: the server's Authentication-Results may be believed. Sizes in octets."""

    host: str
    port: int
    user: str
    password: Callable[[], str] = field(repr=False)
    fallback: str
    max_size: int
    folder: str = "INBOX"
    processed: str | None = None
    tls: Tls = "required"
    ca_file: Path | None = None
    poll_seconds: float = 60.0
    trusted: bool = False

    @property
    def name(self) -> str:
        """Account and folder, as cursors and logs know them."""
        return f"{self.user}@{self.host}/{self.folder}"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail, and when the mailbox got it, if the server says so (RFC 3501 §2.3.3)."""

    raw: bytes
    arrived_at: datetime | None


class UnfitServer(Exception):
    """The server does something that we must not go along with."""


class ImapSession:
    """`uidvalidity` and `uidnext` are those of the moment when the folder was selected."""

    def __init__(self, client: IMAPClient, mailbox: Mailbox) -> None:
        self._client = client
        self._mailbox = mailbox
        self._twin = socket.socket(fileno=os.dup(client.socket().fileno()))
        self.uidvalidity = 0
        self.uidnext = 0

    def begin(self) -> None:
        """Logs in and selects the folder."""
        with self._within(COMMAND_SECONDS):
            secure(self._client, self._mailbox)
            log_in(self._client, self._mailbox)
            self._make_folder(self._mailbox.processed)
            selected = self._client.select_folder(self._mailbox.folder)
        self.uidvalidity, self.uidnext = selected.get(b"UIDVALIDITY", 0), selected.get(b"UIDNEXT", 0)
        if not (self.uidvalidity and self.uidnext):
            raise UnfitServer("the server counts no UIDs")

    def search(self, *criteria: object) -> list[int]:
        """The UIDs of the mails that are not deleted and match, in ascending order."""
        return self._search(*criteria, "UNDELETED")

    def search_all(self, *criteria: object) -> list[int]:
        """Those that match, deleted ones, too."""
        return self._search(*criteria)

    def search_from(self, uid: int) -> list[int]:
        """Deleted ones, too: who marks a mail before we see it may think better of it when the cursor is behind it.

        `n:*` always finds the last mail, even when its UID is below n (RFC 3501 §6.4.8)."""
        return [found for found in self._search("UID", f"{uid}:*") if found >= uid]

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """In octets; a mail that is gone by now is missing."""
        with self._within(COMMAND_SECONDS):
            answers = self._client.fetch(uids, ["RFC822.SIZE"])
        return {uid: int(answer[b"RFC822.SIZE"]) for uid, answer in answers.items() if b"RFC822.SIZE" in answer}

    def arrivals(self, uids: Sequence[int]) -> dict[int, datetime]:
        """When the mailbox got them, where the server says so (RFC 3501 §2.3.3)."""
        with self._within(COMMAND_SECONDS):
            answers = self._client.fetch(uids, ["INTERNALDATE"])
        return {uid: at for uid, answer in answers.items() if (at := _instant(answer.get(b"INTERNALDATE")))}

    def fetch(self, uid: int, size: int) -> Fetched | None:
        """The mail, or None when the server has none to give."""
        with self._within(COMMAND_SECONDS + size / SLOWEST_DOWNLOAD):
            answer = self._client.fetch([uid], ["INTERNALDATE", "BODY.PEEK[]"]).get(uid, {})
        raw, at = answer.get(b"BODY[]"), _instant(answer.get(b"INTERNALDATE"))
        return Fetched(raw, at) if isinstance(raw, bytes) else None

    @property
    def name(self) -> str:
        """Account and folder, as cursors know them."""
        return self._mailbox.name

    def file_away(self, uids: Sequence[int]) -> None:
        """Marks mails as seen, or moves them to the processed folder."""
        with self._within(COMMAND_SECONDS):
            self._client.add_flags(uids, [rb"\Seen"], silent=True)
            if self._mailbox.processed is not None:
                self._move(uids, self._mailbox.processed)

    def flag(self, uids: Sequence[int]) -> None:
        """Makes mails stand out to a person who looks at the folder."""
        with self._within(COMMAND_SECONDS):
            self._client.add_flags(uids, [rb"\Flagged"], silent=True)

    def wait(self, wake: socket.socket, seconds: float) -> None:
        """Until the server has news, `wake` has something to read, or the time is up.

        News is also what was announced since the last search began, between the answers to other commands: IDLE does
        not say it again.

        Whatever the server says ends the IDLE (RFC 2177), and so does its silence: a connection that died in the
        meantime is found out by DONE, not by reading nothing for ever at full speed."""
        if not self._idles():
            readable([wake], seconds)
            with self._within(COMMAND_SECONDS):
                self._client.noop()
            return
        if not self._holds_unread():
            readable([self._client.socket(), wake], SOON if "EXISTS" in self._untagged() else seconds)
        with self._within(COMMAND_SECONDS):
            self._client.idle_done()

    def cut(self) -> None:
        """Ends the connection from any thread; what waits for it fails at once."""
        with contextlib.suppress(OSError):  # it is gone already
            self._twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Says goodbye when somebody still listens."""
        with contextlib.suppress(IMAPClientError, OSError), self._within(2):
            self._client.logout()
        with contextlib.suppress(OSError):
            self._client.shutdown()
        self._twin.close()

    def _search(self, *criteria: object) -> list[int]:
        with self._within(COMMAND_SECONDS):
            self._untagged().clear()  # whatever was announced until now, this search sees; nobody else empties it
            return sorted(self._client.search(criteria))

    def _untagged(self) -> dict[str, Any]:
        """What the server said unasked (RFC 3501 §7); imapclient keeps it where only imaplib shows it."""
        untagged: dict[str, Any] = self._client._imap.untagged_responses
        return untagged

    def _idles(self) -> bool:
        """Not every server that knows IDLE allows it."""
        if not self._client.has_capability("IDLE"):
            return False
        with self._within(COMMAND_SECONDS):
            try:
                self._client.idle()
            except IMAPClientError:
                if self._client._imap.tagged_commands.pop(self._client._idle_tag, None) is None:
                    raise
                return False
        return True

    def _holds_unread(self) -> bool:
        """Something has left the socket already and waits in the buffers of TLS or of imaplib, of which no selector
        knows: news that came in one packet with the answer to IDLE."""
        connected = self._client.socket()
        patience = connected.gettimeout()
        connected.settimeout(0)
        try:
            return bool(self._client._imap.file.peek(1))
        except ssl.SSLWantReadError:
            return False
        finally:
            connected.settimeout(patience)

    @contextlib.contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        guard = threading.Timer(seconds, self.cut)
        guard.start()
        try:
            yield
        finally:
            guard.cancel()

    def _make_folder(self, folder: str | None) -> None:
        if folder is not None and not self._client.folder_exists(folder):
            self._client.create_folder(folder)
            self._client.subscribe_folder(folder)

    def _move(self, uids: Sequence[int], folder: str) -> None:
        """Without MOVE (RFC 6851), copy and delete; without UIDPLUS the rest of the folder must not be expunged."""
        if self._client.has_capability("MOVE"):
            self._client.move(uids, folder)
            return
        self._client.copy(uids, folder)
        self._client.add_flags(uids, [rb"\Deleted"], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(uids)


@contextlib.contextmanager
def opened(mailbox: Mailbox) -> Iterator[ImapSession]:
    """A connection that still has to `begin`."""
    logging.getLogger("imapclient").setLevel(logging.WARNING)  # below, it logs every line of every mail
    context = tls_context(mailbox) if mailbox.tls == "required" else None
    client = greeted(mailbox.host, mailbox.port, context, SocketTimeout(CONNECT_SECONDS, COMMAND_SECONDS))
    client.normalise_times = False
    session = ImapSession(client, mailbox)
    try:
        yield session
    finally:
        session.close()


def secure(client: IMAPClient, mailbox: Mailbox) -> None:
    """No password leaves before TLS, nor to a server that skips the login (A4). Raises UnfitServer."""
    if client.welcome.upper().startswith(b"* PREAUTH"):
        raise UnfitServer("the server says PREAUTH: nobody has proved anything to anybody")
    if mailbox.tls == "starttls":
        client.starttls(tls_context(mailbox))


def log_in(client: IMAPClient, mailbox: Mailbox) -> None:
    """With the password of this moment."""
    user, password = mailbox.user, mailbox.password()
    plain = (user + password).isascii()
    (client.login if plain else client.plain_login)(user, password)  # LOGIN knows no accents


def tls_context(mailbox: Mailbox) -> ssl.SSLContext:
    """Verifies certificate and host name against the authorities of `ca_file`, or the system's."""
    return ssl.create_default_context(cafile=str(mailbox.ca_file) if mailbox.ca_file else None)


def _instant(at: object) -> datetime | None:
    return at if isinstance(at, datetime) and at.tzinfo is not None else None


def readable(sockets: Sequence[socket.socket], seconds: float) -> bool:
    """Waits until one of them has something to read; False when the time is up."""
    with selectors.DefaultSelector() as selector:
        for each in sockets:
            selector.register(each, selectors.EVENT_READ)
        return bool(selector.select(seconds))
