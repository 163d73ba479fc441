"""The matrix: hundreds of mails that would command in a technician's name, each played on a desk of its own.

    a From that looks like tech1's               × the address that tech1's page was signed with   × commands
    tech1's own From, as anybody can write it    × an address that is not tech1's for the ticket   × commands
    both right, on a desk that wants proof       × results that no relay of ours wrote             × commands

Of each nothing comes but one word to the registered address of whoever is impersonated, or whose address was used. The
first command of each row is played to the end, the others are only decided: their effects are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Any

from mailgate.core.custody import Delivery
from mailgate.core.decision import Decision
from mailgate.core.identity import person_id
from mailgate.core.model import Door, TokenKind
from mailgate.engine import read_mail
from mailgate.mail import address, parse
from mailgate.mail.commands import COMMANDS
from mailgate.store import inbox
from tests.flow.forgeries.authors import ENVELOPES, LOOKALIKES, PLAIN
from tests.flow.forgeries.results import FAILURES, MISREAD, NAMED_OTHERWISE, OTHER, OURS, PASS, RECEIVED, STANDING_LOW
from tests.flow.forgeries.stage import CHEF, DESK, EVIL, RELAY, TECH1, TECH2, Scene, raw
from tests.flow.forgeries.tokens import FAR, ME, OTHER_RING, PAST, octets_of, text_of, token_in

ORDERS = tuple(dict.fromkeys(command.usage(language) for command in COMMANDS for language in ("fr", "en")))
COLLEAGUE = person_id("technician", "tech2")

DISPLAY_NAMES = {
    "their name": (f'From: "Camille Tremblay" <{EVIL}>',),
    "their name encoded": (f"From: =?utf-8?b?Q2FtaWxsZSBUcmVtYmxheQ==?= <{EVIL}>",),
    "their name and address": (f'From: "Camille Tremblay <{TECH1}>" <{EVIL}>',),
    "the desk's name": (f'From: "Exemple Logiciels" <{EVIL}>',),
    "their address behind many blanks": (f'From: "{TECH1}{" " * 80}" <{EVIL}>',),
    "their address before a right-to-left mark": (f'From: "{TECH1}\u202e" <{EVIL}>',),
}
HOMOGRAPHS = {
    "a Greek omicron": ("From: tech1@example.c\u03bfm",),
    "a Cyrillic e": ("From: t\u0435ch1@example.com",),
    "an ell for a one": ("From: techl@example.com",),
    "a dotless i": ("From: tech1@examp\u0131e.com",),
    "rn for m": ("From: tech1@exarnple.com",),
    "a subdomain": ("From: tech1@mail.example.com",),
    "the domain as a subdomain": ("From: tech1@example.com.evil.example",),
    "another top-level domain": ("From: tech1@example.co",),
    "an underscore": ("From: tech1_@example.com",),
    "a combining dot": ("From: tech1@exa\u0323mple.com",),
    "a soft hyphen": ("From: tech1@exam\u00adple.com",),
    "a mathematical letter": ("From: tech1@\U0001d41example.com",),
    "a circled digit": ("From: tech\u2460@example.com",),
}
GROUPS = {
    "an empty group": ("From: undisclosed-recipients:;",),
    "a group and a mailbox": (f"From: tech1: {EVIL};, {TECH1}",),
    "a group named like them": (f'From: "{TECH1}": {EVIL};',),
    "a null address": ("From: <>",),
    "a null address and a name": (f"From: {TECH1} <>",),
    "no From": (f"Sender: {TECH1}",),
    "three From fields": (f"From: {TECH1}", f"From: {EVIL}", f"From: {TECH1}"),
    "the same From twice": (f"From: {TECH1}", f"From: {TECH1}"),
    "a folded From of two": (f"From: {EVIL},\r\n {TECH1}",),
    "a comment between": (f"From: {EVIL} (a) ({TECH1})",),
    "an encoded comma": (f"From: =?utf-8?q?tech1=40example.com=2C?= <{EVIL}>",),
}
ROBOTS = {
    "a stranger who says to be a robot": (f"From: {EVIL}", "Auto-Submitted: auto-replied"),
    "a stranger who says to be a list": (f"From: {EVIL}", "List-Id: <x.evil.example>", "Precedence: list"),
    "a stranger who says to be a mailer": ("From: MAILER-DAEMON@evil.example",),
}
WRITTEN = {**LOOKALIKES, **DISPLAY_NAMES, **HOMOGRAPHS, **GROUPS, **ROBOTS, **ENVELOPES}
"""Ways to be taken for tech1, by a person or by another program."""

RESULTS = {
    **{name: (field,) for name, field in NAMED_OTHERWISE.items()},
    **{name: (field,) for name, (field, _) in MISREAD.items()},
    **{f"failing: {name}": (f"{OURS}; {said}",) for name, (said, _) in FAILURES.items()},
    "two of ours, the first without a word": (f"{OURS}; none", f"{OURS}; {PASS}"),
    "an ARC set": (f"ARC-Authentication-Results: i=1; {RELAY}; {PASS}",),
    "an older name of the field": (f"X-Authentication-Results: {RELAY}; {PASS}",),
    "what an SPF filter writes": (f"Received-SPF: pass (example.com) client-ip=127.0.0.1; envelope-from={TECH1}",),
    "another server's, twice": (f"{OTHER}; {PASS}", f"{OTHER}; {PASS}"),
    "our name after a semicolon": (f"{OTHER}; x={RELAY}; {PASS}",),
    "a DKIM signature alone": ("DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; h=from; bh=; b=",),
    "a nested comment around our name": (f"Authentication-Results: mx.evil.example (a ({RELAY}; {PASS})); none",),
    "a pass for nobody": (f"{OURS}; dmarc=pass",),
    "a pass in capitals of another domain": (f"{OURS}; DMARC=PASS header.from=EVIL.EXAMPLE",),
    "a pass of the parent's sibling": (f"{OURS}; dkim=pass header.d=other-example.com",),
}
"""Fields on top of a mail from our relay, none of which proves tech1."""

Token = Callable[[Scene], str]


def theirs(scene: Scene) -> str:
    return token_in(scene, TECH1)


def colleagues(scene: Scene) -> str:
    return token_in(scene, TECH2)


def customers(scene: Scene) -> str:
    return token_in(scene, CHEF)


def of_a_bounce(scene: Scene) -> str:
    sent = next(mail.envelope_from for mail in scene.first if mail.to == TECH1)
    return sent.partition("+")[2].partition("@")[0]


def of_a_page(scene: Scene) -> str:
    return address.sign(scene.ring, TokenKind.PAGE, 1001, ME, FAR)


def expired(scene: Scene) -> str:
    return address.sign(scene.ring, TokenKind.TECHNICIAN, 1001, ME, PAST)


def of_another_desk(scene: Scene) -> str:
    return address.sign(OTHER_RING, TokenKind.TECHNICIAN, 1001, ME, FAR)


def of_nobody(scene: Scene) -> str:
    return address.sign(scene.ring, TokenKind.TECHNICIAN, 1001, 0xFFFF, FAR)


def of_another_ticket(scene: Scene) -> str:
    """Rewritten for ticket 1001 under the old MAC."""
    octets = bytearray(octets_of(address.sign(scene.ring, TokenKind.TECHNICIAN, 1002, ME, FAR)))
    octets[1:5] = octets_of(theirs(scene))[1:5]
    return text_of(bytes(octets))


def of_a_colleague_rewritten(scene: Scene) -> str:
    octets = bytearray(octets_of(address.sign(scene.ring, TokenKind.TECHNICIAN, 1001, COLLEAGUE, FAR)))
    octets[5:9] = octets_of(theirs(scene))[5:9]
    return text_of(bytes(octets))


def folded(scene: Scene) -> str:
    """In capitals, which says the same, and with one letter of another case's code."""
    return theirs(scene).upper().replace("A", "4", 1) if "a" in theirs(scene) else theirs(scene)[::-1]


