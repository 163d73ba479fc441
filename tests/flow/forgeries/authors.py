"""A22: somebody writes as the technician, in every way in which a From can be taken for theirs.

`LOOKALIKES` are read as somebody else or as nobody: they come with the very address that tech1's page was signed with.
`PLAIN` are tech1's own address, which anybody can write: they come with whatever else may be found or guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import cycle, islice
from typing import Any

from mailgate.core.effects import SendMail
from mailgate.core.events import MailReceived
from mailgate.core.identity import person_id
from mailgate.core.model import Address, AuthLevel, Outcome, Token, TokenKind
from mailgate.core.policy import Automatic, Bound
from mailgate.mail.commands import COMMANDS
from mailgate.mail.fields import Block, decode_value
from tests.flow.forgeries.case import Case
from tests.flow.forgeries.stage import CHEF, DESK, EVIL, TECH1, TECH2, Scene, raw, recorded, untouched
from tests.flow.forgeries.weakening import Weakening, always

ORDERS = tuple(command.usage("fr") for command in COMMANDS)
WORKING = tuple(order for order in ORDERS if order != "#rouvrir" and not order.startswith("#absent"))
"""What can be done on a ticket that is new."""

LOOKALIKES = {
    "the technician as the display name": (f'From: "{TECH1}" <{EVIL}>',),
    "the technician as the bare display name": (f"From: {TECH1} <{EVIL}>",),
    "the technician as the encoded display name": (f"From: =?utf-8?q?tech1=40example.com?= <{EVIL}>",),
    "two From fields": (f"From: {TECH1}", f"From: {EVIL}"),
    "two From fields, the technician's below": (f"From: {EVIL}", f"From: {TECH1}"),
    "a second From with a blank before the colon": (f"From: {EVIL}", f"From : {TECH1}"),
    "a second From behind a tab": (f"From: {EVIL}", f"from\t: {TECH1}"),
    "two mailboxes": (f"From: {TECH1}, {EVIL}",),
    "two mailboxes, the technician's last": (f"From: {EVIL}, {TECH1}",),
    "two mailboxes in angles": (f"From: <{TECH1}> <{EVIL}>",),
    "words behind the angles": (f"From: <{TECH1}>{EVIL}",),
    "a group": (f"From: colleagues: {TECH1};",),
    "an open group": (f"From: {TECH1}: {EVIL}",),
    "the whole address encoded": ("From: =?utf-8?q?tech1=40example.com?=",),
    "the @ encoded": ("From: <tech1=?utf-8?q?=40?=example.com>",),
    "a NUL behind the address": (f"From: {TECH1}\0",),
    "a NUL and another address": (f"From: {TECH1}\0 <{EVIL}>",),
    "a comment that never ends": (f"From: {TECH1} (<{EVIL}>",),
    "a comment that never began": (f"From: {TECH1})<{EVIL}>",),
    "the technician in a comment": (f"From: {EVIL} ({TECH1})",),
    "the technician as Sender": (f"From: {EVIL}", f"Sender: {TECH1}"),
    "the technician as Reply-To": (f"From: {EVIL}", f"Reply-To: {TECH1}"),
    "the technician as Resent-From": (f"From: {EVIL}", f"Resent-From: {TECH1}"),
    "a Cyrillic letter": ("From: tech1@ex\u0430mple.com",),
    "a Cyrillic letter in punycode": ("From: tech1@xn--exmple-4nf.com",),
    "a full-width letter": ("From: tech1@\uff45xample.com",),
    "an ideographic full stop": ("From: tech1@example\u3002com",),
    "an Arabic digit": ("From: tech\u0661@example.com",),
    "an invisible character": ("From: tech1@exam\u200bple.com",),
    "a dot behind the domain": (f"From: {TECH1}.",),
    "a quoted local part": ('From: "tech1"@example.com',),
    "a sub-address": ("From: tech1+x@example.com",),
    "a domain behind the domain": (f"From: {TECH1}@evil.example",),
    "a route": (f"From: <@evil.example:{TECH1}>",),
    "percent routing": ("From: tech1%example.com@evil.example",),
    "blanks around the @": ("From: tech1 @ example.com",),
    "a bare carriage return": (f"From: {EVIL}\rFrom: {TECH1}",),
}
"""Ways to write From that a person, or another program, might read as tech1."""

PLAIN = {
    "their address": (f"From: {TECH1}",),
    "their address in capitals": (f"From: {TECH1.upper()}",),
    "their address and a name": (f'From: "Camille Tremblay" <{TECH1}>',),
    "their address on a line of its own": (f"From: Camille\r\n <{TECH1}>",),
    "their address and a comment": (f"From: {TECH1} (mobile)",),
    "their address with a comment inside": ("From: tech1(mobile)@example.com",),
}
"""Ways to write tech1's one address."""


