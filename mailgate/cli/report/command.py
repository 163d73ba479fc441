"""`mailgate report sla`: how the desk keeps its promises, per queue, customer and month."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.failures import DONE
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import print_json
from mailgate.cli.report import figures, page, text
from mailgate.cli.report.period import USUAL, Period, period
from mailgate.core import sla
from mailgate.daemon import clock

if TYPE_CHECKING:
    from mailgate.cli.desk import Desk


class Kind(StrEnum):
    """What may be reported."""

    SLA = "sla"


def report(
    kind: Annotated[Kind, typer.Argument(metavar="sla", help="Which promises were kept, and which were not.")],
    since: Annotated[str, typer.Option(help="From then on: 30d, 2026-11 or 2026-11-23.")] = USUAL,
    until: Annotated[str | None, typer.Option(help="Until the end of then: 2026-11 or 2026-11-23.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only tickets of this queue.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only tickets of this customer.")] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write it as an HTML page.")] = None,
    config: SiteConfig = HERE,
    as_json: AsJson = False,
) -> int:
    """Report the promises that fell due: kept, late and missed, per queue, customer and month."""
    from mailgate.cli import desk

    assert kind is Kind.SLA
    now = clock.now()
    with desk.at(config) as here:
        found = _counted(here, period(since, until, here.zone, now), queue, customer, now)
    if html is not None:
        html.write_text(page.page(found, _reader(here)), "utf-8")
    if as_json:
        print_json(figures.shown(found, queue, customer))
    elif html is not None:
        print(html)
    else:
        text.show(found, text.Pen.for_encoding(sys.stdout.encoding), here.zone)
    if not found.promises:
        _doubt(config, queue, customer)
    return DONE


def _counted(desk: Desk, asked: Period, queue: str | None, customer: str | None, now: datetime) -> sla.Report:
    """The promises as they are counted while they are read; none when the desk was never served."""
    from mailgate.store.query import FallenDue, fallen_due

    wanted = FallenDue(asked.since, asked.until, queue, customer)
    counted = desk.look(lambda tx: sla.report(fallen_due(tx, wanted), asked.since, asked.until, desk.zone, now))
    return counted or sla.report((), asked.since, asked.until, desk.zone, now)


def _reader(desk: Desk) -> page.Reader:
    settings = desk.config.desk
    return page.Reader(settings.name, settings.language, settings.timezone)


def _doubt(config: Path, queue: str | None, customer: str | None) -> None:
    from mailgate.cli.tickets import doubts
    from mailgate.store.query import TicketFilter

    for doubt in doubts(config, TicketFilter(queue=queue, customer=customer)):
        print(doubt, file=sys.stderr)
