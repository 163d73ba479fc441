"""A flood over real sockets: the first page leaves first, every mail is a ticket, nobody is woken for each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from pathlib import Path

from tests.flow.desk import Letter
from tests.flow.process import a_site, ask, eventually, outgoing, serving

MAILS = 40
PAGED_MOST = 4
"""Three requests one by one, and the one whose page tells of several; what is gathered is told 15 minutes later."""


def test_a_flood_at_the_door_wakes_nobody_for_each_mail(tmp_path: Path) -> None:
    """Eight senders at once, one customer."""
    with serving(a_site(tmp_path / "site")) as process, ThreadPoolExecutor(8) as senders:
        raws = [Letter(f"mail {number}", subject=f"n {number}").raw(number) for number in range(MAILS)]
        list(senders.map(process.send, raws))
        eventually(lambda: len(ask(process.root, "tickets")) == MAILS)
        eventually(lambda: ask(process.root, "outbox") == [])
        mails = [message_from_bytes(one) for one in outgoing(process.root)]
        pagers = [mail["Delivered-To"] for mail in mails if "@pager." in mail["Delivered-To"]]
        assert len(pagers) == 3 * PAGED_MOST
        assert {page["state"] for page in ask(process.root, "ticket", "1001")["pages"]} == {"sent"}
        last = ask(process.root, "ticket", str(1000 + MAILS))
        assert last["pages"] == []
        assert "a flood of 'acme'" in last["journal"][0]["because"]
