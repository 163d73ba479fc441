"""A26: signed addresses that were made for something else, and addresses that nobody made.

Every mail is tech1's in all but the address that it is sent to.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from mailgate.core.events import MailReceived
from mailgate.core.identity import person_id
from mailgate.core.model import Outcome, Status, Token, TokenKind
from mailgate.mail import address
from mailgate.mail.keyring import Key, Keyring
from tests.flow.desk import RING
from tests.flow.forgeries.authors import BEARER
from tests.flow.forgeries.case import Case
from tests.flow.forgeries.stage import CHEF, DESK, TECH1, TECH2, Scene, raw, recorded, untouched
from tests.flow.forgeries.weakening import Weakening, always

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
ME = person_id("technician", "tech1")
FAR = date(2027, 11, 16)
PAST = date(2026, 11, 15)
MAC = slice(18 * 5, 41 * 5)
"""The bits of a token that are its MAC's, as `flipped` counts them, without the letters that it shares."""
OTHER_RING = Keyring.fresh(b"o" * 32)


def unsigned(_original: Any) -> Callable[[Keyring, str, date], Token | None]:
    """Whatever reads as claims is believed, from the start of a token on."""

    def read(_ring: Keyring, token: str, _today: date) -> Token | None:
        text = "".join(letter for letter in token.lower() if letter in ALPHABET)
        octets = b32decode(text.upper()[:16]) if len(text) >= 16 else b""
        kind = {1: TokenKind.TECHNICIAN, 2: TokenKind.CONTACT}.get(octets[0] >> 4) if octets else None
        return Token(kind, int.from_bytes(octets[1:5], "big"), int.from_bytes(octets[5:9], "big")) if kind else None

    return read


def any_kind(original: Any) -> Callable[..., Token | None]:
    """A token of ours proves its ticket, and that a technician writes."""

    def read(*given: Any) -> Token | None:
        return Token(TokenKind.TECHNICIAN, 1001, ME) if original(*given) is not None else None

    return read


def ageless(original: Any) -> Callable[..., Token | None]:
    """No token expires."""
    return lambda ring, token, _today: original(ring, token, date.min)


def to_the_letter(original: Any) -> Callable[[Iterable[str], str], str | None]:
    """Addresses in capitals are other addresses."""
    return lambda recipients, desk: original([one for one in recipients if one == one.lower()], desk)


def keeping(original: Any) -> Callable[[Keyring, int], Key | None]:
    """A key that left the ring still counts."""
    return lambda ring, number: original(ring, number) or RING.numbered(number)


def by_header(original: Any) -> Callable[..., MailReceived]:
    """An address in To or Cc is as good as one in the envelope."""

    def read(delivery: Any, *rest: Any) -> MailReceived:
        event: MailReceived = original(delivery, *rest)
        named = tuple(one.mail for one in (*event.mail.to, *event.mail.cc))
        found: MailReceived = original(replace(delivery, recipients=(*delivery.recipients, *named)), *rest)
        return replace(event, token=found.token)

    return read


def leaving_out(begin: int, end: int) -> Callable[[Any], Callable[..., bytes]]:
    """The MAC does not cover these octets of the claims."""

    def broken(original: Any) -> Callable[..., bytes]:
        def mac(key: Key, purpose: str, claims: bytes, octets: int) -> bytes:
            said = "any" if begin == 0 else purpose
            found: bytes = original(key, said, claims[:begin] + claims[end:], octets)
            return found

        return mac

    return broken


UNSIGNED = Weakening("tokens are read, not verified", "mail.address:verify", unsigned)
ANY_KIND = Weakening("tokens of every kind are a technician's", "mail.address:verify", any_kind)
AGELESS = Weakening("tokens never expire", "mail.address:verify", ageless)
NO_MAC = Weakening("every MAC is right", "mail.address:compare_digest", always(True))
TO_THE_LETTER = Weakening("capitals make another address", "mail.address:token_of", to_the_letter)
OLD_KEYS = Weakening("keys that left the ring count", "mail.keyring:Keyring.numbered", keeping)
BY_HEADER = Weakening("To and Cc are believed", "engine:read_mail", by_header)

