"""The whole desk behind the programs that firms really run: `mailgate serve`, Postfix, Dovecot, and mail both ways."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.flow.desk import Letter, Sent, answer
from tests.flow.process import Process, Sink, a_site, ask, eventually, serving, sinking
from tests.peers import free_port
from tests.peers.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.peers.postfix import Postfix, running_postfix

CHEF = "chef@acme.example"
TICKETS = "tickets@support.example.com"
DOORS = ("support-urgent@support.example.com", "support-regulier@support.example.com", TICKETS)


@dataclass
class Outside:
    """The world beyond the relay: what arrived there, and a way to write in."""

    process: Process
    sink: Sink
    post: Callable[[str, str, bytes], None]
    written: int = 0
    shown: int = 0

    def write(self, letter: Letter) -> None:
        self.written += 1
        self.post(letter.sender, letter.to, letter.raw(self.written))

    def receive(self, count: int) -> dict[str, Sent]:
        """The next `count` mails that reach somebody, by recipient."""
        eventually(lambda: len(self.sink.taken) >= self.shown + count)
        fresh = self.sink.taken[self.shown : self.shown + count]
        self.shown += count
        return {one.to: Sent(one.envelope_from, one.to, message_from_bytes(one.raw), "") for one in fresh}

    def ticket(self) -> Any:
        """The only ticket."""
        (only,) = ask(self.process.root, "tickets")
        return ask(self.process.root, "ticket", str(only["number"]))


def at_our_domain(root: Path) -> Path:
    """The starter's desk and queues in a domain of their own, as README.md recommends."""
    for name, old in (("config.toml", "tickets@"), ("rules/20-queues.toml", "support-")):
        lines = (root / name).read_text("utf-8").splitlines(keepends=True)
        moved = [line.replace("@example.com", "@support.example.com") if old in line else line for line in lines]
        (root / name).write_text("".join(moved), "utf-8")
    return root


@contextmanager
def behind_postfix(root: Path) -> Iterator[tuple[Outside, Postfix]]:
    """One Postfix in front by LMTP, and the same one as the relay, which hands everything else to the sink."""
    lmtp = free_port()
    hand_over = dict.fromkeys(DOORS, f"lmtp:inet:127.0.0.1:{lmtp}")
    with sinking() as sink, running_postfix(f"smtp:[127.0.0.1]:{sink.port}", hand_over) as postfix:
        a_site(root, **{"maildir:var/outgoing": f"smtp://127.0.0.1:{postfix.port}"})
        with (at_our_domain(root) / "config.toml").open("a", encoding="utf-8") as config:
            config.write(f'[lmtp]\nlisten = "127.0.0.1:{lmtp}"\n')
        with serving(root) as process:
            yield Outside(process, sink, lambda sender, to, raw: postfix.send(raw, sender, to)), postfix


@contextmanager
def beside_dovecot(root: Path, dovecot: Dovecot) -> Iterator[Outside]:
    """No door but a mailbox, over TLS; what was read goes to another folder."""
    with sinking() as sink:
        a_site(root, **{"maildir:var/outgoing": f"smtp://127.0.0.1:{sink.port}"})
        (root / "password").write_text(PASSWORD, "utf-8")
        (root / "password").chmod(0o600)
        with (root / "config.toml").open("a", encoding="utf-8") as config:
            config.write(
                f'[[imap]]\nhost = "localhost"\nport = {dovecot.tls}\nuser = "support"\n'
                f'password_file = "password"\nca_file = "{dovecot.certificate.authority}"\nprocessed = "Traités"\n'
            )
        with serving(root) as process:
            yield Outside(process, sink, lambda sender, to, raw: dovecot.put("support", raw))


def converse(outside: Outside, door: str) -> None:
    """The main job: a request, a technician's call and answer, the customer's answer, the end."""
    outside.write(Letter("Bonjour,\n\nplus rien ne marche à Québec.", CHEF, door, "Panne"))
    first = outside.receive(7)
    assert first[CHEF].envelope_from == ""
    assert first[CHEF].subject == "[#1001] Panne"

    outside.write(answer(first["tech2@example.com"], "#appel 15\nC'était l'onduleur."))
    told = outside.receive(4)
    assert set(told) == {CHEF, *(f"tech{number}@example.com" for number in (1, 2, 3))}
    assert "C'était l'onduleur." in told[CHEF].text
    assert "#appel" not in told[CHEF].text

    outside.write(answer(told[CHEF], "L'imprimante clignote encore."))
    more = outside.receive(1)["tech2@example.com"]
    assert "L'imprimante clignote encore." in more.text

    outside.write(answer(more, "#fermer"))
    assert set(outside.receive(2)) == {CHEF, "tech2@example.com"}
    story = outside.ticket()
    assert (story["status"], story["assignee"], story["callback"]["kept_how"]) == ("closed", "tech2", "call")
    assert story["interventions"][0]["activity"] == "call"


@pytest.mark.peer("postfix")
def test_a_whole_conversation_behind_postfix(tmp_path: Path) -> None:
    """README.md's recipe word for word: signed addresses come back through it, and nobody else of the domain exists."""
    with behind_postfix(tmp_path / "site") as (outside, postfix):
        converse(outside, DOORS[0])
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            postfix.send(Letter("x").raw(99), CHEF, "somebody@support.example.com")
        eventually(lambda: postfix.waiting() == 0)
        assert set(postfix.statuses()) == {"sent"}


@pytest.mark.peer("postfix")
def test_one_mail_to_both_doors_is_one_ticket_behind_postfix(tmp_path: Path) -> None:
    """Three recipients in one LMTP transaction, three replies, and the promise of the urgent door."""
    with behind_postfix(tmp_path / "site") as (outside, postfix):
        postfix.send(Letter("Bonjour").raw(1), CHEF, *DOORS)
        assert postfix.wait_for(3)[:3] == ["sent"] * 3
        assert len(outside.receive(7)) == 7
        assert outside.ticket()["queue"] == "urgent"


@pytest.mark.peer("dovecot")
def test_a_whole_conversation_in_a_mailbox(tmp_path: Path) -> None:
    """A firm that only has a mailbox: requests and answers both come out of it, and it is empty in the end."""
    with running_dovecot() as dovecot, beside_dovecot(tmp_path / "site", dovecot) as outside:
        converse(outside, "support-urgent@example.com")
        eventually(lambda: dovecot.mails("support", "Traités") == outside.written)
        assert dovecot.mails("support") == 0
