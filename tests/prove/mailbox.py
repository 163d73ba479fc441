"""Mailboxes of a real Dovecot that a real `serve` reads, one whose mail is moved and one whose mail stays, and what
befalls them (hazards F27 to F31). Every mail is one ticket with one acknowledgement.

    inside      the connection is cut in the middle of a mail
    unheard     it is cut when the mail was moved, before anybody heard so
    silent      nothing comes any more, in the middle of a mail
    asleep      nothing comes any more, while both sides wait for news
    twins       two mails with the same Message-ID
    meddled     a person's mail program marks mails, moves them away and back, and clears up what was read
    rebuilt     the folder whose mail stays has another UIDVALIDITY: UIDs begin again, new mail lies among old

The second reader is a mail program and not a second node: two daemons have no SQLite database in common, and those that
share a PostgreSQL take turns (tests/peers/test_several.py). Here `acked` is Dovecot's OK to an APPEND.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from mailgate.edge import imap_in, imap_session
from tests.flow.desk import Letter
from tests.peers.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.prove.clients import Clients, identity, letter
from tests.prove.desk import LONGEST_WAIT, ProvenDesk, proven_desk
from tests.prove.figures import Figures
from tests.prove.firms import firm
from tests.prove.rig import Rig, Trial
from tests.prove.tapped import ASLEEP, INSIDE, SILENT, UNHEARD, Tap, tap_before

DESK, KEPT = "desk", "kept"
"""The account whose read mail goes to PROCESSED, and the one whose mail stays where it is."""
PROCESSED, ASIDE = "Lus", "Ailleurs"

IMAP = """\
[[imap]]
host = "localhost"
tls = "none"
port = {port}
user = "{user}"
password_file = "password"
"""

COMMAND_SECONDS, IDLE_SECONDS, BACKOFF_SECONDS = 3.0, 1.0, 0.3

BURST = 4
TWINS = 2
MEDDLED = 30
MOVED_IN = 4
"""As many mails arrive while a folder is rebuilt."""

ACKNOWLEDGED_AGAIN = (
    "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE target LIKE 'chef@%' GROUP BY ticket, target HAVING count(*) > 1)"
)


def hasty() -> None:
    """A server is silent after seconds, not after minutes; nothing else is unlike the real ones."""
    imap_session.COMMAND_SECONDS = COMMAND_SECONDS  # type: ignore[assignment]  # whole seconds outside of here
    imap_in.LONGEST_IDLE, imap_in.LONGEST_BACKOFF = IDLE_SECONDS, BACKOFF_SECONDS


def mostly_of_a_flood(number: int) -> bytes:
    """Mail `number`: one in ten is like any other, the rest are by one person, and cheap: each is a ticket, but few of
    them call anybody."""
    if number % 10 == 0:
        return letter(number)
    headers = {"Message-ID": identity(number)}
    return Letter(f"Bonjour,\n\nencore un ({number}).", firm(0), subject=f"n {number} .", headers=headers).raw(number)


@dataclass
class Mailboxes:
    """A desk that reads both, each through a tap."""

    desk: ProvenDesk
    dovecot: Dovecot
    desk_tap: Tap
    kept_tap: Tap
    patience: float
    rebuilt: int = 0
    moved: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def put(self, user: str, mails: int, pause: float = 0.0) -> None:
        """So many mails arrive."""
        written = letter if user == DESK else mostly_of_a_flood
        with self.dovecot.login(user) as client:

            def append(_clients: Clients, number: int) -> bool:
                client.append("INBOX", written(number))
                return True

            for _ in range(mails):
                self.desk.clients.send(append)
                time.sleep(pause)

    def twins(self) -> None:
        """Two mails with one Message-ID."""
        for twin in range(TWINS):
            headers = {"Message-ID": "<stuck@mua.example>"}
            mail = Letter(f"Bonjour,\n\njumeau {twin}.", firm(twin), subject=f"jumeau {twin}", headers=headers)
            self.dovecot.put(DESK, mail.raw(0))

    def suffer(self, times: int, silences: int) -> None:
        """The connection fails in every way, each time with mails behind the one that it fails in."""
        for fault in chain((INSIDE, UNHEARD) * times, (SILENT, ASLEEP) * silences):
            self.desk_tap.fault = fault
            self.put(DESK, BURST)
            self.wait(lambda: self.desk_tap.fault is None, f"no connection failed at {fault.word!r}")
            self.await_desk()

    def meddle(self, mails: int) -> None:
        """Mails arrive while somebody else is at the mailbox."""
        other = threading.Thread(target=self._be_somebody_else, name="somebody else", daemon=True)
        other.start()
        self.put(DESK, mails, pause=0.02)
        self._over.set()
        other.join()
        self.await_desk()
        if not self.moved:
            self.desk.wrong.append("nobody came in between")

    def rebuild(self) -> None:
        """Somebody clears up, mails arrive, and UIDs begin again below those that were read before."""
        self.kept_tap.cut()
        with self.dovecot.login(KEPT) as client:
            client.select_folder("INBOX")
            client.delete_messages(client.search("ALL")[: 2 * MOVED_IN])
            client.expunge()
        self.put(KEPT, MOVED_IN)
        before = self._uidvalidity()
        self._forget_uids()
        if self._uidvalidity() == before:
            self.desk.wrong.append("UIDVALIDITY stayed")
        self.rebuilt += 1
        self.kept_tap.plug()
        self.await_kept()

    def await_desk(self) -> None:
        """Everything of the one folder was taken and moved away."""
        self.wait(lambda: not self.dovecot.mails(DESK), "the mailbox was never empty")

    def await_first_contact(self) -> None:
        """What lay in the other folder was taken."""
        self.wait(lambda: not self.dovecot.mails(KEPT, "INBOX", "UNSEEN"), "some mail was never read")

    def await_kept(self) -> None:
        """What is the desk's of the other folder was taken again, under the UIDs that it has now."""
        wanted = f"mailbox LIKE '{KEPT}@%' AND uidvalidity = {self._uidvalidity()}"
        read = f"SELECT count(*) FROM imap_cursor WHERE {wanted}"
        self.wait(lambda: self.desk.ask(read)[0][0], "the folder was never read to its end")

    def wait(self, holds: Callable[[], object], otherwise: str) -> None:
        """Until it holds, or patience ends: then that is `wrong`."""
        until = time.monotonic() + self.patience
        while not holds():
            if time.monotonic() > until:
                self.desk.wrong.append(otherwise)
                return
            time.sleep(0.1)

    def figures(self) -> Figures:
        """With what only mailboxes can do wrong."""
        self.desk.drain()
        told = self.desk.figures(self.desk_tap.faults + self.rebuilt)
        wrong = [f"{times} tickets acknowledged twice" for (times,) in self.desk.ask(ACKNOWLEDGED_AGAIN) if times]
        heard = self.desk.ask("SELECT count(*) FROM ticket WHERE subject LIKE 'jumeau %'")[0][0]
        wrong += [f"{heard} of {TWINS} mails with one Message-ID became a ticket"] if heard != TWINS else []
        notes = (f"somebody else moved {self.moved} mails away and back",) if self.moved else ()
        return replace(told, wrong=(*told.wrong, *wrong), notes=notes)

    def _be_somebody_else(self) -> None:
        with self.dovecot.login(DESK) as client:
            client.create_folder(ASIDE)
            while not self._over.is_set():
                self.moved += _all(client, "INBOX", lambda uids: client.add_flags(uids, [rb"\Seen", b"$Label1"]))
                _all(client, "INBOX", lambda uids: client.move(uids, ASIDE))
                _all(client, "INBOX", lambda uids: client.remove_flags(uids, [rb"\Seen"]))
                _all(client, ASIDE, lambda uids: client.move(uids, "INBOX"))
                _all(client, PROCESSED, lambda uids: client.delete_messages(uids[::2]))
                client.expunge()

    def _uidvalidity(self) -> int:
        with self.dovecot.login(KEPT) as client:
            return int(client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"])

    def _forget_uids(self) -> None:
        """What Dovecot knows of the folder beside its mails, as when an index breaks or a backup comes back."""
        folder = self.dovecot.run / "mail" / KEPT
        for known in (folder / "dovecot-uidlist", *folder.glob("dovecot.index*")):
            known.unlink(missing_ok=True)


def _all(client: IMAPClient, folder: str, does: Callable[[list[int]], object]) -> int:
    """Do something to all mails of a folder; how many there were. The desk may have moved some of them meanwhile, which
    the server says when it has done the rest."""
    client.select_folder(folder)
    uids = client.search("ALL")
    if uids:
        with suppress(IMAPClientError):
            does(uids)
    return len(uids)


def run(trial: Trial) -> Figures:
    """One desk; the folder whose mail stays is read for the first time meanwhile."""
    times, silences = trial.scale(short=(3, 1), long=(200, 20), caught=(1, 0))
    meddled, rebuilds = trial.scale(short=(MEDDLED, 1), long=(100 * MEDDLED, 5), caught=(0, 1))
    with several(trial) as boxes:
        half = trial.scale(short=500, long=2500, caught=2 * MOVED_IN)
        boxes.put(KEPT, half)
        with boxes.desk.serving(hasty) as process:
            boxes.suffer(times, silences)
            boxes.twins()
            boxes.await_desk()
            if trial.build and not (told := boxes.figures()).hold:
                return told
            if meddled:
                boxes.meddle(meddled)
            boxes.await_first_contact()
            boxes.put(KEPT, half)
            boxes.await_first_contact()
            for _ in range(rebuilds):
                boxes.rebuild()
            told = boxes.figures()
            boxes.desk.stop(process)
        return replace(told, rss_max=boxes.desk.rss_max)


@contextmanager
def several(trial: Trial) -> Iterator[Mailboxes]:
    """Dovecot, the taps before it, and the site that reads both accounts through them."""
    patience = trial.scale(LONGEST_WAIT, 10 * LONGEST_WAIT, 8.0)
    with running_dovecot() as dovecot, tap_before(dovecot.plain) as first, tap_before(dovecot.plain) as other:
        moving = IMAP.format(port=first.port, user=DESK) + f'processed = "{PROCESSED}"\n'
        keeping = IMAP.format(port=other.port, user=KEPT)
        with proven_desk(trial, **{"[relay]": f"{moving}\n{keeping}\n[relay]"}) as desk:
            password = desk.root / "password"
            password.touch(0o600)
            password.write_text(PASSWORD, "utf-8")
            yield Mailboxes(desk, dovecot, first, other, patience)


BUILDS = (
    "the cursor first",
    "moved before custody",
    "UIDs for ever",
    "every copy is a mail",
    "Message-ID deduplication",
)

RIG = Rig("IMAP", "faults", run, BUILDS, needs=("dovecot",), as_root=True)