REWRITTEN = {
    "for another ticket": (TokenKind.TECHNICIAN, 1002, ME, FAR, slice(1, 5)),
    "for a colleague": (TokenKind.TECHNICIAN, 1001, person_id("technician", "tech2"), FAR, slice(5, 9)),
    "for a customer": (TokenKind.CONTACT, 1001, ME, FAR, slice(0, 1)),
    "until yesterday": (TokenKind.TECHNICIAN, 1001, ME, PAST, slice(9, 11)),
}
"""What a token was issued for, and the octets that are then rewritten to make it tech1's for ticket 1001."""


def octets_of(token: str) -> bytes:
    """A token taken apart."""
    return b32decode(token.upper() + "=" * (-len(token) % 8))


def text_of(octets: bytes) -> str:
    """A token put together."""
    return b32encode(octets).decode().rstrip("=").lower()


def token_in(scene: Scene, person: str) -> str:
    """The token of somebody's signed address."""
    found = address.token_of((scene.address_of(person),), DESK)
    assert found is not None
    return found


def flipped(token: str) -> Iterator[str]:
    """The token with each of its bits, padding included, turned over."""
    for place, letter in enumerate(token):
        for bit in range(5):
            yield token[:place] + ALPHABET[ALPHABET.index(letter) ^ 1 << bit] + token[place + 1 :]


def cut(token: str) -> Iterator[str]:
    """The token too short, from either end, and too long."""
    for count in range(1, len(token)):
        yield from (token[:count], token[count:])
    yield from (
        f"{token}a",
        f"{token}{token}",
        f"a{token}",
        f"{token}+x",
        f"{token}=",
        f"x+{token}",
        f"{token[:20]}.{token[20:]}",
    )


def send(scene: Scene, *recipients: str, sender: str = TECH1) -> None:
    """A mail that would close the ticket."""
    number = len(scene.fresh)
    scene.deliver(raw(f"From: {sender}", f"Message-ID: <{number}@example.com>", body="#fermer"), sender, *recipients)


