"""What a mail's door, relay and signatures prove of its author, as the engine sees it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.config import Dkim
from mailgate.core.custody import Delivery
from mailgate.core.events import MailReceived
from mailgate.core.model import AuthVerdict, Door
from mailgate.daemon.verifying import verifying
from mailgate.engine import read_mail
from mailgate.store import inbox
from tests.builders import NOW
from tests.edge.custodies import ListCustody
from tests.flow.desk import LiveDesk

PASS, FAIL, NONE = AuthVerdict.PASS, AuthVerdict.FAIL, AuthVerdict.NONE
RESULTS = (
    b"Received: by mx.example.com\r\nAuthentication-Results: mx.example.com; dmarc=%s header.from=acme.example\r\n"
)
MAIL = b"From: chef@acme.example\r\nTo: support-urgent@example.com\r\nSubject: Panne\r\n\r\nBonjour\r\n"
PASSED = Delivery(
    Door.SMTP, "chef@acme.example", ("support-urgent@example.com",), RESULTS % b"pass" + MAIL, trusted=True
)


def read(live: LiveDesk, delivery: Delivery, verifies_dkim: bool = False) -> MailReceived:
    """The event that a mail becomes."""
    return read_mail(delivery, 1, "digest", replace(live.desk, verifies_dkim=verifies_dkim), NOW)


@pytest.mark.parametrize(
    ("delivery", "verdict", "checked"),
    [
        (PASSED, PASS, True),
        (replace(PASSED, raw=RESULTS % b"fail" + MAIL), FAIL, True),
        (replace(PASSED, raw=MAIL), NONE, True),
        (replace(PASSED, trusted=False), NONE, False),
        (replace(PASSED, raw=b"Received: by lmtp\r\n" + PASSED.raw), NONE, True),
        (replace(PASSED, raw=b"Received: by lmtp\r\n" + PASSED.raw, door=Door.IMAP), PASS, True),
        (replace(PASSED, raw=PASSED.raw.replace(b"From:", b"From: it@acme.example\r\nFrom:")), NONE, True),
    ],
)
def test_a_trusted_relay_is_believed(desk: LiveDesk, delivery: Delivery, verdict: AuthVerdict, checked: bool) -> None:
    """A mailbox's delivery adds one hop; a mail of two authors has none."""
    event = read(desk, delivery)
    assert (event.verdict, event.checked) == (verdict, checked)


def test_a_signature_noted_at_the_door_is_believed(desk: LiveDesk) -> None:
    """From whoever handed it over; `checked` says that somebody looked, and `explain` has no door."""
    signed = replace(PASSED, raw=MAIL, trusted=False, dkim=("mail.acme.example",))
    assert read(desk, signed, verifies_dkim=True).verdict is PASS
    assert read(desk, replace(signed, dkim=("evil.example",)), verifies_dkim=True).verdict is NONE
    assert read(desk, replace(signed, dkim=()), verifies_dkim=True).checked
    assert not read(desk, replace(signed, dkim=()), verifies_dkim=False).checked
    assert not read(desk, replace(signed, dkim=(), door=Door.CLI), verifies_dkim=True).checked


def test_what_the_door_noted_is_still_known_when_the_engine_reads(desk: LiveDesk) -> None:
    """Between them lies the database, and perhaps a crash."""
    signed = replace(PASSED, raw=MAIL, dkim=("acme.example", "list.example"))
    with desk.database.write() as tx:
        (inbox_id,) = inbox.accept(tx, [signed], NOW)
    with desk.database.read() as tx:
        received = inbox.next_pending(tx)
    assert received is not None
    assert received.id == inbox_id
    assert received.delivery is not None
    assert received.delivery.dkim == ("acme.example", "list.example")


def test_the_daemon_verifies_where_it_is_asked_to(desk: LiveDesk) -> None:
    """Off by default: it asks strangers' name servers."""
    pytest.importorskip("dkim", reason="the extra 'dkim' is not installed")
    from tests.edge.signing import Zone, signed

    arrival = replace(PASSED, raw=signed(), trusted=False)
    settings, custody = desk.site.config, ListCustody()
    for asked in (settings, replace(settings, dkim=Dkim(verify=True))):
        with verifying(asked, custody, Zone(), lambda: NOW) as front:
            front.submit(arrival).result(10)
    assert [delivery.dkim for delivery in custody.deliveries] == [(), ("corp.example",)]
