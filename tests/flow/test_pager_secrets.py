"""The URL of a pager may hold a password: it is stored for sending, and shown to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.cli.main import run
from mailgate.core.delivery import Deferred, Delivery, Parcel, Refused
from mailgate.edge.pager import Pagers
from tests.flow.desk import Letter, LiveDesk, live_desk
from tests.flow.test_secrets import everything

CANARY = "canary-4711"
URL = f"json://me:{CANARY}@pager.example.net:8080/{CANARY}/?key={CANARY}"
PAGER = "mailto:5145550101@pager.example.net?max=160"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LiveDesk]:
    """One ticket; tech1's page was refused and tech2's still waits, both for such a URL."""
    with live_desk(tmp_path / "site") as running:
        running.change_rules(PAGER, URL)
        running.change_rules(PAGER.replace("0101", "0102"), URL + "&n=2")
        running.answers[URL] = Refused("403 forbidden")
        running.write(Letter("Bonjour"))
        yield running


def shown_by(desk: LiveDesk, capsys: pytest.CaptureFixture[str], *command: str) -> str:
    run([*command, "-c", str(desk.root / "config.toml")])
    said = capsys.readouterr()
    return said.out + said.err


def test_no_command_shows_it(desk: LiveDesk, capsys: pytest.CaptureFixture[str]) -> None:
    """Listings are pasted into mails and chats; scheme and server tell which pager it is."""
    mail = desk.root / "mail.eml"
    mail.write_bytes(Letter("Encore", subject="Autre panne").raw(9))
    said = [
        shown_by(desk, capsys, *command, *form)
        for command in (("ticket", "1001"), ("outbox",), ("explain", str(mail)), ("inbox",), ("check",))
        for form in ((), ("--json",))
    ]
    assert CANARY not in "".join(said)
    assert all("json://pager.example.net:8080/…" in one for one in said[:6])


def test_no_notice_and_no_log_shows_it(desk: LiveDesk, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that failed is told by mail; the log of the fixture's decisions is on the standard output."""
    told = [mail for mail in desk.sent if mail.template == "notice"]
    assert any("Appel → json://pager.example.net:8080/… (403 forbidden)" in mail.text for mail in told)
    assert CANARY not in "".join(map(everything, desk.sent))
    assert CANARY not in capsys.readouterr().out


def test_the_row_keeps_it_for_sending(desk: LiveDesk) -> None:
    """What is hidden from people must not be hidden from the service."""
    with desk.database.read() as tx:
        kept = tx.connection().exec_driver_sql("SELECT target FROM outbox WHERE NOT by_mail").scalars().all()
    assert URL in kept


class Plugin:
    """Fails as a plugin of somebody else's may: with the URL in its words."""

    async def send(self, parcel: Parcel) -> Delivery:
        raise RuntimeError(f"cannot post to {parcel.target}")

    async def close(self) -> None: ...


def test_what_a_plugin_raises_is_told_by_its_kind() -> None:
    """Its words end in last_error and in the log."""
    sent = Pagers({}, Plugin()).send(Parcel(1, "", URL, b"x", by_mail=False))
    assert asyncio.run(sent) == Deferred("json://pager.example.net:8080/…: RuntimeError")