def seen_by_eye(_original: Any) -> Callable[[Block], tuple[Address | None, tuple[str, ...]]]:
    """Whoever a hurried reader would take for the author."""

    def sender(block: Block) -> tuple[Address | None, tuple[str, ...]]:
        values = [value for name in ("from", "sender", "reply-to", "resent-from") for value in block.all(name)]
        shown = " ".join(f"{value.decode('utf-8', 'replace')} {decode_value(value)}" for value in values)
        found = re.search(r"tech[12]@example\.com", _at_a_glance(shown))
        return (Address(found[0]) if found else None), ()

    return sender


def _at_a_glance(shown: str) -> str:
    shown = shown.replace("xn--exmple-4nf", "example").replace("\u0430", "a").replace("\u3002", ".")
    plain = (
        unicodedata.normalize("NFKC", shown).replace("\u0661", "1").replace("%", "@").replace("=?utf-8?q?=40?=", "@")
    )
    return re.sub(r'\([^()]*\)@|\+[^@]*(?=@)|[\s"\u200b]', lambda found: "@" if "(" in found[0] else "", plain).lower()


def by_envelope(original: Any) -> Callable[..., MailReceived]:
    """The envelope sender stands for the author."""

    def read(delivery: Any, *rest: Any) -> MailReceived:
        event: MailReceived = original(delivery, *rest)
        return replace(event, mail=replace(event.mail, sender=Address(delivery.envelope_from)))

    return read


def by_number(original: Any) -> Callable[..., MailReceived]:
    """A "[#1001]" in a technician's subject stands for the signed address."""

    def read(*arguments: Any) -> MailReceived:
        event: MailReceived = original(*arguments)
        found = re.search(r"\[#(\d+)\]", event.mail.subject)
        if event.token is not None or found is None:
            return event
        return replace(event, token=Token(TokenKind.TECHNICIAN, int(found[1]), person_id("technician", "tech1")))

    return read


BEARER = Weakening("a signed address alone commands", "core.authority:_objection", always(None))
BY_EYE = Weakening("From is read as a hurried person would", "mail.parse:_sender", seen_by_eye)
BY_ENVELOPE = Weakening("the envelope says who wrote", "engine:read_mail", by_envelope)
BY_NUMBER = Weakening("a number in the subject says which ticket to work on", "engine:read_mail", by_number)
UNBOUNDED = Weakening("refusals are told without end", "core.decide:spent_on_refusals", always(None))


def with_the_stolen_address(fields: tuple[str, ...], order: str, scene: Scene, envelope_from: str = EVIL) -> None:
    """To the signed address of tech1's own page."""
    scene.deliver(about_1001(fields, order), envelope_from, scene.address_of(TECH1))


def with_anything_else(fields: tuple[str, ...], order: str, scene: Scene) -> None:
    """With the number alone, with the customer's signed address, and with a colleague's."""
    for number, recipient in enumerate((DESK, scene.address_of(CHEF), scene.address_of(TECH2))):
        scene.deliver(about_1001(fields, order, number), TECH1, recipient)


def about_1001(fields: tuple[str, ...], order: str, number: int = 0) -> bytes:
    """A mail that names the ticket; `number` makes it another one than those before."""
    return raw(*fields, "Subject: Re: [#1001] Panne", f"Message-ID: <{number}@evil.example>", body=order)


def every_order(recipient: str, scene: Scene) -> None:
    """Each lookalike with each command there is."""
    seen = None
    for fields in LOOKALIKES.values():
        for order in ORDERS:
            event = scene.read(about_1001(fields, order), EVIL, scene.address_of(TECH1) if recipient == TECH1 else DESK)
            seen = seen or scene.seen(event)
            scene.noted.append(scene.judged(event, seen))


