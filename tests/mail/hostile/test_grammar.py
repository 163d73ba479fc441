"""A11, M9: headers that go wrong by a grammar, through everything that reads them.

The standard library raises on about one in a hundred of such blocks. MAILGATE_FUZZ_CASES asks for more of them than a
run of the suite tries, MAILGATE_FUZZ_SEED for others; a failure names the seed that makes it again.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from mailgate.core.custody import Delivery
from mailgate.core.model import Door, MailKind, Outcome
from mailgate.engine import Desk, read_mail
from mailgate.mail import parse
from tests.builders import NOW, a_policy
from tests.core.asking import ask
from tests.mail.hostile.bearing import assert_bearable
from tests.mail.hostile.grammar import FIELDS, header_block
from tests.mail.letters import RING, TEMPLATES

CASES = int(os.environ.get("MAILGATE_FUZZ_CASES", "3000"))
FIRST = int(os.environ.get("MAILGATE_FUZZ_SEED", "0"))
BATCHES = 10
DESK = Desk(a_policy(), RING, TEMPLATES, "mx.example.com")


def assert_sound(raw: bytes) -> None:
    """Read, ordered, verified, classified and decided: without an exception, and into values of the right shape."""
    delivery = Delivery(Door.SMTP, "chef@acme.example", ("support-urgent@example.com",), raw, "127.0.0.1", trusted=True)
    event = read_mail(delivery, 1, parse.digest(raw), DESK, NOW)
    assert_bearable(event.mail)
    assert event.mail.size == len(raw)
    decision = ask(event, policy=DESK.policy)
    assert isinstance(decision.outcome, Outcome)
    assert decision.findings is not None
    assert isinstance(decision.findings.kind, MailKind)
    assert "\0" not in decision.because
    assert decision.because.isprintable()


@pytest.mark.timeout(max(120, CASES // 20))
@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_header_block_of_the_grammar_is_too_broken(batch: int) -> None:
    """Each by its own seed: zero exceptions, and nothing unbearable comes out."""
    for seed in range(FIRST + batch, FIRST + CASES, BATCHES):
        raw = header_block(Random(seed))
        try:
            assert_sound(raw)
        except BaseException as failure:
            failure.add_note(f"MAILGATE_FUZZ_SEED={seed} makes {raw!r}")
            raise


def test_the_grammar_is_the_same_for_ever() -> None:
    """Otherwise the seed of a failure says nothing."""
    assert header_block(Random(7)) == header_block(Random(7))
    assert header_block(Random(7)) != header_block(Random(8))


def test_the_grammar_makes_every_field_and_some_mails_that_are_fine() -> None:
    """A fuzzer that only makes rubbish tries nothing but the first check."""
    blocks = [header_block(Random(seed)) for seed in range(3000)]
    mails = [parse.read(block) for block in blocks]
    assert all(any(name.lower() in block.lower() for block in blocks) for name in FIELDS)
    assert 0.05 < sum(mail.sender is not None for mail in mails) / len(mails) < 0.95
    assert any(mail.references for mail in mails)
    assert any(mail.attachments for mail in mails)
