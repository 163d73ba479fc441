"""`mailgate open`: a ticket on somebody's behalf, for instance when a customer phones."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.failures import DONE, Refusal
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import print_json
from mailgate.core.events import TicketRequested
from mailgate.core.intents import Spend
from mailgate.core.model import Activity
from mailgate.daemon import clock
from mailgate.mail.arguments import time_spent
from mailgate.toml.mistakes import did_you_mean

if TYPE_CHECKING:
    from mailgate.core.policy import Policy
    from mailgate.store.query import Fate

PATIENCE = 5.0
"""Seconds that the daemon gets to open the ticket before the command says that it is queued."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer: the inbox row of the request, and the ticket when the daemon has opened it."""

    inbox: int
    ticket: int | None


def open_ticket(
    customer: Annotated[str, typer.Option(help="The customer's key in the rules.")],
    contact: Annotated[str, typer.Option(help="The mail address of one of its contacts.")],
    subject: Annotated[str, typer.Option(help="What it is about.")],
    queue: Annotated[str | None, typer.Option(help="The queue; the first one of the rules without it.")] = None,
    channel: Annotated[str, typer.Option(help="How the request came.")] = "phone",
    by: Annotated[str | None, typer.Option(help="The technician who attended to it already.")] = None,
    call: Annotated[str | None, typer.Option(help="They called back: for how long (15, 1h30).")] = None,
    visit: Annotated[str | None, typer.Option(help="They were there: for how long.")] = None,
    remote: Annotated[str | None, typer.Option(help="They worked from afar: for how long.")] = None,
    text: Annotated[Path | None, typer.Argument(metavar="FILE|-", help="The request's text; - is stdin.")] = None,
    config: SiteConfig = HERE,
    as_json: AsJson = False,
) -> int:
    """Open a ticket on somebody's behalf."""
    from mailgate import rulebook
    from mailgate.cli import desk

    now = clock.now()
    spent = _spent({Activity.CALL: call, Activity.VISIT: visit, Activity.REMOTE: remote}, by)
    wish = TicketRequested(
        0, now, customer, contact.lower(), _line(subject), _read(text), queue, channel,
        by, spent.activity if spent else None, spent.minutes if spent else 0,
    )  # fmt: skip
    with desk.at(config) as here:
        _refuse_unknown(wish, rulebook.load(here.config.root / "rules", here.config.desk).policy)
        row = desk.ask(here, wish, now)
    with desk.at(config) as here:
        fate = desk.fate_of(here, row, PATIENCE)
    return _tell(Opened(row, fate.ticket if fate else None), fate, as_json)


def _line(subject: str) -> str:
    one_line = " ".join(subject.split())
    if not one_line:
        raise typer.BadParameter("--subject must not be empty")
    return one_line


def _spent(said: Mapping[Activity, str | None], by: str | None) -> Spend | None:
    """What the technician did, and for how long; one thing only."""
    given = [(activity, time) for activity, time in said.items() if time is not None]
    if by is None and not given:
        return None
    if by is None:
        raise typer.BadParameter("say --by whom the work was done")
    if len(given) != 1:
        raise typer.BadParameter("--by goes with one of --call, --visit and --remote")
    ((activity, time),) = given
    read = time_spent(activity, time)
    if not isinstance(read, Spend) or read.minutes <= 0:
        raise typer.BadParameter(f"--{activity} '{time}' is not a time; write 15, 90 or 1h30")
    return read


def _read(text: Path | None) -> str:
    if text is None:
        return ""
    raw = sys.stdin.buffer.read() if text == Path("-") else text.read_bytes()
    return raw.decode("utf-8", "replace")


def _refuse_unknown(wish: TicketRequested, policy: Policy) -> None:
    """Every name must be one of the rules', so that a typing error is not a ticket."""
    _known("customer", wish.customer, policy.customers)
    contacts = [contact.mail for contact in policy.customers[wish.customer].contacts]
    _known(f"contact of '{wish.customer}'", wish.contact, contacts)
    if wish.technician is not None:
        _known("technician", wish.technician, policy.technicians)
    if wish.queue is not None:
        _known("queue", wish.queue, policy.queues)


def _known(what: str, word: str, valid: Iterable[str]) -> None:
    words = tuple(valid)
    if word not in words:
        raise Refusal(f"unknown {what} '{word}'{did_you_mean(word, words)}")


def _tell(opened: Opened, fate: Fate | None, as_json: bool) -> int:
    if fate is not None and fate.ticket is None:
        raise Refusal(f"the request could not be decided and is quarantined as inbox row {opened.inbox}: {fate.reason}")
    if as_json:
        print_json(opened)
    elif opened.ticket is None:
        print(f"queued as inbox row {opened.inbox}; the ticket opens when `mailgate serve` runs")
    else:
        print(f"ticket {opened.ticket} is open")
    return DONE
