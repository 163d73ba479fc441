"""A database is lost and its key ring is not: what the ring signed for the old one opens nothing in the new one."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.flow.desk import Letter
from tests.flow.process import Process, a_site, ask, command, eventually, outgoing, serving


def opened(process: Process, letter: Letter, number: int) -> tuple[str, str]:
    """A customer's request becomes ticket 1001; the address to answer to, and the acknowledgement's Message-ID."""
    before = len(outgoing(process.root))
    process.send(letter.raw(number), letter.sender)
    eventually(lambda: len(outgoing(process.root)) >= before + 7)
    mails = [message_from_bytes(raw, policy=policy.default) for raw in outgoing(process.root)]
    (mail,) = [one for one in mails if one["To"].addresses[0].addr_spec == letter.sender and "1001" in one["Subject"]]
    return mail["Reply-To"].addresses[0].addr_spec, mail["Message-ID"]


def heard(root: Path, number: int) -> list[str]:
    """Who wrote to a ticket."""
    return [one["from"] for one in ask(root, "ticket", str(number))["messages"] if one["direction"] == "in"]


def lose(root: Path) -> None:
    for path in (root / "var").glob("mailgate.db*"):
        path.unlink()
    for path in (root / "var/outgoing/new").glob("*"):
        path.unlink()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return a_site(tmp_path / "site")


def test_an_address_of_the_lost_database_opens_no_ticket_of_the_new_one(root: Path) -> None:
    """Both count from 1001, and customers keep their mails for years (design.md §4, promise 6)."""
    with serving(root) as process:
        address, identifier = opened(process, Letter("Plus rien ne marche", "chef@acme.example"), 1)
        process.stop()
    lose(root)
    with serving(root) as process:
        opened(process, Letter("Le serveur ne démarre plus", "nuit@borealis.example"), 2)
        answer = Letter("Alors ?", "chef@acme.example", subject="Re: Panne", headers={"In-Reply-To": identifier})
        process.send(answer.raw(3), "chef@acme.example", address)
        tickets = eventually(lambda: found if len(found := ask(root, "tickets")) == 2 else None)
        assert sorted(one["number"] for one in tickets) == [1001, 1002]
        assert heard(root, 1001) == ["nuit@borealis.example"]


def test_the_administrators_hear_that_it_is_a_new_one(root: Path) -> None:
    """A volume that was not mounted is found by whoever reads this, before the backup is a day older."""
    with serving(root) as process:
        assert process.said("database.new") == []
        process.stop()
    lose(root)
    assert "is not there, and the key ring" in command(root, "doctor").stdout
    with serving(root) as process:
        (line,) = process.said("database.new")
        assert line["database"] == str(root / "var/mailgate.db")
        (mail,) = eventually(lambda: outgoing(root))
        told = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
        assert told is not None
        assert str(root / "var/mailgate.db") in told.get_content()
        process.stop()
    with serving(root) as process:
        assert process.said("database.new") == []


def test_a_backup_brings_the_addresses_back(root: Path) -> None:
    """What the ring signed for a database holds wherever it is restored."""
    with serving(root) as process:
        address, _ = opened(process, Letter("Plus rien ne marche", "chef@acme.example"), 1)
        assert command(root, "backup", str(root / "kept.db")).returncode == 0
        process.stop()
    lose(root)
    assert command(root, "restore", str(root / "kept.db")).returncode == 0
    with serving(root) as process:
        assert process.said("database.new") == []
        answer = Letter("Alors ?", "chef@acme.example").raw(2)
        (root / "answer.eml").write_bytes(answer)
        told = ask(root, "explain", str(root / "answer.eml"), "--from", "chef@acme.example", "--to", address)
        assert told["outcome"] == "follow-up"
        process.send(answer, "chef@acme.example", address)
        eventually(lambda: heard(root, 1001) == ["chef@acme.example"] * 2)
