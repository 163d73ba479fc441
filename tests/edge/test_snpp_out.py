"""SnppPager against a gateway that answers from a script."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel, Refused
from mailgate.edge.pager import Pagers
from mailgate.edge.snpp_out import SnppPager
from tests.edge.relays import run
from tests.edge.snpp_gateways import DRIBBLE, DROP, ENDLESS, FLOOD, HANG, ScriptedGateway, open_gateway

TEXT = "urgent Acme: panne du serveur #1042 12h30"


def paged(gateway: ScriptedGateway, text: str = TEXT, timeout: float = 5) -> Delivery:
    async def page() -> Delivery:
        async with open_gateway(gateway):
            target = f"snpp://127.0.0.1:{gateway.port}/5145550101"
            pagers = Pagers({"snpp": SnppPager(timeout)})
            try:
                return await pagers.send(Parcel(1, "", target, text.encode("utf-8", "replace"), by_mail=False))
            finally:
                await pagers.close()

    return run(page())


def test_a_page_is_pager_text_and_send() -> None:
    """RFC 1861 level 1, and nothing else is said."""
    gateway = ScriptedGateway()
    assert paged(gateway) == Delivered("250 Message sent")
    assert gateway.commands == ["PAGE 5145550101", f"MESS {TEXT}", "SEND", "QUIT"]


def test_a_banner_of_several_lines_is_read_to_its_end() -> None:
    """Gateways introduce themselves at length."""
    assert isinstance(paged(ScriptedGateway({"CONNECT": "220-hello\r\n220-be nice\r\n220 ready"})), Delivered)


@pytest.mark.parametrize("verb", ["PAGE", "MESS"])
def test_an_invalid_pager_or_text_is_refused(verb: str) -> None:
    """No number of attempts makes it right: the next person is needed now."""
    gateway = ScriptedGateway({verb: "550 Error, invalid"})
    assert paged(gateway) == Refused("127.0.0.1: 550 Error, invalid")
    assert "SEND" not in gateway.commands


@pytest.mark.parametrize("verb", ["CONNECT", "PAGE", "MESS", "SEND"])
@pytest.mark.parametrize(
    "reply", ["421 Gateway service unavailable", "451 try later", "500 no", "554 Error, failed", "\xff\xfe\0", "", "25"]
)
def test_what_says_nothing_about_the_pager_is_tried_again(verb: str, reply: str) -> None:
    """Promise 5: you may be paged twice, never zero times."""
    assert isinstance(paged(ScriptedGateway({verb: reply})), Deferred)


@pytest.mark.parametrize("verb", ["CONNECT", "PAGE", "MESS", "SEND"])
@pytest.mark.parametrize("trouble", [HANG, DROP, DRIBBLE, FLOOD, ENDLESS])
def test_a_gateway_in_trouble_holds_nobody_up(verb: str, trouble: str) -> None:
    """Hanging, dripping or shouting: bounded in time and in octets."""
    assert isinstance(paged(ScriptedGateway({verb: trouble}), timeout=0.3), Deferred)


@pytest.mark.parametrize("goodbye", [DROP, HANG])
def test_a_gateway_that_says_no_goodbye_has_taken_the_page(goodbye: str) -> None:
    """Everything that matters was answered before, and the page's time may be up by then."""
    assert isinstance(paged(ScriptedGateway({"QUIT": goodbye}), timeout=0.5), Delivered)


def test_nobody_listening_is_tried_again() -> None:
    """A gateway that restarts."""
    parcel = Parcel(1, "", "snpp://127.0.0.1:1/5145550101", b"x", by_mail=False)
    outcome = run(SnppPager().send(parcel))
    assert isinstance(outcome, Deferred)
    assert "127.0.0.1" in outcome.reason


@pytest.mark.parametrize(
    "text", ["x\r\nSEND\r\nPAGE 999", "x\nQUIT", "x\u2028PAGE 999", "x\x85PAGE 999", "x\0\x0bQUIT"]
)
def test_words_are_never_commands(text: str) -> None:
    """A customer's subject cannot page somebody else (A46)."""
    gateway = ScriptedGateway()
    assert isinstance(paged(gateway, text), Delivered)
    assert [command.partition(" ")[0] for command in gateway.commands] == ["PAGE", "MESS", "SEND", "QUIT"]


@settings(max_examples=40)
@given(st.text(max_size=4000))
def test_whatever_the_words_are_the_gateway_hears_one_line_of_ascii(text: str) -> None:
    """A46: a long or strange text is no second command, and no line that breaks a gateway."""
    gateway = ScriptedGateway()
    assert isinstance(paged(gateway, text), Delivered)
    assert len(gateway.commands) == 4
    said = gateway.commands[1].removeprefix("MESS ")
    assert said.isascii()
    assert len(said) <= 2000
    assert not said or said.isprintable()


def test_french_is_folded() -> None:
    """Pagers show ASCII."""
    gateway = ScriptedGateway()
    paged(gateway, "Écran « noir » …")
    assert gateway.commands[1] == 'MESS Ecran "noir" ...'
