"""The same again: copies of a Message-ID, and a mail that is handed in once more."""

from __future__ import annotations

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
