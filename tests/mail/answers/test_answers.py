"""Hundreds of answers as mail programs send them: each means what its author meant, to the letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from mailgate.mail import parse
from mailgate.mail.commands import read_orders
from tests.mail.answers import desktops, others, telephones, webmail
from tests.mail.answers.said import SAID, Said
from tests.mail.answers.tongues import TONGUES, Tongue
from tests.mail.answers.wear import WEARS, Wear, worn
from tests.mail.answers.wire import Answer

PROGRAMS = (*desktops.PROGRAMS, *webmail.PROGRAMS, *telephones.PROGRAMS, *others.PROGRAMS)
TIMES = 3
"""How many things are said with each program in each language."""


@dataclass(frozen=True, slots=True)
class Case:
    """One answer: what is said, with which program, in which language, and what the keyboard did to its commands."""

    program: Callable[[Answer], bytes]
    tongue: Tongue
    said: Said
    wear: Wear
    ours: bool

    def __str__(self) -> str:
        return f"{self.program.__name__}-{self.tongue.code}-{self.wear.__name__}-{self.said}"

    def raw(self) -> bytes:
        """The mail."""
        return self.program(Answer(worn(self.said.blocks, self.wear), self.tongue, self.ours))


def cases() -> Iterator[Case]:
    """Every program in every language, each with other words than the last."""
    number = 0
    for program in PROGRAMS:
        for tongue in TONGUES:
            for _ in range(TIMES):
                said, wear = SAID[number * 11 % len(SAID)], WEARS[number * 5 % len(WEARS)]
                yield Case(program, tongue, said, wear, ours=number % 3 > 0)
                number += 1


CASES = tuple(cases())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_means_what_was_typed(case: Case) -> None:
    """The exact orders, and for the customer exactly the words."""
    read = read_orders(parse.read(case.raw()).text)
    assert read.problems == ()
    assert tuple(order.intent for order in read.orders) == case.said.orders
    assert read.text == case.said.public


def test_there_are_hundreds_of_answers() -> None:
    """No two alike; everything that is said comes with several programs, everything a keyboard does, too."""
    assert len({case.raw() for case in CASES}) == len(CASES)
    assert len(CASES) >= 400
    assert all(sum(case.said is said for case in CASES) >= 5 for said in SAID)
    assert all(sum(case.wear is wear for case in CASES) >= 5 for wear in WEARS)
