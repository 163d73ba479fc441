"""A machine that finds nothing in a broken build proves nothing: the shortest game that shows each, and, as long as
MAILGATE_LONG asks for, the search for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import Phase, settings

from tests.flow.forgeries.weakening import Weakening
from tests.flow.machine.cutting import Moment
from tests.flow.machine.letters import CONTACTS, URGENT, Sort, Trick, Way
from tests.flow.machine.machine import Ending, Machine
from tests.flow.machine.playing import LONG, PLAYED, played_on
from tests.flow.machine.relay import Mood
from tests.flow.machine.weak import WEAK
from tests.flow.machine.world import Stage

pytestmark = pytest.mark.timeout(0)

SOON = Ending(timedelta(hours=2), 0)
LOOKING = settings(PLAYED, max_examples=200, phases=[Phase.generate], report_multiple_bugs=False)


def stuck(machine: Machine) -> None:
    """Two mails have the same Message-ID."""
    for _ in range(2):
        machine.somebody_asks(CONTACTS[0], URGENT, Sort.STUCK, Way.SMTP, True)


def put_off(machine: Machine) -> None:
    """The relay takes nothing for a while."""
    machine.the_relay_changes(Mood.PUTS_OFF)
    machine.somebody_asks(CONTACTS[0], URGENT, Sort.PERSON, Way.SMTP, True)


def taken_back(machine: Machine) -> None:
    """A technician regrets what they have just written."""
    machine.a_technician_works(0, "", Way.SMTP)
    machine.a_technician_takes_it_back(0, Way.SMTP)


def merged(machine: Machine) -> None:
    """Two requests are one."""
    machine.somebody_asks(CONTACTS[0], URGENT, Sort.PERSON, Way.SMTP, True)
    machine.a_technician_merges(0, 0)


def bought_twice(machine: Machine) -> None:
    """Two people enter the same invoice."""
    for _ in range(2):
        machine.hours_are_bought(600, "INV-1")


GAMES: tuple[Callable[[Machine], None], ...] = (
    lambda machine: machine.the_power_goes_while_somebody_asks(Moment.BEGIN, 2),
    stuck,
    lambda machine: machine.a_mail_comes_again(0, Way.LMTP),
    put_off,
    lambda machine: machine.somebody_tries_a_trick(0, Trick.STOLEN_ADDRESS, Way.SMTP),
    taken_back,
    merged,
    bought_twice,
    lambda machine: machine.requests_pour_in(6, CONTACTS[0], URGENT, 0),
)
"""In the order of WEAK."""


def play(stage: Stage, game: Callable[[Machine], None]) -> None:
    """One game from its beginning to its end."""
    machine = Machine(stage, SOON)
    try:
        machine.somebody_asked(Moment.COMMITTED, 5)
        game(machine)
        machine.the_database_is_sound()
    except BaseException:
        machine.world.close()
        raise
    machine.teardown()


@pytest.mark.parametrize(("weakening", "game"), list(zip(WEAK, GAMES, strict=True)), ids=[one.words for one in WEAK])
def test_a_game_that_a_sound_build_wins_shows_the_broken_one(
    weakening: Weakening, game: Callable[[Machine], None], stage: Stage
) -> None:
    """The steps, the model and the questions are the machine's own."""
    play(stage, game)
    with weakening.applied(), pytest.raises(AssertionError):
        play(stage, game)


@pytest.mark.skipif(not LONG, reason="MAILGATE_LONG=1 searches for the games itself")
@pytest.mark.parametrize("weakening", WEAK, ids=lambda one: one.words)
def test_the_machine_finds_what_is_broken(weakening: Weakening, stage: Stage) -> None:
    """Without shrinking: that it fails is all that is asked."""
    with weakening.applied(), pytest.raises(AssertionError):
        played_on(stage, LOOKING, SOON)
