"""A29 to A33: ways into somebody else's ticket, and ways to keep its owner out of it.

By a number that was guessed, by a copy that was received, by an address for answers, by a Message-ID that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from mailgate.core import identity, levels, threads
from mailgate.core.effects import Effect, SendMail
from mailgate.core.model import Address, Status
from mailgate.core.seen import Seen, Twin
from mailgate.core.ticket import Ticket
from mailgate.mail import address
from mailgate.mail.fields import Block
from mailgate.mail.mailboxes import read_mailboxes
from mailgate.store import snapshot
from tests.flow.desk import RING
from tests.flow.forgeries.case import Case
from tests.flow.forgeries.stage import CHEF, DESK, EVIL, TECH1, URGENT, Scene, raw, recorded, untouched
from tests.flow.forgeries.tokens import NO_MAC
from tests.flow.forgeries.weakening import Weakening, always, instead

OTHER = "informatique@helvetia-demo.example"
COLLEAGUE = "toiture@helvetia-demo.example"
GUESSES = 10_000
THEIRS = "<0@acme.example>"
"""A Message-ID that chef's mail program is going to use."""


def with_copies(original: Any) -> Callable[..., Ticket]:
    """Whoever gets a copy takes part."""

    def new_ticket(asked: Any, *rest: Any) -> Ticket:
        ticket: Ticket = original(asked, *rest)
        copies = {one.mail for one in (*asked.event.mail.to, *asked.event.mail.cc)}
        return replace(ticket, participants=ticket.participants | copies)

    return new_ticket


def to_copies(original: Any) -> Callable[..., Iterator[Effect]]:
    """Whoever gets a copy gets the answers, too."""

    def notification(event: Any, *rest: Any) -> Iterator[Effect]:
        for effect in original(event, *rest):
            yield effect
            for copy in event.mail.cc if isinstance(effect, SendMail) else ():
                letter = effect.letter
                yield replace(effect, letter=replace(letter, to=replace(letter.to, address=copy.mail)))

    return notification


def as_asked(original: Any) -> Callable[..., str]:
    """Answers go where Reply-To says."""
    return lambda event, sender: next(iter(event.mail.header("reply-to")), original(event, sender))


def for_answers(original: Any) -> Callable[[Block], Any]:
    """Whoever gets the answers wrote the mail."""

    def sender(block: Block) -> tuple[Address | None, tuple[str, ...]]:
        named = read_mailboxes(block.first("reply-to")).addresses
        found: tuple[Address | None, tuple[str, ...]] = (named[0], ()) if named else original(block)
        return found

    return sender


def by_identifier(_original: Any) -> Callable[..., tuple[Twin, ...]]:
    """Mails with one Message-ID are one mail."""

    def twins(tx: Any, event: Any) -> tuple[Twin, ...]:
        ticket = snapshot._same_id(tx, event)
        return (Twin(2, event.recipients, ticket),) if ticket else ()

    return twins


TAKES_PART = Weakening("everybody takes part", "core.levels:takes_part", always(True))
SAME_PEOPLE = Weakening("every customer is the same", "core.threads:_same_people", always(True))
NO_HINT = Weakening("nothing is suggested", "core.requests:suggested", always(None))
COPIES_TAKE_PART = Weakening("a copy makes a participant", "core.requests:new_ticket", with_copies)
COPIES_GET_ANSWERS = Weakening("a copy makes a reader", "core.doing:_notification", to_copies)
REPLY_TO = Weakening("Reply-To says where answers go", "core.requests:reply_address", as_asked)
REPLY_TO_WROTE = Weakening("Reply-To says who wrote", "mail.parse:_sender", for_answers)
BY_IDENTIFIER = Weakening("a Message-ID makes a mail the same", "store.snapshot:_twins", by_identifier)
NOBODYS = Weakening("the first ticket named is meant", "store.traces:_own", always(frozenset()))
NO_CONFLICT = Weakening("nobody looks for the same Message-ID", "store.snapshot:_same_id", always(None))
ENDLESS = Weakening("References are read to their end", "mail.limits:REFERENCES", instead(100_000))