def nothing_done(scene: Scene) -> None:
    """0 commands, an entry for each attempt, no level that commands; and whoever owns the address may hear of it."""
    untouched(scene)
    recorded(scene)
    assert AuthLevel.L4 not in {one.level for one in scene.fresh}
    told = [mail.to for mail in scene.told if mail.template == "transcript"]
    assert set(told) <= {TECH1, TECH2}
    assert len(told) <= len(scene.fresh)
    assert CHEF not in {mail.to for mail in scene.told}


def told_only(scene: Scene) -> None:
    """Each attempt comes to one word to the registered address."""
    assert len(scene.noted) == len(LOOKALIKES) * len(ORDERS)
    for decision in scene.noted:
        told = [one.letter.to.address for one in decision.effects if isinstance(one, SendMail)]
        assert (told, len(decision.effects), decision.outcome) == ([TECH1], 1, Outcome.REFUSED)


def asked_only(scene: Scene) -> None:
    """Each attempt is a stranger's request, and the desk hears which ticket it may mean."""
    assert len(scene.noted) == len(LOOKALIKES) * len(ORDERS)
    for decision in scene.noted:
        assert (decision.outcome, decision.ticket) == (Outcome.TICKET, 1002)
        assert "it may belong to #1001" in decision.because


def again_and_again(scene: Scene) -> None:
    """Eight attempts where three refusals a day are told."""
    scene.needs(automatic=Automatic(refusals=Bound(None, 3)))
    for number in range(8):
        with_sender = f"From: mallory{number}@evil.example"
        scene.deliver(raw(with_sender, body="#fermer"), f"mallory{number}@evil.example", scene.address_of(TECH1))
    scene.advance(hours=2)


def told_within_bounds(scene: Scene) -> None:
    """The registered address hears of three, the administrators once that there were more."""
    nothing_done(scene)
    assert [mail.to for mail in scene.told if mail.template == "transcript"] == [TECH1] * 3
    assert [mail.to for mail in scene.told if f"5 × {TECH1}" in mail.text] == ["admin@example.com"]


def from_the_pager(scene: Scene) -> None:
    """A pager acknowledges with nothing but its From; here it is in the envelope, and From is doubtful."""
    pager = "5145550101@pager.example.net"
    for number, fields in enumerate((("From:",), (f"From: {pager}", f"From: {EVIL}"))):
        mail = raw(*fields, f"Message-ID: <{number}@evil.example>", body="pris")
        scene.deliver(mail, pager, scene.address_of(TECH1))


def cases() -> list[Case]:
    """Every row of A22."""
    orders = cycle(WORKING)
    stolen = [
        Case("A22", name, partial(with_the_stolen_address, fields, next(orders)), nothing_done, (BY_EYE,))
        for name, fields in LOOKALIKES.items()
    ]
    plain = [
        Case("A22", name, partial(with_anything_else, fields, next(orders)), nothing_done, (BEARER, BY_NUMBER))
        for name, fields in PLAIN.items()
    ]
    outside = [
        Case(
            "A22", name, partial(with_the_stolen_address, fields, order, envelope_from=TECH1), nothing_done,
            (BEARER, BY_ENVELOPE),
        )
        for (name, fields), order in zip(ENVELOPES.items(), islice(WORKING, len(ENVELOPES)), strict=True)
    ]  # fmt: skip
    return [
        *stolen,
        *plain,
        *outside,
        Case("A22", "every lookalike with every command", partial(every_order, TECH1), told_only, (BEARER, BY_EYE)),
        Case("A22", "every lookalike with no more than the number", partial(every_order, DESK), asked_only, (BY_EYE,)),
        Case("A22", "the pager in the envelope alone", from_the_pager, nothing_done, (BY_ENVELOPE,)),
        Case("A22", "a flood of attempts", again_and_again, told_within_bounds, (UNBOUNDED,)),
    ]


ENVELOPES = {
    "the technician in the envelope alone": (f"From: {EVIL}",),
    "the technician in the envelope, and no From": ("X-Mailer: none",),
    "the technician in the envelope, and an empty From": ("From:",),
}
"""Ways to be tech1 for the relay, and somebody else for the reader."""
