"""`mailgate bank CUSTOMER`: what a customer has paid in advance, entry by entry; `add`, `credit` and `debit` enter one
more. Nothing is ever changed: what was wrong is set right by a correction, which has a reference of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.deadlines import length
from mailgate.cli.failures import DONE, Refusal
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import Column, local, plain, print_json, print_table
from mailgate.core.bank_effects import EntryKind
from mailgate.daemon import clock
from mailgate.toml.mistakes import did_you_mean

if TYPE_CHECKING:
    from mailgate.cli.desk import Desk
    from mailgate.core.people import Customer
    from mailgate.core.policy import Policy
    from mailgate.store.query import EntryShown

PATIENCE = 5.0
"""Seconds that the daemon gets to enter it before the command says that it is queued."""

LONGEST = 100_000 * 60
"""The most minutes of one entry: more is a slip of the hand."""

LONGEST_REFERENCE = 100

_TIME = re.compile(r"([0-9]{1,6})(?:h|:)(?:([0-9]{1,2})(?:m|min)?)?|([0-9]{1,8})(?:m|min)")


class Action(StrEnum):
    """What may be entered by hand."""

    ADD = "add"
    CREDIT = "credit"
    DEBIT = "debit"


MEANING = {
    Action.ADD: (EntryKind.PURCHASE, 1),
    Action.CREDIT: (EntryKind.CORRECTION, 1),
    Action.DEBIT: (EntryKind.CORRECTION, -1),
}
"""What each enters, and with which sign."""


@dataclass(frozen=True, slots=True)
class BankShown:
    """A customer's bank; `balance` is the sum of the entries, in minutes."""

    customer: str
    name: str
    bank: str
    balance: int
    entries: tuple[EntryShown, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be entered."""

    action: Action
    minutes: int
    reference: str


@dataclass(frozen=True, slots=True)
class Entered:
    """The answer: the inbox row of the wish, and the balance when the daemon has entered it."""

    inbox: int
    customer: str
    what: EntryKind
    minutes: int
    reference: str
    balance: int | None


def bank(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's key in the rules.")],
    action: Annotated[
        Action | None,
        typer.Argument(help="add: hours were bought; credit, debit: a correction. Without it: show the bank."),
    ] = None,
    time: Annotated[str | None, typer.Argument(metavar="TIME", help="20h, 90m or 1h30.", show_default=False)] = None,
    reference: Annotated[
        str | None, typer.Option(help="What it is entered by, once for each customer: an invoice, a reason.")
    ] = None,
    config: SiteConfig = HERE,
    as_json: AsJson = False,
) -> int:
    """Show a customer's bank of hours, or enter hours that were bought."""
    if action is None:
        return _show(customer, config, as_json)
    return _enter(customer, Wish(action, _minutes(time), _referred(reference)), config, as_json)


def _show(key: str, config: Path, as_json: bool) -> int:
    from mailgate.cli import desk

    with desk.at(config) as here:
        entries, policy = _entries(here, key), _policy(here)
        customer = policy.customers.get(key)
        if not entries:
            customer = _with_bank(key, policy)
        shown = BankShown(
            customer=key,
            name=customer.name if customer else key,
            bank=customer.bank if customer else "none",
            balance=entries[-1].balance if entries else 0,
            entries=entries,
        )
        _print(shown, here.zone, as_json)
    return DONE


def _print(shown: BankShown, zone: ZoneInfo, as_json: bool) -> None:
    if as_json:
        print_json(shown)
        return
    print(plain(f"{shown.name} ({shown.customer}), bank '{shown.bank}': {signed(shown.balance)} left"))
    if shown.entries:
        print()
        print_table(_columns(zone), shown.entries, "")


def _columns(zone: ZoneInfo) -> Sequence[Column[EntryShown]]:
    return (
        Column("entry", lambda one: one.number),
        Column("at", lambda one: local(one.at, zone)),
        Column("what", lambda one: one.what),
        Column("time", lambda one: signed(one.minutes, "+")),
        Column("balance", lambda one: signed(one.balance)),
        Column("for", _reason),
    )


def _reason(entry: EntryShown) -> str:
    parts = (entry.reference, entry.ticket and f"#{entry.ticket}", entry.technician)
    return ", ".join(str(part) for part in parts if part)


def signed(minutes: int, plus: str = "") -> str:
    """An amount: 20 h, -1 h 30 min."""
    sign = "-" if minutes < 0 else plus
    return f"{sign}{length(abs(minutes))}"


def _enter(key: str, wish: Wish, config: Path, as_json: bool) -> int:
    """One inbox row, and the daemon does the rest."""
    from mailgate.cli import desk
    from mailgate.core.events import BankAsked

    now = clock.now()
    what, sign = MEANING[wish.action]
    with desk.at(config) as here:
        _with_bank(key, _policy(here))
        _refuse_known(here, key, wish.reference)
        row = desk.ask(here, BankAsked(0, now, key, what, sign * wish.minutes, wish.reference), now)
    with desk.at(config) as here:
        entered = _entered(here, row, key)
    answer = Entered(row, key, what, sign * wish.minutes, wish.reference, entered)
    return _tell(answer, as_json)


def _entered(desk: Desk, row: int, key: str) -> int | None:
    """The balance behind the entry, None when nobody has entered it yet."""
    from mailgate.cli.desk import fate_of
    from mailgate.store import query
    from mailgate.store.columns import InboxState

    fate = fate_of(desk, row, PATIENCE)
    if fate is None:
        return None
    if fate.state is InboxState.QUARANTINED:
        raise Refusal(f"the entry could not be decided and is quarantined as inbox row {row}: {fate.reason}")
    mine = [one for one in _entries(desk, key) if one.inbox == row]
    if not mine:
        raise Refusal(desk.look(lambda tx: query.refusal(tx, row)) or "refused")
    return mine[0].balance


def _tell(entered: Entered, as_json: bool) -> int:
    said = f"{signed(entered.minutes, '+')} ({entered.reference}) for {entered.customer}"
    if as_json:
        print_json(entered)
    elif entered.balance is None:
        print(f"queued as inbox row {entered.inbox}: {said}; entered when `mailgate serve` runs")
    else:
        print(f"{said}: {signed(entered.balance)} left")
    return DONE


def _policy(desk: Desk) -> Policy:
    from mailgate import rulebook

    return rulebook.load(desk.config.root / "rules", desk.config.desk).policy


def _with_bank(key: str, policy: Policy) -> Customer:
    """The customer, who must be one of the rules' and have a bank."""
    from mailgate.core.billing import has_bank

    customer = policy.customers.get(key)
    if customer is None:
        raise Refusal(f"unknown customer '{key}'{did_you_mean(key, policy.customers)}")
    if not has_bank(customer):
        raise Refusal(f"customer '{key}' has no bank: 'bank = \"hours\"' in [customer.{key}] gives them one")
    return customer


def _refuse_known(desk: Desk, key: str, reference: str) -> None:
    from mailgate.store import query

    for one in _entries(desk, key):
        if one.reference == reference:
            said = f"entry {one.number}, {signed(one.minutes, '+')} on {local(one.at, desk.zone)}"
            raise Refusal(f"'{reference}' is in the bank of '{key}' already ({said}): nothing was entered")
    if desk.look(lambda tx: query.is_asked(tx, key, reference)):
        raise Refusal(f"'{reference}' was asked for '{key}' already and waits in the inbox: nothing was asked again")


def _entries(desk: Desk, key: str) -> tuple[EntryShown, ...]:
    from mailgate.store import query

    return desk.look(lambda tx: query.bank(tx, key)) or ()


def _minutes(time: str | None) -> int:
    found = _TIME.fullmatch("".join((time or "").lower().split()))
    if found is None:
        raise typer.BadParameter(f"'{time or ''}' is not a time: write 20h, 90m or 1h30")
    minutes = 60 * int(found[1] or 0) + int(found[2] or 0) + int(found[3] or 0)
    if not 0 < minutes <= LONGEST:
        raise typer.BadParameter(f"'{time}' is not between 1m and {LONGEST // 60}h")
    return minutes


def _referred(reference: str | None) -> str:
    one_line = " ".join((reference or "").split())
    if not one_line or len(one_line) > LONGEST_REFERENCE:
        raise typer.BadParameter(f"say what for, in at most {LONGEST_REFERENCE} characters: --reference INV-12")
    return one_line