def ours(scene: Scene) -> str:
    """The Message-ID of the acknowledgement."""
    return next(mail.header("Message-ID") for mail in scene.first if mail.to == CHEF)


def guess(sender: str, scene: Scene) -> None:
    """The number of the ticket, and those around it."""
    for number in ("[#1001] Panne", "Re: [#1000] [#1001]", "[#1999] x", "TR : [#00001001]"):
        scene.deliver(raw(f"From: {sender}", f"Subject: {number}", body=f"Et moi ? {number}"), sender, DESK)


def guess_on(scene: Scene) -> None:
    """Ten thousand numbers, each of which is a ticket's; an outsider and another customer's contact in turn."""
    policy = scene.desk.policy
    events = [scene.read(raw(f"From: {sender}", "Subject: [#1001]"), sender, DESK) for sender in (EVIL, OTHER)]
    ticket = scene.seen(events[0]).by_tag
    assert ticket is not None
    for number in range(GUESSES):
        event, seen = events[number % 2], Seen(GUESSES, by_tag=replace(ticket, number=number))
        sender = identity.recognise(event.mail.sender, event.envelope_from, policy)
        scene.noted.append(threads.thread_of(event, levels.graded(event, sender, seen, policy), seen))


def kept_out(scene: Scene) -> None:
    """Each mail is a ticket of its own; the desk reads which one it may mean, its writer does not."""
    untouched(scene)
    recorded(scene)
    assert [one.ticket for one in scene.fresh] == list(range(1002, 1002 + len(scene.fresh)))
    assert "it may belong to #1001" in scene.fresh[0].because[0]
    told = [mail for mail in scene.told if mail.template == "technician" and mail.subject.startswith("[#1002]")]
    assert told
    assert all("liée à la demande" in mail.text for mail in told)
    assert not any("liée à la demande" in mail.text for mail in scene.told if mail.template == "acknowledgement")


def none_joined(scene: Scene) -> None:
    """0 of 10 000."""
    assert len(scene.noted) == GUESSES
    assert not any(scene.noted)


def copied(scene: Scene) -> None:
    """Mallory gets a copy of the request and of the technician's answer, and then writes herself."""
    head = (f"From: {CHEF}", f"To: {URGENT}, {EVIL}", f"Cc: Mallory <{EVIL}>", "Subject: Cuve")
    asked = scene.deliver(raw(*head, body="La cuve déborde."), CHEF, URGENT)
    page = next(mail for mail in asked if mail.template == "technician")
    told = raw(f"From: {page.to}", f"Cc: {EVIL}", body="Voici le mot de passe.")
    scene.insist(scene.deliver(told, page.to, page.reply_to))
    scene.deliver(raw(f"From: {EVIL}", "Subject: Re: [#1002] Cuve", body="Et moi ?"), EVIL, DESK)


def never_a_watcher(scene: Scene) -> None:
    """She never gets a mail of the ticket, and what she writes is no part of it."""
    assert "notification" in {mail.template for mail in scene.told if mail.to == CHEF}
    assert [mail.template for mail in scene.told if mail.to == EVIL] == ["acknowledgement"]
    assert [one.ticket for one in scene.fresh] == [1002, 1002, 1002, 1003]
    assert EVIL not in {message.from_ for message in scene.ticket(1002).messages}


def answers_elsewhere(scene: Scene) -> None:
    """A request, the answer to it, and a command without a token: each with Mallory as the one to answer to."""
    reply = f"Reply-To: {EVIL}"
    asked = scene.deliver(raw(f"From: {CHEF}", reply, "Subject: Cuve", body="La cuve déborde."), CHEF, URGENT)
    pages = [mail for mail in asked if mail.template == "technician"]
    for page in pages[:1]:
        scene.deliver(raw(f"From: {page.to}", reply, body="Voici le mot de passe."), page.to, page.reply_to)
    scene.deliver(raw(f"From: {TECH1}", reply, body="#fermer"), TECH1, DESK)
    scene.deliver(
        raw("From: x@nowhere.example", reply, "Subject: Toit", body="Le toit fuit."), "x@nowhere.example", URGENT
    )


