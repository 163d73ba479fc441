"""`mailgate inbox`"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailgate.cli.boxes import Box, RowNumber, WhatToDo, Wish, answer
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import Column, local

if TYPE_CHECKING:
    from mailgate.store.query import InboxLine


def inbox(action: WhatToDo = None, row: RowNumber = None, config: SiteConfig = HERE, as_json: AsJson = False) -> int:
    """What was received and is pending or quarantined; `retry N` decides a row again, `show N` prints its mail."""
    from mailgate.cli import desk
    from mailgate.store import query

    box = Box("inbox", query.inbox, query.raw, _columns, "nothing is pending or quarantined")
    with desk.at(config) as here:
        return answer(here, box, Wish(action, row, as_json))


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
