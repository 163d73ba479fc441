"""`mailgate inbox`"""

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
    from mailgate.store.query import InboxLine


def inbox(action: WhatToDo = None, row: RowNumber = None, config: SiteConfig = HERE, as_json: AsJson = False) -> int:
    """What was received and is pending or quarantined; `retry N` decides a row again, `show N` prints its mail."""
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
            return boxes.show(desk.look(lambda tx: query.raw(tx, wanted)), "inbox", wanted)
        case Action.RETRY:
            return boxes.retry(desk, "inbox", boxes.required(row), (line.id for line in _lines(desk)))
        case _:
            assert_never(action)


def _lines(desk: Desk) -> tuple[InboxLine, ...]:
    from mailgate.store import query

    return desk.look(query.inbox) or ()


def _list(desk: Desk, as_json: bool) -> int:
    if as_json:
        print_json(_lines(desk))
    else:
        print_table(_columns(desk.zone), _lines(desk), "nothing is pending or quarantined")
    return DONE


def _columns(zone: ZoneInfo) -> Sequence[Column[InboxLine]]:
    return (
        Column("row", lambda line: line.id),
        Column("state", lambda line: line.state),
        Column("door", lambda line: line.door),
        Column("received", lambda line: local(line.received_at, zone)),
        Column("octets", lambda line: line.size),
        Column("from", lambda line: line.from_ or "<>"),
        Column("to", lambda line: " ".join(line.to)),
        Column("reason", lambda line: line.reason or ""),
    )
