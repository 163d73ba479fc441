"""What a real Postfix says of a mail that nobody takes from it, read by a whole desk at that mail's return address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.core.custody import Delivery
from mailgate.edge.keeper import Keeper, Limits
from tests.edge.custodies import ListCustody
from tests.edge.doors import running
from tests.edge.relays import ScriptedRelay, listening, run
from tests.flow.desk import Letter, LiveDesk, Sent, answer, live_desk
from tests.flow.test_conversation import CHEF, to
from tests.peers import wait_until
from tests.peers.postfix import Postfix, running_postfix

TECH1 = "tech1@example.com"
WARNS_AT_ONCE = "delay_warning_time = 1s\nqueue_run_delay = 1s\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LiveDesk]:
    with live_desk(tmp_path) as one:
        yield one


async def reported(mail: Sent, refusal: str) -> Delivery:
    """The report that comes back when the customer's server answers so."""
    async with listening(ScriptedRelay({"RCPT": refusal})) as theirs:
        return await asyncio.to_thread(_through_postfix, mail, f"smtp:[127.0.0.1]:{theirs.port}")


def _through_postfix(mail: Sent, next_hop: str) -> Delivery:
    custody = ListCustody()
    keeper = Keeper(custody, {mail.envelope_from}.__contains__, "desk.example", 1 << 20, (), Limits())
    with (
        running(keeper, lmtp=True) as door,
        running_postfix(f"lmtp:inet:127.0.0.1:{door.port}", {mail.to: next_hop}, WARNS_AT_ONCE) as postfix,
    ):
        postfix.send(mail.message.as_bytes(), mail.envelope_from, mail.to)
        wait_until(lambda: _has_come(custody, postfix), what="the report")
    return custody.deliveries[0]


def _has_come(custody: ListCustody, postfix: Postfix) -> bool:
    postfix.flush()
    return bool(custody.deliveries)


@pytest.mark.peer("postfix")
@pytest.mark.parametrize(
    ("refusal", "fate"),
    [
        ("550 5.1.1 nobody of that name", "hard"),
        ("552 5.2.2 the mailbox is full", "soft"),
        ("450 4.2.1 the mailbox is being moved", "delayed"),
    ],
)
def test_an_answer_that_postfix_cannot_deliver_has_its_fate(desk: LiveDesk, refusal: str, fate: str) -> None:
    """From the null sender, in the standard form, with the words of the customer's server; what is lost is told."""
    page = to(desk.write(Letter("Panne")), TECH1)
    mail = to(desk.write(answer(page, "Bonjour, redémarrez le poste.")), CHEF)
    report = run(reported(mail, refusal))
    assert (report.envelope_from, report.recipients) == ("", (mail.envelope_from,))
    told = desk.deliver(report.raw, report.envelope_from, *report.recipients)
    (known,) = [one for one in desk.ticket().mails if one.fate]
    assert (known.to, known.fate, refusal in (known.reason or "")) == (CHEF, fate, True)
    lost = fate != "delayed"
    assert [one.to for one in told] == [TECH1] * lost
    assert [one.address for one in desk.ticket().addresses] == [CHEF] * lost
