"""What an undoing puts back: each part as it was, unless somebody changed that part since."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model import Status
from mailgate.core.undoable import PARTS, Deed, State, as_in, put_back, state_of
from tests.builders import NOW, a_ticket

BEFORE = state_of(a_ticket(), None)
WORDS = st.sampled_from(["a", "b", "c"])
STATES = st.builds(
    State,
    status=st.sampled_from([Status.NEW, Status.OPEN, Status.WAITING_THIRD, Status.RESOLVED]),
    since=st.sampled_from([None, NOW]),
    wakes_at=st.sampled_from([None, NOW]),
    assignee=st.none() | WORDS,
    queue=WORDS,
    kind=WORDS,
    level=st.integers(1, 3),
    severity=st.none() | WORDS,
    priority=st.none() | WORDS,
    subject=WORDS,
    requester=WORDS,
    requester_name=WORDS,
    language=WORDS,
    registered=st.booleans(),
    customer=st.none() | WORDS,
    timezone=WORDS,
)


def a_deed(before: State, after: State) -> Deed:
    """It found the one state and left the other."""
    return Deed(1, 1, 1001, "tech1", NOW, before, after)


@given(STATES, STATES)
def test_undoing_at_once_is_as_if_nothing_had_been(before: State, after: State) -> None:
    """Whatever a mail changes."""
    assert put_back(after, a_deed(before, after), frozenset()).state == before


@given(STATES, STATES, STATES)
def test_nobody_elses_change_is_lost(before: State, after: State, now: State) -> None:
    """Each part is either as the deed found it, or as it is now; it is never a mixture."""
    undone = put_back(now, a_deed(before, after), frozenset())
    for part, names in PARTS.items():
        was, left, became, found = (
            [getattr(state, name) for name in names] for state in (before, after, now, undone.state)
        )
        assert found == (was if part in undone.parts else became)
        assert part not in undone.parts or became == left


def test_what_is_fixed_stays() -> None:
    """A request that was released stays so, whoever takes the take back."""
    after = replace(BEFORE, status=Status.OPEN, assignee="tech1", priority="P1")
    undone = put_back(after, a_deed(BEFORE, after), frozenset({"status", "assignee"}))
    assert undone.state == replace(after, priority=BEFORE.priority)
    assert undone.stays == frozenset()


@given(STATES)
def test_a_ticket_is_in_the_state_that_it_is_put_in(state: State) -> None:
    """The store and the core read the same state of it."""
    assert state_of(as_in(a_ticket(), state), state.wakes_at) == state
