"""The conversation that the demo tells. `tell` is its table of contents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from mailgate.cli.demo import letters, pages
from mailgate.cli.demo.letters import CUSTOMER, FIRST, Person, Written
from mailgate.cli.demo.postbox import Arrived
from mailgate.cli.demo.stage import Stage

CALL = "#appel 15\n\nBonjour, le certificat du serveur était échu ; je viens de le renouveler."
THANKS = "Ça refonctionne pour tout le monde, sauf le poste de la réception."
CLOSE = "#fermer\n\nLe poste de la réception est réglé lui aussi. Bonne journée !"


@dataclass(slots=True)
class Teller:
    """Prints the story of one stage, step after step."""

    stage: Stage
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def step(self, title: str, *parts: str) -> None:
        """One numbered step, on the screen at once."""
        print(pages.heading(next(self.numbers), title), *parts, sep="\n", flush=True)

    def hand_in(self, title: str, mail: Written) -> None:
        """Somebody writes: their words, and what the SMTP door answers."""
        dialogue = self.stage.deliver(mail.sender.mail, mail.to, mail.raw)
        words = mail.body.split("\n\nLe lundi ")[0].splitlines()
        self.step(title, pages.frame((f"Subject: {mail.subject}", "", *words)), pages.said(dialogue))


def tell(stage: Stage) -> None:
    """The whole conversation: two people, one ticket, nothing but mail."""
    teller = Teller(stage)
    teller.hand_in(f"A customer writes to the urgent door, {letters.URGENT_DOOR}", FIRST)
    number, acknowledgement = _opened(teller)
    technician, notification = _notified(teller)
    teller.hand_in("A technician called, and answers the notification", letters.answer(technician, notification, CALL))
    _customer_hears(teller)
    teller.hand_in("The customer answers", letters.answer(CUSTOMER, acknowledgement, THANKS))
    forwarded = _same_ticket(teller, technician, number)
    teller.hand_in("The technician closes", letters.answer(technician, forwarded, CLOSE))
    _last_mail(teller)
    _explained(teller)


def _opened(teller: Teller) -> tuple[str, Arrived]:
    """The ticket's number, and the acknowledgement, which was promised in the same transaction."""
    (mail,) = teller.stage.postbox.collect(1, CUSTOMER.mail)
    number = mail.subject.partition("[#")[2].partition("]")[0]
    teller.step("It is a ticket", _printed(teller.stage, "tickets"))
    teller.step("The customer is acknowledged, with the real deadline", pages.framed(mail))
    return number, mail


def _notified(teller: Teller) -> tuple[Person, Arrived]:
    """Six mails: to each of three technicians one to read, and one short enough for a pager."""
    arrived = teller.stage.postbox.collect(6)
    pagers = tuple(mail for mail in arrived if "@pager." in mail.to)
    mails = tuple(mail for mail in arrived if mail not in pagers)
    others = (f"{mail.to}  answers to {mail.reply_to}" for mail in mails[1:])
    teller.step(
        f"{len(mails)} technicians are notified by mail; each has a reply address of their own",
        pages.framed(mails[0]),
        pages.said(others),
    )
    teller.step("… and by pager", pages.said(_pager_lines(pagers)))
    return Person(mails[0].name, mails[0].to), mails[0]


def _pager_lines(pagers: Iterable[Arrived]) -> Iterator[str]:
    for mail in pagers:
        yield f"{mail.to.partition('@')[0]}  {' '.join(mail.text.split())}"


def _customer_hears(teller: Teller) -> None:
    (mail,) = teller.stage.postbox.collect(1, CUSTOMER.mail)
    teller.step("The customer hears of it: no command, no quoted text", pages.framed(mail))


def _same_ticket(teller: Teller, technician: Person, number: str) -> Arrived:
    """The technician's next mail about the customer; the confirmation of their own commands comes before it."""
    postbox = teller.stage.postbox
    mail = postbox.collect(1, technician.mail)[0]
    while THANKS not in mail.text:
        mail = postbox.collect(1, technician.mail)[0]
    teller.step("It lands in the same ticket, and the technician is told", pages.framed(mail, 12))
    teller.step("The ticket so far, without the texts", pages.said(_headlines(teller.stage, number)))
    return mail


def _last_mail(teller: Teller) -> None:
    (mail,) = teller.stage.postbox.collect(1, CUSTOMER.mail)
    teller.step("The last mail", pages.framed(mail), _printed(teller.stage, "tickets"))


def _headlines(stage: Stage, number: str) -> Iterator[str]:
    """`mailgate ticket N` without blank lines and what people wrote, which was shown before."""
    yield f"$ mailgate ticket {number}"
    yield from (line for line in stage.run("ticket", number).splitlines() if line and not line.startswith("    "))


def _explained(teller: Teller) -> None:
    """The first mail again; without `--as-new` the answer would be that it is a duplicate."""
    (teller.stage.site / "first.eml").write_bytes(FIRST.raw)
    arguments = ("explain", "first.eml", "--as-new")
    lines = teller.stage.run(*arguments).splitlines()
    letters_begin = next(number for number, line in enumerate(lines) if line.startswith("mail to "))
    shown = pages.shortened(lines, letters_begin)
    teller.step("Why all that? The same first mail, explained", pages.said((_command(arguments), *shown)))


def _printed(stage: Stage, *arguments: str) -> str:
    return pages.said((_command(arguments), *stage.run(*arguments).splitlines()))


def _command(arguments: Iterable[str]) -> str:
    return f"$ mailgate {' '.join(arguments)}"
