"""A real daemon whose rules are edited while it works: nobody notices but those whom the rules are about."""

from __future__ import annotations

import signal
import smtplib
import time
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from pathlib import Path

import pytest

from mailgate.daemon import reading
from tests.flow.desk import Letter, Sent, answer
from tests.flow.process import PATIENCE, Process, a_site, ask, eventually, outgoing, serving
from tests.flow.test_conversation import to
from tests.peers import free_port

QUEUES, PEOPLE = "rules/20-queues.toml", "rules/30-people.toml"
URGENT = "support-urgent@example.com"
BOTH = 'addresses = ["support-urgent@example.com", "pannes@example.com"]'
ONE = 'addresses = ["support-urgent@example.com"]'


def edit(root: Path, name: str, old: str, new: str) -> None:
    """Somebody saves a file."""
    text = (root / name).read_text("utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new), "utf-8")


def reload(process: Process, event: str = "daemon.reloaded") -> None:
    """`kill -HUP`, until the log says what became of it."""
    before = len(process.said(event))
    process.popen.send_signal(signal.SIGHUP)
    eventually(lambda: len(process.said(event)) > before)


def mails(root: Path) -> list[Sent]:
    """What left, as people read it."""
    return [Sent("", str(one["Delivered-To"]), one, "") for one in map(message_from_bytes, outgoing(root))]


def is_let_in(process: Process, address: str) -> bool:
    try:
        process.send(Letter("Bonjour").raw(time.monotonic_ns()), "chef@acme.example", address)
    except smtplib.SMTPRecipientsRefused:
        return False
    return True


def test_a_new_address_is_a_door_at_once_also_for_who_is_inside(tmp_path: Path) -> None:
    """A relay keeps its connection for hours; it is not cut, and hears of the new queue."""
    with serving(a_site(tmp_path / "site")) as process:
        with smtplib.SMTP("127.0.0.1", process.port(), timeout=PATIENCE) as inside:
            inside.ehlo()
            inside.mail("chef@acme.example")
            assert inside.rcpt("pannes@example.com")[0] == 550
            edit(process.root, QUEUES, ONE, BOTH)
            reload(process)
            assert inside.rcpt("pannes@example.com")[0] == 250
            assert inside.data(Letter("Panne").raw(1))[0] == 250
        eventually(lambda: [one["queue"] for one in ask(process.root, "tickets")] == ["urgent"])
        assert process.popen.poll() is None


def test_broken_rules_change_nothing_and_everybody_is_told_where(tmp_path: Path) -> None:
    """In the log, by one mail for three tries, in the note for `doctor`; mended, they are in force."""
    with serving(a_site(tmp_path / "site")) as process:
        edit(process.root, QUEUES, ONE, BOTH)
        edit(process.root, QUEUES, "callback  = ", "calback  = ")
        for _ in range(3):
            reload(process, "daemon.not_reloaded")
        assert "rules/20-queues.toml:" in process.said("daemon.not_reloaded")[0]["says"]
        assert (is_let_in(process, "pannes@example.com"), is_let_in(process, URGENT)) == (False, True)
        eventually(lambda: [mail for mail in mails(process.root) if mail.to == "admin@example.com"])
        noted = reading.last(reading.place(process.root / "var/secret"))
        assert noted is not None
        assert noted.refused[0] == process.said("daemon.not_reloaded")[0]["says"]
        edit(process.root, QUEUES, "calback  = ", "callback  = ")
        reload(process)
        assert is_let_in(process, "pannes@example.com")
        told = [mail for mail in mails(process.root) if mail.to == "admin@example.com"]
        assert ["Les nouvelles règles ne sont pas appliquées" in mail.subject for mail in told] == [True]
        assert "unknown key 'calback'" in told[0].text


HASTY = """
import os, signal
from mailgate.cli.main import main
from mailgate.store.database import Database
upgrade = Database.upgrade
def hasty(database):
    os.kill(os.getpid(), signal.SIGHUP)
    return upgrade(database)
Database.upgrade = hasty
main()
"""


def test_a_signal_during_an_upgrade_is_a_reload_and_no_end(tmp_path: Path) -> None:
    """It would be a clean end to systemd, which then starts nothing again."""
    with serving(a_site(tmp_path / "site"), "-c", HASTY) as process:
        eventually(lambda: process.said("daemon.reloaded"))
        assert is_let_in(process, URGENT)
        process.stop()


def test_a_storm_of_signals_is_few_reloads(tmp_path: Path) -> None:
    """Twenty in a row, and the last state of the files is in force."""
    with serving(a_site(tmp_path / "site")) as process:
        edit(process.root, QUEUES, ONE, BOTH)
        for _ in range(20):
            process.popen.send_signal(signal.SIGHUP)
            time.sleep(0.01)
        eventually(lambda: process.said("daemon.reloaded"))
        assert is_let_in(process, "pannes@example.com")
        time.sleep(1)
        assert len(process.said("daemon.reloaded")) <= 3
        process.stop()


def without(root: Path, technician: str) -> None:
    """Somebody leaves the firm."""
    text = (root / PEOPLE).read_text("utf-8")
    before, _, rest = text.partition(f"[technician.{technician}]")
    (root / PEOPLE).write_text(before + "[technician" + rest.partition("[technician")[2], "utf-8")
    edit(root, PEOPLE, f', "{technician}"', "")


def interventions(process: Process) -> list[str]:
    return [one["by"] for one in ask(process.root, "ticket", "1001")["interventions"]]


def pages_of(root: Path, technician: str) -> set[str]:
    """The states of their pages in the first ticket; pages are listed by address."""
    (ticket,) = ask(root, "tickets")
    pages = ask(root, "ticket", str(ticket["number"]))["pages"]
    return {page["state"] for page in pages if page["to"].startswith(f"{technician}@")}


def test_who_leaves_while_the_desk_is_stopped_is_not_called_after_its_start(tmp_path: Path) -> None:
    """As at a reload: what did not leave for them does not leave any more."""
    nobody = f"smtp://127.0.0.1:{free_port()}"
    root = a_site(tmp_path / "site", **{"maildir:var/outgoing": nobody})
    with serving(root) as process:
        process.send(Letter("Panne").raw(1))
        eventually(lambda: ask(root, "tickets"))
        process.stop()
    assert (pages_of(root, "tech1"), pages_of(root, "tech2")) == ({"promised"}, {"promised"})
    without(root, "tech2")
    with serving(root):
        assert (pages_of(root, "tech1"), pages_of(root, "tech2")) == ({"promised"}, {"cancelled"})


def test_who_leaves_is_obeyed_until_the_reload_and_never_after(tmp_path: Path) -> None:
    """Their mails of yesterday hold signed addresses: those are nobody's now, and no page goes to them."""
    with serving(a_site(tmp_path / "site")) as process:
        process.send(Letter("Plus rien ne marche", subject="Panne").raw(1))
        eventually(lambda: len(outgoing(process.root)) == 7)
        page = to(mails(process.root), "tech2@example.com")
        say(process, answer(page, "#appel 5\nJe vous rappelle."))
        eventually(lambda: interventions(process) == ["tech2"])
        without(process.root, "tech2")
        reload(process)
        say(process, answer(page, "#appel 7\nJe suis parti."))
        eventually(lambda: ask(process.root, "inbox") == [])
        assert interventions(process) == ["tech2"]
        before = set(outgoing(process.root))
        process.send(Letter("Encore", subject="Autre panne").raw(9))
        eventually(lambda: len(outgoing(process.root)) >= len(before) + 7)
        fresh = {str(message_from_bytes(one)["Delivered-To"]) for one in set(outgoing(process.root)) - before}
        assert {"tech1@example.com", "tech3@example.com", "tech4@example.com"} <= fresh
        assert not {"tech2@example.com", "5145550102@pager.example.net"} & fresh
        heard = [mail.text for mail in mails(process.root) if mail.to == "chef@acme.example"]
        assert [any(said in text for text in heard) for said in ("Je vous rappelle", "Je suis parti")] == [True, False]


def say(process: Process, letter: Letter) -> None:
    process.send(letter.raw(time.monotonic_ns()), letter.sender, letter.to)


LEFT, RIGHT = ("P1", "critique", "GAUCHE"), ("P2", "basse", "DROITE")
"""Two states of the rules: what two of them set, and a word of the acknowledgement."""

RULE = '[[rule]]\nname = "{key}"\nwhen = {{ queue = "urgent" }}\nthen = {{ {key} = "{value}" }}\n'


def save(root: Path, state: tuple[str, str, str]) -> None:
    """All files of one state, one after the other, as a person saves them."""
    priority, severity, word = state
    for name, text in (
        ("rules/90-priority.toml", RULE.format(key="priority", value=priority)),
        ("rules/91-severity.toml", RULE.format(key="severity", value=severity)),
        ("templates/fr/acknowledgement.txt.j2", f"Subject: {word}\n\n{word} {{{{ ticket.number }}}}\n"),
    ):
        (root / name).write_text(text, "utf-8")
        time.sleep(0.3)


@pytest.mark.timeout(240)
def test_no_mail_of_a_stream_is_lost_or_decided_by_two_rulebooks(tmp_path: Path) -> None:
    """Valid, invalid and valid again, under mail: each one is a ticket, wholly by one state of the rules."""
    root = a_site(tmp_path / "site")
    (root / "rules/60-rules.toml").unlink()
    (root / "templates/fr/acknowledgement.html.j2").unlink()
    edit(root, "rules/00-desk.toml", "contact  = { hour = 20, day = 100 }", "contact = { hour = 9000 }")
    save(root, LEFT)
    sent, stop = list[int](), list[None]()

    def pour(process: Process, first: int) -> None:
        number = first
        while not stop:
            process.send(Letter(f"mail {number}", subject=f"n {number}").raw(number))
            sent.append(number)
            number += 3
            time.sleep(0.3)

    with serving(root) as process, ThreadPoolExecutor(3) as senders:
        pouring = [senders.submit(pour, process, first) for first in range(3)]
        save(root, RIGHT)
        reload(process)
        (root / "rules/92-broken.toml").write_text("[queue", "utf-8")
        save(root, LEFT)
        reload(process, "daemon.not_reloaded")
        (root / "rules/92-broken.toml").unlink()
        reload(process)
        time.sleep(0.5)
        stop.append(None)
        for one in pouring:
            one.result(PATIENCE)
        eventually(lambda: ask(root, "inbox") == [] and ask(root, "outbox") == [])
        found = decided(process)
    assert len(found) == len(sent)
    assert set(found.values()) == {LEFT, RIGHT}


def decided(process: Process) -> dict[int, tuple[str, str, str]]:
    """By which state of the rules each ticket was decided."""
    words = {mail.text.split()[1]: mail.text.split()[0] for mail in mails(process.root) if mail.subject[:2] == "[#"}
    return {
        one["number"]: (one["priority"], one["severity"], words[str(one["number"])])
        for one in ask(process.root, "tickets")
    }
