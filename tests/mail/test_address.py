"""Signed addresses: what the desk handed out is recognised, and nothing else is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mailgate.core.model import Token, TokenKind
from mailgate.mail.address import (
    Keyring,
    message_id,
    sign,
    tagged,
    thread_id,
    ticket_of,
    token_of,
    verify,
    without_tokens,
)
from mailgate.mail.keyring import KEY_IDS

RING = Keyring.fresh(bytes(range(32)))
OTHER = Keyring.fresh(bytes(range(1, 33)))
TODAY = date(2026, 11, 20)
LATER = date(2027, 11, 20)
DESK = "tickets@example.com"
ISSUED = sign(RING, TokenKind.CONTACT, 1042, 77, LATER)
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
WORDS_32 = st.integers(0, 2**32 - 1)


@given(st.sampled_from(TokenKind), WORDS_32, WORDS_32, st.dates(TODAY, date(2149, 6, 6)))
def test_every_issued_token_is_understood(kind: TokenKind, ticket: int, person: int, expires: date) -> None:
    """An answer that isn't recognised becomes a second ticket."""
    token = sign(RING, kind, ticket, person, expires)
    assert len(token) == 42
    assert verify(RING, token, TODAY, frozenset({kind})) == Token(kind, ticket, person)


@given(st.text(ALPHABET, min_size=42, max_size=42))
def test_nobody_makes_a_token_without_the_key(forged: str) -> None:
    """Anybody may write to tickets+anything@ (hazards A26)."""
    assert verify(RING, forged, TODAY) is None


@given(st.integers(0, 41), st.sampled_from(ALPHABET))
def test_a_token_with_one_other_letter_is_no_token(place: int, letter: str) -> None:
    """Ticket, person, kind, expiry, MAC and even the two unused bits at the end are all bound."""
    assume(ISSUED[place] != letter)
    assert verify(RING, ISSUED[:place] + letter + ISSUED[place + 1 :], TODAY) is None


@given(st.text())
@example("")
@example(ISSUED[:-1])
@example(ISSUED + "a")
@example(ISSUED + "=")
@example(ISSUED.replace("k", "\u212a"))
def test_any_other_text_is_no_token(text: str) -> None:
    """Whatever stands after the plus sign, the answer is None and never an exception."""
    assume(text.lower() != ISSUED)
    assert verify(RING, text, TODAY) is None


def test_a_token_survives_case_folding() -> None:
    """Some relays change the case of a local part."""
    assert verify(RING, ISSUED.upper(), TODAY) == Token(TokenKind.CONTACT, 1042, 77)


def test_a_token_holds_to_the_end_of_its_last_day() -> None:
    """Expired means after that day, not on it."""
    assert verify(RING, ISSUED, LATER) is not None
    assert verify(RING, ISSUED, LATER + timedelta(days=1)) is None


def test_the_kinds_are_signed_apart() -> None:
    """A customer's token with the kind rewritten must not become a technician's (hazards A26)."""
    contact = sign(RING, TokenKind.CONTACT, 1, 2, LATER)
    technician = sign(RING, TokenKind.TECHNICIAN, 1, 2, LATER)
    assert verify(RING, technician[:17] + contact[17:], TODAY) is None


def test_a_foreign_desk_s_token_is_no_token() -> None:
    """Two desks on one relay don't answer for each other."""
    assert verify(OTHER, ISSUED, TODAY) is None


def test_a_new_key_signs_and_the_old_ones_still_verify() -> None:
    """Changing a key must not make yesterday's mails unanswerable."""
    renewed = RING.renewed(b"n" * 32)
    fresh = sign(renewed, TokenKind.CONTACT, 1042, 77, LATER)
    assert fresh != ISSUED
    assert verify(renewed, ISSUED, TODAY) == verify(renewed, fresh, TODAY) == Token(TokenKind.CONTACT, 1042, 77)
    assert verify(RING, fresh, TODAY) is None


def test_what_was_signed_for_one_database_is_nothing_to_another() -> None:
    """The ring outlives a database whose tickets are counted anew."""
    salted, other = RING.salted("a"), RING.salted("b")
    token = sign(salted, TokenKind.CONTACT, 1042, 77, LATER)
    assert verify(salted, token, TODAY) == Token(TokenKind.CONTACT, 1042, 77)
    assert [verify(ring, token, TODAY) for ring in (other, RING)] == [None, None]
    assert RING.salted("") is RING
    assert RING.renewed(b"n" * 32).salted("a").keys[0] == salted.keys[0]


def test_the_ring_reads_what_it_wrote() -> None:
    """The file is the only copy of the secrets."""
    ring = RING.renewed(b"n" * 32)
    assert Keyring.parse(ring.dump()) == ring
    assert ring.dump().startswith("0 0001")


