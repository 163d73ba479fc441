"""Signatures are noted on the way into custody, and nothing waits for them long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mailgate.core.custody import Custody, Delivery
from mailgate.core.model import Door
from mailgate.edge.notary import WORKERS, Notary, Verify
from tests.edge.custodies import FailingCustody, ListCustody
from tests.edge.doors import smtp_door

SIGNED = b"DKIM-Signature: v=1\r\nFrom: chef@corp.example\r\n\r\nBonjour\r\n"


def a_delivery(raw: bytes = SIGNED) -> Delivery:
    return Delivery(Door.SMTP, "chef@corp.example", ("urgent@desk.example",), raw)


def by_corp(_raw: bytes, _seconds: float) -> tuple[str, ...]:
    return ("corp.example",)


@contextmanager
def a_notary(custody: Custody, verify: Verify = by_corp, box_seconds: float = 5.0) -> Iterator[Notary]:
    notary = Notary(custody, verify, box_seconds)
    notary.start()
    try:
        yield notary
    finally:
        notary.stop()


@contextmanager
def hanging() -> Iterator[Callable[[bytes, float], tuple[str, ...]]]:
    """A verification that comes back when the block ends."""
    over = threading.Event()

    def verify(_raw: bytes, _seconds: float) -> tuple[str, ...]:
        over.wait()
        return ("late.example",)

    try:
        yield verify
    finally:
        over.set()


def test_who_signed_is_noted() -> None:
    """The answer is custody's own."""
    custody = ListCustody()
    with a_notary(custody) as notary:
        assert notary.submit(a_delivery()).result(5) == 1
    assert custody.deliveries[0].dkim == ("corp.example",)
    assert custody.deliveries[0].raw == SIGNED


def test_a_mail_without_a_signature_goes_straight_on() -> None:
    """No thread, no wait."""
    custody = ListCustody()
    with hanging() as verify, a_notary(custody, verify) as notary:
        assert notary.submit(a_delivery(b"From: x@y.example\r\n\r\n")).done()
    assert custody.deliveries[0].dkim == ()


def test_a_mail_whose_time_is_up_goes_on_without_a_note() -> None:
    """Slow name servers hold up no mail, however many come at once; what is found later is too late."""
    custody = ListCustody()
    with hanging() as verify, a_notary(custody, verify, 0.2) as notary:
        promises = [notary.submit(a_delivery()) for _ in range(3 * WORKERS)]
        assert sorted(promise.result(30) for promise in promises) == list(range(1, 3 * WORKERS + 1))
    time.sleep(0.2)  # the late ones come back
    assert {delivery.dkim for delivery in custody.deliveries} == {()}
    assert len(custody.deliveries) == 3 * WORKERS


def test_a_verification_is_told_how_long_it_may_take() -> None:
    """Its turn among the others counts."""
    told: list[float] = []

    def verify(_raw: bytes, seconds: float) -> tuple[str, ...]:
        told.append(seconds)
        return ()

    with a_notary(ListCustody(), verify, 3.0) as notary:
        notary.submit(a_delivery()).result(5)
    assert 2.0 < told[0] <= 3.0


def test_a_verification_that_breaks_says_nothing() -> None:
    """The mail is kept all the same."""

    def verify(_raw: bytes, _seconds: float) -> tuple[str, ...]:
        raise RuntimeError("broken")

    custody = ListCustody()
    with a_notary(custody, verify) as notary:
        assert notary.submit(a_delivery()).result(5) == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_what_custody_refuses_is_refused(at_once: bool) -> None:
    """The door must hear of it and answer 451."""
    with a_notary(FailingCustody(OSError("disk full"), at_once)) as notary, pytest.raises(OSError, match="disk full"):
        notary.submit(a_delivery()).result(5)


def test_after_the_stop_mails_still_go_on() -> None:
    """Those that waited for their turn, and one that comes in the middle of the stop."""
    custody = ListCustody()
    with hanging() as verify:
        with a_notary(custody, verify, 0.3) as notary:
            promises = [notary.submit(a_delivery()) for _ in range(WORKERS + 1)]
        promises.append(notary.submit(a_delivery()))
        assert len([promise.result(5) for promise in promises]) == WORKERS + 2


def test_the_door_answers_after_custody() -> None:
    """The whole way: a client, the door, the notary, and 250 at the end."""
    custody = ListCustody()
    with a_notary(custody) as notary, smtp_door(notary) as door, door.talk() as talk:
        talk.greet()
        assert talk.mail(SIGNED).startswith("250")
    assert custody.deliveries[0].dkim == ("corp.example",)
