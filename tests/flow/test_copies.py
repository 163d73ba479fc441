"""The same again: copies of a Message-ID, and a mail that is handed in once more."""

from __future__ import annotations

from itertools import permutations

import pytest

from mailgate.core.custody import Delivery
from mailgate.core.model import Channel, Door
from mailgate.store import inbox
from tests.flow.desk import Letter, LiveDesk
from tests.flow.test_conversation import CHEF, to
from tests.flow.test_intruders import EVIL, TECH1, URGENT, opened, raw, trusted


def test_a_stranger_who_copies_a_message_id_parts_nobody_from_their_ticket(desk: LiveDesk) -> None:
    """A colleague shows their own mail around: whoever saw it sends another under the same Message-ID (A32, A33)."""
    opened(desk)
    for number in range(12):
        copied = Letter(f"Moi aussi {number}", EVIL, URGENT, headers={"Message-ID": "<1@acme.example>"})
        desk.write(copied)
    desk.write(Letter("Toujours rien.", CHEF, URGENT, headers={"References": "<1@acme.example>"}))
    assert desk.ticket(1001).messages[-1].text == "Toujours rien."


def test_a_technician_whose_mail_was_refused_hands_the_same_in_again(desk: LiveDesk) -> None:
    """Their relay broke the signature once. Obeyed when it passes, and never twice, whoever brings it (A28)."""
    page = to(opened(desk), TECH1)
    octets = raw(TECH1, "#appel 15", "Message-ID: <work@example.com>\r\n")
    results = [f"dmarc={result} header.from=example.com" for result in ("fail", "pass", "pass")]
    refused, obeyed, again = [trusted(desk, octets, result, page.reply_to) for result in results]
    assert [mail.template for mail in refused] == ["transcript"]
    assert obeyed
    assert again == desk.deliver(octets, EVIL, page.reply_to) == []
    assert len(desk.ticket().interventions) == 1


SENT = Letter("Plus rien ne marche.", CHEF).raw(1)
COPIES = (
    Delivery(Door.SMTP, CHEF, (URGENT,), b"Received: from a by b\r\nX-Rspamd-Queue-Id: 4F2A\r\n" + SENT, trusted=True),
    Delivery(Door.LMTP, CHEF, ("support-regulier@example.com",), b"X-Greylist: delayed 300 s\r\n" + SENT),
    Delivery(Door.IMAP, CHEF, ("support-regulier@example.com",), b"Return-Path: <chef@acme.example>\r\n" + SENT),
)


@pytest.mark.parametrize("order", list(permutations(COPIES)), ids=lambda order: " ".join(one.door for one in order))
def test_one_mail_at_three_doors_is_one_ticket(desk: LiveDesk, order: tuple[Delivery, ...]) -> None:
    """A relay splits it, an alias keeps a copy, a crash sends it again: one acknowledgement, each person called once,
    and the promise of the most urgent door, whichever came first."""
    for one in (*order, *order):
        with desk.database.write() as tx:
            inbox.accept(tx, [one], desk.now)
        desk.work()
    story = desk.ticket()
    assert (story.queue, len(story.messages)) == ("urgent", 2)
    assert [mail.to for mail in desk.sent if mail.template == "acknowledgement"] == [CHEF]
    called = [page.technician for page in story.pages if page.channel is Channel.MAIL]
    assert len(called) == len(set(called)) >= 3
    with desk.database.read() as tx:
        assert tx.connection().exec_driver_sql("SELECT count(*) FROM ticket").scalar() == 1