def try_all(variants: Callable[[str], Iterator[str]], scene: Scene) -> None:
    """Read every variant of tech1's token; deliver three of them."""
    tried = [address.tagged(DESK, one) for one in variants(token_in(scene, TECH1))]
    for one in tried:
        scene.noted.append(scene.read(raw(f"From: {TECH1}", body="#fermer"), TECH1, one).token)
    for one in (tried[0], tried[len(tried) // 2], tried[-1]):
        send(scene, one)


def rewrite(kind: TokenKind, ticket: int, person: int, expires: date, place: slice, scene: Scene) -> None:
    """A token is issued, and sent back with other claims under its MAC."""
    wanted = octets_of(address.sign(scene.ring, TokenKind.TECHNICIAN, 1001, ME, FAR))
    octets = bytearray(octets_of(address.sign(scene.ring, kind, ticket, person, expires)))
    octets[place] = wanted[place]
    send(scene, address.tagged(DESK, text_of(bytes(octets))))


def late(scene: Scene) -> None:
    """Three weeks after the page."""
    scene.now += timedelta(days=21)
    send(scene, scene.address_of(TECH1))


def after_the_keys_changed(scene: Scene) -> None:
    """The key that signed the page is not in the ring any more."""
    scene.signs_with(Keyring((Key(5, b"n" * 32),)))
    send(scene, scene.address_of(TECH1))


def of_another_desk(scene: Scene) -> None:
    """Signed as it should be, by somebody else."""
    send(scene, address.tagged(DESK, address.sign(OTHER_RING, TokenKind.TECHNICIAN, 1001, ME, FAR)))


def in_capitals(scene: Scene) -> None:
    """As an old relay writes it."""
    send(scene, scene.address_of(TECH1).upper())


def named_in_the_head(scene: Scene) -> None:
    """The signed address in To and Cc; the mail itself came to the desk."""
    signed = scene.address_of(TECH1)
    scene.deliver(raw(f"From: {TECH1}", f"To: {signed}", f"Cc: {signed}", body="#fermer"), TECH1, DESK)


def to_several(scene: Scene) -> None:
    """The customer's own signed address and the technician's do not add up."""
    both = (scene.address_of(CHEF), scene.address_of(TECH1))
    send(scene, *both, sender=CHEF)
    send(scene, *reversed(both), sender=CHEF)


def to_the_return_path(scene: Scene) -> None:
    """The return address of tech1's page is signed, too."""
    send(scene, next(mail.envelope_from for mail in scene.first if mail.to == TECH1))


def compared(scene: Scene) -> None:
    """Every bit of the MAC turned over."""

    def spy(original: Any) -> Callable[[bytes, bytes], bool]:
        def compare(one: bytes, other: bytes) -> bool:
            scene.noted.append((one, other))
            return bool(original(one, other))

        return compare

    with Weakening("a spy", "mail.address:compare_digest", spy).applied():
        for one in list(flipped(token_in(scene, TECH1)))[MAC]:
            address.verify(scene.ring, one, scene.now.date())


def refused(scene: Scene) -> None:
    """Nothing happens, every mail is accounted for, and whoever has the address hears of it."""
    assert not any(scene.noted)
    untouched(scene)
    recorded(scene)
    assert {one.outcome for one in scene.fresh} == {Outcome.REFUSED}
    assert {mail.to for mail in scene.told if mail.template == "transcript"} <= {TECH1, TECH2}
    assert CHEF not in {mail.to for mail in scene.told}


def no_command(scene: Scene) -> None:
    """The customer is heard, and the ticket stays open."""
    assert scene.ticket(1001).status is Status.NEW
    assert scene.ticket(1001).assignee is None
    assert not [mail for mail in scene.told if mail.template == "closing"]


def accepted(scene: Scene) -> None:
    """Capitals make no other token."""
    assert scene.ticket(1001).status is Status.CLOSED


def in_constant_time(scene: Scene) -> None:
    """As many comparisons as forgeries, by the function that takes as long for each."""
    assert len(scene.noted) == MAC.stop - MAC.start


def cases() -> list[Case]:
    """Every row of A26."""
    return [
        Case("A26", "every bit turned over", partial(try_all, flipped), refused, (NO_MAC, UNSIGNED)),
        Case("A26", "too short and too long", partial(try_all, cut), refused, (UNSIGNED,)),
        Case("A26", "the customer's", lambda scene: send(scene, scene.address_of(CHEF)), refused, (ANY_KIND,)),
        Case("A26", "a colleague's", lambda scene: send(scene, scene.address_of(TECH2)), refused, (BEARER, ANY_KIND)),
        Case("A26", "the return address of a page", to_the_return_path, refused, (ANY_KIND,)),
        Case("A26", "of another desk", of_another_desk, refused, (NO_MAC, UNSIGNED)),
        Case("A26", "an expired one", late, refused, (AGELESS,)),
        Case("A26", "a key that is gone", after_the_keys_changed, refused, (OLD_KEYS, UNSIGNED)),
        Case("A26", "in To and Cc", named_in_the_head, refused, (BY_HEADER,)),
        Case("A26", "two good ones", to_several, no_command, (BEARER,)),
        Case("A26", "in capitals, which is no forgery", in_capitals, accepted, (TO_THE_LETTER,)),
        Case("A26", "compared in constant time", compared, in_constant_time, (UNSIGNED,)),
        *_rewritten(),
    ]


def _rewritten() -> Iterator[Case]:
    for name, issued in REWRITTEN.items():
        place = issued[-1]
        uncovered = Weakening(
            f"the MAC leaves out what makes it {name}", "mail.keyring:Key.mac", leaving_out(place.start, place.stop)
        )
        yield Case("A26", f"issued {name}, and rewritten", partial(rewrite, *issued), refused, (uncovered, NO_MAC))
