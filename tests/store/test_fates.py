"""What became of our mails, and which addresses mail does not reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from mailgate.core.delivery import Lane
from mailgate.core.effects import ClearAddress, Effect, MarkAddress, SendMail, SetFate
from mailgate.core.events import MailReceived
from mailgate.core.model import Channel, Direction, Token, TokenKind
from mailgate.core.reports import Fate, Report, ReportKind
from mailgate.core.seen import Seen, Sent
from mailgate.store import snapshot
from mailgate.store.database import Database
from mailgate.store.tables import AddressRow, OutboxRow
from tests.builders import NOW, a_mail, contact_token, received
from tests.store.desk import (
    MINUTE,
    a_delivery,
    a_letter,
    a_message,
    a_page,
    apply,
    event_of,
    finish,
    keep,
    open_ticket,
)

RETURNED = Token(TokenKind.BOUNCE, 1, 0)
CHEF = "chef@acme.example"
ABOUT = "<inbox-1.1@example.com>"
SENT = Sent(1, "acknowledgement", CHEF, "Objet de acknowledgement", True, promised_at=NOW)


def _seen(database: Database, event: MailReceived) -> Seen:
    with database.read() as tx:
        return snapshot.load(tx, event)


def _report(message_id: str = ABOUT, **changes: Any) -> MailReceived:
    return received(a_mail(report=Report(ReportKind.DELIVERY, (), message_id)), **changes)


def _rows(database: Database) -> list[AddressRow]:
    with database.read() as tx:
        return list(tx.exec(select(AddressRow)))


def test_a_mail_that_came_back_is_found_by_its_return_address(database: Database) -> None:
    """Nobody but us makes that address: it proves which mail came back, whatever the report says."""
    open_ticket(database, SendMail(a_letter()), SendMail(a_letter("closing")))
    seen = _seen(database, _report("<inbox-1.2@example.com>", token=RETURNED))
    assert seen.sent == SENT
    assert seen.by_token is not None
    assert seen.by_token.number == 1001


def test_a_mail_that_came_back_is_found_by_its_message_id(database: Database) -> None:
    """Programs that report to the author's address; an identifier that travels in forwards proves nothing."""
    open_ticket(database, a_page(channel=Channel.PAGER))
    seen = _seen(database, _report(ABOUT.upper()))
    assert seen.sent is not None
    assert (seen.sent.proven, seen.sent.technician, seen.sent.channel) == (False, "tech1", Channel.PAGER)
    assert seen.by_token is not None


@pytest.mark.parametrize("message_id", ["", "<other@example.com>"])
def test_a_report_about_no_mail_of_ours_finds_none(database: Database, message_id: str) -> None:
    """A mail that is still being promised has no Message-ID yet, and that is no match."""
    open_ticket(database, SendMail(a_letter()))
    with database.write() as tx:
        tx.add(OutboxRow(lane=Lane.BULK, template="closing", target=CHEF, next_attempt_at=NOW, promised_at=NOW))
    seen = _seen(database, _report(message_id))
    assert (seen.sent, seen.by_token) == (None, None)


def test_a_signed_address_outweighs_what_a_report_says(database: Database) -> None:
    """Who holds the address of one ticket must not reach another by writing a report about its mail."""
    open_ticket(database, SendMail(a_letter()))
    open_ticket(database, number=1002)
    other = _seen(database, _report(token=contact_token(ticket=1002)))
    assert (other.sent, other.by_token and other.by_token.number) == (None, 1002)
    same = _seen(database, _report(token=contact_token()))
    assert (same.sent is not None, same.by_token and same.by_token.number) == (True, 1001)


def test_the_return_address_of_a_mail_that_never_was_names_nothing(database: Database) -> None:
    """A restored database may be older than what it had sent."""
    seen = _seen(database, received(token=RETURNED))
    assert (seen.sent, seen.by_token) == (None, None)


