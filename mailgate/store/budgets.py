"""What the budgets on automatic mail count, and what they held back (core.budgets).

They matter in a flood, so a flood must not make them slow: every count reads one index and stops at a limit, and what
is too old to count is deleted when the next mail is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, assert_never

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, delete, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.effects import ForgetHeldBack, HoldBack
from mailgate.core.seen import COUNTED_MOST, LATELY_MOST, Answered, HeldBack, Tally
from mailgate.store import rows
from mailgate.store.database import Tx
from mailgate.store.tables import AnswerRow, HeldBackRow, JournalRow
from mailgate.store.tables.desk import REFUSED

BudgetChange = HoldBack | ForgetHeldBack

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

COUNTS_FOR = timedelta(days=8)
"""How long a counted mail is remembered: longer than any budget looks back."""

TICKETS = 5
"""How many tickets are shown for each of them."""

_ANSWERS, _JOURNAL = rows.table(AnswerRow), rows.table(JournalRow)
_REFUSED = select_columns(func.count()).select_from(
    select_columns(_JOURNAL.c.id)
    .where(_JOURNAL.c.ticket == bindparam("of"), REFUSED, _JOURNAL.c.at > bindparam("since"))
    .limit(LATELY_MOST)
    .subquery()
)
_FORGET = delete(_ANSWERS).where(_ANSWERS.c.at < bindparam("since"))

LARGEST = 20
"""How many addresses a report names, those that most was held back from; the others are summed up."""


def count(tx: Tx, to: str, now: datetime) -> None:
    """An automatic mail to an address uses up what the budgets grant."""
    address = to.lower()
    rows.ask(tx, _FORGET, {"since": now - COUNTS_FOR})
    rows.add_one(tx, AnswerRow, at=now, address=address, domain=_domain(address))


def change_budgets(tx: Tx, effect: BudgetChange) -> None:
    """Something was held back, or the administrators know what was."""
    match effect:
        case HoldBack(budget, address, at, ticket):
            tx.add(HeldBackRow(at=at, budget=budget, address=address, ticket=ticket))
        case ForgetHeldBack(through):
            tx.exec(delete(HeldBackRow).where(col(HeldBackRow.id) <= through))
        case _:
            assert_never(effect)


def answered(tx: Tx, addresses: Iterable[str], at: datetime) -> Answered:
    """What these addresses (lower case), their domains and everybody were promised lately, or after `at`.

    Who was promised nothing is left out. One question, however much it asks: every mail asks it."""
    asked = sorted(set(addresses))
    domains = sorted(set(map(_domain, asked)))
    named = [*(("a", one) for one in enumerate(asked)), *(("d", one) for one in enumerate(domains))]
    whose = {f"{kind}{place}": one for kind, (place, one) in named}
    values = {"hour": at - HOUR, "day": at - DAY, "most": COUNTED_MOST, **whose}
    times = iter(rows.ask(tx, _counts(len(asked), len(domains)), values).one())
    hours, days = tuple(islice(times, len(asked))), tuple(islice(times, len(asked)))
    tallies = zip(asked, map(Tally, hours, days), strict=True)
    return Answered(
        addresses={address: tally for address, tally in tallies if tally.day},
        domains={domain: count for domain, count in zip(domains, islice(times, len(domains)), strict=True) if count},
        total=next(times),
    )


def refused(tx: Tx, ticket: int, at: datetime) -> int:
    """How many mails were refused on the ticket within a day before `at`."""
    return int(rows.ask(tx, _REFUSED, {"of": ticket, "since": at - DAY}).scalar_one())


def held_back(tx: Tx) -> tuple[HeldBack, ...]:
    """What was held back and not reported yet: by address the most first, then what is left of each budget (of "")."""
    newest = tx.exec(select(func.max(HeldBackRow.id))).one()
    if newest is None:
        return ()
    budget, address = col(HeldBackRow.budget), col(HeldBackRow.address)
    times, since = func.count(), func.min(HeldBackRow.at)
    most = select(budget, address, times, since).group_by(budget, address).order_by(times.desc(), budget, address)
    named = tuple(HeldBack(*row, through=newest) for row in tx.exec(most.limit(LARGEST)))
    whole = select(budget, times, since).group_by(budget).order_by(budget)
    every = tuple(HeldBack(one, "", much, at, newest) for one, much, at in tx.exec(whole))
    return (
        *(replace(one, tickets=_tickets(tx, one.budget, address == one.address)) for one in named),
        *(replace(one, tickets=_tickets(tx, one.budget, _not_named(one, named))) for one in _left(every, named)),
    )


def _not_named(left: HeldBack, named: tuple[HeldBack, ...]) -> ColumnElement[bool]:
    return col(HeldBackRow.address).not_in([one.address for one in named if one.budget == left.budget])


def _tickets(tx: Tx, budget: str, whose: ColumnElement[bool]) -> tuple[int, ...]:
    """The newest tickets whose mail was held back."""
    ticket = col(HeldBackRow.ticket)
    theirs = select(ticket).where(HeldBackRow.budget == budget, whose, ticket.is_not(None)).group_by(ticket)
    newest = theirs.order_by(func.max(HeldBackRow.id).desc()).limit(TICKETS)
    return tuple(number for number in tx.exec(newest) if number is not None)


def _left(budgets: Iterable[HeldBack], named: tuple[HeldBack, ...]) -> Iterator[HeldBack]:
    for whole in budgets:
        left = whole.times - sum(one.times for one in named if one.budget == whole.budget)
        if left:
            yield replace(whole, times=left)


@cache
def _counts(addresses: int, domains: int) -> Select[*tuple[Any, ...]]:
    """The question of `answered` for so many addresses and domains."""
    asked = [_ANSWERS.c.address == bindparam(f"a{place}") for place in range(addresses)]
    firms = [_ANSWERS.c.domain == bindparam(f"d{place}") for place in range(domains)]
    return select_columns(
        *(_times("hour", one) for one in asked),
        *(_times("day", one) for one in asked),
        *(_times("hour", one) for one in firms),
        _times("hour"),
    )


def _times(since: str, *whose: ColumnElement[bool]) -> ScalarSelect[int]:
    """How often since then, counted no further than anybody asks."""
    lately = select_columns(_ANSWERS.c.id).where(*whose, _ANSWERS.c.at > bindparam(since)).limit(bindparam("most"))
    return select_columns(func.count()).select_from(lately.subquery()).scalar_subquery()


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
