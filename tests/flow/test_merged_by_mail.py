"""One conversation over real sockets: a daemon, its SMTP door, its outgoing mail, and the command line beside it."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path

from tests.flow.desk import Letter, Sent, answer
from tests.flow.process import Process, a_site, ask, command, eventually, outgoing, serving

CHEF, IT = "chef@acme.example", "it@acme.example"


def mails(process: Process) -> list[Sent]:
    """Everything that left so far."""
    found = [message_from_bytes(one) for one in outgoing(process.root)]
    return [Sent("", str(mail["Delivered-To"]), mail, "") for mail in found]


def to_desk(process: Process, ticket: int) -> Sent:
    """A technician's mail about a ticket, once one has left."""

    def found() -> list[Sent]:
        return [one for one in mails(process) if one.to.startswith("tech") and one.subject.startswith(f"[#{ticket}]")]

    return eventually(found)[0]  # type: ignore[no-any-return]  # what `eventually` gives is what it was asked for


def say(process: Process, letter: Letter, number: int) -> None:
    """Hand a mail in."""
    process.send(letter.raw(number), letter.sender, letter.to)


def about(process: Process, words: str) -> list[Sent]:
    """The mails that hold these words."""
    return [one for one in mails(process) if words in one.text.replace("\u00a0", " ")]


def said(process: Process, ticket: int) -> list[str]:
    """The messages of a ticket's story."""
    return [one["text"] for one in ask(process.root, "ticket", str(ticket))["messages"]]


def test_two_requests_become_one_over_the_wire(tmp_path: Path) -> None:
    """Asked, confirmed, told to both; later mail follows, and the database keeps its promises."""
    with serving(a_site(tmp_path / "site")) as process:
        say(process, Letter("Plus rien ne marche.", subject="Panne"), 1)
        to_desk(process, 1001)
        say(process, Letter("Plus de courriel.", IT, subject="Courriel"), 2)
        say(process, answer(to_desk(process, 1002), "#fusionner 1001\nMême cause, je regarde."), 3)
        (asked,) = eventually(lambda: about(process, "sera réunie à la demande nº 1001"))
        say(process, answer(asked, "oui"), 4)
        told = eventually(lambda: about(process, "Votre demande nº 1002 est réunie à la demande nº 1001"))
        assert [one.to for one in told] == [IT]
        eventually(lambda: sorted(one.to for one in about(process, "Même cause") if "acme" in one.to) == [CHEF, IT])
        say(process, answer(told[0], "Merci de regarder aussi l'imprimante."), 5)
        eventually(lambda: [text for text in said(process, 1001) if "l'imprimante" in text])
        gone, kept = ask(process.root, "ticket", "1002"), ask(process.root, "ticket", "1001")
        assert (gone["status"], gone["merged_into"], kept["merged"], kept["watchers"]) == ("merged", 1001, [1002], [IT])
        assert "into #1001" in command(process.root, "ticket", "1002").stdout
        process.stop()
        verified = command(process.root, "verify")
        assert verified.returncode == 0, verified.stdout
