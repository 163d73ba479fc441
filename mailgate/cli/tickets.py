"""`mailgate tickets`"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.deadlines import TITLES, length
from mailgate.cli.failures import DONE
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import Column, local, print_json, print_table
from mailgate.core.model import Status
from mailgate.daemon import clock
from mailgate.toml.mistakes import did_you_mean

if TYPE_CHECKING:
    from mailgate.store.query import DeadlineShown, TicketFilter, TicketLine


def tickets(
    status: Annotated[Status | None, typer.Option(help="Only tickets of this status.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only tickets of this queue.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only tickets of this customer.")] = None,
    assignee: Annotated[str | None, typer.Option(help="Only tickets of this technician.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only tickets with a promise that is overdue.")] = False,
    config: SiteConfig = HERE,
    as_json: AsJson = False,
) -> int:
    """List the tickets, newest first."""
    from mailgate.cli import desk
    from mailgate.store.query import TicketFilter
    from mailgate.store.query import tickets as all_tickets

    now = clock.now()
    wanted = TicketFilter(status, queue, customer, assignee, late)
    with desk.at(config) as here:
        found = here.look(lambda tx: all_tickets(tx, wanted, now)) or ()
    if as_json:
        print_json(found)
    else:
        print_table((_late_columns if late else _columns)(here.zone), found, "no tickets")
    for doubt in () if found else doubts(config, wanted):
        print(doubt, file=sys.stderr)
    return DONE


def doubts(config: Path, wanted: TicketFilter) -> Iterator[str]:
    """Why nothing was found, when a word is none of the rules'. (Old tickets may still carry such a word.)"""
    from mailgate import site

    policy = site.load(config).policy
    asked = (
        ("queue", wanted.queue, policy.queues),
        ("customer", wanted.customer, policy.customers),
        ("technician", wanted.assignee, policy.technicians),
    )
    for what, word, known in asked:
        if word is not None and word not in known:
            yield f"the rules know no {what} '{word}'{did_you_mean(word, known)}"


def _columns(zone: ZoneInfo) -> Sequence[Column[TicketLine]]:
    return (
        Column("ticket", lambda row: row.number),
        Column("status", lambda row: row.status),
        Column("queue", lambda row: row.queue),
        Column("customer", lambda row: row.customer or row.requester),
        Column("assignee", lambda row: row.assignee or ""),
        Column("opened", lambda row: local(row.opened_at, zone)),
        Column("deadline", lambda row: first_deadline(row, zone)),
        Column("subject", lambda row: row.subject),
    )


def _late_columns(zone: ZoneInfo) -> Sequence[Column[TicketLine]]:
    *columns, subject = _columns(zone)
    return (*columns, Column("late", lambda row: ", ".join(map(_lateness, row.late))), subject)


def first_deadline(row: TicketLine, zone: ZoneInfo) -> str:
    """What is owed next and by when; without anything of the kind, how the call-back ended."""
    if row.deadline is not None:
        return f"{TITLES[row.deadline.promise]} {local(row.deadline.due_at, zone)}{' LATE' if row.late else ''}"
    if row.callback is None or row.callback.in_time is None:
        return ""
    return "kept" if row.callback.in_time else "kept late"


def _lateness(one: DeadlineShown) -> str:
    by = "" if one.late_minutes is None else f" by {length(one.late_minutes)}"
    return f"{TITLES[one.promise]}{by}"
