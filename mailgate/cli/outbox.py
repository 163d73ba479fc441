"""`mailgate outbox`"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never
from zoneinfo import ZoneInfo

from mailgate.cli import boxes
from mailgate.cli.boxes import Action, RowNumber, WhatToDo
from mailgate.cli.failures import DONE
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import Column, local, print_json, print_table

if TYPE_CHECKING:
    from mailgate.cli.desk import Desk
    from mailgate.store.query import OutboxLine


def outbox(action: WhatToDo = None, row: RowNumber = None, config: SiteConfig = HERE, as_json: AsJson = False) -> int:
    """What is promised and not yet sent; `retry N` tries a row again now, `show N` prints its mail."""
    from mailgate.cli import desk

    with desk.at(config) as here:
        return _answer(here, action, row, as_json)


def _answer(desk: Desk, action: Action | None, row: int | None, as_json: bool) -> int:
    from mailgate.store import query

    match action:
        case None:
            return _list(desk, as_json)
        case Action.SHOW:
            wanted = boxes.required(row)
            return boxes.show(desk.look(lambda tx: query.message(tx, wanted)), "outbox", wanted)
        case Action.RETRY:
            return boxes.retry(desk, "outbox", boxes.required(row), (line.id for line in _lines(desk)))
        case _:
            assert_never(action)


def _lines(desk: Desk) -> tuple[OutboxLine, ...]:
    from mailgate.store import query

    return desk.look(query.outbox) or ()


def _list(desk: Desk, as_json: bool) -> int:
    if as_json:
        print_json(_lines(desk))
    else:
        print_table(_columns(desk.zone), _lines(desk), "nothing waits to be sent")
    return DONE


def _columns(zone: ZoneInfo) -> Sequence[Column[OutboxLine]]:
    return (
        Column("row", lambda line: line.id),
        Column("state", lambda line: line.state),
        Column("kind", lambda line: line.kind),
        Column("ticket", lambda line: line.ticket or ""),
        Column("to", lambda line: line.to),
        Column("tries", lambda line: line.attempts),
        Column("next", lambda line: local(line.next_attempt_at, zone)),
        Column("subject", lambda line: line.subject),
        Column("last error", lambda line: line.last_error or ""),
    )