def test_the_last_word_on_a_mail_is_kept(database: Database) -> None:
    """Delayed first, then lost: the desk's page and the next report are told the second."""
    open_ticket(database, SendMail(a_letter()), SetFate(1, Fate.DELAYED, "4.4.1 no answer", NOW))
    apply(database, SetFate(1, Fate.HARD, "5.1.1 user unknown", NOW + MINUTE))
    with database.read() as tx:
        row = tx.exec(select(OutboxRow)).one()
    assert (row.fate, row.fate_reason, row.fate_at) == (Fate.HARD, "5.1.1 user unknown", NOW + MINUTE)
    assert _seen(database, received(token=RETURNED)).sent == replace(SENT, fate=Fate.HARD, reason="5.1.1 user unknown")


def test_an_address_is_marked_since_the_first_time(database: Database) -> None:
    """For how long, how often, and what was said last."""
    apply(database, MarkAddress(CHEF, Fate.SOFT, "mailbox full", NOW))
    apply(database, MarkAddress(CHEF, Fate.HARD, "5.1.1 user unknown", NOW + MINUTE))
    (row,) = _rows(database)
    assert (row.since, row.at, row.times) == (NOW, NOW + MINUTE, 2)
    assert (row.address, row.fate, row.reason) == (CHEF, Fate.HARD, "5.1.1 user unknown")


@pytest.mark.parametrize("effect", [ClearAddress(CHEF), ClearAddress("it@acme.example")])
def test_an_address_that_works_again_is_forgotten(database: Database, effect: Effect) -> None:
    """It and no other; clearing one that is not marked is harmless."""
    apply(database, MarkAddress(CHEF, Fate.HARD, "5.1.1", NOW), effect)
    assert [row.address for row in _rows(database)] == ([] if effect == ClearAddress(CHEF) else [CHEF])


def test_a_senders_marked_addresses_are_known(database: Database) -> None:
    """Author and envelope, in any case, and nobody else's."""
    for address in (CHEF, "bounce@elsewhere.example", "it@acme.example"):
        apply(database, MarkAddress(address, Fate.HARD, "5.1.1", NOW))
    event = received(a_mail("Chef@ACME.example"), envelope_from="BOUNCE@elsewhere.example")
    assert _seen(database, event).marked == {CHEF, "bounce@elsewhere.example"}
    assert _seen(database, received(a_mail(None), envelope_from="")).marked == frozenset()


def _arrived(database: Database, raw: bytes, ticket: int, **changes: Any) -> None:
    """One more mail with the Message-ID <m1@acme.example>, decided as part of a ticket."""
    (inbox_id,) = keep(database, a_delivery(raw))
    apply(database, a_message(ticket=ticket, inbox_id=inbox_id, **changes))
    finish(database, [inbox_id], ticket)


def test_another_mail_with_the_same_message_id_is_seen(database: Database) -> None:
    """Careless programs and attackers use one twice (hazards A32): the newest ticket of the others is named."""
    open_ticket(database)
    open_ticket(database, number=1002)
    _arrived(database, b"Subject: one\r\n\r\n", 1001)
    _arrived(database, b"Subject: two\r\n\r\n", 1002)
    (third,) = keep(database, a_delivery(b"Subject: three\r\n\r\n"))
    same = _seen(database, event_of(database, third)).same_id
    assert (same and same.number) == 1002


@pytest.mark.parametrize(
    ("raw", "changes"),
    [
        (b"Subject: again\r\n\r\n", {}),
        (b"Subject: other\r\n\r\n", {"direction": Direction.OUT}),
        (b"Subject: other\r\n\r\n", {"message_id": "<m2@acme.example>"}),
    ],
    ids=["the same content", "our own words", "another Message-ID"],
)
def test_a_message_id_alone_tells_two_mails_apart(database: Database, raw: bytes, changes: dict[str, Any]) -> None:
    """The same mail through another door is no other mail."""
    open_ticket(database)
    _arrived(database, raw, 1001, **changes)
    (again,) = keep(database, a_delivery(b"Subject: again\r\n\r\n", envelope_from="it@acme.example"))
    assert _seen(database, event_of(database, again)).same_id is None


def test_a_mail_without_a_message_id_has_no_double(database: Database) -> None:
    """Devices send many such mails, all different."""
    open_ticket(database)
    _arrived(database, b"Subject: one\r\n\r\n", 1001, message_id="")
    (second,) = keep(database, a_delivery(b"Subject: two\r\n\r\n"))
    assert _seen(database, event_of(database, second, mail=a_mail(message_id=""))).same_id is None