def test_the_ring_never_holds_more_keys_than_a_token_can_name() -> None:
    """A token has four bits for the key's number."""
    ring = RING
    for turn in range(KEY_IDS + 3):
        ring = ring.renewed(bytes([turn]) * 32)
    assert len({key.number for key in ring.keys}) == len(ring.keys) == KEY_IDS
    assert verify(ring, sign(ring, TokenKind.BOUNCE, 1, 2, LATER), TODAY) == Token(TokenKind.BOUNCE, 1, 2)


WHOLE = "00" * 32


@pytest.mark.parametrize("text", ["", "0", "x 00", f"16 {WHOLE}", "0 00", f"0 {WHOLE}0", f"0 {WHOLE}\n0 {WHOLE}\n"])
def test_a_damaged_ring_is_refused(text: str) -> None:
    """Signing with half a key is worse than not starting."""
    with pytest.raises(ValueError, match="ring"):
        Keyring.parse(text)


def test_a_key_is_never_shown() -> None:
    """Reprs end in logs."""
    assert RING.keys[0].secret.hex() not in repr(RING)
    with pytest.raises(ValueError, match="line 1") as refused:
        Keyring.parse("99 " + "ab" * 32)
    assert "abab" not in str(refused.value)


def test_a_ticket_number_that_does_not_fit_is_refused() -> None:
    """Cut to 32 bits it would be another ticket's token."""
    with pytest.raises(ValueError, match="no token"):
        sign(RING, TokenKind.CONTACT, 2**32, 1, LATER)


def test_the_tagged_address_gives_its_token_back() -> None:
    """Also between other recipients, and when a relay wrote it in capitals."""
    address = tagged(DESK, ISSUED)
    assert len(address.partition("@")[0]) <= 64
    assert token_of(("chef@acme.example", address.upper()), DESK) == ISSUED


def test_another_domain_or_name_carries_no_token() -> None:
    """Only the desk's own address is read."""
    assert token_of((f"tickets+{ISSUED}@evil.example", f"other+{ISSUED}@example.com", DESK), DESK) is None


@given(WORDS_32, st.text(min_size=1), st.from_regex(r"[a-z]{1,20}(\.[a-z]{1,20}){1,4}", fullmatch=True))
def test_a_message_id_names_its_ticket_on_one_line(ticket: int, occasion: str, domain: str) -> None:
    """Some programs encode or fold identifiers of 78 characters, and then every thread breaks."""
    made = message_id(RING, ticket, occasion, domain)
    assert made == message_id(RING, ticket, occasion, domain)
    assert len(made) <= 76
    assert made.isascii()
    assert ticket_of(RING, made, domain) == ticket


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<tickets+", "@example.com> refused"),
        ("mailto:tickets%2B", "%40example.com"),
        ("u=tickets%252B", "%40"),
        ("https://x.example/p/", ""),
        ("https:\\/\\/x.example\\/p\\/", '"'),
        ("", ""),
    ],
)
def test_words_of_others_lose_whatever_may_be_a_token(before: str, after: str) -> None:
    """A relay's, a gateway's or a report's words end in logs, and in mails to others than the token's reader."""
    token = sign(RING, TokenKind.PAGE, 1042, 7, LATER)
    for written in (token, token.upper()):
        assert without_tokens(f"no: {before}{written}{after}") == f"no: {before}…{after}"
    assert without_tokens(f"{before}{token[:-1]}{after} {token}a") == f"{before}{token[:-1]}{after} {token}a"


def test_occasions_and_tickets_have_their_own_message_ids() -> None:
    """Two mails with one identifier are one mail for most programs."""
    made = {message_id(RING, ticket, on, "example.com") for ticket in (None, 1, 2) for on in ("inbox-1.1", "inbox-1.2")}
    assert len(made) == 6


def test_a_mail_about_no_ticket_is_still_known_as_ours() -> None:
    """0 is the answer; None would say that it's a stranger's."""
    assert ticket_of(RING, message_id(RING, None, "notice", "example.com"), "example.com") == 0


def test_a_message_id_with_another_number_is_not_ours() -> None:
    """References are written by strangers; a guessed number must not open a ticket to them (hazards A23)."""
    made = message_id(RING, 1042, "inbox-1.1", "example.com")
    assert ticket_of(RING, made.replace("<1042.", "<1043."), "example.com") is None
    assert ticket_of(OTHER, made, "example.com") is None
    assert ticket_of(RING, made, "example.org") is None


@given(st.text())
def test_any_other_identifier_is_not_ours(text: str) -> None:
    """Never an exception."""
    assert ticket_of(RING, text, "example.com") is None
    assert ticket_of(RING, f"<1042.{text}@example.com>", "example.com") is None


def test_the_thread_root_stays_when_the_key_changes() -> None:
    """A ticket that lives through a key change stays one thread, and its root still names it."""
    renewed = RING.renewed(b"n" * 32)
    root = thread_id(RING, 1042, "example.com")
    assert thread_id(renewed, 1042, "example.com") == root
    assert ticket_of(renewed, root, "example.com") == 1042