def to_the_registered(scene: Scene) -> None:
    """Contacts and technicians at the address of the rules, strangers at that of the envelope."""
    got = {(mail.to, mail.template) for mail in scene.told}
    assert {(CHEF, "acknowledgement"), (CHEF, "notification"), (TECH1, "transcript")} <= got
    assert ("x@nowhere.example", "acknowledgement") in got
    assert EVIL not in {to for to, _ in got}


def first(envelope_from: str, scene: Scene) -> None:
    """Mallory uses the Message-ID before its owner does."""
    mine = raw(f"From: {EVIL}", f"Message-ID: {THEIRS}", "Subject: Cuve", body="ACHETEZ")
    scene.deliver(mine, envelope_from, URGENT)
    scene.deliver(raw(f"From: {CHEF}", f"Message-ID: {THEIRS}", "Subject: Cuve", body="La cuve déborde."), CHEF, URGENT)


def first_at_work(scene: Scene) -> None:
    """Mallory knows how tech1's mail program makes its Message-IDs."""
    scene.deliver(raw(f"From: {EVIL}", f"Message-ID: {THEIRS}", body="x"), EVIL, URGENT)
    scene.deliver(raw(f"From: {TECH1}", f"Message-ID: {THEIRS}", body="#fermer"), TECH1, scene.address_of(TECH1))


def heard_all_the_same(scene: Scene) -> None:
    """The second mail is a ticket of its own, acknowledged, its people called; and the journal says what is odd."""
    assert [one.ticket for one in scene.fresh] == [1002, 1003]
    assert len({page.technician for page in scene.ticket(1003).pages}) == 3
    assert (CHEF, "acknowledgement") in {(mail.to, mail.template) for mail in scene.told}
    assert "another mail, in #1002, has the same Message-ID" in scene.fresh[1].because[0]


def worked_all_the_same(scene: Scene) -> None:
    """The command is done."""
    assert scene.ticket(1001).status is Status.CLOSED
    assert "another mail, in #1002, has the same Message-ID" in scene.fresh[1].because[0]


def flood(sender: str, scene: Scene) -> None:
    """Ten thousand References, ours and chef's own at both ends."""
    known = " ".join((ours(scene), THEIRS, address.thread_id(RING, 1001, "example.com")))
    others = "".join(f"<{number}@x>" if number % 50 else f"\r\n <{number}@x>" for number in range(GUESSES))
    head = (f"From: {sender}", "Subject: [#1001]", f"References: {known}{others}\r\n {known}")
    scene.deliver(raw(*head, body="Et moi ?"), sender, DESK)


def far_behind(scene: Scene) -> None:
    """chef's own answer, with our Message-ID before sixty others, then among them."""
    others = "".join(f"\r\n <{number}@x.example>" for number in range(60))
    for field in (f"References: {ours(scene)}{others}", f"References:{others}\r\n {ours(scene)}"):
        scene.deliver(raw(f"From: {CHEF}", field, body="Alors ?"), CHEF, DESK)


def joined_by_the_last(scene: Scene) -> None:
    """Only the last fifty are looked up."""
    assert [one.ticket for one in scene.fresh] == [1002, 1001]


def altered(change: Callable[[str], str], scene: Scene) -> None:
    """chef answers in the thread, with another Message-ID than ours."""
    second = scene.deliver(raw(f"From: {CHEF}", "Subject: Cuve", body="La cuve déborde."), CHEF, URGENT)
    made = next(mail.header("Message-ID") for mail in second if mail.to == CHEF)
    scene.deliver(raw(f"From: {CHEF}", f"References: {change(made)}", body="Alors ?"), CHEF, DESK)