def with_long_s(scene: Scene) -> str:
    """A letter that folds to another one."""
    return f"{theirs(scene)[:-1]}\u017f"


def cut(count: int) -> Token:
    return lambda scene: theirs(scene)[:count]


def cut_before(count: int) -> Token:
    return lambda scene: theirs(scene)[count:]


def flipped(place: int) -> Token:
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"

    def flip(scene: Scene) -> str:
        token = theirs(scene)
        return token[:place] + alphabet[alphabet.index(token[place]) ^ 1 << place % 5] + token[place + 1 :]

    return flip


TOKENS: dict[str, Token] = {
    "a colleague's": colleagues,
    "the customer's": customers,
    "a bounce's": of_a_bounce,
    "a page's": of_a_page,
    "an expired one": expired,
    "another desk's": of_another_desk,
    "nobody's": of_nobody,
    "another ticket's, rewritten": of_another_ticket,
    "a colleague's, rewritten": of_a_colleague_rewritten,
    "in capitals and wrong": folded,
    "with a letter that folds": with_long_s,
    "empty": lambda _scene: "",
    **{f"cut to {count}": cut(count) for count in (1, 8, 18, 25, 40, 41)},
    **{f"without its first {count}": cut_before(count) for count in (1, 2, 20)},
    **{f"with a bit of letter {place} turned": flipped(place) for place in range(42)},
}
"""Addresses that are not tech1's for ticket 1001."""


