"""Mail through a real Postfix: the relay that most of our doors stand behind."""

from __future__ import annotations

import socket
import subprocess
import time

import pytest

from mailgate.core.delivery import Delivered, Delivery, Parcel
from mailgate.edge.smtp_out import SmtpRelay
from tests.edge.custodies import FailingCustody, ListCustody
from tests.edge.doors import Talk, lmtp_door, smtp_door
from tests.edge.relays import run
from tests.peers import require, wait_until
from tests.peers.postfix import running_postfix

MAIL = b"From: chef@acme.example\r\nSubject: panne\r\n\r\nLe serveur est en panne.\r\n"
THREE = ("urgent@desk.example", "regulier@desk.example", "tickets@desk.example")


@pytest.mark.peer("postfix")
def test_one_mail_to_three_addresses_is_one_delivery_over_lmtp() -> None:
    """Trap M6: with one reply for three, Postfix delivered the first once, the second twice, the third three times."""
    custody = ListCustody()
    with lmtp_door(custody) as door, running_postfix(f"lmtp:inet:127.0.0.1:{door.port}") as postfix:
        postfix.send(MAIL, "chef@acme.example", *THREE)
        assert postfix.wait_for(3) == ["sent"] * 3
        wait_until(lambda: postfix.waiting() == 0, what="an empty queue")
        assert "while sending end of data" not in postfix.log()
    [delivery] = custody.deliveries
    assert (delivery.envelope_from, set(delivery.recipients)) == ("chef@acme.example", set(THREE))


@pytest.mark.peer("postfix")
def test_a_mail_arrives_over_smtp_too() -> None:
    """Pipelined, with SIZE and BODY, as Postfix does it."""
    custody = ListCustody()
    with smtp_door(custody) as door, running_postfix(f"smtp:[127.0.0.1]:{door.port}") as postfix:
        postfix.send(MAIL + b".une ligne avec point\r\n" + b"x" * 5000 + b"\r\n", "", *THREE)
        assert postfix.wait_for(3) == ["sent"] * 3
    [delivery] = custody.deliveries
    assert (delivery.envelope_from, set(delivery.recipients)) == ("", set(THREE))
    assert b"\r\n.une ligne" in delivery.raw


@pytest.mark.peer("postfix")
def test_after_trouble_the_mail_comes_again() -> None:
    """Promise 2: a 5xx in the place of our 451 would have bounced it to the customer."""
    custody = FailingCustody(OSError("disk full"))
    with lmtp_door(custody) as door, running_postfix(f"lmtp:inet:127.0.0.1:{door.port}") as postfix:
        postfix.send(MAIL, "chef@acme.example", "urgent@desk.example")
        assert postfix.wait_for(1)[0] == "deferred"
        custody.error = None
        time.sleep(1)  # the back-off of this mail
        postfix.flush()
        wait_until(lambda: "sent" in postfix.statuses(), what="the second attempt")
    assert len(custody.deliveries) == 1


@pytest.mark.peer("postfix")
@pytest.mark.parametrize("end", ["\n.\n", "\n.\r\n", "\r.\r"])
def test_nothing_is_smuggled_through_postfix(end: str) -> None:
    """Trap A1: one transaction in, one delivery out, whatever the two of us take for the end."""
    custody = ListCustody()
    smuggled = f"a{end}MAIL FROM:<x@y.example>\r\nRCPT TO:<urgent@desk.example>\r\nDATA\r\nSubject: b\r\n\r\nb\r\n"
    with lmtp_door(custody) as door, running_postfix(f"lmtp:inet:127.0.0.1:{door.port}") as postfix:
        accepted = _raw_transaction(postfix.port, b"Subject: a\r\n\r\n" + smuggled.encode())
        wait_until(lambda: len(custody.deliveries) >= accepted and postfix.waiting() == 0, what="all deliveries")
    assert len(custody.deliveries) == accepted


def _raw_transaction(port: int, text: bytes) -> int:
    """Sends `text` with its end to Postfix; answers how many mails Postfix says that it took."""
    with Talk(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
        client.greet()
        client.begin()
        client.send(text + b".\r\nQUIT\r\n")
        return sum("queued as" in reply for reply in client.hear_all())


@pytest.mark.peer("postfix")
def test_eight_sessions_of_smtp_source_are_served() -> None:
    """Postfix's own load generator finds no reply missing and no connection dropped."""
    custody = ListCustody()
    with smtp_door(custody) as door:
        command = [require("smtp-source"), "-s", "8", "-m", "64", "-l", "4096", "-t", "urgent@desk.example"]
        subprocess.run([*command, f"127.0.0.1:{door.port}"], check=True, timeout=30)
    assert len(custody.deliveries) == 64


@pytest.mark.peer("swaks")
@pytest.mark.parametrize("protocol", ["SMTP", "LMTP"])
def test_swaks_is_served(protocol: str) -> None:
    """What an administrator tries first."""
    custody = ListCustody()
    with (smtp_door if protocol == "SMTP" else lmtp_door)(custody) as door:
        command = [require("swaks"), "--protocol", protocol, "--server", "127.0.0.1", "--port", str(door.port)]
        told = subprocess.run(
            [*command, "--to", ",".join(THREE), "--from", "a@b.example"], capture_output=True, timeout=30
        )
    assert told.returncode == 0, told.stdout.decode()
    assert [d.recipients for d in custody.deliveries] == [THREE]


@pytest.mark.peer("postfix")
def test_postfix_takes_what_we_send() -> None:
    """Our own relay client at the most usual relay: null sender, dots, accents, a second mail in the same session."""
    custody = ListCustody()
    mails = [b"Subject: a\r\n\r\n.point\r\n", "Subject: b\r\n\r\naccentué\r\n".encode()]
    with smtp_door(custody) as door, running_postfix(f"smtp:[127.0.0.1]:{door.port}") as postfix:
        relay = SmtpRelay("127.0.0.1", postfix.port, "opportunistic", hostname="desk.example", timeout=10)
        outcomes = run(_sent(relay, [Parcel(each, "", "urgent@desk.example", raw) for each, raw in enumerate(mails)]))
        wait_until(lambda: len(custody.deliveries) == 2, what="both mails")
    assert ["queued as" in outcome.reply for outcome in outcomes if isinstance(outcome, Delivered)] == [True, True]
    assert sorted(d.raw.partition(b"Subject: ")[2][:1] for d in custody.deliveries) == [b"a", b"b"]
    assert all(d.envelope_from == "" for d in custody.deliveries)


async def _sent(relay: SmtpRelay, parcels: list[Parcel]) -> list[Delivery]:
    outcomes = [await relay.send(parcel) for parcel in parcels]
    await relay.close()
    return outcomes
