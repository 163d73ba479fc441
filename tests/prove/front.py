"""Postfix in front, over LMTP and over SMTP: its queue is a second custody, and every mail is one ticket (M1–M7, A1).

    undisturbed   mails to three of our addresses at once reach us once each: as many answers as recipients
    twins         mails with the same Message-ID are as many tickets
    smuggled      what hides a second mail behind a bare CR or LF is as many mails as Postfix says that it took
    restarts      either side ends and begins again under load, by SIGTERM and kill -9; Postfix goes on from its queue

Here `acked` is Postfix's 250.
"""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.edge.doors import Talk
from tests.flow.desk import Letter
from tests.flow.process import eventually
from tests.peers import free_port
from tests.peers.postfix import Postfix, running_postfix
from tests.prove.clients import TIMEOUT, URGENT, Clients, letter
from tests.prove.desk import LONGEST_WAIT, ProvenDesk, proven_desk
from tests.prove.figures import Figures, total
from tests.prove.firms import firm
from tests.prove.rig import Rig, Trial

THREE = (URGENT, "support-regulier@example.com", "tickets@example.com")
ENDS = ("\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n", "\n\n.\r\n", "\r\n\x00.\r\n")
"""What somebody might take for the end of a mail."""

SETTINGS = "queue_run_delay = 1s\nsmtp_data_done_timeout = 20s\n"

TWINS = 3
MAILS = 5


@dataclass
class Front:
    """A desk behind its Postfix. `others` counts the mails that Postfix took beside those of the clients."""

    desk: ProvenDesk
    postfix: Postfix
    others: int = 0

    def undisturbed(self) -> None:
        """As many deliveries as mails."""
        for _ in range(MAILS):
            self.desk.clients.send(_to_three)
        sent = len(self.desk.clients.acked)
        self._hand_over(lambda: self._count("inbox") > sent)
        came = self._count("inbox")
        if came != sent:
            self.desk.wrong.append(f"{sent} mails to three addresses came {came} times")

    def twins(self) -> None:
        """A mail program, or a form on a web page, whose Message-ID is always the same."""
        for twin in range(TWINS):
            headers = {"Message-ID": "<stuck@mua.example>"}
            mail = Letter(f"Bonjour,\n\njumeau {twin}.", firm(twin), subject=f"jumeau {twin}", headers=headers)
            self.postfix.send(mail.raw(0), firm(twin), URGENT)
        self.others += TWINS

    def smuggle(self) -> None:
        """The text of each mail holds another, behind what is not its end."""
        for number, end in enumerate(ENDS):
            text = f"Subject: dehors {number}\r\n\r\na{end}MAIL FROM:<x@y.example>\r\nRCPT TO:<{URGENT}>\r\nDATA\r\n"
            with Talk(socket.create_connection(("127.0.0.1", self.postfix.port), TIMEOUT)) as client:
                client.greet()
                client.send(f"MAIL FROM:<{firm(number)}>\r\nRCPT TO:<{URGENT}>\r\nDATA\r\n".encode())
                client.send(f"{text}Subject: dedans {number}\r\n\r\nb\r\n.\r\nQUIT\r\n".encode())
                self.others += sum("queued as" in reply for reply in client.hear_all())

    def restart(self, times: int) -> None:
        """Either side, while mail comes in."""
        with self.desk.clients.pouring(sessions=1, pause=0.2) as finish:
            for turn in range(times):
                with self.desk.serving() as process:
                    came = self._count("inbox") + MAILS
                    eventually(lambda: self._count("inbox") >= came)  # noqa: B023 - called at once, in this round
                    if turn % 3 == 1:
                        self.postfix.restart()
                    self.desk.stop(process) if turn % 2 else process.kill()
            finish()

    def settle(self) -> None:
        """Everything arrives, and every mail is one ticket."""
        self._hand_over()
        self.desk.drain()
        sent, came = len(self.desk.clients.acked) + self.others, self._count("(SELECT DISTINCT digest FROM inbox)")
        if sent != came:
            self.desk.wrong.append(f"Postfix took {sent} mails, {came} came")
        heard = self._count("ticket WHERE subject LIKE 'jumeau %'")
        if heard != TWINS:
            self.desk.wrong.append(f"{heard} of {TWINS} mails with one Message-ID became a ticket")

    def _hand_over(self, is_enough: Callable[[], bool] = lambda: False) -> None:
        until = time.monotonic() + LONGEST_WAIT
        while self.postfix.waiting() and not is_enough() and time.monotonic() < until:
            self.postfix.flush()
            time.sleep(1)

    def _count(self, rows: str) -> int:
        return int(self.desk.ask(f"SELECT count(*) FROM {rows}")[0][0])


def run(trial: Trial) -> Figures:
    """One desk behind each protocol."""
    return total(_behind(trial, protocol) for protocol in trial.scale(BOTH, BOTH, ("lmtp",)))


BOTH = ("lmtp", "smtp")


def _behind(trial: Trial, protocol: str) -> Figures:
    times, lmtp = trial.scale(short=3, long=60, caught=0), free_port()
    here = replace(trial, folder=trial.folder / protocol)
    here.folder.mkdir()
    with proven_desk(here, **{"[relay]": f'[lmtp]\nlisten = "127.0.0.1:{lmtp}"\n\n[relay]'}) as desk:
        hops = {"lmtp": f"lmtp:inet:127.0.0.1:{lmtp}", "smtp": f"smtp:[127.0.0.1]:{desk.port}"}
        with running_postfix(hops[protocol], settings=SETTINGS) as postfix:
            desk.clients = Clients(lambda: postfix.port)
            front = Front(desk, postfix)
            with desk.serving() as process:
                front.undisturbed()
                if trial.build and desk.wrong:
                    return desk.figures(times)
                front.twins()
                front.smuggle()
                front.settle()
                desk.stop(process)
            if times:
                front.restart(times)
                with desk.serving():
                    front.settle()
        return desk.figures(times)


def _to_three(clients: Clients, number: int) -> bool:
    with smtplib.SMTP("127.0.0.1", clients.port(), timeout=TIMEOUT) as client:
        client.sendmail(firm(number), THREE, letter(number))
    return True


RIG = Rig("Postfix", "restarts", run, ("stock LMTP", "Message-ID deduplication"), needs=("postfix",), as_root=True)
