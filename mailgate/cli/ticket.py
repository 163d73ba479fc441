"""`mailgate ticket N`"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.failures import DONE, Refusal
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import print_json
from mailgate.core.clocks import hours_of
from mailgate.core.reckoning import Reckoning, reckon
from mailgate.daemon import clock

if TYPE_CHECKING:
    from mailgate.cli.desk import Desk
    from mailgate.store.query import TicketStory


def ticket(
    number: Annotated[int, typer.Argument(metavar="N", help="The ticket's number.")],
    attachments: Annotated[
        Path | None, typer.Option("--attachments", metavar="DIR", help="Write every attachment to this directory.")
    ] = None,
    raw: Annotated[
        Path | None,
        typer.Option("--raw", metavar="DIR", help="Write every mail to this directory, as it was received."),
    ] = None,
    config: SiteConfig = HERE,
    as_json: AsJson = False,
) -> int:
    """Show one ticket with its whole story."""
    from mailgate.cli import desk, story

    with desk.at(config) as here:
        found = _story(here, number)
        extracted = _extracted(here, found, attachments, raw)
    if (attachments or raw) and not as_json:
        print("\n".join(map(str, extracted)) or "the ticket holds none")
        return DONE
    reckoned = _reckoned(found, config)
    if as_json:
        print_json(story.as_json(found, reckoned, here.zone))
    else:
        print(story.told(found, reckoned, here.zone))
    return DONE


def _reckoned(story: TicketStory, config: Path) -> tuple[Reckoning, ...]:
    """Every clock of the ticket, worked out; the rules are asked for calendars that an older version did not note."""
    from mailgate import site

    now, rules = clock.now(), cache(lambda: site.load(config).policy)
    return tuple(
        reckon(one, one.hours or hours_of(one, story.queue, rules()), story.waits, now) for one in story.clocks
    )


def _story(desk: Desk, number: int) -> TicketStory:
    from mailgate.store import query

    found = desk.look(lambda tx: query.ticket(tx, number))
    if found is None:
        raise Refusal(f"there is no ticket {number}")
    return found


def _extracted(desk: Desk, story: TicketStory, attachments: Path | None, raw: Path | None) -> tuple[Path, ...]:
    """The files written to the directories that were named."""
    from mailgate.cli import extraction

    files: tuple[Path, ...] = ()
    if attachments is not None:
        files += desk.look(lambda tx: extraction.attachments(tx, story, attachments)) or ()
    if raw is not None:
        files += desk.look(lambda tx: extraction.mails(tx, story, raw)) or ()
    return files