@dataclass(frozen=True, slots=True)
class Forgery:
    """One mail: its fields, the token it is sent to, its command; `told` hears of it. `proof`: the desk wants it.
    `whole`: it is played to the end."""

    name: str
    fields: tuple[str, ...]
    token: Token
    order: str
    told: str = TECH1
    proof: bool = False
    envelope_from: str = EVIL
    whole: bool = True

    def __str__(self) -> str:
        return f"{self.name} - {self.order}"

    def play(self, scene: Scene) -> None:
        """Send it."""
        if self.proof:
            scene.needs_proof()
        with scene.database.write() as tx:
            inbox.accept(tx, [self._delivery(scene)], scene.now)
        scene.work()

    def judged(self, scene: Scene) -> Decision:
        """What would be decided."""
        if self.proof:
            scene.needs_proof()
        delivery = self._delivery(scene)
        return scene.judged(read_mail(delivery, 0, parse.digest(delivery.raw), scene.desk, scene.now))

    def _delivery(self, scene: Scene) -> Delivery:
        token = self.token(scene)
        recipient = address.tagged(DESK, token) if token else DESK
        mail = raw(*self.fields, "Subject: Re: [#1001] Panne", "Message-ID: <f@evil.example>", body=self.order)
        return Delivery(Door.SMTP, self.envelope_from, (recipient,), mail, "127.0.0.1", trusted=self.proof)


def _crossed(
    table: dict[str, Any], times: int, made: Callable[[str, Any, str], Forgery], skip: int = 0
) -> Iterator[Forgery]:
    """Every row with some commands, so that all commands come."""
    orders = islice(cycle(ORDERS), skip, None)
    for name, row in table.items():
        for number, order in enumerate(islice(orders, times)):
            yield replace(made(name, row, order), whole=number == 0)


def _disguised(name: str, fields: tuple[str, ...], order: str) -> Forgery:
    sender = TECH1 if name in ENVELOPES else "" if "null" in name else EVIL
    return Forgery(f"{name}, and the stolen address", fields, theirs, order, envelope_from=sender)


def _foreign(name: str, token: Token, order: str) -> Forgery:
    told = TECH2 if token is colleagues else TECH1
    return Forgery(f"their From, and {name} address", (f"From: {TECH1}",), token, order, told, envelope_from=TECH1)


def _spelled(name: str, fields: tuple[str, ...], order: str) -> Forgery:
    return Forgery(f"{name}, and no address", fields, lambda _scene: "", order, envelope_from=TECH1)


def _unproven(name: str, fields: tuple[str, ...], order: str) -> Forgery:
    return Forgery(f"all but proof: {name}", (RECEIVED, *fields, f"From: {TECH1}"), theirs, order, proof=True)


def _low(name: str, fields: tuple[str, ...], order: str) -> Forgery:
    return Forgery(f"all but proof: {name}", (*fields, f"From: {TECH1}"), theirs, order, proof=True)


CASES = (
    *_crossed(WRITTEN, 3, _disguised),
    *_crossed(TOKENS, 2, _foreign, skip=1),
    *_crossed(PLAIN, 3, _spelled, skip=2),
    *_crossed(RESULTS, 3, _unproven, skip=3),
    *_crossed(STANDING_LOW, 3, _low, skip=4),
)

ALSO_WRITTEN = {"inbox", "inbox_raw", "journal", "outbox", "outbox_message", "sqlite_sequence"}
"""The tables in which a refusal leaves its trace."""
