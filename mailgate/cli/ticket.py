"""`mailgate ticket N`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.failures import DONE, Refusal
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import print_json

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
    if as_json:
        print_json(found)
    elif attachments or raw:
        print("\n".join(map(str, extracted)) or "the ticket holds none")
    else:
        print(story.told(found, here.zone))
    return DONE


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
