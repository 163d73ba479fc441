"""One conversation from the first mail to the end, turn by turn: what people write, and the time that passes.

an urgent request of a contact · nobody answers: pages again, then everybody · a technician takes it and charges
· the customer adds something · the technician closes it · a month of silence, in which nothing more leaves
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.flow.desk import Sent
from tests.flow.machine.letters import CONTACTS, TECHNICIANS, URGENT, Posted, Sort, answered, request
from tests.flow.machine.world import World

CUSTOMER, TECHNICIAN = CONTACTS[0], TECHNICIANS[1]


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody writes, or time passes; `words` name it."""

    words: str
    writes: Callable[[World], Posted] | None = None
    passes: timedelta = timedelta()


def _latest(world: World, to: str) -> Sent:
    """The newest mail that somebody got."""
    return [one.mail for one in world.relay.taken if one.mail.to == to][-1]


TURNS = (
    Turn("a request", lambda _: request("m1", 1, CUSTOMER, URGENT, Sort.PERSON)),
    Turn("two minutes", passes=timedelta(minutes=2)),
    Turn("ten minutes", passes=timedelta(minutes=8)),
    Turn("a technician takes it", lambda world: answered(_latest(world, TECHNICIAN), "#appel 20\nC'est réparé.", 2)),
    Turn("the customer follows up", lambda world: answered(_latest(world, CUSTOMER), "Encore une chose.", 3)),
    Turn("the technician closes it", lambda world: answered(_latest(world, TECHNICIAN), "#fermer\nVoilà.", 4)),
    Turn("a month", passes=timedelta(days=30)),
)