def foreign(scene: Scene) -> None:
    """It names nothing, so the mail is a request."""
    assert [one.ticket for one in scene.fresh] == [1002, 1003]


def both_threads(sender: str, scene: Scene, asker: str = OTHER) -> None:
    """One mail that answers a mail of each of two people, by default of two customers."""
    asked = scene.deliver(raw(f"From: {asker}", "Subject: Toit", body="Le toit fuit."), asker, URGENT)
    theirs = next(mail.header("Message-ID") for mail in asked if mail.to == asker)
    scene.deliver(raw(f"From: {sender}", f"References: {theirs} {ours(scene)}", body="Ensemble ?"), sender, DESK)


def not_joined(scene: Scene) -> None:
    """Neither ticket learns of it."""
    untouched(scene)
    assert [one.ticket for one in scene.fresh] == [1002, 1003]


def in_their_own(scene: Scene) -> None:
    """It goes on where its writer takes part, or a colleague of theirs, and nowhere else."""
    untouched(scene)
    assert [one.ticket for one in scene.fresh] == [1002, 1002]


def cases() -> list[Case]:
    """Every row of A29 to A33."""
    return [
        Case("A29", "an outsider guesses numbers", partial(guess, EVIL), kept_out, (TAKES_PART, NO_HINT)),
        Case("A29", "another customer guesses numbers", partial(guess, OTHER), kept_out, (TAKES_PART, NO_HINT)),
        Case("A29", "ten thousand numbers are guessed", guess_on, none_joined, (TAKES_PART,)),
        Case("A30", "a copy to an outsider", copied, never_a_watcher, (COPIES_TAKE_PART, COPIES_GET_ANSWERS)),
        Case("A31", "answers wanted elsewhere", answers_elsewhere, to_the_registered, (REPLY_TO_WROTE, REPLY_TO)),
        Case("A32", "a Message-ID used first", partial(first, EVIL), heard_all_the_same, (BY_IDENTIFIER, NO_CONFLICT)),
        Case(
            "A32", "a Message-ID used first, in the owner's name", partial(first, CHEF), heard_all_the_same,
            (BY_IDENTIFIER, NO_CONFLICT),
        ),
        Case(
            "A32", "a technician's Message-ID used first", first_at_work, worked_all_the_same,
            (BY_IDENTIFIER, NO_CONFLICT),
        ),
        Case("A33", "an outsider with ten thousand References", partial(flood, EVIL), kept_out, (TAKES_PART,)),
        Case("A33", "another customer with ten thousand", partial(flood, OTHER), kept_out, (SAME_PEOPLE, TAKES_PART)),
        Case("A33", "our Message-ID far behind", far_behind, joined_by_the_last, (ENDLESS,)),
        Case("A33", "our Message-ID with another MAC", partial(altered, _another_mac), foreign, (NO_MAC,)),
        Case("A33", "our Message-ID with another ticket", partial(altered, _another_ticket), foreign, (NO_MAC,)),
        Case("A33", "two tickets joined by an outsider", partial(both_threads, EVIL), not_joined, (TAKES_PART,)),
        Case(
            "A33", "two tickets joined by another customer", partial(both_threads, OTHER, asker=CHEF), not_joined,
            (SAME_PEOPLE,),
        ),
        Case("A33", "another ticket named beside theirs", partial(both_threads, COLLEAGUE), in_their_own, (NOBODYS,)),
        Case("A33", "another ticket named beside one's own", partial(both_threads, OTHER), in_their_own, (NOBODYS,)),
    ]  # fmt: skip


def _another_mac(made: str) -> str:
    return made[:20] + ("b" if made[20] == "a" else "a") + made[21:]


def _another_ticket(made: str) -> str:
    return made.replace("<1002.", "<1001.")
