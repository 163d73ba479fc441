"""A page answered by text message: three things must agree, and then it is « pris » by mail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailgate.daemon.texting import Texting
from tests.flow.desk import Letter, LiveDesk, Sent
from tests.flow.test_conversation import to
from tests.flow.test_escalation import TECH, people
from tests.flow.test_page_links import WEB, behind

SMS = """
[sms.ovh]
url = "https://sms.example.net/send"
json = { to = "{number}", text = "{text}" }
answers_secret_file = "answers"
answers_from = "From"
"""
PAGER = '"mailto:5145550102@pager.example.net?max=160"'
NUMBER = "+15145550102"


@pytest.fixture
def desk(desk: LiveDesk) -> LiveDesk:
    """The starter with its web door, and tech2 at a gateway that brings answers."""
    config, secret = desk.root / "config.toml", Path(desk.root / "answers")
    config.write_text(config.read_text("utf-8") + WEB + SMS, "utf-8")
    secret.write_text("s3cret\n", "utf-8")
    secret.chmod(0o600)
    desk.change_rules(PAGER, f'"sms:ovh/{NUMBER}"')
    return desk


def texting(desk: LiveDesk) -> Texting:
    gateways = {name: one.answers for name, one in desk.site.config.sms.items() if one.answers is not None}
    return Texting(gateways, behind(desk))


def code_of(desk: LiveDesk) -> str:
    """The code in the text message that left."""
    with desk.database.read() as tx:
        said = tx.connection().exec_driver_sql(
            "SELECT message FROM outbox_message JOIN outbox ON outbox.id = outbox_id WHERE target LIKE 'sms:%'"
        )
        (message,) = said.one()
    found = re.search(r"Repondez ([0-9]+-[a-z2-7]{5})", message.decode())
    assert found is not None
    return found[1]


def text(desk: LiveDesk, words: str, number: str = NUMBER, gateway: str = "ovh") -> list[Sent]:
    """A text message comes in; the mails that leave because of it."""
    texting(desk).hear(gateway, number, words)
    return desk.work()


def test_the_code_from_the_own_pager_takes_the_request(desk: LiveDesk) -> None:
    """However the gateway writes the number; the others are told."""
    desk.write(Letter("Panne"))
    told = text(desk, f"{code_of(desk).upper()} j'arrive", "0015145550102")
    assert people(told) == [TECH[0], TECH[1], TECH[2]]
    assert "Demande prise en charge par" in to(told, TECH[0]).text
    assert desk.ticket().assignee == "tech2"


@pytest.mark.parametrize(
    ("words", "number", "gateway"),
    [
        ("{}", "+15145550101", "ovh"),
        ("{}", "", "ovh"),
        ("{}", NUMBER, "other"),
        ("1001-aaaaa", NUMBER, "ovh"),
        ("ok", NUMBER, "ovh"),
        ("1002{}", NUMBER, "ovh"),
    ],
    ids=["another number", "no number", "another gateway", "forged", "no code", "another ticket"],
)
def test_anything_else_changes_nothing(desk: LiveDesk, words: str, number: str, gateway: str) -> None:
    """No row, no mail, nobody's request (hazards A51)."""
    desk.write(Letter("Panne"))
    before = desk.ticket()
    assert text(desk, words.format(code_of(desk)), number, gateway) == []
    assert desk.ticket() == before


def test_a_code_ends_with_its_time(desk: LiveDesk) -> None:
    """As the signed address of the same page does."""
    desk.write(Letter("Panne"))
    code = code_of(desk)
    desk.now = desk.now.replace(month=12, day=2)
    texting(desk).hear("ovh", NUMBER, code)
    desk.decide()
    assert desk.ticket().assignee is None


def test_only_the_gateways_own_secret_is_heard(desk: LiveDesk) -> None:
    """Octet for octet; a gateway that brings no answers has none."""
    assert texting(desk).fields("ovh", "s3cret") == ("From", "text")
    assert [texting(desk).fields(*said) for said in (("ovh", "s3cre"), ("ovh", ""), ("x", "s3cret"))] == [None] * 3
    (desk.root / "answers").chmod(0o644)
    assert texting(desk).fields("ovh", "s3cret") is None
