"""`mailgate outbox`"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailgate.cli.boxes import Box, RowNumber, WhatToDo, Wish, answer
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import Column, local

if TYPE_CHECKING:
    from mailgate.store.query import OutboxLine


def outbox(action: WhatToDo = None, row: RowNumber = None, config: SiteConfig = HERE, as_json: AsJson = False) -> int:
    """What is promised and not yet sent; `retry N` tries a row again now, `show N` prints its mail."""
    from mailgate.cli import desk
    from mailgate.store import query

    box = Box("outbox", query.outbox, query.message, _columns, "nothing waits to be sent")
    with desk.at(config) as here:
        return answer(here, box, Wish(action, row, as_json))


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
